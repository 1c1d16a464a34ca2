"""Score against learned parameters, and score against labels: what more of either would bring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from scalearn_core.records.studies import CarriedOn
from scalearn_ui.charts.base import finish, lines
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

DECADE = 52
"""Pixels for ten times as many numbers."""
ROW = 36
"""Pixels that a rung's name and number need, one above the other."""
NAME = 28
"""Letters of a name that fit a line beside the figure on a phone."""
BELOW = 0.9
"""Decades by which a rung that learns nothing stands below the others: a logarithm has no place for 0."""


@dataclass(frozen=True)
class Step:
    """One rung with its score and 95% interval, on 0 to 100."""

    name: str
    learned: int
    """Numbers beside the classifier on top."""
    numbers: str
    """The same in words."""
    value: float
    low: float
    high: float


@drawn_once
def ladder(
    steps: Sequence[Step], *, stop: int, stop_word: str, x_title: str, y_title: str, palette: Palette
) -> go.Figure:
    """A dot with its interval for each rung, as high as the logarithm of the numbers it learns.

    Args:
        stop: which step is marked; in the accent colour, as a diamond, and with `stop_word` beside its score.
    """
    heights = _heights([step.learned for step in steps])
    order = sorted(range(len(steps)), key=lambda number: heights[number])
    figure = go.Figure()
    at = steps[stop].value
    figure.add_scatter(
        x=[at, at], y=[heights[order[0]], heights[order[-1]]], mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": palette.accent, "width": 1, "dash": "dot"},
    )  # fmt: skip
    for number, step in enumerate(steps):
        marked = number == stop
        colour = palette.accent if marked else palette.quiet
        figure.add_scatter(
            x=[step.value],
            y=[heights[number]],
            mode="markers+text",
            text=[f"<b>{step.value:.1f} · {stop_word}</b>" if marked else f"{step.value:.1f}"],
            textposition="top center",
            cliponaxis=False,
            textfont={"color": palette.ink},
            marker={
                "size": 15 if marked else 10,
                "color": colour,
                "symbol": "diamond" if marked else "circle",
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [step.high - step.value],
                "arrayminus": [step.value - step.low],
                "color": colour,
                "thickness": 3 if marked else 2,
                "width": 5,
            },
            hovertemplate=f"{lines(step.name)}<br>{step.numbers}<br>{step.value:.1f} "
            f"({step.low:.1f}–{step.high:.1f})<extra></extra>",
            showlegend=False,
        )
    labels = _apart([heights[number] for number in order], ROW / DECADE)
    names = [f"{lines(steps[number].name, NAME)}<br><b>{steps[number].numbers}</b>" for number in order]
    finish(figure, palette, rows=1, x_title=x_title, row_height=0, top_down=False)
    lowest, highest = min(step.low for step in steps), max(step.high for step in steps)
    figure.update_xaxes(range=[max(0, lowest - 5), min(108, highest + 8)])
    bottom, top = min(heights[order[0]], labels[0]) - 0.5, max(heights[order[-1]], labels[-1]) + 0.8
    figure.update_yaxes(
        title=y_title,
        range=[bottom, top],
        tickmode="array",
        tickvals=labels,
        ticktext=names,
        gridcolor=palette.grid,
    )
    figure.update_layout(height=round(DECADE * (top - bottom)) + 60)
    return figure


def _title(words: str, palette: Palette) -> dict[str, object]:
    return {"text": words, "font": {"color": palette.ink, "size": 13}}


def _heights(learned: Sequence[int]) -> list[float]:
    """Logarithms to base ten, and for 0 a place below the smallest."""
    smallest = min((math.log10(number) for number in learned if number), default=0.0)
    return [math.log10(number) if number else smallest - BELOW for number in learned]


def _apart(places: Sequence[float], least: float) -> list[float]:
    """The same places in order, moved up where they are nearer than `least`."""
    moved: list[float] = []
    for place in places:
        moved.append(place if not moved else max(place, moved[-1] + least))
    return moved


@dataclass(frozen=True)
class Learned:
    """One method: its scores, 0 to 100, by documents learned from, and the curve where one was fitted."""

    name: str
    points: Sequence[tuple[int, float]]
    curve: CarriedOn | None
    """Likewise from 0 to 100."""


@drawn_once
def learning_curves(
    methods: Sequence[Learned], *, at_hand: int, now: str, x_title: str, y_title: str, palette: Palette
) -> go.Figure:
    """Dots for what was measured, a line for the curve, dashed and with a band beyond the documents at hand.

    Args:
        methods: ours first.
        now: word for where one stands, beside the line at `at_hand` documents.
    """
    figure = go.Figure()
    looks = [(palette.accent, "circle", 0.25), (palette.quiet, "square-open", 0.1)]
    for method, (colour, symbol, shade) in zip(methods, looks, strict=True):
        if method.curve is not None:
            _curve(figure, method.name, method.curve, at_hand, colour, shade)
        figure.add_scatter(
            x=[documents for documents, _ in method.points],
            y=[score for _, score in method.points],
            mode="markers",
            name=method.name,
            marker={"color": colour, "symbol": symbol, "size": 9, "line": {"width": 2, "color": colour}},
            hovertemplate=f"{lines(method.name)}<br>%{{x:,}}: %{{y:.1f}}<extra></extra>",
        )
    ends = [bound for method in methods for bound in _extent(method)]
    bottom, top = max(0.0, min(ends) - 4), min(102.0, max(ends) + 4)
    figure.add_scatter(
        x=[at_hand, at_hand], y=[bottom, top - 1], mode="lines+text", text=["", now], textposition="top center",
        line={"color": palette.ink, "width": 1, "dash": "dot"}, textfont={"color": palette.ink},
        hoverinfo="skip", showlegend=False, cliponaxis=False,
    )  # fmt: skip
    finish(figure, palette, rows=1, x_title=x_title, row_height=320, top_down=False)
    sizes = sorted({documents for method in methods for documents, _ in method.points})
    last = max([at_hand, *(int(method.curve.documents[-1]) for method in methods if method.curve is not None)])
    shown = [*sizes, *([2 * at_hand] if last >= 2 * at_hand else []), *([last] if last > at_hand else [])]
    figure.update_xaxes(
        type="log", range=[math.log10(sizes[0] * 0.85), math.log10(last * 1.1)], tickmode="array", tickvals=shown,
        ticktext=[f"{size:,}" for size in shown],
    )  # fmt: skip
    figure.update_yaxes(title=_title(y_title, palette), range=[bottom, top + 2], gridcolor=palette.grid)
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": palette.ink}},
    )
    return figure


def _curve(figure: go.Figure, name: str, curve: CarriedOn, at_hand: int, colour: str, shade: float) -> None:
    documents = list(curve.documents)
    turn = sum(size <= at_hand for size in documents)
    beyond = slice(max(0, turn - 1), None)
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    low, high = (list(end)[beyond] for end in (curve.low, curve.high))
    figure.add_scatter(
        x=[*documents[beyond], *reversed(documents[beyond])], y=[*high, *reversed(low)], fill="toself",
        fillcolor=f"rgba({red},{green},{blue},{shade})", mode="lines", line={"width": 0}, hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    for part, dash in ((slice(None, turn), "solid"), (beyond, "dash")):
        figure.add_scatter(
            x=documents[part], y=list(curve.macro_f1)[part], mode="lines", showlegend=False,
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{lines(name)}<br>%{{x:,}}: %{{y:.1f}}<extra></extra>",
        )  # fmt: skip


def _extent(method: Learned) -> list[float]:
    scores = [score for _, score in method.points]
    if method.curve is None:
        return scores
    return [*scores, method.curve.low[-1], method.curve.high[-1]]
