"""What a model cost: time and size first, learned parameters last, each with a sentence."""

from __future__ import annotations

import streamlit as st

from scalearn_core.records.training import FastMode, NotMeasured, TrainingRecord
from scalearn_ui import charts, text
from scalearn_ui.parts import glossary
from scalearn_ui.text import count, t

FAST_DOCUMENTS = 30
"""With fewer test documents the loss of fast prediction cannot be told, whatever was measured."""


def cost(record: TrainingRecord) -> None:
    """Time and size, then learned numbers, each with a sentence."""
    counts, seconds, size = record.parameter_counts, record.seconds, record.model_bytes
    assert size is not None  # the model was saved
    frozen = counts.sources_frozen + counts.encoder_frozen
    tiles = [
        (t("cost.time"), text.duration(seconds["total"]), t("cost.time_text", device=record.device.name), None),
        (
            t("cost.size"),
            text.size(size.total),
            t("cost.size_text", scales=text.size(size.scales)),
            glossary.meaning("model"),
        ),
        (t("cost.scales"), f"{counts.scales:,}", t("cost.scales_text"), glossary.meaning("scale")),
        (t("cost.head"), f"{counts.head:,}", t("cost.head_text"), None),
    ]
    if counts.own_adapter:
        own = f"{counts.own_adapter:,}"
        tiles.append((t("cost.own_adapter"), own, t("cost.own_adapter_text"), glossary.meaning("task_adapter")))
    with st.grid(len(tiles), min_column_width=230):
        for label, value, explanation, meaning in tiles:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, value, help=meaning)
                st.caption(explanation)
    st.caption(t("cost.frozen", frozen=f"{frozen:,}"))
    if products := record.device.products:
        st.caption(t("cost.in_bfloat16") if products == "bfloat16" else t("cost.in_float32"))
    model_id = record.model_id
    st.caption(t("cost.identity", model_id=model_id[:12]) if model_id else t("cost.unsealed"))
    if measured := record.fast_mode:
        st.caption(_fast_mode(measured, record.device.kind))


def _fast_mode(measured: FastMode, device: str) -> str:
    """What 8-bit prediction brings and costs, or why new texts are classified without it."""
    if isinstance(measured, NotMeasured) or not (measured.within_limit or measured.documents >= FAST_DOCUMENTS):
        return t("fast.unmeasured") if device == "cpu" else t("fast.not_on_gpu")
    same = round(measured.agreement * measured.documents)
    return t(
        "fast.within_limit" if measured.within_limit else "fast.over_limit",
        speedup=f"{measured.speedup:.1f}",
        same=f"{same:,}",
        documents=count("test_documents", measured.documents),
        change=charts.signed(100 * (measured.macro_f1_fast - measured.macro_f1_exact), 1),
    )
