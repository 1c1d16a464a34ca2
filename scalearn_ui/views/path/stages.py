"""The five stages of a model, each with what is missing and a sentence for the meeting."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.governance.records import Version
from scalearn_core.records.training import TrainingRecord
from scalearn_core.records.watch import WatchReport
from scalearn_core.report.decision import referral_of
from scalearn_core.report.stages import Stage, stages_of, version_of
from scalearn_core.runs import Run
from scalearn_core.watch.figures import watch
from scalearn_ui import charts, shell
from scalearn_ui.text import Markdown, count, t

ICONS = {True: ":material/check_circle:", False: ":material/radio_button_unchecked:"}
HERE = ":material/adjust:"


def draw(run: Run, record: TrainingRecord) -> None:
    """Where it stands, and the way on."""
    version = version_of(record.model_id)
    watched = watch(record.model_id, runs.folder(run.id), None) if record.model_id else None
    found = stages_of(record, version, watched)
    following = next((stage for stage in found if not stage.done), None)
    for stage in found:
        with st.container(border=True, gap="xsmall"):
            icon = HERE if stage is following else ICONS[stage.done]
            st.markdown(f"{icon} **{t(f'path.{stage.name}')}** · {_state(stage, following)}")
            st.markdown(_sentence(stage, record, version, watched))
            if stage is following:
                _way_on(stage, run)


def _state(stage: Stage, following: Stage | None) -> Markdown:
    if stage.done:
        return t("path.done")
    if stage is not following:
        return t("path.later")
    return t(f"path.missing.{stage.missing[0]}")


def _sentence(
    stage: Stage, record: TrainingRecord, version: Version | None, watched: WatchReport | None
) -> Markdown:
    """What to say in the meeting, from the model's own numbers."""
    score = record.scores["scalearn"]
    values = {
        "name": record.dataset.name,
        "right": f"{100 * score.accuracy.value:.0f}",
        "low": f"{100 * score.accuracy.low:.0f}",
        "high": f"{100 * score.accuracy.high:.0f}",
        "documents": count("test_documents", score.n),
    }
    if stage.name == "prove":
        values["difference"] = charts.signed_points(record.comparison)["difference"]
    if stage.name == "approve":
        if version is None or version.approved_by is None:
            return _quoted(t("path.approve.say.open"))
        values |= {"who": version.approved_by, "until": version.until or "–"}
    if stage.name == "use":
        referral = referral_of(record)
        share = 100 * (referral.handed_over or 0.0) if referral else None
        if share is None:
            return _quoted(t("path.use.say.all"))
        values["share"] = f"{share:.0f}"
    if stage.name == "watch":
        if watched is None or watched.estimated is None:
            return _quoted(t("path.watch.say.open", **_bounds(score.accuracy)))
        values |= {"estimated": f"{100 * watched.estimated.value:.0f}", "seen": f"{watched.documents:,}"}
        values |= {f"now_{name}": value for name, value in _bounds(watched.estimated).items()}
    return _quoted(t(f"path.{stage.name}.say", **values))


def _bounds(score: Interval) -> dict[str, str]:
    return {"low": f"{100 * score.low:.0f}", "high": f"{100 * score.high:.0f}"}


def _quoted(sentence: Markdown) -> Markdown:
    return t("path.say", sentence=sentence)


def _way_on(stage: Stage, run: Run) -> None:
    """The one button of the page."""
    page = {"prove": "results", "approve": "models", "use": "models", "watch": "watch"}.get(stage.name)
    if page is None or not shell.has(page):
        return
    if st.button(t(f"path.go.{page}"), type="primary", key="path_on"):
        shell.go(page, run=run.id)
