"""How far the stated confidence can be trusted, and what to refer to a person."""

from __future__ import annotations

import streamlit as st

from scalearn_core.evaluation.confidence import ConfidenceReport
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.evaluation.referral import TARGET, Covered, HandOver, check_below, chosen_of
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, shell, text
from scalearn_ui.charts import confidence as confidence_charts
from scalearn_ui.charts.confidence import Band
from scalearn_ui.parts import figure, glossary
from scalearn_ui.text import count, t
from scalearn_ui.views.results import mistake_costs, ranking_curves

FEWEST_LEFT = 10
"""Documents left above a threshold, below which a share of right ones says nothing."""
EXAMPLE = 0.8
"""Confidence that the page gives as its example, or the nearest there is."""


def draw(run: Run, record: TrainingRecord) -> None:
    """All of it, for one model."""
    measured = record.confidence
    if measured is None:
        st.info(t("confidence.missing"))
        return
    if record.dataset.multi_label:
        st.caption(t("multi_label.confidence"))
    with st.container():
        _hand_over(measured)
    st.subheader(t("confidence.costs"), anchor=False)
    mistake_costs.draw(run, record)
    st.subheader(t("confidence.honest"), anchor=False, help=glossary.meaning("confidence"))
    _honest(measured)
    if measured.curves:
        with st.expander(t("confidence.curves"), icon=":material/show_chart:"):
            ranking_curves.draw(measured.curves, measured.n)
    with st.expander(t("results.method"), icon=":material/info:"):
        _method(measured)


@st.fragment
def _hand_over(measured: ConfidenceReport) -> None:
    """What to ask of the rest, the answer in a sentence, and a slider to look for oneself."""
    with shell.in_words():
        answers = {answer.target: answer for answer in measured.hand_over}
        chosen = chosen_of(measured.hand_over)
        first = chosen.target if chosen else TARGET
        target = st.segmented_control(
            t("confidence.target"),
            list(answers),
            default=first,
            required=True,
            format_func=lambda share: f"{100 * share:.0f}%",
            key="target",
        )
        answer = answers[target or first]
        _answer(measured, answer)
        _in_use(measured)
        _explorer(measured, answer)


def _answer(measured: ConfidenceReport, answer: HandOver) -> None:
    """The least to hand over, what the rest then reaches, and whether it can be relied on."""
    documents = count("test_documents", measured.n)
    target = f"{100 * answer.target:.0f}"
    if answer.threshold is None or answer.handed_over is None or answer.accuracy is None:
        st.warning(
            t("confidence.unreachable.text", target=target, documents=documents),
            title=t("confidence.unreachable", target=target),
            icon=":material/person_search:",
        )
        return
    values = {"documents": documents, "now": _whole(measured.accuracy)}
    if answer.handed_over == 0:
        st.success(
            t("confidence.nobody.text", **values), title=t("confidence.nobody"), icon=":material/person_check:"
        )
    else:
        share = _percent(answer.handed_over)
        st.info(
            t("confidence.some.text", rest=_whole(answer.accuracy), **values),
            title=t("confidence.some", share=share, rest=f"{100 * answer.accuracy.value:.0f}"),
            icon=":material/person_search:",
        )
    if answer.assured_handed_over is None:
        st.caption(t("confidence.not_assured", target=target, needed=answer.documents_needed))
    else:
        st.caption(t("confidence.assured", target=target, share=_percent(answer.assured_handed_over)))


def _in_use(measured: ConfidenceReport) -> None:
    """The one limit by which answers are marked elsewhere."""
    threshold = charts.percent(check_below(measured.hand_over))
    if chosen_of(measured.hand_over) is None:
        st.caption(t("confidence.used_unmeasured", threshold=threshold))
    else:
        st.caption(t("confidence.used", threshold=threshold))


def _explorer(measured: ConfidenceReport, answer: HandOver) -> None:
    """Any share handed over: what the rest reaches, as numbers and on the curve."""
    rows = [row for row in measured.coverage if row.documents >= FEWEST_LEFT] or measured.coverage[:1]
    if len(rows) < 2:
        return
    start = min(rows, key=lambda row: abs(1 - row.automatic - (answer.handed_over or 0.0)))
    place = st.select_slider(
        t("confidence.share"),
        range(len(rows)),
        value=rows.index(start),
        format_func=lambda place: _percent(1 - rows[place].automatic),
        key=f"share_{answer.target}",
    )
    row = rows[place]
    handed, left = measured.n - row.documents, row.documents
    tiles = [
        (t("confidence.checked"), f"{handed:,}", t("confidence.checked_text", n=measured.n), None),
        (
            t("confidence.threshold"),
            _threshold(row, handed),
            t("confidence.threshold_text"),
            glossary.meaning("threshold"),
        ),
        (
            t("confidence.right"),
            _percent(row.accuracy.value),
            _range(row.accuracy),
            glossary.meaning("interval"),
        ),
        (t("confidence.slip"), f"{left - row.right:,}", t("confidence.slip_text", n=left), None),
    ]
    with st.grid(len(tiles), min_column_width=145):
        for label, value, explanation, meaning in tiles:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, value, help=meaning)
                st.caption(explanation)
    st.caption(t("confidence.as_they_are"))
    points = [_band(100 * (1 - each.automatic), each.accuracy) for each in rows]
    drawn = confidence_charts.curve_with_band(
        points,
        chosen=points[place],
        chosen_text=_percent(row.accuracy.value),
        x_title=t("axis.checked"),
        y_title=t("axis.right_of_rest"),
        percent=True,
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("confidence.coverage_alt"), key="coverage")


def _honest(measured: ConfidenceReport) -> None:
    """Whether it is right as often as it says, overall and at an example."""
    gap = measured.stated_minus_right
    code = "too_sure" if gap.low > 0 else "too_modest" if gap.high < 0 else "fits"
    st.markdown(
        t(
            f"confidence.stated.{code}",
            stated=_percent(measured.mean_confidence),
            right=_percent(measured.accuracy.value),
            documents=count("test_documents", measured.n),
        )
    )
    bins = measured.reliability
    near = min(bins, key=lambda row: abs(row.confidence - EXAMPLE))
    st.markdown(
        t(
            "confidence.example",
            stated=_percent(near.confidence),
            right=_percent(near.accuracy.value),
            interval=_range(near.accuracy),
            documents=count("documents", near.documents),
        )
    )
    drawn = confidence_charts.reliability(
        [_band(100 * row.confidence, row.accuracy) for row in bins],
        [row.documents for row in bins],
        ideal=t("confidence.ideal"),
        x_title=t("axis.stated"),
        y_title=t("axis.right"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("confidence.reliability_alt"), key="reliability")
    sets = measured.conformal
    if sets is None:  # documents of several labels
        return
    st.caption(
        t(
            "confidence.sets",
            size=f"{sets.mean_size:.1f}",
            one=f"{sets.sizes[1]:,}",
            n=f"{measured.n:,}",
            held=_whole(sets.coverage),
        )
    )


def _method(measured: ConfidenceReport) -> None:
    """How the numbers were made, and the ones only specialists ask for."""
    error = measured.ece
    paragraphs = [
        t("confidence.method_handover"),
        t("confidence.method_costs"),
        t(
            "confidence.method_error",
            value=text.points(error.value),
            low=text.points(error.low),
            high=text.points(error.high),
            chance=text.points(error.by_chance),
            chance_high=text.points(error.by_chance_high),
        ),
        t(
            "confidence.method_losses",
            log_loss=_decimals(measured.log_loss),
            brier=_decimals(measured.brier),
        ),
    ]
    if scaled := measured.at_temperature:
        paragraphs.append(
            t(
                "confidence.method_temperature",
                temperature=f"{measured.temperature:.2f}",
                folds=scaled.folds,
                error=text.points(scaled.ece.value),
                log_loss=_decimals(scaled.log_loss),
            )
        )
    if measured.conformal:
        paragraphs.append(t("confidence.method_sets"))
    st.markdown("\n\n".join(paragraphs))


def _threshold(row: Covered, handed: int) -> str:
    """The confidence below which a document goes to a person; a dash where none does."""
    return t("confidence.threshold_value", threshold=f"{100 * row.threshold:.0f}") if handed else "–"


def _band(x: float, score: Interval) -> Band:
    return Band(x, 100 * score.value, 100 * score.low, 100 * score.high)


def _percent(share: float) -> str:
    """A share as a whole percentage; all of few documents may well be 100%."""
    return f"{100 * share:.0f}%" if share in (0.0, 1.0) else charts.percent(share)


def _whole(score: Interval) -> str:
    """ "94% (84–98)"."""
    return t("confidence.interval", value=_percent(score.value), interval=_range(score))


def _range(score: Interval) -> str:
    """ "84–98%"."""
    return t("confidence.range", low=f"{100 * score.low:.0f}", high=f"{100 * score.high:.0f}")


def _decimals(score: Interval) -> str:
    value, low, high = (f"{bound:.2f}" for bound in (score.value, score.low, score.high))
    return t("number.interval", value=value, low=low, high=high)
