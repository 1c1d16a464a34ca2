"""A figure on the page, in the colours of the reader's theme and with a name for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from scalearn_ui import charts
from scalearn_ui.palette import DARK, LIGHT, Palette

if TYPE_CHECKING:
    import plotly.graph_objects as go


def palette() -> Palette:
    """Colours of the theme on screen."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def show(
    figure: go.Figure,
    *,
    alt: str,
    key: str,
    config: Mapping[str, Any] = charts.CONFIG,
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Draw `figure`; `alt` says in one sentence what it shows, `on_pick` is called when a point is clicked."""
    st.plotly_chart(
        figure,
        config=dict(config),
        alt=alt,
        key=key,
        on_select=on_pick or "ignore",
        selection_mode="points",
    )


def one_for_each_width(*, wide: str, narrow: str) -> None:
    """Of two figures, by their keys, show one on a phone and the other elsewhere."""
    st.html(
        f"<style>@media (max-width: 640px) {{ .st-key-{wide} {{ display: none }} }}"
        f" @media (min-width: 641px) {{ .st-key-{narrow} {{ display: none }} }}</style>"
    )


def show_wide_map(figure: go.Figure, *, alt: str, key: str, config: Mapping[str, Any] = charts.CONFIG) -> None:
    """`show` for a map of many columns: on a phone its cells tell their numbers only when tapped."""
    st.html(f"<style>@media (max-width: 640px) {{ .st-key-{key} .heatmap-label {{ display: none }} }}</style>")
    show(figure, alt=alt, key=key, config=config)
