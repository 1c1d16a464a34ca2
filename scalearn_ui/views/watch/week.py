"""The last week of a model's answers against the weeks before."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.jobs.warm import WarmWatch
from scalearn_core.records.watch import DriftTest, WatchReport
from scalearn_core.runs import Run
from scalearn_core.watch import log
from scalearn_core.watch.figures import watch
from scalearn_ui.letters import cells
from scalearn_ui.text import Markdown, count, plain, t

BOX = {
    "nothing": (st.info, ":material/visibility_off:"),
    "too_few": (st.info, ":material/hourglass_empty:"),
    "calm": (st.success, ":material/check_circle:"),
    "calm_without_texts": (st.info, ":material/rule:"),
    "look": (st.warning, ":material/visibility:"),
}


def draw(run: Run, model_id: str) -> None:
    """The sentence first, then its numbers, then what to look at."""
    compared = st.session_state.get("watch_compared") == model_id
    found = _with_texts(run.id, model_id) if compared else watch(model_id, runs.folder(run.id), None)
    code = "calm_without_texts" if found.status == "calm" and found.inputs is None else found.status
    box, icon = BOX[code]
    box(_sentence(found), title=t(f"watch.{code}"), icon=icon)
    if found.status == "nothing":
        return
    for alarm in found.alarms:
        st.markdown(t(f"watch.alarm.{alarm}"))
    _tiles(found)
    if not compared and any(answer.text for answer in log.answers(model_id)):
        if st.button(t("watch.compare"), key="watch_compare", icon=":material/compare_arrows:"):
            st.session_state["watch_compared"] = model_id
            st.rerun()
    elif found.inputs is not None:
        st.markdown(_drift(found.inputs))
    st.subheader(t("watch.shares"), anchor=False)
    _shares(found)
    st.subheader(t("watch.look_at"), anchor=False)
    st.caption(t("watch.look_at.text"))
    _look_at(found)


@st.cache_data(max_entries=4, ttl="10m", show_spinner=True)
def _with_texts(run_id: str, model_id: str) -> WatchReport:
    """With the texts embedded, by a process of its own."""
    asked = WarmWatch(run_id)
    try:
        return asked.watch(model_id)
    finally:
        asked.close()


def _sentence(found: WatchReport) -> Markdown:
    """ "This week 84% (78 to 89) are estimated right; usual 88 to 93"."""
    if found.status == "nothing":
        return t("watch.nothing.text")
    documents = count("documents", found.documents)
    if found.status == "too_few" or found.estimated is None or found.usual is None:
        return t("watch.too_few.text", documents=documents)
    usual = {f"usual_{name}": value for name, value in _bounds(found.usual).items()}
    return t(
        "watch.estimated",
        estimated=f"{100 * found.estimated.value:.0f}",
        documents=documents,
        **_bounds(found.estimated),
        **usual,
    )


def _bounds(score: Interval) -> dict[str, str]:
    return {"low": f"{100 * score.low:.0f}", "high": f"{100 * score.high:.0f}"}


def _tiles(found: WatchReport) -> None:
    tiles = [
        (t("watch.documents"), f"{found.documents:,}", t("watch.documents.text", repeated=f"{found.repeated:,}")),
        (t("watch.confidence"), _percent(found.confidence_now), _before(found.confidence_before)),
    ]
    if found.referred_now is not None:
        tiles.append((t("watch.referred"), _percent(found.referred_now), _before(found.referred_before)))
    with st.grid(len(tiles), min_column_width=145):
        for label, value, explanation in tiles:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, value)
                st.caption(explanation)
    st.caption(t(f"watch.compared.{found.compared_with}", since=found.since or "", until=found.until or ""))


def _drift(test: DriftTest) -> Markdown:
    if test.p is None:
        return t("watch.inputs.too_few")
    code = "other" if test.p <= 0.01 else "alike"
    return t(f"watch.inputs.{code}", p=f"{test.p:.3f}", now=f"{test.now:,}", before=f"{test.before:,}")


def _shares(found: WatchReport) -> None:
    table = pd.DataFrame(
        {
            t("column.class"): [plain(share.label) for share in found.shares],
            t("watch.column.now"): [_percent(share.now) for share in found.shares],
            t("watch.column.before"): [_percent(share.before) for share in found.shares],
            t("watch.column.usual"): [
                "–" if share.low is None or share.high is None
                else t("confidence.range", low=f"{100 * share.low:.0f}", high=f"{100 * share.high:.0f}")
                for share in found.shares
            ],
        }
    )  # fmt: skip
    st.table(table, hide_index=True, border="horizontal", alt=t("watch.shares"))


def _look_at(found: WatchReport) -> None:
    table = pd.DataFrame(
        {
            t("column.text"): [
                each.text if each.text is not None else t("watch.no_text") for each in found.look_at
            ],
            t("column.predicted"): [each.label for each in found.look_at],
            t("column.confidence"): [_percent(each.confidence) for each in found.look_at],
            t("watch.column.time"): [each.time.replace("T", " ")[:16] for each in found.look_at],
        }
    )
    st.dataframe(cells(table), hide_index=True, alt=t("watch.look_at"))


def _before(value: float | None) -> Markdown:
    return t("watch.no_before") if value is None else t("watch.before", value=_percent(value))


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}%"
