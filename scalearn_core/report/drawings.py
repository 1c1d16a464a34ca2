"""Pictures of a story for a page of HTML: SVG of rectangles, lines and letters."""

from __future__ import annotations

from html import escape

from scalearn_core.report import look
from scalearn_core.report.story import Bars, Columns, Curve
from scalearn_core.report.words import letters, shortened

WIDTH, ROW, NAMES = 330, 15, 152
"""Of a picture, of a bar with its room, and of the names before bars."""
FONT = 'font-family="Arial, Hiragino Sans, Yu Gothic, Noto Sans CJK JP, sans-serif" font-size="9.5"'


def drawn(shown: Bars | Columns | Curve, *, alt: str) -> str:
    """The picture as one `<svg>`."""
    if isinstance(shown, Bars):
        height, body = len(shown.labels) * ROW + 4, _bars(shown)
    elif isinstance(shown, Columns):
        height, body = len(shown.labels) * ROW + 4, _amounts(shown)
    else:
        height, body = 104, _curve(shown, 104)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(letters(alt), quote=True)}" {FONT} '
        f'fill="#{look.INK}">{body}</svg>'
    )


def _bars(shown: Bars) -> str:
    room = WIDTH - NAMES - 6
    parts = []
    for place, (label, value) in enumerate(zip(shown.labels, shown.values, strict=True)):
        top, middle = place * ROW + 3, place * ROW + 3 + 6
        colour = look.FILL if shown.ours[place] else look.PALE
        low, high = (NAMES + room * bound / 100 for bound in (shown.low[place], shown.high[place]))
        parts += [
            _name(label, middle),
            f'<rect x="{NAMES}" y="{top}" width="{room * value / 100:.1f}" height="12" fill="#{colour}"/>',
            f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 3}v6M{high:.1f} {middle - 3}v6" '
            f'stroke="#{look.QUIET}" fill="none"/>',
            f'<text x="{NAMES + 3}" y="{middle + 3.4}" font-weight="bold">{value:.1f}</text>',
        ]
    return "".join(parts)


def _amounts(shown: Columns) -> str:
    room, most = WIDTH - NAMES - 60, max(shown.values, default=0.0) or 1.0
    parts = []
    for place, (label, value) in enumerate(zip(shown.labels, shown.values, strict=True)):
        top = place * ROW + 3
        colour = look.FILL if place == shown.best else look.PALE
        width = room * value / most
        parts += [
            _name(label, top + 6),
            f'<rect x="{NAMES}" y="{top}" width="{width:.1f}" height="12" fill="#{colour}"/>',
            f'<text x="{NAMES + width + 4:.1f}" y="{top + 9.4}" font-weight="bold">{value:,.0f}</text>'
            if value >= 10
            else f'<text x="{NAMES + width + 4:.1f}" y="{top + 9.4}" font-weight="bold">{value:.2f}</text>',
        ]
    return "".join(parts)


def _curve(shown: Curve, height: int) -> str:
    pairs = [*shown.measured, *shown.carried, *shown.low, *shown.high]
    right = max(x for x, _ in pairs) or 1.0
    low, high = min(y for _, y in pairs), max(y for _, y in pairs)
    low, high = 10 * (low // 10), min(100.0, 10 * (high // 10 + 1))
    left, bottom = 26, height - 26

    def at(x: float, y: float) -> str:
        return (
            f"{left + (WIDTH - left - 8) * x / right:.1f} {bottom - (bottom - 6) * (y - low) / (high - low):.1f}"
        )

    def line(points: tuple[tuple[float, float], ...], style: str) -> str:
        path = "L".join(at(x, y) for x, y in points)
        return f'<path d="M{path}" fill="none" {style}/>' if points else ""

    marks = []
    for score in (low, (low + high) / 2, high):
        _, y = at(0, score).split()
        marks.append(f'<path d="M{left} {y}H{WIDTH - 8}" stroke="#{look.GRID}"/>')
        marks.append(f'<text x="{left - 4}" y="{float(y) + 3:.1f}" text-anchor="end">{score:.0f}</text>')
    for documents in (0.0, right / 2, right):
        x, _ = at(documents, low).split()
        anchor = "end" if documents == right else "middle"
        marks.append(f'<text x="{x}" y="{bottom + 11}" text-anchor="{anchor}">{documents:,.0f}</text>')
    dots = []
    for documents, score in shown.measured:
        x, y = at(documents, score).split()
        dots.append(f'<circle cx="{x}" cy="{y}" r="2.6" fill="#{look.ACCENT}"/>')
    dashed = f'stroke="#{look.QUIET}" stroke-dasharray="3 2"'
    title = f'<text x="{WIDTH / 2}" y="{height - 4}" text-anchor="middle">{escape(letters(shown.x_title))}</text>'
    return "".join(
        [*marks, line(shown.low, dashed), line(shown.high, dashed),
         line(shown.carried, f'stroke="#{look.ACCENT}" stroke-width="1.6"'), *dots, title]
    )  # fmt: skip


def _name(label: str, middle: float) -> str:
    name = escape(shortened(letters(label), 31))
    return f'<text x="{NAMES - 5}" y="{middle + 3.4}" text-anchor="end">{name}</text>'
