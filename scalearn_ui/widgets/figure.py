"""A figure on the page, in the colours of the reader's theme and with a name for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from scalearn_ui import charts
from scalearn_ui.palette import DARK, LIGHT, Palette

if TYPE_CHECKING:
    import plotly.graph_objects as go


def palette() -> Palette:
    """Colours of the theme on screen."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def show(figure: go.Figure, *, alt: str, key: str, on_pick: Callable[[], None] | None = None) -> None:
    """Draw `figure`; `alt` says in one sentence what it shows, `on_pick` is called when a point is clicked."""
    st.plotly_chart(
        figure, config=charts.CONFIG, alt=alt, key=key, on_select=on_pick or "ignore", selection_mode="points"
    )


def show_wide_map(figure: go.Figure, *, alt: str, key: str) -> None:
    """The same for a map of many columns: on a phone its cells tell their numbers only when tapped."""
    st.html(f"<style>@media (max-width: 640px) {{ .st-key-{key} .heatmap-label {{ display: none }} }}</style>")
    show(figure, alt=alt, key=key)
