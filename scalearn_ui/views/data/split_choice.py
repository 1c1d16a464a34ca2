"""Which documents a dataset's models are tested on."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import streamlit as st

from scalearn_core.checks.duplicates import leakage
from scalearn_core.checks.finding import Finding
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.parts import Part
from scalearn_core.data.split_plan import AT_RANDOM, By, SplitPlan, marks_parts, offered_test_values
from scalearn_core.errors import DataError
from scalearn_ui import text
from scalearn_ui.letters import letters
from scalearn_ui.parts.table_input import Given
from scalearn_ui.session_slot import begin_anew, remembered
from scalearn_ui.text import count, plain, t
from scalearn_ui.views.data import findings_view
from scalearn_ui.views.data.findings_view import Done

WAYS: tuple[By, ...] = ("random", "newest", "column")
DAY_FIRST = {"as_found": None, "day": True, "month": False}
LARGE = 20_000
"""Rows that take seconds to divide."""
LOOKED_AT = 1_000
"""Rows by which a column is proposed."""
DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}")
MANY_KEPT_OUT = 0.2
"""Share of the documents in no part from which on that is a warning."""
MOST_VALUES = 50
"""Different cells of a column that may mark test documents."""


def ask_plan(given: Given, used: tuple[str, ...]) -> SplitPlan | None:
    """How the table is divided, folded away; None while a choice is missing.

    Args:
        used: columns that hold the texts and the classes.
    """
    others = [column for column in given.columns if column not in used]
    small = len(given.table.frame) <= LARGE
    nothing = {"split_column": None, "split_group": None, "split_day_first": "as_found"}
    begin_anew("split_of", given.key, {"split_way": WAYS[0], "split_near": small, **nothing})
    with st.expander(t("split.title"), icon=":material/call_split:"):
        near = st.checkbox(t("split.near"), help=t("split.near_help"), key="split_near")
        options: dict[str, Any] = {"near_duplicates": near}
        if not others:
            return SplitPlan(**options)
        ways = {way: t(f"split.{way}") for way in WAYS}
        way: By = st.radio(t("split.way"), WAYS, format_func=ways.__getitem__, key="split_way")
        options["by"] = way
        if way != "random":
            begin_anew("split_column_of", (given.key, way), {"split_column": _likely(given, others, way)})
            options["column"] = st.selectbox(
                t(f"split.{way}_column"), others, index=None, key="split_column", format_func=letters
            )
        if way == "column" and options["column"]:
            options["test_values"] = _ask_values(given, options["column"])
        if way == "newest":
            options["day_first"] = _ask_day_first()
        options["group_column"] = st.selectbox(
            t("split.group_column"),
            [column for column in others if column != options.get("column")],
            index=None,
            placeholder=t("split.no_group"),
            help=t("split.group_help"),
            format_func=letters,
            key="split_group",
        )
        if way != "random" and not (options["column"] and (way != "column" or options.get("test_values"))):
            st.caption(t("split.incomplete"))
            return None
    return SplitPlan(**options)


def _likely(upload: Given, others: list[str], way: By) -> str | None:
    """The first column that looks like dates, or like marks of what to test on."""
    for column in others:
        cells = [cell for cell in upload.table.frame[column].head(LOOKED_AT).str.strip().unique() if cell]
        fits = marks_parts(cells) if way == "column" else bool(cells) and all(map(DATE.match, cells))
        if fits:
            return column
    return None


def _ask_values(upload: Given, column: str) -> tuple[str, ...]:
    values = [value for value in dict.fromkeys(upload.table.frame[column].str.strip()) if value]
    if len(values) > MOST_VALUES:
        st.caption(t("split.too_many_values", n=len(values), most=MOST_VALUES))
        return ()
    begin_anew("split_values_of", (upload.key, column), {"split_values": list(offered_test_values(values))})
    return tuple(st.multiselect(t("split.values"), values, key="split_values", format_func=letters))


def _ask_day_first() -> bool | None:
    words = {way: t(f"split.{way}") for way in DAY_FIRST}
    chosen = st.selectbox(t("split.day_first"), list(words), format_func=words.__getitem__, key="split_day_first")
    return DAY_FIRST[chosen]


def outcome(
    dataset: TextDataset, plan: SplitPlan, key: Hashable, done: Done, slot: str
) -> SplitPlan | None:  # fmt: skip
    """Say how many documents are learned from and tested on, and which stand on both sides. None where the plan
    does not fit the table.

    Where nearly equal texts leave nothing to test on if they stay together, they do not, and that is said.

    Args:
        done, slot: as in `findings_view.draw`.
        key: stands for the dataset. One that is large is divided in the default way only when it is trained on.
    """
    if plan == AT_RANDOM and len(dataset.frame) > LARGE:
        return plan
    try:
        divided, leaks = remembered("divided", (key, plan), lambda: _divided(dataset, plan))
    except DataError as problem:
        if plan.near_duplicates and plan.by == "random":
            st.caption(t("split.near_too_many"))
            return outcome(dataset, replace(plan, near_duplicates=False), key, done, slot)
        st.error(text.error(problem), icon=":material/error:")
        return None
    assert divided.parts is not None
    tested = int((divided.parts == Part.TEST).sum())
    learned = int(((divided.parts == Part.TRAIN) | (divided.parts == Part.VALIDATION)).sum())
    st.caption(t("split.outcome", learned=count("documents", learned), tested=count("documents", tested)))
    if divided.kept_out:
        show = st.warning if len(divided.kept_out) > MANY_KEPT_OUT * len(dataset.frame) else st.caption
        show(t("results.split.kept_out", documents=count("documents", len(divided.kept_out))))
    if divided.unscored:
        st.caption(t("split.unscored", labels=text.listed([plain(label) for label in divided.unscored[:10]])))
    left = [finding for finding in leaks if not any(remedy in done.remedies for remedy in finding.remedies)]
    findings_view.draw(left, dataset, done, slot)
    return plan


def _divided(dataset: TextDataset, plan: SplitPlan) -> tuple[TextDataset, list[Finding]]:
    divided = dataset.split(plan=plan)
    return divided, leakage(divided)
