"""The staged ladder: what each further step would cost and bring, and where to stop."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.records.studies import Ladder, RungRecord
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, text
from scalearn_ui.charts.ladder import Step
from scalearn_ui.charts.ladder import ladder as ladder_chart
from scalearn_ui.letters import cells
from scalearn_ui.parts import figure, glossary, price_form, study, worth
from scalearn_ui.text import Markdown, count, t
from scalearn_ui.views.results import cost

NOTHING = "–"


def draw(run: Run, record: TrainingRecord) -> None:
    """What the model is worth and cost, then what less or more would have cost and brought."""
    st.subheader(t("results.cost"), anchor=False)
    worth.draw(run, record)
    price_form.ask()
    cost.cost(record)
    st.subheader(t("ladder.title"), anchor=False, help=glossary.meaning("plain_classifier"))
    climbed = study.found_or_offered(run, record, "ladder", record.studies.ladder)
    if climbed is not None:
        show(climbed)


def show(climbed: Ladder) -> None:
    """One sentence, one chart, what each step brings and what it costs."""
    rungs = climbed.rungs
    stop = climbed.number(climbed.stop)
    _sentence(climbed, stop)
    for note in climbed.notes:
        st.caption(t(f"note.{note}"))
    st.markdown(t("ladder.reading"))
    scored = [(rung, rung.macro_f1) for rung in rungs if rung.macro_f1 is not None]
    steps = [
        Step(
            _named(climbed.number(rung.name), rung.name),
            _learned(rung),
            t("ladder.numbers", n=f"{_learned(rung):,}"),
            **{bound: 100 * value for bound, value in vars(score).items()},
        )
        for rung, score in scored
    ]
    drawn = ladder_chart(
        steps,
        stop=[rung.name for rung, _ in scored].index(climbed.stop),
        stop_word=t("ladder.stop_here"),
        x_title=t("ladder.axis_score"),
        y_title=t("ladder.axis_numbers"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("ladder.alt"), key="ladder")
    st.markdown(f"**{t('ladder.brings')}**")
    st.table(_gains(climbed, stop), hide_index=True, border="horizontal", alt=t("ladder.brings"))
    st.markdown(f"**{t('ladder.costs')}**")
    pinned = st.column_config.TextColumn(pinned=True)
    st.dataframe(cells(_costs(climbed)), hide_index=True, column_config={t("ladder.column.step"): pinned})
    st.caption(t("ladder.head", head=f"{rungs[0].learned.head:,}"))
    for rung in rungs:
        if rung.skipped is not None:
            st.caption(t(f"ladder.skipped.{rung.skipped}", step=climbed.number(rung.name) + 1))
    with st.expander(t("results.method"), icon=":material/info:"):
        documents = {part: count("documents", number) for part, number in vars(climbed.documents).items()}
        st.markdown(t("ladder.method", **documents))
        st.markdown(t("ladder.method_stop"))
        st.markdown(t(f"ladder.method_memory.{climbed.memory_of}"))


def _sentence(climbed: Ladder, stop: int) -> None:
    """Where to stop, why, and where the model at hand stands."""
    rung = climbed.rungs[stop]
    documents = count("test_documents", climbed.documents.test)
    message = t("ladder.stop_text" if stop else "ladder.stop_plain_text", documents=documents)
    against = rung.comparison
    if against is not None and against.against is not None:
        values = charts.signed_points(against)
        message = Markdown(f"{message} {t('ladder.gain', other=climbed.number(against.against) + 1, **values)}")
    left = max((rung.comparison.high for rung in climbed.rungs[stop + 1 :] if rung.comparison), default=0)
    if round(100 * left, 1) > 0:
        message = Markdown(f"{message}  \n{t('ladder.open', high=f'{100 * left:.1f}')}")
    mine = next((number for number, rung in enumerate(climbed.rungs) if rung.is_model), None)
    if mine is None:
        where = t("ladder.model_elsewhere")
    else:
        place = "here" if mine == stop else "above" if mine > stop else "below"
        where = t(f"ladder.model_{place}", step=mine + 1)
    numbers = t("ladder.numbers", n=f"{_learned(rung):,}")
    title = t("ladder.stop" if stop else "ladder.stop_plain", step=stop + 1, numbers=numbers)
    st.info(f"{message}  \n{where}", title=title, icon=":material/flag:")


def _gains(climbed: Ladder, stop: int) -> pd.DataFrame:
    """Score of each step, and what it is ahead of the marked one."""
    rows = []
    for number, rung in enumerate(climbed.rungs):
        score = rung.macro_f1
        against = rung.comparison
        rows.append(
            {
                t("ladder.column.step"): _named(number, rung.name),
                t("metric.macro_f1"): text.interval(score) if score else NOTHING,
                t("ladder.column.against", step=stop + 1): t("ladder.stop_here")
                if number == stop
                else _difference(against),
            }
        )
    return pd.DataFrame(rows)


def _difference(against: Comparison | None) -> str:
    if against is None:
        return NOTHING
    value, low, high = charts.signed_points(against).values()
    return t("number.interval", value=value, low=low, high=high)


def _costs(climbed: Ladder) -> pd.DataFrame:
    """Learned numbers by kind, time, memory, disk and speed of each step."""
    rows = []
    for number, rung in enumerate(climbed.rungs):
        other = rung.learned.own_adapter + rung.learned.encoder
        seconds, memory, speed = (rung.seconds, rung.memory, rung.documents_per_second)
        rows.append(
            {
                t("ladder.column.step"): _named(number, rung.name),
                t("ladder.column.scales"): f"{rung.learned.scales:,}",
                t("ladder.column.other"): f"{other:,}",
                t("ladder.column.time"): text.duration(seconds) if seconds is not None else NOTHING,
                t("ladder.column.memory"): f"{memory / 1e6:,.0f} MB" if memory is not None else NOTHING,
                t("ladder.column.disk"): text.size(rung.bytes),
                t("ladder.column.speed"): f"{speed:,.0f}" if speed is not None else NOTHING,
            }
        )
    return pd.DataFrame(rows)


def _learned(rung: RungRecord) -> int:
    """Numbers beside the classifier on top, which every step has alike."""
    return rung.learned.total - rung.learned.head


def _named(number: int, name: str) -> Markdown:
    return t("ladder.named", number=number + 1, name=t(f"ladder.rung.{name}"))
