"""A story as one sheet of paper: an HTML page that prints on A4, with nothing loaded from anywhere."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from scalearn_core.report import look
from scalearn_core.report.drawings import drawn
from scalearn_core.report.story import Bars, Example, Heat, Slide, Story, Tile
from scalearn_core.report.words import Words, letters, shortened, signed

EXAMPLE = 110
"""Letters of a quoted document."""
MOST_BARS = 8
NOTHING_LOADED = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
@page { size: A4; margin: 9mm 12mm; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0 auto; max-width: 186mm; padding: 8mm 0; background: #GROUND; color: #INK; line-height: 1.32;
  font: 8.2pt/1.28 Arial, "Hiragino Sans", "Yu Gothic", "Noto Sans CJK JP", sans-serif; }
@media print { body { padding: 0; background: none; } }
h1 { font-size: 17pt; line-height: 1.15; margin: 0 0 1mm; }
h2 { font-size: 10.2pt; line-height: 1.2; margin: 0 0 .8mm; }
h3 { font-size: 8.4pt; margin: 0 0 .6mm; color: #ACCENT; }
p { margin: 0 0 .7mm; } .quiet { color: #QUIET; }
small { font-size: 7pt; color: #QUIET; display: block; }
section { break-inside: avoid; margin-top: 2.6mm; }
.two { columns: 2; column-gap: 6mm; margin-top: 2.6mm; } .two section { margin: 0 0 2.6mm; }
.tiles, .points { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2.5mm 4mm; }
.tiles > div { border-top: .5mm solid #ACCENT; padding-top: 1mm; margin-top: 1.5mm; }
.tiles strong { display: block; font-size: 14pt; line-height: 1.15; color: #ACCENT; }
.points > div, blockquote { background: #PANEL; padding: 1.5mm 2.2mm; margin: .8mm 0 0; }
blockquote { font-size: 7.6pt; } blockquote b.true { color: #ACCENT; } blockquote b.given { color: #OPPOSITE; }
table { border-collapse: collapse; width: 100%; font-size: 7.6pt; }
th, td { padding: .45mm 1mm; text-align: center; border: .2mm solid #GROUND; } th:first-child { text-align: left; }
tbody th { font-weight: normal; } thead th { background: #PANEL; }
svg { width: 100%; height: auto; display: block; }
footer { margin-top: 2.4mm; border-top: .2mm solid #GRID; padding-top: 1mm; font-size: 7pt; color: #QUIET; }
"""


def sheet_of(story: Story) -> str:
    """The page as HTML text; the same story gives the same text."""
    first, *others = story.slides
    helped, *halves = [
        _brief(slide) for slide in others if not isinstance(slide.picture, Heat) and not slide.points
    ]
    halves = [helped, *sorted(halves, key=lambda slide: bool(slide.examples))]  # the longest fills a column
    whole = [slide for slide in others if isinstance(slide.picture, Heat)]
    last = [_brief(slide) for slide in others if slide.points]
    body = [
        f"<header><h1>{_safe(story.title)}</h1>{_part(replace(first, points=()), story.language, 2)}</header>",
        f'<div class="two">{"".join(_section(slide, story.language) for slide in halves)}</div>',
        *(_section(slide, story.language) for slide in (*whole, *last)),
        f"<footer>{_safe(story.footer)}</footer>",
    ]
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{story.language}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{NOTHING_LOADED}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_safe(story.title)}</title><style>{_style()}</style></head><body>",
            *body,
            "</body></html>\n",
        ]
    )


def _brief(slide: Slide) -> Slide:
    """Without how it was measured, which the sheet says once, at its head; of bars the first few."""
    shown = slide.picture
    if isinstance(shown, Bars):
        columns = (shown.labels, shown.values, shown.low, shown.high, shown.ours)
        shown = Bars(shown.name, *(column[:MOST_BARS] for column in columns))  # type: ignore[arg-type]
    return replace(slide, note="", picture=shown)


def _section(slide: Slide, language: str) -> str:
    return f"<section>{_part(slide, language, 2)}</section>"


def _part(slide: Slide, language: str, level: int) -> str:
    """Title, lead, numbers, picture, examples and points of one slide."""
    parts = [f"<h{level}>{_safe(slide.title)}</h{level}>", f'<p class="quiet">{_safe(slide.lead)}</p>']
    if slide.tiles:
        parts.append(f'<div class="tiles">{"".join(map(_tile, slide.tiles))}</div>')
    if isinstance(slide.picture, Heat):
        parts += [f"<small>{_safe(slide.picture_title)}</small>", _heat(slide.picture)]
    elif slide.picture is not None:
        parts += [f"<small>{_safe(slide.picture_title)}</small>", drawn(slide.picture, alt=slide.title)]
    if slide.examples:
        parts.append(f"<small>{_safe(slide.examples_title)}</small>")
        parts += [_example(example, language) for example in slide.examples]
    if slide.points:
        style = "" if len(slide.points) > 2 else ' style="grid-template-columns: 1fr 1fr"'
        parts.append(f'<div class="points"{style}>{"".join(_point(*point) for point in slide.points)}</div>')
    if slide.note:
        parts.append(f"<small>{_safe(slide.note)}</small>")
    return "".join(parts)


def _tile(tile: Tile) -> str:
    return f"<div><strong>{_safe(tile.value)}</strong>{_safe(tile.text)}</div>"


def _point(heading: str, sentences: tuple[str, ...]) -> str:
    lines = "".join(f"<p>{_safe(sentence)}</p>" for sentence in sentences)
    return f"<div><h3>{_safe(heading)}</h3>{lines}</div>"


def _example(example: Example, language: str) -> str:
    say = Words(language)
    quoted = _safe(say("quote", name=shortened(letters(example.text), EXAMPLE)))
    true, given = (_safe(label) or "–" for label in (example.true, example.given))
    return (
        f'<blockquote>{quoted}<br>{_safe(say("mistakes.example.true"))}: <b class="true">{true}</b> · '
        f'{_safe(say("mistakes.example.given"))}: <b class="given">{given}</b></blockquote>'
    )


def _heat(shown: Heat) -> str:
    reach = max((abs(value) for row in shown.values for value in row), default=0.0) or 1.0
    head = "".join(f'<th scope="col">{_safe(name)}</th>' for name in (shown.corner, *shown.columns))
    rows = []
    for name, values in zip(shown.rows, shown.values, strict=True):
        cells = "".join(
            f'<td style="background:#{look.blended(value / reach)}">{signed(value)}</td>' for value in values
        )
        rows.append(f'<tr><th scope="row">{_safe(name)}</th>{cells}</tr>')
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _style() -> str:
    filled = STYLE
    for name in ("GROUND", "INK", "ACCENT", "QUIET", "PANEL", "OPPOSITE", "GRID"):
        filled = filled.replace(f"#{name}", f"#{getattr(look, name)}")
    return filled


def _safe(text: str) -> str:
    return escape(letters(text))
