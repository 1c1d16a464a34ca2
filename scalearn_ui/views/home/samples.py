"""The bundled tables, one click away."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from scalearn_core.data.mapping import Mapping
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES, sample_bytes
from scalearn_ui import shell, state
from scalearn_ui.text import language, t


def offered() -> list[str]:
    """Keys of all samples, those in the reader's language first."""
    return sorted(SAMPLES, key=lambda key: SAMPLES[key].language != language())


def try_button(key: str, *, primary: bool) -> None:
    """Store the sample as a dataset and go on to training it."""
    look = "primary" if primary else "secondary"
    if st.button(t("home.try_sample"), type=look, key="try_sample", icon=":material/play_arrow:"):  # type: ignore[arg-type]
        use(key)


def other_offers(keys: Iterable[str]) -> None:
    """Quieter ways to other samples, with the note that samples are invented."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.caption(t("home.other_samples"), width="content")
        for key in keys:
            if st.button(t(f"sample.{key}"), type="tertiary", key=f"sample_{key}"):
                use(key)


def use(key: str) -> None:
    """Save the sample `key` as a dataset, make it the current one, and open the training page."""
    sample = SAMPLES[key]
    stored = datasets.save_dataset(
        sample_bytes(key),
        Mapping(text=sample.text, label=sample.label, blanks="leave_out"),
        filename=t(f"sample.{key}") + sample.path.suffix,
    )
    state.choose_dataset(stored)
    shell.go("train")
