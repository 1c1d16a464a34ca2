"""Which sources help: the forecast for each before training, and the measurement afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import streamlit as st

from scalearn_core.evaluation.intervals import Interval
from scalearn_core.records.sources import Changed, SourcesStudy, SourceWorth
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes, text
from scalearn_ui.charts import sources as drawn
from scalearn_ui.parts import figure, forecast, glossary, most_used, query_choice, study
from scalearn_ui.text import Markdown, count, t
from scalearn_ui.views.transfer import source_overlap, source_strength

NAMED = 3
"""Sources named in a sentence."""
MANY = 10
"""From so many sources on one is likely to stand out by chance."""

overlap = source_overlap.draw
strength = source_strength.draw


def draw(run: Run, record: TrainingRecord) -> None:
    """The forecast first; the study is offered below it, or once done stands above it."""
    most_used.draw(record)
    if record.studies.sources is None:
        _expected(record)
    measured = study.found_or_offered(run, record, "sources", record.studies.sources)
    if measured is not None:
        _measured(record, measured)


def _expected(record: TrainingRecord) -> None:
    """What the forecast of the training promised, source by source."""
    st.subheader(t("which.expected"), anchor=False, help=glossary.meaning("forecast"))
    if not record.forecast or record.start is None:
        st.markdown(t("which.no_forecast"))
        return
    forecast.draw(record.forecast, record.start, _titles(record))
    with st.expander(t("results.method"), icon=":material/info:"):
        st.markdown(t("which.method_expected"))


def _measured(record: TrainingRecord, measured: SourcesStudy) -> None:
    """One question at a time: alone, left out, or added one by one."""
    rows = measured.sources
    names = [*(["forecast"] if any(row.at_forecast for row in rows) else []), "alone", "left_out", "added"]
    place = st.empty()
    measure = query_choice.buttons(t("which.measure"), names, "measure", lambda name: t(f"which.measure.{name}"))
    st.markdown(t(f"which.reading.{measure}"))
    if measure == "added":
        _added(record, measured, place)
    else:
        _changes(record, measured, measure, place)
    with st.expander(t("results.method"), icon=":material/info:"):
        counts = measured.documents
        common = t("which.method", train=f"{counts.train:,}", test=f"{counts.test:,}")
        lines = [t(f"which.method_{measure}"), common]
        st.markdown("\n\n".join([*lines, t("which.method_expected")] if measure == "forecast" else lines))


def _changes(record: TrainingRecord, measured: SourcesStudy, measure: str, place: Any) -> None:
    """A chart of the change that each source makes, and the sentence that sums it up in `place`."""
    titles = _titles(record)
    changes = [(row, _change(row, measure)) for row in measured.sources]
    pairs = [(row, change) for row, change in changes if change is not None]
    pairs.sort(key=lambda pair: (pair[0].own, -pair[1].gain))
    reused = [(row, change) for row, change in pairs if not row.own]
    _headline(place, measure, [(titles[row.source], change) for row, change in reused])
    expected = {entry.source: entry.gain for entry in record.forecast if entry.gain is not None}
    rows = []
    for row, change in pairs:
        note = _note(expected.get(row.source)) if measure == "forecast" else ""
        low, high = change.interval
        rows.append(drawn.Gain(titles[row.source], change.gain, low, high, change.verdict, note))
    chart = drawn.gains(rows, x_title=t("axis.gain"), palette=figure.palette())
    figure.show(chart, alt=t(f"which.alt.{measure}"), key="measured")
    _beware(measured, [change for _, change in reused])


def _change(row: SourceWorth, measure: str) -> Changed | None:
    """The change that is asked about; None where it was not measured."""
    return {"forecast": row.at_forecast, "alone": row.alone, "left_out": row.left_out}[measure]


def _headline(place: Any, measure: str, rows: Sequence[tuple[str, Changed]]) -> None:
    """The best source with its worth, those that harm, and how many show nothing."""
    shown = [(name, change) for name, change in rows if change.verdict == "better"]
    harmful = [name for name, change in rows if change.verdict == "worse"]
    if shown:
        name, change = shown[0]
        sentences = [t(f"which.best.{measure}", name=name, **_points(change))]
        if len(shown) > 1:
            sentences.append(t("which.also", names=_quoted([name for name, _ in shown[1:]])))
    else:
        sentences = [t(f"which.none.{measure}")]
    if harmful:
        sentences.append(t(f"which.worse.{measure}", names=_quoted(harmful)))
    unclear = len(rows) - len(shown) - len(harmful)
    if unclear and (shown or harmful):
        sentences.append(t("which.unclear", unclear=unclear, sources=count("sources", len(rows))))
    box, icon = (st.success, ":material/trending_up:") if shown else (st.info, ":material/trending_flat:")
    with place:
        box(Markdown(t("sentence.join").join(sentences)), icon=icon)


def _added(record: TrainingRecord, measured: SourcesStudy, place: Any) -> None:
    """Scores from the plain classifier to the whole model, one source more at a time."""
    titles, steps = _titles(record), measured.added
    useful = [number for number, step in enumerate(steps) if step.step.verdict == step.verdict == "better"]
    with place:
        if useful:
            last = steps[useful[-1]]
            own = record.own_adapter and useful[-1] == len(steps) - 1
            code, needed = ("with_own", len(steps) - 1) if own else ("steps", useful[-1] + 1)
            words = t(f"which.added.{code}", sources=count("sources", needed), **_points(last))
            st.success(words, icon=":material/trending_up:")
        elif steps[-1].verdict == "better":
            st.success(t("which.added.together", **_points(steps[-1])), icon=":material/trending_up:")
        else:
            st.info(t("which.added.nothing"), icon=":material/trending_flat:")
    rows = [_score(t("which.plain"), measured.plain, ours=False)]
    for number, step in enumerate(steps):
        name = t("which.step", name=Markdown(titles[step.source]))  # for a figure, which reads no Markdown
        rows.append(_score(name, step.macro_f1, ours=number in useful))
    chart = charts.scores(rows, x_title=t("axis.macro_f1"), palette=figure.palette())
    figure.show(chart, alt=t("which.alt.added"), key="added")
    _beware(measured, [step.step for step in steps], multi_label=False)


def _beware(measured: SourcesStudy, changes: Sequence[Changed], *, multi_label: bool = True) -> None:
    """How large a difference must be to show on so few documents, and what chance does among many sources."""
    half = median((change.interval[1] - change.interval[0]) / 2 for change in changes)
    documents = count("test_documents", measured.documents.test)
    lines = [t("which.beware", documents=documents, points=f"{half:.0f}")] if half >= 1 else []
    if multi_label and len(changes) >= MANY:
        lines.append(t("which.chance", sources=count("sources", len(changes))))
    if lines:
        st.caption(t("sentence.join").join(lines))


def _score(name: str, score: Interval, *, ours: bool) -> charts.Interval:
    return charts.Interval(name, ours=ours, **{bound: 100 * value for bound, value in vars(score).items()})


def _note(expected: float | None) -> str:
    """What was expected of a source, for under its name."""
    if expected is None:
        return ""
    return t("which.note", gain=charts.signed(expected, 0)) if round(expected) > 0 else t("which.note_nothing")


def _points(change: Changed) -> dict[str, str]:
    low, high = change.interval
    return {name: charts.signed(value, 1) for name, value in (("gain", change.gain), ("low", low), ("high", high))}


def _quoted(names: Sequence[str]) -> Markdown:
    """Some names, and how many more."""
    named = [t("list.name", name=name) for name in names[:NAMED]]
    more = len(names) - len(named)
    return text.listed([*named, t("which.more", n=more)] if more else named)


def _titles(record: TrainingRecord) -> dict[str, str]:
    """The reader's names of a result's sources, by name."""
    return dict(zip(record.source_names, outcomes.source_titles(record), strict=True))
