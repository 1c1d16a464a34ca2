"""The staged ladder: what each further step would cost and bring."""

from __future__ import annotations

from typing import Any

import streamlit as st

from scalearn_core.runs import Run
from scalearn_ui.text import t
from scalearn_ui.widgets import cost


def draw(run: Run, found: dict[str, Any]) -> None:
    """What the model cost."""
    st.subheader(t("results.cost"), anchor=False)
    cost.cost(found)
