"""Whether a repeated run came out the same as the run it repeats, and any two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from scalearn_core.errors import RunError
from scalearn_core.runs import Run
from scalearn_core.runs.compared import Comparison, compare
from scalearn_ui import shell, text
from scalearn_ui.text import count, plain, t

SHOWN = 8
"""So many values that differ are listed."""


def draw(run: Run, others: Sequence[Run]) -> None:
    """The comparison with the run it repeats, and a choice of another of its kind.

    Args:
        others: Further runs, newest first.
    """
    if run.status != "succeeded":
        return
    if run.repeats is not None:
        _with(run, run.repeats, named=False)
    alike = {other.id: other for other in others if other.kind == run.kind and other.status == "succeeded"}
    if not alike:
        return
    with st.expander(t("run.compare"), icon=":material/compare_arrows:", key="compare"), shell.in_words():
        chosen = st.selectbox(
            t("run.compare_with"),
            list(alike),
            index=None,
            format_func=lambda run_id: (
                f"{alike[run_id].title or run_id} · {text.moment(alike[run_id].created_at)}"
            ),
            key="compare_with",
        )
        if chosen:
            _settings(alike[chosen], run)
            _with(run, chosen, named=True)


def _with(run: Run, other: str, *, named: bool) -> None:
    try:
        comparison = _compared(other, run.id)
    except (RunError, OSError, ValueError):
        if named:
            raise
        st.info(t("run.repeat_gone"))
        return
    if comparison.identical:
        st.success(
            t("run.repeat_same", files=count("files", len(comparison.same))), icon=":material/check_circle:"
        )
        return
    missing = (*comparison.only_first, *comparison.only_second)
    files = text.listed([*comparison.different, *missing])
    st.warning(t("run.repeat_other", files=files), icon=":material/difference:")
    lines = [
        t("run.repeat_value", where=each.where.removeprefix("."), first=each.first, second=each.second)
        for each in (*comparison.versions, *comparison.values)[:SHOWN]
    ]
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))


@st.cache_data(max_entries=16, ttl="1h", show_spinner=False)
def _compared(first: str, second: str) -> Comparison:
    return compare(first, second)


def _settings(first: Run, second: Run) -> None:
    """The settings in which two runs differ."""
    names = sorted(first.config.keys() | second.config.keys())
    differing = [name for name in names if first.config.get(name) != second.config.get(name)]
    if not differing:
        st.markdown(t("run.same_settings"))
        return
    rows = [
        t(
            "run.repeat_value",
            where=plain(name),
            first=plain(first.config.get(name)),
            second=plain(second.config.get(name)),
        )
        for name in differing
    ]
    st.markdown(t("run.other_settings") + "\n" + "\n".join(f"- {row}" for row in rows))
