"""The bundled tables, one click away."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from scalearn_core.evidence import ready
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES, sample_bytes
from scalearn_ui import shell, state
from scalearn_ui.parts.time_needed import of_sample
from scalearn_ui.text import Markdown, language, t


def offered() -> list[str]:
    """Keys of all samples, those in the reader's language first."""
    return sorted(SAMPLES, key=lambda key: SAMPLES[key].language != language())


def try_button(key: str, *, primary: bool, seen: bool) -> None:
    """Show what came out of the sample, or where nothing comes with it, go on to training it.

    Args:
        seen: its result was opened before; the button then says that it leads back there.
    """
    look = "primary" if primary else "secondary"
    words = t("home.back_to_sample", sample=t(f"sample.{key}")) if seen else t("home.try_sample")
    icon = ":material/verified:" if seen else ":material/play_arrow:"
    if st.button(words, type=look, key="try_sample", icon=icon):  # type: ignore[arg-type]
        use(key)


def other_offers(keys: Iterable[str]) -> None:
    """Quieter ways to other samples, with the note that samples are invented."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.caption(t("home.other_samples"), width="content")
        for key in keys:
            if st.button(t(f"sample.{key}"), type="tertiary", key=f"sample_{key}"):
                use(key)


def time_needed(step: str, key: str) -> dict[str, Markdown]:
    """What the sentence of this step says of the time that a training on the sample takes here."""
    return {"time": of_sample(key)} if step == "first" else {}


def use(key: str) -> None:
    """Save the sample `key` as a dataset, make it the current one, and open its result, else the training page."""
    sample = SAMPLES[key]
    with st.spinner(t("home.opening_sample")):
        stored = datasets.save_dataset(
            sample_bytes(key), sample.mapping, filename=t(f"sample.{key}") + sample.path.suffix, plan=sample.plan
        )
        state.choose_dataset(stored)
        run = (
            ready.show(key, stored, title=t("home.ready_title", sample=t(f"sample.{key}")))
            if ready.has_ready(key)
            else None
        )
    if run is None:
        shell.go("train")
    else:
        state.choose_run(run)
        shell.go("results", run=run)
