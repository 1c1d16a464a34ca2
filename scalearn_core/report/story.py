"""What a slide holds, whatever draws it: words and numbers in the order a reader meets them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """One number with its sentence."""

    value: str
    text: str


@dataclass(frozen=True)
class Bars:
    """Horizontal bars from 0 to 100, first on top, each with its 95% interval where it is known."""

    name: str
    """Of the series."""
    labels: tuple[str, ...]
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ours: tuple[bool, ...]
    """Which are the model's own."""


@dataclass(frozen=True)
class Curve:
    """Score against labelled documents: what was measured, and the curve carried on with its band."""

    x_title: str
    y_title: str
    measured_name: str
    measured: tuple[tuple[float, float], ...]
    carried_name: str
    carried: tuple[tuple[float, float], ...]
    low_name: str
    low: tuple[tuple[float, float], ...]
    high_name: str
    high: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Columns:
    """Amounts side by side."""

    name: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    best: int
    """Place of the cheapest."""


@dataclass(frozen=True)
class Heat:
    """Sources by layers, in percent of the layer's own signal."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    """`[sources][layers]`"""


@dataclass(frozen=True)
class Example:
    """A test document that the model got wrong."""

    text: str
    true: str
    given: str


@dataclass(frozen=True)
class Slide:
    """One slide, or one part of the sheet."""

    title: str
    """What to take home, in a sentence."""
    lead: str
    tiles: tuple[Tile, ...] = ()
    picture: Bars | Curve | Columns | Heat | None = None
    picture_title: str = ""
    examples: tuple[Example, ...] = ()
    examples_title: str = ""
    points: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Headings, each with its sentences."""
    note: str = ""
    """How it was measured, small."""


@dataclass(frozen=True)
class Story:
    """All of it."""

    language: str
    title: str
    footer: str
    """Model, identity, date, and the head of the audit trail where there is one."""
    created: str
    """ISO 8601, of the model: what is written holds no other time, so that the same model gives the same bytes."""
    slides: tuple[Slide, ...]
