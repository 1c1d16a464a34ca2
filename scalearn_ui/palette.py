"""The colours of both themes, for figures, which take no colours from Streamlit's configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one theme; the same as in `.streamlit/config.toml`."""

    ground: str
    """Page background: the middle of a diverging scale."""
    panel: str
    """Cells that hold nothing."""
    ink: str
    accent: str
    """The model's own results, and positive values."""
    opposite: str
    """Negative values."""
    fill: str
    """Fullest cell of a map; `ink` is readable on it."""
    fill_opposite: str
    """Fullest negative cell."""
    more: str
    """Fullest cell of a map for what is added, and `less` for what is subtracted: neither good nor bad."""
    less: str
    quiet: str
    """What the model is compared with."""
    grid: str


LIGHT = Palette(
    ground="#fcfbf8",
    panel="#f2f0e9",
    ink="#1e2a2e",
    accent="#17695f",
    opposite="#b4602b",
    fill="#74b8ac",
    fill_opposite="#e3a57c",
    more="#8fb3dc",
    less="#dfb65c",
    quiet="#69767a",
    grid="#dcd8cc",
)
DARK = Palette(
    ground="#121819",
    panel="#1b2426",
    ink="#e4e9e6",
    accent="#52bfae",
    opposite="#e09a66",
    fill="#1c7164",
    fill_opposite="#9c5326",
    more="#2f629e",
    less="#86620f",
    quiet="#93a3a6",
    grid="#324043",
)
