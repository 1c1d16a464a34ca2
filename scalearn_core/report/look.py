"""Colours, letters and places of slides; colours are the studio's light theme (`.streamlit/config.toml`)."""

from __future__ import annotations

INK, QUIET, ACCENT, OPPOSITE = "1e2a2e", "5a676b", "17695f", "b4602b"
FILL, FILL_OPPOSITE, PALE, PANEL, GRID = "74b8ac", "e3a57c", "d3d8d4", "f2f0e9", "dcd8cc"
GROUND = "fcfbf8"
LATIN, JAPANESE = "Arial", "Yu Gothic"
"""On every office computer; where one is missing, its own replacement is of the same width or near it."""
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.7
"""Inches."""


def blended(share: float) -> str:
    """The colour of a cell, `share` from -1 to 1: between ground and the accent's fill, or its opposite's."""
    towards = FILL if share >= 0 else FILL_OPPOSITE
    amount = min(1.0, abs(share))
    pairs = ((int(GROUND[at : at + 2], 16), int(towards[at : at + 2], 16)) for at in (0, 2, 4))
    return "".join(f"{round(start + amount * (end - start)):02x}" for start, end in pairs)
