"""The cost of mistakes against the cost of checks by a person, in the reader's own currency."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.evaluation.costs import ExpectedCosts, expected_costs, same_cost
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.evaluation.stored_probabilities import FILE, load_test_probabilities
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_core.workspace.price import load_price
from scalearn_ui import shell
from scalearn_ui.charts import confidence as confidence_charts
from scalearn_ui.charts.confidence import Band
from scalearn_ui.letters import letters
from scalearn_ui.parts import figure
from scalearn_ui.text import Markdown, t

MISTAKE, LOOK = 20.0, 2.0
"""Costs that stand there at first: a mistake ten times as dear as a look."""
LONGEST_MATRIX = 12
"""Labels up to which each pair can be given a cost of its own."""

Matrix = tuple[tuple[float, ...], ...]


@st.fragment
def draw(run: Run, record: TrainingRecord) -> None:
    """Two costs, the cheapest way in a sentence, and the curve behind it."""
    with shell.in_words():
        if not (runs.folder(run.id) / FILE).is_file():
            st.markdown(t("costs.missing"))
            return
        labels = record.dataset.labels
        multi_label = record.dataset.multi_label
        st.markdown(t("costs.lead"))
        left, right = st.columns(2)
        price = load_price()  # asked once, in the report and on the way from try to use
        mistake = left.number_input(
            t("multi_label.cost" if multi_label else "costs.mistake"),
            min_value=0.0,
            value=MISTAKE if price is None else price.mistake,
            step=1.0,
            format="%g",
            key="cost_of_a_mistake",
        )
        look = right.number_input(
            t("costs.check"),
            min_value=0.0,
            value=LOOK if price is None else price.document,
            step=1.0,
            format="%g",
            key="cost_of_a_look",
        )
        if mistake is None or look is None:
            return
        answer, picture = st.container(), st.container()
        matrix = _each_kind(labels, mistake, multi_label)
        costs = _costs(run.id, (runs.folder(run.id) / FILE).stat().st_mtime_ns, matrix, look, record.seed)
        with answer:
            _answer(costs)
        with picture:
            _curve(costs)


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def _costs(run_id: str, changed: int, matrix: Matrix, look: float, seed: int) -> ExpectedCosts:
    """Costs on the test documents of a run; `changed` is when its file was."""
    tested = load_test_probabilities(runs.folder(run_id))
    if tested is None:
        raise FileNotFoundError(FILE)  # it was there a moment ago
    return expected_costs(
        tested.targets, tested.probabilities, matrix, look, seed=seed, given=tested.predicted["scalearn"]
    )


def _answer(costs: ExpectedCosts) -> None:
    """The cheapest of all ways, what it saves, and whether that is more than chance."""
    best, automatic, person = costs.best, costs.automatic, costs.person
    extremes = {"automatic": _money(automatic.value), "person": _money(person.value)}
    if best.handed_over == 0:
        st.info(t("costs.nobody.text", **extremes), title=t("costs.nobody"), icon=":material/savings:")
        return
    if best.handed_over > 0.99:
        st.info(t("costs.everything.text", **extremes), title=t("costs.everything"), icon=":material/savings:")
        return
    saving = best.saving
    shown = "shown" if saving.low > 0 else "not_shown"
    values = {"cost": _between(best.cost), "saving": _between(saving), **extremes}
    st.info(
        t(f"costs.some.{shown}", **values),
        title=t("costs.some", share=f"{100 * best.handed_over:.0f}%"),
        icon=":material/savings:",
    )


def _curve(costs: ExpectedCosts) -> None:
    """Cost over the share handed to a person."""
    points = [
        Band(100 * row.handed_over, row.cost.value, row.cost.low, row.cost.high) for row in costs.by_threshold
    ]
    best = costs.best
    chosen = min(points, key=lambda point: abs(point.x - 100 * best.handed_over))
    drawn = confidence_charts.curve_with_band(
        points,
        chosen=chosen,
        chosen_text=t("costs.cheapest"),
        x_title=t("axis.checked"),
        y_title=t("axis.cost"),
        percent=False,
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("costs.alt"), key="costs")


def _each_kind(labels: tuple[str, ...], mistake: float, multi_label: bool) -> Matrix:
    """The cost of each kind of mistake: one for all, or a table of one's own.

    Of one label per document a kind is a pair of labels; of several, a label missed or wrongly given.
    """
    table = same_cost(mistake, len(labels), multi_label=multi_label)
    if multi_label or len(labels) <= LONGEST_MATRIX:
        with st.expander(t("costs.kinds"), icon=":material/grid_on:"):
            st.markdown(t("multi_label.costs_text" if multi_label else "costs.kinds_text"))
            ways = (
                [t("multi_label.missed"), t("multi_label.wrongly")]
                if multi_label
                else map(str, range(1, len(labels) + 1))
            )
            width = 110 if multi_label else 52
            numbers = {way: table[:, place] for place, way in enumerate(ways)}
            named = pd.DataFrame(
                {"true": [f"{place + 1}. {letters(label)}" for place, label in enumerate(labels)], **numbers}
            )
            edited = st.data_editor(
                named,
                hide_index=True,
                disabled=["true"],
                alt=t("costs.kinds"),
                key=f"kinds_{mistake}",
                column_config={
                    "true": st.column_config.TextColumn(
                        t("multi_label.label" if multi_label else "costs.true"), width=190
                    ),
                    **{
                        number: st.column_config.NumberColumn(number, min_value=0.0, format="%g", width=width)
                        for number in numbers
                    },
                },
            )
            table = edited.drop(columns="true").fillna(0.0).to_numpy(dtype=float)
    return tuple(tuple(float(cost) for cost in row) for row in table)


def _money(value: float) -> str:
    """An amount in no currency, with a real minus: whole where it is large."""
    return (f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.1f}").replace("-", "−")


def _between(amount: Interval) -> Markdown:
    """ "1,324 (704 to 2,422)"."""
    return t("number.interval", **{bound: _money(value) for bound, value in vars(amount).items()})
