"""What leaves the studio with a model: its passport, and the zip for those who run it."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import streamlit as st

from scalearn_core.audit.person import acting
from scalearn_core.audit.trail import record
from scalearn_core.governance.folders import place_of_version
from scalearn_core.governance.passport import passport_of
from scalearn_core.governance.passport_page import page
from scalearn_core.governance.records import Version
from scalearn_core.governance.resolve import Resolved
from scalearn_ui import text
from scalearn_ui.letters import bare
from scalearn_ui.parts.who import known
from scalearn_ui.text import t


def draw(version: Version) -> None:
    """Two downloads, each made when it is asked for."""
    if version.state == "deleted":
        return
    language, who = text.language(), known() or acting().name
    file = bare(f"{version.model}-{version.version}").replace("/", "_")

    def passport() -> str:
        made = passport_of(place_of_version(version), version)
        shown = page(made, language)
        sha256 = hashlib.sha256(shown.encode()).hexdigest()
        facts = {"model": version.model, "version": version.version, "sha256": sha256, "seal": made.seal}
        record("passport.write", facts, who=who)
        return shown

    def handover() -> bytes:
        from scalearn_core.governance.handover import hand_over

        with tempfile.TemporaryDirectory() as scratch:
            packed = Path(scratch) / "handover.zip"
            hand_over(Resolved(place_of_version(version), version), packed, language=language, kept=False)
            return packed.read_bytes()

    with st.container(horizontal=True):
        st.download_button(
            t("models.passport"), passport, f"{file}-passport.html", "text/html", key="passport",
            icon=":material/badge:", help=t("models.passport_help"), on_click="ignore",
        )  # fmt: skip
        st.download_button(
            t("models.handover"), handover, f"{file}.zip", "application/zip", key="handover",
            icon=":material/inventory_2:", help=t("models.handover_help"), on_click="ignore",
        )  # fmt: skip
