"""What more labelled documents would bring."""

from __future__ import annotations

import streamlit as st

from scalearn_core.records.studies import CarriedOn, LearningCurve, MethodCurve
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import text
from scalearn_ui.charts.ladder import Learned, learning_curves
from scalearn_ui.parts import figure, study
from scalearn_ui.text import Markdown, count, t

BOX = {
    "rising": (st.success, ":material/trending_up:"),
    "unsure": (st.info, ":material/help:"),
    "flat": (st.info, ":material/trending_flat:"),
    "misfit": (st.info, ":material/show_chart:"),
    "few_documents": (st.info, ":material/show_chart:"),
}


def draw(run: Run, record: TrainingRecord) -> None:
    """Offer the learning curve, or show it."""
    st.subheader(t("more_labels.title"), anchor=False)
    measured = study.found_or_offered(run, record, "learning_curve", record.studies.learning_curve)
    if measured is not None:
        show(measured)


def show(measured: LearningCurve) -> None:
    """The sentence, the curve, and how it was made."""
    ours = measured.methods["scalearn"]
    code = ours.code
    box, icon = BOX[code]
    message = t(f"more_labels.{code}.text", **_values(measured, ours))
    if plain := _plain(measured):
        message = Markdown(f"{message}  \n{plain}")
    box(message, title=t(f"more_labels.{code}", **_values(measured, ours)), icon=icon)
    for note in measured.notes:
        st.caption(t(f"note.{note}"))
    st.markdown(t("more_labels.reading" if ours.curve else "more_labels.reading_points"))
    drawn = learning_curves(
        [_learned(name, measured.methods[name]) for name in ("scalearn", "frozen_head")],
        at_hand=measured.documents,
        now=t("more_labels.now"),
        x_title=t("more_labels.axis"),
        y_title=t("axis.macro_f1"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("more_labels.alt"), key="more_labels")
    with st.expander(t("results.method"), icon=":material/info:"):
        sizes = sorted({point.documents for point in ours.points})
        st.markdown(
            t(
                "more_labels.method",
                trainings=len(ours.points),
                sizes=text.listed([f"{size:,}" for size in sizes]),
                documents=count("test_documents", measured.test_documents),
            )
        )
        if ours.fit:
            fitted = {name: f"{value:.2f}" for name, value in vars(ours.fit).items()}
            st.markdown(t("more_labels.method_fit", **fitted))
        st.markdown(t("more_labels.method_limits", reach=f"{measured.reach:,}"))


def _values(measured: LearningCurve, method: MethodCurve) -> dict[str, str]:
    """What the sentences may name."""
    values = {
        "documents": f"{measured.documents:,}",
        "score": text.points(method.points[0].macro_f1),
    }
    for name, gain in (("more", method.more), ("double", method.double)):
        if gain:
            low, high = (f"{bound:.1f}" for bound in gain.interval)
            values |= {
                name: f"{gain.more:,}",
                f"{name}_gain": f"{gain.gain:.1f}",
                f"{name}_low": low,
                f"{name}_high": high,
            }
    return values


def _plain(measured: LearningCurve) -> Markdown | None:
    """What the plain classifier would gain, where both curves could be carried on."""
    ours, plain = (measured.methods[name] for name in ("scalearn", "frozen_head"))
    if not (ours.more and plain.more):
        return None
    return t("more_labels.plain", **_values(measured, plain))


def _learned(name: str, method: MethodCurve) -> Learned:
    curve = method.curve and CarriedOn(
        method.curve.documents,
        *(_percent(values) for values in (method.curve.macro_f1, method.curve.low, method.curve.high)),
    )
    points = [(point.documents, 100 * point.macro_f1) for point in method.points]
    return Learned(t(f"method.{name}"), points, curve)


def _percent(shares: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(100 * share for share in shares)
