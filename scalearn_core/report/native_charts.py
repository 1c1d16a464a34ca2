"""Charts that PowerPoint and LibreOffice edit: their numbers lie in a workbook inside the slide.

The workbook is written anew, as the one python-pptx writes makes formulas of labels that begin with "=" and links
of those that begin with "http", and holds the time of writing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from lxml import etree
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.xlsx import CategoryWorkbookWriter, XyWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.slide import Slide
from pptx.util import Inches, Pt
from xlsxwriter import Workbook

from scalearn_core.report import look
from scalearn_core.report.story import Bars, Columns, Curve
from scalearn_core.report.words import letters

Box = tuple[float, float, float, float]
"""Left, top, width, height in inches."""
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_WRITTEN = datetime(2026, 1, 1)
SIZE = 12


class _Plain:
    """Mixed into the writers of python-pptx: text stays text, and the same numbers give the same bytes."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: io.BytesIO) -> Iterator[tuple[Workbook, Any]]:
        workbook = Workbook(xlsx_file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        workbook.set_properties({"created": _WRITTEN})
        yield workbook, workbook.add_worksheet()
        workbook.close()


class _Categories(_Plain, CategoryWorkbookWriter):
    extra: tuple[tuple[str, Sequence[float]], ...] = ()
    """Columns to the right, with their headings."""

    def _populate_worksheet(self, workbook: Workbook, worksheet: Any) -> None:
        super()._populate_worksheet(workbook, worksheet)  # type: ignore[no-untyped-call]
        for column, (heading, values) in enumerate(self.extra, start=2):
            worksheet.write_string(0, column, heading)
            worksheet.write_column(1, column, values)


class _Pairs(_Plain, XyWorkbookWriter):
    pass


def bars(slide: Slide, shown: Bars, box: Box, *, alt: str) -> None:
    """Horizontal bars with their intervals, first on top."""
    data = CategoryChartData(number_format="0.0")
    data.categories = [letters(label) for label in shown.labels]
    data.add_series(letters(shown.name), shown.values)
    chart = _placed(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, box, alt)
    above = [round(high - value, 1) for high, value in zip(shown.high, shown.values, strict=True)]
    below = [round(value - low, 1) for low, value in zip(shown.low, shown.values, strict=True)]
    writer = _Categories(data)
    writer.extra = (("+", above), ("−", below))
    _keep(chart, writer)
    plot = chart.plots[0]
    plot.gap_width = 45
    series = plot.series[0]
    _fill(series, look.PALE)
    for place, ours in enumerate(shown.ours):
        if ours:
            _fill(series.points[place], look.FILL)
    _labels(plot, "0.0", XL_LABEL_POSITION.INSIDE_BASE)
    _error_bars(series, above, below)
    chart.category_axis.reverse_order = True
    _quiet_axis(chart.category_axis)
    _value_axis(chart, 0, 100, visible=False)


def columns(slide: Slide, shown: Columns, box: Box, *, alt: str) -> None:
    """Amounts side by side, the best in the accent's colour."""
    data = CategoryChartData(number_format="#,##0.##")
    data.categories = [letters(label) for label in shown.labels]
    data.add_series(letters(shown.name), shown.values)
    chart = _placed(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data, box, alt)
    _keep(chart, _Categories(data))
    plot = chart.plots[0]
    plot.gap_width = 70
    series = plot.series[0]
    _fill(series, look.PALE)
    _fill(series.points[shown.best], look.FILL)
    large = max(shown.values, default=0) >= 10
    _labels(plot, "#,##0" if large else "0.00", XL_LABEL_POSITION.OUTSIDE_END)
    _quiet_axis(chart.category_axis)
    _value_axis(chart, 0, None, visible=False)


def curve(slide: Slide, shown: Curve, box: Box, *, alt: str) -> None:
    """What was measured as dots, what is expected as a line between its bounds."""
    data = XyChartData(number_format="0.0")
    lines = (
        (shown.carried_name, shown.carried),
        (shown.low_name, shown.low),
        (shown.high_name, shown.high),
        (shown.measured_name, shown.measured),  # on top
    )
    drawn = [(name, pairs) for name, pairs in lines if pairs]
    for name, pairs in drawn:
        series = data.add_series(letters(name))
        for x, y in pairs:
            series.add_data_point(x, y)
    chart = _placed(slide, XL_CHART_TYPE.XY_SCATTER, data, box, alt)
    _keep(chart, _Pairs(data))
    for place, series in enumerate(chart.plots[0].series):
        line = series.format.line
        series.smooth = False
        if drawn[place][0] == shown.measured_name:
            line.fill.background()
            series.marker.style = XL_MARKER_STYLE.CIRCLE
            series.marker.size = 9
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = RGBColor.from_string(look.ACCENT.upper())
            series.marker.format.line.fill.background()
            continue
        line.width = Pt(2.25 if place == 0 else 1.25)
        line.color.rgb = RGBColor.from_string((look.ACCENT if place == 0 else look.QUIET).upper())
        if place > 0:
            line.dash_style = MSO_LINE.DASH
        series.marker.style = XL_MARKER_STYLE.NONE
    chart.has_legend = len(drawn) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
    scores = [score for _, pairs in drawn for _, score in pairs]
    low, high = 10 * (min(scores) // 10), min(100.0, 10 * (max(scores) // 10 + 1))
    _quiet_axis(chart.category_axis)
    chart.category_axis.has_major_gridlines = False
    chart.category_axis.has_title = True
    chart.category_axis.axis_title.text_frame.text = letters(shown.x_title)
    _small(chart.category_axis.axis_title.text_frame)
    chart.category_axis.minimum_scale = 0
    chart.category_axis.tick_labels.number_format = "#,##0"
    chart.category_axis.tick_labels.number_format_is_linked = False
    _value_axis(chart, max(0.0, low), high, visible=True)


def _placed(slide: Slide, kind: XL_CHART_TYPE, data: Any, box: Box, alt: str) -> Chart:
    left, top, width, height = (Inches(each) for each in box)
    frame: Any = slide.shapes.add_chart(kind, left, top, width, height, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", letters(alt))
    chart: Chart = frame.chart
    chart.has_title = False  # one series alone would be given one by PowerPoint
    chart.has_legend = False
    chart.font.size = Pt(SIZE)
    chart.font.color.rgb = RGBColor.from_string(look.INK.upper())
    return chart


def _keep(chart: Any, writer: _Categories | _Pairs) -> None:
    chart.part.chart_workbook.update_from_xlsx_blob(writer.xlsx_blob)


def _fill(element: Any, colour: str) -> None:
    element.format.fill.solid()
    element.format.fill.fore_color.rgb = RGBColor.from_string(colour.upper())


def _labels(plot: Any, number_format: str, position: XL_LABEL_POSITION) -> None:
    plot.has_data_labels = True
    plot.data_labels.number_format = number_format
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.position = position
    plot.data_labels.font.size = Pt(SIZE)
    plot.data_labels.font.bold = True
    plot.data_labels.font.color.rgb = RGBColor.from_string(look.INK.upper())
    plot.data_labels._element.find(f".//{{{A}}}bodyPr").set("wrap", "none")  # "200,000" is one number


def _quiet_axis(axis: Any) -> None:
    axis.has_major_gridlines = False
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.color.rgb = RGBColor.from_string(look.GRID.upper())
    axis.tick_labels.font.size = Pt(SIZE)


def _value_axis(chart: Chart, low: float, high: float | None, *, visible: bool) -> None:
    axis = chart.value_axis
    axis.minimum_scale = low
    if high is not None:
        axis.maximum_scale = high
    axis.has_major_gridlines = visible
    axis.visible = visible
    if visible:
        axis.major_gridlines.format.line.color.rgb = RGBColor.from_string(look.GRID.upper())
        axis.format.line.fill.background()
        axis.tick_labels.font.size = Pt(SIZE)
        axis.tick_labels.number_format = "0"
        axis.tick_labels.number_format_is_linked = False


def _small(frame: Any) -> None:
    for run in frame.paragraphs[0].runs:
        run.font.size, run.font.bold = Pt(SIZE), False


def _error_bars(series: Any, above: Sequence[float], below: Sequence[float]) -> None:
    """Intervals of their own for each bar, from the workbook's third and fourth column."""
    element = series._element
    drawn = etree.Element(f"{{{C}}}errBars")
    for name, setting in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(drawn, f"{{{C}}}{name}", val=setting)
    for side, column, values in (("plus", "C", above), ("minus", "D", below)):
        reference = etree.SubElement(etree.SubElement(drawn, f"{{{C}}}{side}"), f"{{{C}}}numRef")
        etree.SubElement(reference, f"{{{C}}}f").text = f"Sheet1!${column}$2:${column}${len(values) + 1}"
        cache = etree.SubElement(reference, f"{{{C}}}numCache")
        etree.SubElement(cache, f"{{{C}}}formatCode").text = "0.0"
        etree.SubElement(cache, f"{{{C}}}ptCount", val=str(len(values)))
        for place, value in enumerate(values):
            point = etree.SubElement(cache, f"{{{C}}}pt", idx=str(place))
            etree.SubElement(point, f"{{{C}}}v").text = str(value)
    line = etree.SubElement(etree.SubElement(drawn, f"{{{C}}}spPr"), f"{{{A}}}ln", w="15875")
    etree.SubElement(etree.SubElement(line, f"{{{A}}}solidFill"), f"{{{A}}}srgbClr", val=look.QUIET.upper())
    element.find(f"{{{C}}}cat").addprevious(drawn)
