"""The bundled tables, one click away."""

from __future__ import annotations

import streamlit as st

from scalearn_core.data import workspace
from scalearn_core.data.samples import SAMPLES, sample_bytes
from scalearn_ui import shell, state
from scalearn_ui.text import t


def try_button(key: str, *, primary: bool) -> None:
    """Store the sample as a dataset and go on to training it."""
    look = "primary" if primary else "secondary"
    if st.button(t("home.try_sample"), type=look, key="try_sample", icon=":material/play_arrow:"):  # type: ignore[arg-type]
        use(key)


def second_offer(key: str) -> None:
    """A quieter way to another sample, with the note that samples are invented."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.caption(t("home.second_sample"), width="content")
        if st.button(t(f"sample.{key}"), type="tertiary", key=f"sample_{key}"):
            use(key)


def use(key: str) -> None:
    """Save the sample `key` as a dataset, make it the current one, and open the training page."""
    sample = SAMPLES[key]
    stored = workspace.save_dataset(
        sample_bytes(key),
        filename=t(f"sample.{key}") + sample.path.suffix,
        text=sample.text,
        label=sample.label,
    )
    state.choose_dataset(stored)
    shell.go("train")
