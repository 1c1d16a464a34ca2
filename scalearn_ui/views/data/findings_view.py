"""The findings of a table: each with a sentence, its rows, and remedies that can be applied and undone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import pandas as pd
import streamlit as st

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.recipe import Step
from scalearn_core.tables.export import csv_text
from scalearn_ui import findings
from scalearn_ui.letters import cells
from scalearn_ui.parts import dataset_view
from scalearn_ui.text import Markdown, t

ICONS = {
    "serious": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "hint": ":material/info:",
}
Choose = Callable[[str], None]
SHOWN = 500
"""Rows shown on the page at most; the download has them all."""


class Done:
    """The remedies chosen for one table with its columns, in their order; another table has none."""

    def __init__(self, slot: str, key: Hashable) -> None:
        kept = st.session_state.get(slot)
        if kept is None or kept[0] != key:
            kept = st.session_state[slot] = (key, [])
        self.remedies: list[Remedy] = kept[1]

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for remedy in self.remedies for step in remedy.steps)

    def draw(self, slot: str) -> None:
        """What was done, each with a way back."""
        for number, remedy in enumerate(self.remedies):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f":green[:material/check:] {findings.consequence(remedy)}", width="stretch")
                if st.button(t("findings.undo"), key=f"{slot}_undo_{number}", type="tertiary"):
                    del self.remedies[number]
                    st.rerun()


def draw(
    all_findings: Sequence[Finding],
    dataset: TextDataset,
    done: Done,
    slot: str,
    *,
    fold: bool = True,
    choose: Choose | None = None,
) -> None:
    """All findings; with `fold`, those that are good to know only are folded away.

    Args:
        choose: Takes the column that a finding names for the better one; without it none can be taken here.
    """
    pressing = [finding for finding in all_findings if finding.severity != "hint" or not fold]
    hints = [finding for finding in all_findings if finding not in pressing]
    for finding in pressing:
        with st.container(border=True):
            _one(finding, dataset, done, slot, choose)
    if hints:
        with st.expander(t("findings.hints", n=len(hints)), icon=":material/info:"):
            for finding in hints:
                _one(finding, dataset, done, slot, choose)


def _one(finding: Finding, dataset: TextDataset, done: Done, slot: str, choose: Choose | None) -> None:
    st.markdown(f"{ICONS[finding.severity]} {findings.found(finding)}")
    place = st.container(horizontal=True)
    for number, remedy in enumerate(finding.remedies):
        key = f"{slot}_{finding.code}_{number}"
        if place.button(findings.button(remedy), key=key):
            done.remedies.append(remedy)
            st.rerun()
    if choose is not None and (better := finding.values.get("column")):
        key = f"{slot}_{finding.code}_choose"
        place.button(t("findings.choose", column=better), key=key, on_click=choose, args=(better,))
    if finding.rows:
        with place.popover(t("findings.rows", n=f"{len(finding.rows):,}"), key=f"{slot}_{finding.code}_rows"):
            _rows(finding, dataset, slot)
    for remedy in finding.remedies:
        st.caption(Markdown(f"**{findings.button(remedy)}**: {findings.consequence(remedy)}"))


def _rows(finding: Finding, dataset: TextDataset, slot: str) -> None:
    """The documents a finding is about, and all of them as a file."""
    st.dataframe(
        cells(listed(finding, dataset, SHOWN)),
        hide_index=True,
        alt=t("findings.rows_alt"),
        key=f"{slot}_{finding.code}_table",
    )
    st.download_button(
        t("findings.download"),
        lambda: csv_text(listed(finding, dataset)).encode("utf-8-sig"),
        file_name=f"{finding.code}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"{slot}_{finding.code}_download",
    )


def listed(finding: Finding, dataset: TextDataset, most: int | None = None) -> pd.DataFrame:
    """Row, class, note and text of the documents, or of the first of them."""
    rows = list(finding.rows[:most])
    without = pd.DataFrame({"text": dataset.unlabelled, "label": ""}, dtype="str")
    frame = (pd.concat([dataset.frame, without]) if len(without) else dataset.frame).loc[rows]
    columns = {
        t("data.row"): dataset_view.numbered(dataset, rows),
        t("findings.class"): frame["label"].tolist(),
    }
    if finding.notes:
        columns[t("findings.note")] = [findings.note(finding, words) for words in finding.notes[:most]]
    return pd.DataFrame(columns | {t("findings.text"): frame["text"].tolist()})
