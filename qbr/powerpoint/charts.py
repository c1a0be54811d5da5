"""Native charts from the chart specs of the product; their workbooks hold exactly the numbers of the spec."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.oxml.ns import qn
from pptx.util import Pt
from xlsxwriter import Workbook

from prm.kernel.charts import Chart, ChartKind
from qbr.powerpoint.theme import LINE, MUTED, TONES, Box, rgb

TYPES = {
    ChartKind.COLUMNS: XL_CHART_TYPE.COLUMN_CLUSTERED,
    ChartKind.COLUMNS_LINE: XL_CHART_TYPE.COLUMN_CLUSTERED,  # the lines are split off below
    ChartKind.BARS: XL_CHART_TYPE.BAR_CLUSTERED,
    ChartKind.LINE: XL_CHART_TYPE.LINE_MARKERS,
}


class PlainWorkbook(CategoryWorkbookWriter):
    """The workbook behind a chart, in which a name like "=1+1" or "http://..." is text."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: Any) -> Iterator[Any]:
        workbook = Workbook(xlsx_file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        yield workbook, workbook.add_worksheet()
        workbook.close()


class PlainData(CategoryChartData):
    """Chart data that is written into such a workbook."""

    @property
    def _workbook_writer(self) -> PlainWorkbook:
        return PlainWorkbook(self)


PALETTE = ("brand", "accent", "grey", "green", "yellow", "red")


def add_chart(slide: Any, spec: Chart, box: Box) -> Any:
    """Draw the spec as an editable chart. Points without a figure stay empty, they are no zeros."""
    data = PlainData(number_format=number_format(spec))
    data.categories = list(spec.categories)
    for series in spec.series:
        data.add_series(series.name, series.values)
    frame = slide.shapes.add_chart(TYPES[spec.kind], *box.emu, data)
    frame.name = spec.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", description(spec))
    chart = frame.chart
    chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(10), rgb(MUTED)
    chart.has_legend = len(spec.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    _axes(chart, spec)
    plot = chart.plots[0]
    plot.gap_width = 60 if spec.kind == ChartKind.BARS else 55
    plot.overlap = -10 if spec.kind == ChartKind.BARS else 0
    for i, series in enumerate(plot.series):
        _colour(series, spec.series[i].tone or PALETTE[i % len(PALETTE)])
    if spec.kind == ChartKind.BARS:
        _labels(plot, spec)
    if spec.kind == ChartKind.COLUMNS_LINE:
        _split_off_lines(chart, spec)
    return frame


def description(spec: Chart) -> str:
    """What a screen reader says."""
    return f"{spec.title}: {', '.join(series.name for series in spec.series)} for {len(spec.categories)} entries"


def number_format(spec: Chart) -> str:
    if spec.unit == "money":
        return "#,##0.00"
    return {"ratio": "0.00%", "score": "0.0"}.get(spec.unit, "#,##0")


def _axes(chart: Any, spec: Chart) -> None:
    category, value = chart.category_axis, chart.value_axis
    category.format.line.color.rgb = rgb(LINE)
    category.major_tick_mark = XL_TICK_MARK.NONE
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW  # below negative columns too
    category.has_major_gridlines = False
    value.major_tick_mark = XL_TICK_MARK.NONE
    value.format.line.fill.background()
    value.major_gridlines.format.line.color.rgb = rgb(LINE)
    value.major_gridlines.format.line.width = Pt(0.5)
    value.tick_labels.number_format = _axis_format(spec)
    value.tick_labels.number_format_is_linked = False
    if spec.maximum is not None:
        value.minimum_scale, value.maximum_scale = 0, float(spec.maximum)
        value.major_unit = float(spec.maximum) / 4
    if spec.kind == ChartKind.BARS:
        category.reverse_order = True  # the first on top, as in the table
        # With the order reversed the value axis would stand on top.
        value.tick_label_position = XL_TICK_LABEL_POSITION.HIGH


def _axis_format(spec: Chart) -> str:
    largest = max((abs(v) for s in spec.series for v in s.values if v is not None), default=Decimal(0))
    if spec.unit == "money" and largest >= 2_000_000:
        return '0.0,,"M"'
    if spec.unit == "money" and largest >= 20_000:
        return '#,##0,"k"'
    return {"ratio": "0%", "score": "0"}.get(spec.unit, "#,##0")


def _colour(series: Any, tone: str) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.theme_color = TONES[tone]
    series.invert_if_negative = False


def _labels(plot: Any, spec: Chart) -> None:
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = number_format(spec), False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    labels.font.size = Pt(9)


def _split_off_lines(chart: Any, spec: Chart) -> None:
    """Move all series but the first from the columns into a line plot on the same axes.

    Office has such charts, python-pptx cannot make them. The schema wants the plots before the axes, and in a
    line's series no invertIfNegative.
    """
    bars = chart._chartSpace.find(f".//{qn('c:barChart')}")
    lines = etree.Element(qn("c:lineChart"), nsmap=bars.nsmap)
    etree.SubElement(lines, qn("c:grouping")).set("val", "standard")
    etree.SubElement(lines, qn("c:varyColors")).set("val", "0")
    for i, series in enumerate(bars.findall(qn("c:ser"))[1:], start=1):
        bars.remove(series)
        for name in ("c:invertIfNegative", "c:spPr"):
            for old in series.findall(qn(name)):
                series.remove(old)
        tone = TONES[spec.series[i].tone or PALETTE[i % len(PALETTE)]]
        line, marker = _line_format(tone.xml_value)
        series.find(qn("c:tx")).addnext(line)
        line.addnext(marker)
        etree.SubElement(series, qn("c:smooth")).set("val", "0")
        lines.append(series)
    etree.SubElement(lines, qn("c:marker")).set("val", "1")
    for axis in bars.findall(qn("c:axId")):
        lines.append(copy.deepcopy(axis))
    bars.addnext(lines)


def _line_format(scheme: str) -> tuple[Any, Any]:
    """The line and the marks of a series, in a colour of the theme."""
    namespace = "http://schemas.openxmlformats.org/drawingml/2006"
    colour = f'<a:solidFill><a:schemeClr val="{scheme}"/></a:solidFill>'
    line, marker = etree.fromstring(
        f'<c:wrap xmlns:c="{namespace}/chart" xmlns:a="{namespace}/main">'
        f'<c:spPr><a:ln w="31750" cap="rnd">{colour}<a:round/></a:ln></c:spPr>'
        f'<c:marker><c:symbol val="diamond"/><c:size val="7"/><c:spPr>{colour}<a:ln>{colour}</a:ln></c:spPr></c:marker>'
        "</c:wrap>"
    )
    return line, marker
