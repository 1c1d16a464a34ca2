"""A figure on the page, in the colours of the reader's theme and with a name for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from scalearn_ui import charts

if TYPE_CHECKING:
    import plotly.graph_objects as go


def palette() -> charts.Palette:
    """Colours of the theme on screen."""
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def show(figure: go.Figure, *, alt: str, key: str) -> None:
    """Draw `figure`; `alt` says in one sentence what it shows."""
    st.plotly_chart(figure, config=charts.CONFIG, alt=alt, key=key)
