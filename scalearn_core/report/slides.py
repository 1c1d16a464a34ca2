"""A story as slides: native text, tables and charts, which can all be edited."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from scalearn_core.report import look, native_charts
from scalearn_core.report.story import Bars, Columns, Curve, Example, Heat, Slide, Story, Tile
from scalearn_core.report.words import Words, letters, shortened, signed

TITLE_ONLY = 5
"""Layout of python-pptx's template; its title is what an outline and a screen reader find."""
CODES = {"en": "en-GB", "ja": "ja-JP"}
ONE_LINE = 62
"""Letters of a title in large type."""
EXAMPLE = 240
"""Letters of a quoted document."""
TOP, BOTTOM = 2.35, 6.55
"""Of what stands below the lead, in inches."""
WIDE = look.WIDTH - 2 * look.MARGIN


def slides_of(story: Story) -> bytes:
    """A PPTX file; the same story gives the same bytes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(look.WIDTH), Inches(look.HEIGHT)
    _set_letters(deck)
    made = datetime.fromisoformat(story.created).replace(tzinfo=None)
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = letters(story.title), "ScaLearn Studio", ""
    properties.created = properties.modified = made
    properties.language = CODES[story.language]
    for number, slide in enumerate(story.slides, start=1):
        _draw(deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY]), slide, story, number)
    written = io.BytesIO()
    deck.save(written)
    return _without_times(written.getvalue())


def _draw(page: Any, slide: Slide, story: Story, number: int) -> None:
    page.background.fill.solid()
    page.background.fill.fore_color.rgb = _rgb(look.GROUND)
    language = story.language
    title = page.shapes.title
    title.left, title.top, title.width, title.height = (Inches(each) for each in (look.MARGIN, 0.45, WIDE, 0.85))
    title.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    title.text_frame.margin_left = title.text_frame.margin_right = 0
    fits = shortened(slide.title, ONE_LINE) == slide.title
    _write(title.text_frame, slide.title, 28 if fits else 22, language, bold=True)
    _text(page, (look.MARGIN, 1.35, WIDE, 0.85), slide.lead, 16, language, colour=look.QUIET)
    top = TOP
    if slide.tiles:
        height = BOTTOM - top if not (slide.picture or slide.points) else 1.75
        _tiles(page, slide.tiles, (look.MARGIN, top, WIDE, height), language)
        top += height + 0.2
    if slide.points:
        _points(page, slide.points, top, language)
    elif slide.picture is not None:
        width = WIDE * 0.56 if slide.examples else WIDE
        if slide.picture_title:
            _text(page, (look.MARGIN, top, width, 0.32), slide.picture_title, 12, language, colour=look.QUIET)
        _picture(page, slide, (look.MARGIN, top + 0.35, width, BOTTOM - top - 0.35), language)
        if slide.examples:
            left = look.MARGIN + width + 0.4
            _examples(page, slide, (left, top, WIDE - width - 0.4, BOTTOM - top), language)
    if slide.note:
        _text(page, (look.MARGIN, 6.6, WIDE, 0.5), slide.note, 11, language, colour=look.QUIET)
    _text(page, (look.MARGIN, 7.08, WIDE - 1, 0.28), story.footer, 10, language, colour=look.QUIET)
    count = f"{number} / {len(story.slides)}"
    box = (look.WIDTH - look.MARGIN - 1, 7.08, 1.0, 0.28)
    _text(page, box, count, 10, language, colour=look.QUIET, align=PP_ALIGN.RIGHT)


def _tiles(page: Any, tiles: tuple[Tile, ...], box: native_charts.Box, language: str) -> None:
    """Large numbers side by side, each over its sentence."""
    left, top, width, _ = box
    gap = 0.35
    each = (width - gap * (len(tiles) - 1)) / len(tiles)
    for place, tile in enumerate(tiles):
        at = left + place * (each + gap)
        line = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(at), Inches(top), Inches(each), Emu(19050))
        line.fill.solid()
        line.fill.fore_color.rgb = _rgb(look.ACCENT)
        line.line.fill.background()
        _text(page, (at, top + 0.08, each, 0.75), tile.value, 36, language, colour=look.ACCENT, bold=True)
        _text(page, (at, top + 0.82, each, 0.95), tile.text, 14, language)


def _points(page: Any, points: tuple[tuple[str, tuple[str, ...]], ...], top: float, language: str) -> None:
    """Headings with their sentences, side by side on cards."""
    gap = 0.35
    each = (WIDE - gap * (len(points) - 1)) / len(points)
    short = top > TOP
    height = 1.5 if short else BOTTOM - top
    for place, (heading, sentences) in enumerate(points):
        at = look.MARGIN + place * (each + gap)
        frame = _card(page, (at, top, each, height))
        _write(frame, heading, 13, language, colour=look.ACCENT, bold=True)
        for sentence in sentences:
            _write(frame, sentence, 20 if short else 16, language, add=True, before=8)


def _picture(page: Any, slide: Slide, box: native_charts.Box, language: str) -> None:
    shown = slide.picture
    alt = f"{slide.title}. {slide.picture_title}"
    if isinstance(shown, Bars):
        native_charts.bars(page, shown, box, alt=alt)
    elif isinstance(shown, Columns):
        native_charts.columns(page, shown, box, alt=alt)
    elif isinstance(shown, Curve):
        native_charts.curve(page, shown, box, alt=alt)
    elif isinstance(shown, Heat):
        _heat(page, shown, box, alt, language)


def _heat(page: Any, shown: Heat, box: native_charts.Box, alt: str, language: str) -> None:
    """A table with a colour in each cell: numbers that can be edited."""
    left, top, width, height = box
    rows, columns = len(shown.rows) + 1, len(shown.columns) + 1
    row_height = min(0.42, height / rows)
    place = (Inches(each) for each in (left, top, width, row_height * rows))
    frame = page.shapes.add_table(rows, columns, *place)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", letters(alt))
    table = frame.table
    table.horz_banding = False
    names = 3.6
    table.columns[0].width = Inches(names)
    for column in range(1, columns):
        table.columns[column].width = Inches((width - names) / (columns - 1))
    reach = max((abs(value) for row in shown.values for value in row), default=0.0) or 1.0
    for column, heading in enumerate((shown.corner, *shown.columns)):
        _cell(table.cell(0, column), heading, look.PANEL, language, left=column == 0, bold=True)
    for row, (name, values) in enumerate(zip(shown.rows, shown.values, strict=True), start=1):
        _cell(table.cell(row, 0), name, look.GROUND, language, left=True)
        for column, value in enumerate(values, start=1):
            _cell(table.cell(row, column), signed(value), look.blended(value / reach), language)
    for row in table.rows:
        row.height = Inches(row_height)


def _cell(cell: Any, text: str, fill: str, language: str, *, left: bool = False, bold: bool = False) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(fill)
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    align = PP_ALIGN.LEFT if left else PP_ALIGN.CENTER
    _write(cell.text_frame, text, 12, language, bold=bold, align=align)


def _examples(page: Any, slide: Slide, box: native_charts.Box, language: str) -> None:
    """Quoted documents with the right and the given answer."""
    left, top, width, height = box
    _text(page, (left, top, width, 0.32), slide.examples_title, 12, language, colour=look.QUIET)
    each = (height - 0.35) / len(slide.examples)
    for place, example in enumerate(slide.examples):
        at = top + 0.35 + place * each
        frame = _card(page, (left, at, width, each - 0.15))
        _example(frame, example, language)


def _card(page: Any, box: native_charts.Box) -> Any:
    """The text frame of a quiet panel."""
    card = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(each) for each in box))
    card._element.remove(card._element.find(qn("p:style")))  # its shadow and its line
    card.fill.solid()
    card.fill.fore_color.rgb = _rgb(look.PANEL)
    frame = card.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = Inches(0.2)
    frame.margin_top = frame.margin_bottom = Inches(0.16)
    return frame


def _example(frame: Any, example: Example, language: str) -> None:
    say = Words(language)
    quoted = say("quote", name=shortened(letters(example.text), EXAMPLE))
    _write(frame, quoted, 13, language)
    for key, label, colour in (
        ("mistakes.example.true", example.true, look.ACCENT),
        ("mistakes.example.given", example.given, look.OPPOSITE),
    ):
        paragraph = _write(frame, f"{say(key)}: ", 12, language, add=True, before=5, colour=look.QUIET)
        _run(paragraph, shortened(letters(label), 60) or "–", 12, language, colour=colour, bold=True)


def _text(
    page: Any, box: native_charts.Box, text: str, size: float, language: str, *, colour: str = look.INK,
    bold: bool = False, align: PP_ALIGN = PP_ALIGN.LEFT,
) -> None:  # fmt: skip
    left, top, width, height = (Inches(each) for each in box)
    frame = page.shapes.add_textbox(left, top, width, height).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    _write(frame, text, size, language, colour=colour, bold=bold, align=align)


def _write(
    frame: Any, text: str, size: float, language: str, *, colour: str = look.INK, bold: bool = False,
    align: PP_ALIGN = PP_ALIGN.LEFT, add: bool = False, before: float = 0,
) -> Any:  # fmt: skip
    """One paragraph of letters."""
    paragraph = frame.add_paragraph() if add else frame.paragraphs[0]
    paragraph.alignment = align
    paragraph.space_before = Pt(before)
    _run(paragraph, text, size, language, colour=colour, bold=bold)
    return paragraph


def _run(paragraph: Any, text: str, size: float, language: str, *, colour: str, bold: bool) -> None:
    run = paragraph.add_run()
    run.text = letters(text) + (" " if text.endswith(" ") else "")
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = _rgb(colour)
    run._r.get_or_add_rPr().set("lang", CODES[language])


def _set_letters(deck: Any) -> None:
    """Fonts of the whole file, Japanese ones too: python-pptx sets the Latin font of single runs alone."""
    theme = deck.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME)
    xml = theme.blob.decode("utf-8")
    xml = re.sub(r'<a:latin typeface="[^"]*"', f'<a:latin typeface="{look.LATIN}"', xml)
    xml = re.sub(r'<a:ea typeface="[^"]*"', f'<a:ea typeface="{look.JAPANESE}"', xml)
    xml = re.sub(r'(<a:font script="Jpan" typeface=)"[^"]*"', rf'\1"{look.JAPANESE}"', xml)
    theme._blob = xml.encode("utf-8")


def _without_times(content: bytes) -> bytes:
    """The same file with one fixed time for all its parts."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            new.writestr(fixed, old.read(entry), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _rgb(colour: str) -> RGBColor:
    made: RGBColor = RGBColor.from_string(colour.upper())
    return made
