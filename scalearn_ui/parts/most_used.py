"""Which source a model uses most, where, and whether that is shown to help: one sentence for all pages."""

from __future__ import annotations

import numpy as np
import streamlit as st

from scalearn_core.records.training import TrainingRecord
from scalearn_ui import outcomes
from scalearn_ui.parts.figure_text import as_figure_text
from scalearn_ui.text import Markdown, t

STRONG = 0.5
"""Of its greatest size over the layers: where a source is used this much, it is said to be used."""


def draw(record: TrainingRecord) -> None:
    """The sentence, with what it does not say."""
    if (place := _most(record)) is not None:
        st.markdown(_sentence(record, place))


def title(record: TrainingRecord) -> str:
    """The same as the title of a picture, which reads no Markdown; without what was measured."""
    place = _most(record)
    if place is None:
        return as_figure_text(t("most_used.none"))
    return as_figure_text(_use(record, place))


def _sentence(record: TrainingRecord, place: int) -> Markdown:
    """Used most, and shown to help or not."""
    return Markdown(f"{_use(record, place)} {t(f'most_used.{_worth(record, record.source_names[place])}')}")


def _worth(record: TrainingRecord, source: str) -> str:
    """What was measured of the source on the test documents: by leaving it out of all."""
    study = record.studies.sources
    if study is None:
        return (
            "carries"
            if any(row.source == source and row.lost > 0 for row in record.verdict.carried_by)
            else "unmeasured"
        )
    verdict = next((row.left_out.verdict for row in study.sources if row.source == source), "no_difference")
    return {"better": "helps", "worse": "harms"}.get(verdict, "not_shown")


def _use(record: TrainingRecord, place: int) -> Markdown:
    """Its name and the layers."""
    name = outcomes.source_titles(record)[place]
    sizes = np.abs(np.array(record.scales.contribution))[:, place]
    strong = (np.flatnonzero(sizes >= STRONG * sizes.max()) + 1).tolist()
    if len(strong) == len(sizes):
        return t("most_used.everywhere", name=name)
    if len(strong) == 1:
        return t("most_used.one_layer", name=name, layer=strong[0])
    if strong[-1] - strong[0] == len(strong) - 1:
        return t("most_used.layers", name=name, first=strong[0], last=strong[-1])
    return t("most_used.scattered", name=name, layer=int(sizes.argmax()) + 1)


def _most(record: TrainingRecord) -> int | None:
    """The column of the library's source that is used most; None where none is."""
    sizes = np.abs(np.array(record.scales.contribution)).mean(axis=0)[: record.reused]
    return int(sizes.argmax()) if sizes.size and sizes.max() > 0 else None
