"""Versions side by side, and the paired difference of two of them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core.evaluation.report import FEW_DOCUMENTS
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.governance.compare import compare_versions
from scalearn_core.governance.folders import place_of_version
from scalearn_core.governance.records import RegisteredModel, Version
from scalearn_core.governance.words import Words
from scalearn_core.records.training import TrainingRecord
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_ui import charts, text
from scalearn_ui.letters import cells
from scalearn_ui.text import count, t


def draw(model: RegisteredModel) -> None:
    """The table of all, then the comparison."""
    words = Words(text.language())
    there = [version for version in reversed(model.versions) if version.state != "deleted"]
    rows = []
    for version in there:
        result = _result(version)
        report = result.scores["scalearn"] if result else None
        rows.append(
            {
                t("models.version"): version.version,
                t("models.state"): words(f"state.{version.state}"),
                t("models.score"): text.points(report.macro_f1.value) if report else "–",
                t("models.interval"): words.between(report.macro_f1) if report else "–",
                t("models.test_documents"): report.n if report else None,
                t("models.learned_from"): result.dataset.counts.train if result else None,
                t("models.sources"): len(result.sources) if result else None,
                t("models.data"): (result.dataset.name if result else "–"),
                t("models.approved_until"): version.until or "–",
                t("models.registered"): version.registered[:10],
            }
        )
    st.dataframe(cells(pd.DataFrame(rows)), hide_index=True, alt=t("models.versions_alt"))
    if len(there) > 1:
        _pair(there)


def _pair(there: list[Version]) -> None:
    names = {version.version: f"{t('models.version')} {version.version}" for version in there}
    left, right = st.columns(2)
    one = left.selectbox(t("models.this"), list(names), format_func=names.__getitem__, key="pair_one")
    other = right.selectbox(
        t("models.that"), list(names), index=1, format_func=names.__getitem__, key="pair_other"
    )
    by_number = {version.version: version for version in there}
    if one == other:
        st.info(t("models.pair.same"))
        return
    found = compare_versions(by_number[one], by_number[other])
    if found.comparison is None:
        st.info(t("models.pair.none"))
        return
    values = {"one": one, "other": other, "documents": count("documents", found.documents)}
    if found.documents < FEW_DOCUMENTS:
        st.info(t("models.pair.few", **values, least=FEW_DOCUMENTS))
        return
    verdict = found.comparison.verdict
    st.markdown(t(f"models.pair.{verdict}", **values, **charts.signed_points(found.comparison)))


def _result(version: Version) -> TrainingRecord | None:
    try:
        return read_training(place_of_version(version).evidence)
    except DAMAGED_FILE:
        return None
