"""One version: what the evidence recommends, and the step that comes next."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from scalearn_core.errors import ScaLearnError
from scalearn_core.governance import registry, steps
from scalearn_core.governance.folders import place_of_version
from scalearn_core.governance.recommend import recommend
from scalearn_core.governance.records import RegisteredModel, Version
from scalearn_core.governance.words import Words
from scalearn_ui import text
from scalearn_ui.parts import query_choice, who
from scalearn_ui.text import Markdown, plain, t

BOX = {
    "approve": (st.success, ":material/verified:"),
    "collect_labels": (st.info, ":material/label:"),
    "do_not_use": (st.warning, ":material/block:"),
}
FIRST = ("submitted", "draft", "approved", "in_use")
"""Which version is shown first: the one that waits for somebody."""
PROBLEM = "models_problem"
"""Why the step that was asked for could not be taken."""
OFFERED = {
    "draft": ("submit", "delete"),
    "rejected": ("submit", "delete"),
    "submitted": ("approve", "reject"),
    "approved": ("use", "attest", "retire"),
    "in_use": ("attest", "roll_back", "retire"),
    "retired": ("delete",),
}
"""Steps by state, the one that comes next first."""
ICONS = {
    "submit": "send", "approve": "check", "reject": "close", "use": "play_arrow", "attest": "event_repeat",
    "retire": "archive", "roll_back": "undo", "delete": "delete",
}  # fmt: skip


def headline(model: RegisteredModel) -> None:
    """What is in use, in one sentence."""
    if model.in_use is None:
        st.markdown(t("models.none_in_use", name=model.name))
        return
    version = model.versions[model.in_use - 1]
    since = next(period.since for period in reversed(model.periods) if period.alias == "in_use")
    values = {"name": model.name, "version": version.version, "since": since[:10], "until": version.until or ""}
    expired = version.expired(registry.today())
    st.markdown(t("models.in_use_expired", **values) if expired else t("models.in_use", **values))


def choose(model: RegisteredModel) -> Version:
    """The version the page is about; at first the one that waits for somebody."""
    there = [version for version in model.versions if version.state != "deleted"] or [model.latest]
    order = sorted(there, key=lambda v: (FIRST.index(v.state) if v.state in FIRST else len(FIRST), -v.version))
    words = Words(text.language())
    labels = {
        str(v.version): f"{words('version', version=v.version)} · {words(f'state.{v.state}')}" for v in order
    }
    chosen = query_choice.select(t("models.version"), list(labels), f"version_{model.name}", labels.__getitem__)
    return next(version for version in there if str(version.version) == chosen)


def draw(model: RegisteredModel, version: Version) -> None:
    """Recommendation with its reasons, then the form."""
    if version.state == "deleted":
        st.info(t("models.deleted"))
        return
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.error(problem), icon=":material/error:")
    words = Words(text.language())
    found = recommend(place_of_version(version))
    box, icon = BOX[found.decision]
    reasons = Markdown("\n".join(f"- {plain(words.reason(reason))}" for reason in found.reasons))
    box(reasons, title=t("models.recommended", decision=words(f"decision.{found.decision}")), icon=icon)
    offered = OFFERED[version.state]
    with st.form(f"decide_{version.ref}"):
        who.field("name_decide")
        st.text_input(t("models.reason"), key="decide_reason", help=t("models.reason_help"))
        if {"approve", "attest"} & set(offered):
            earliest = registry.today() + timedelta(days=1)
            day = registry.today() + timedelta(days=steps.APPROVED_DAYS)
            st.date_input(
                t("models.until"), value=day, min_value=earliest, key="decide_until", help=t("models.until_help")
            )
        with st.container(horizontal=True):
            for step in offered:
                _button(step, model, version, first=step == offered[0])


def _button(step: str, model: RegisteredModel, version: Version, *, first: bool) -> None:
    """Takes the step before the page is drawn again, from the state that the reader saw."""
    st.form_submit_button(
        t(f"models.step.{step}"), type="primary" if first else "secondary", key=f"step_{step}",
        icon=f":material/{ICONS[step]}:", on_click=_take, args=(step, model.name, version.ref, model.last),
    )  # fmt: skip


def _take(step: str, model: str, ref: str, seen: int) -> None:
    """Take the step, or keep in one sentence why not."""
    reason, until = st.session_state["decide_reason"], st.session_state.get("decide_until")
    doing = {"submit": steps.submit, "reject": steps.reject, "use": steps.use, "retire": steps.retire}
    try:
        acts = who.keep(st.session_state["name_decide"])
        if step in ("approve", "attest"):
            steps.approve(ref, who=acts, reason=reason, until=until, expected=seen)
        elif step == "roll_back":
            steps.roll_back(model, who=acts, reason=reason, expected=seen)
        elif step == "delete":
            steps.delete(ref, who=acts, reason=reason, expected=seen)
        else:
            doing[step](ref, who=acts, reason=reason, expected=seen)
    except ScaLearnError as problem:
        st.session_state[PROBLEM] = problem
