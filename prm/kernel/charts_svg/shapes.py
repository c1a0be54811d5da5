"""How each kind of chart is drawn: columns, lines, bars, bullets, radars, sparks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from prm.kernel.charts import ChartKind, Series
from prm.kernel.charts_svg.geometry import (
    LEFT_MOST,
    WIDTH,
    label_at,
    names_width,
    nice_ticks,
    polygon,
    runs,
    share_of,
    short,
    shorten,
    span_of,
    text_width,
    value_at,
    values_of,
    wrapped,
)
from prm.kernel.charts_svg.pen import Pen
from prm.kernel.numbers import ZERO
from prm.kernel.web.format import NOT_AVAILABLE


@dataclass(frozen=True)
class Plane:
    """The area in which upright charts are drawn, and the scale of their figures."""

    left: float
    top: float
    width: float
    height: float
    low: Decimal
    high: Decimal
    slots: int

    @property
    def slot(self) -> float:
        return self.width / max(self.slots, 1)

    def x(self, index: int) -> float:
        return self.left + self.slot * (index + 0.5)

    def y(self, value: Decimal) -> float:
        return self.top + self.height * (1 - share_of(value - self.low, self.high - self.low))


def _columns(pen: Pen) -> int:
    return _upright(pen, columns=len(pen.spec.series))


def _columns_line(pen: Pen) -> int:
    return _upright(pen, columns=1)


def _lines(pen: Pen) -> int:
    return _upright(pen, columns=0)


def _upright(pen: Pen, *, columns: int) -> int:
    plane = _plane(pen, from_zero=columns > 0)
    toned = list(pen.toned())
    if columns:
        _draw_columns(pen, plane, toned[:columns])
    for series, tone in toned[columns:]:
        _draw_line(pen, plane, series, tone)
    _draw_categories(pen, plane)
    return round(plane.top + plane.height + 26)


def _plane(pen: Pen, *, from_zero: bool) -> Plane:
    ticks = nice_ticks(values_of(pen.spec), pen.spec.maximum, from_zero=from_zero)
    labels = [pen.write_short(tick) for tick in ticks]
    left = LEFT_MOST + max(text_width(label) for label in labels) + 8
    plane = Plane(left, 18, WIDTH - left - 8, 196, ticks[0], ticks[-1], len(pen.spec.categories))
    for tick, label in zip(ticks, labels, strict=True):
        y = plane.y(tick)
        tone = "axis" if tick == ZERO or (tick == ticks[0] and ticks[0] > ZERO) else "grid"
        pen.line(f"M{short(plane.left)} {short(y)}H{short(plane.left + plane.width)}", tone, 1, "chart-rule")
        pen.text(plane.left - 8, y + 4, label, "end")
    return plane


def _draw_columns(pen: Pen, plane: Plane, toned: list[tuple[Series, str]]) -> None:
    count = max(len(toned), 1)
    gap = 2 if count > 1 else 0
    each = min((plane.slot * 0.68 - gap * (count - 1)) / count, 44)
    group = each * count + gap * (count - 1)
    base = plane.y(max(plane.low, min(ZERO, plane.high)))
    for number, (series, tone) in enumerate(toned):
        labels = [pen.write_mark(v) if v is not None else "" for v in series.values]
        fits = count == 1 and len(pen.spec.series) == 1 and max(map(text_width, labels)) <= plane.slot - 4
        for index, value in enumerate(series.values[: plane.slots]):
            if value is None:
                continue
            x = plane.x(index) - group / 2 + number * (each + gap)
            y = plane.y(value)
            title = f"{series.name}, {label_at(pen.spec, index)}: {pen.write(value)}"
            pen.rect(x, min(y, base), each, abs(base - y), tone, title)
            if fits:
                pen.text(x + each / 2, y - 5 if value >= ZERO else y + 14, labels[index], "middle", "strong")


def _draw_line(pen: Pen, plane: Plane, series: Series, tone: str) -> None:
    points = [
        None if value is None else (plane.x(index), plane.y(value))
        for index, value in enumerate(series.values[: plane.slots])
    ]
    for run in runs(points):
        if len(run) > 1:
            pen.line("M" + "L".join(f"{short(x)} {short(y)}" for x, y in run), tone)
    alone = {run[0] for run in runs(points) if len(run) == 1}
    for index, point in enumerate(points):
        if point is not None and (plane.slots <= 24 or point in alone):
            title = f"{series.name}, {label_at(pen.spec, index)}: {pen.write(series.values[index])}"
            pen.dot(*point, tone, title, 3 if plane.slots <= 12 else 2)


def _draw_categories(pen: Pen, plane: Plane) -> None:
    """The names under the columns: thinned out where there are many, shortened where they are long."""
    names = pen.spec.categories
    widest = max((text_width(name) for name in names), default=0)
    step = 1
    # Names of months may be left out; names of things are shortened first, for each must be told from the next.
    while plane.slot * step < min(widest, 44) + 6 and step < len(names):
        step += 1
    for index in range(0, len(names), step):
        label = shorten(names[index], plane.slot * step - 6)
        half = text_width(label) / 2
        x = min(max(plane.x(index), LEFT_MOST + half), WIDTH - half - 2)
        pen.text(x, plane.top + plane.height + 18, label, "middle")


def _bars(pen: Pen) -> int:
    spec = pen.spec
    toned = list(pen.toned())
    low, high = span_of(spec)
    names = names_width(spec, pen.width)
    figures = max(text_width(pen.write_mark(v)) for v in values_of(spec)) + 8
    left = names + (figures if low < ZERO else 0)
    width = pen.width - left - figures - LEFT_MOST
    thick = 16 if len(toned) == 1 else 13
    row = thick * len(toned) + (len(toned) - 1) * 2 + 12
    if any(text_width(name) > names - 12 for name in spec.categories):
        row = max(row, 36)  # room for names of two lines
    zero = left + width * share_of(-low, high - low)
    for index, name in enumerate(spec.categories):
        top = 4 + index * row
        lines = [shorten(name, names - 12)] if row < 36 else wrapped(name, names - 12)
        for number, line in enumerate(lines):
            pen.text(LEFT_MOST, top + (row - 12) / 2 + 4 + 14 * (number - (len(lines) - 1) / 2), line)
        for number, (series, tone) in enumerate(toned):
            value = value_at(series, index)
            y = top + number * (thick + 2)
            if value is None:
                pen.text(zero + 6, y + thick / 2 + 4, NOT_AVAILABLE)
                continue
            end = left + width * share_of(value - low, high - low)
            title = f"{series.name}, {name}: {pen.write(value)}"
            pen.rect(min(zero, end), y, abs(end - zero), thick, tone, title)
            anchor, x = ("start", end + 6) if value >= ZERO else ("end", end - 6)
            pen.text(x, y + thick / 2 + 4, pen.write_mark(value), anchor, "strong")
    pen.line(f"M{short(zero)} 0V{short(len(spec.categories) * row - 4)}", "axis", 1, "chart-rule")
    return len(spec.categories) * row


def _bullet(pen: Pen) -> int:
    """Per category a bar for what is, a stroke for what should be, and both figures in words."""
    spec = pen.spec
    toned = list(pen.toned())
    _, high = span_of(spec)
    names = names_width(spec)
    actual, tone = toned[0]
    target = toned[1][0] if len(toned) > 1 else None
    texts = []
    for index in range(len(spec.categories)):
        is_value, should = value_at(actual, index), value_at(target, index) if target else None
        text = NOT_AVAILABLE if is_value is None else pen.write_short(is_value)
        texts.append(f"{text} / {pen.write_short(should)}" if should is not None else text)
    width = WIDTH - names - max(map(text_width, texts)) - 14
    row = 30
    for index, name in enumerate(spec.categories):
        top = 4 + index * row
        pen.text(LEFT_MOST, top + 15, shorten(name, names - 12))
        pen.rect(names, top + 2, width, 18, "grid")
        value, should = value_at(actual, index), value_at(target, index) if target else None
        if value is not None and value > ZERO:
            end = width * share_of(value, high)
            pen.rect(names, top + 6, end, 10, tone, f"{actual.name}, {name}: {pen.write(value)}")
        if should is not None and target:
            x = names + width * share_of(should, high)
            pen.rect(x - 1.5, top, 3, 22, "strong", f"{target.name}, {name}: {pen.write(should)}", 0)
        pen.text(WIDTH - LEFT_MOST, top + 15, texts[index], "end", "strong")
    return len(spec.categories) * row + 2


def _radar(pen: Pen) -> int:
    spec = pen.spec
    count = len(spec.categories)
    height, radius = 282, 112
    centre = (WIDTH / 2, 142.0)
    high = spec.maximum or max(max(values_of(spec)), Decimal(1))

    def at(index: int, share: float) -> tuple[float, float]:
        angle = 2 * math.pi * index / max(count, 1) - math.pi / 2
        return centre[0] + math.cos(angle) * radius * share, centre[1] + math.sin(angle) * radius * share

    for ring in (0.25, 0.5, 0.75, 1.0):
        corners = [at(index, ring) for index in range(count)]
        pen.line(polygon(corners), "grid", 1, "chart-rule")
    for index, name in enumerate(spec.categories):
        x, y = at(index, 1)
        pen.line(f"M{short(centre[0])} {short(centre[1])}L{short(x)} {short(y)}", "grid", 1, "chart-rule")
        _radar_label(pen, at(index, 1.1), centre, name)
    for series, tone in pen.toned():
        points = [None if v is None else at(i, share_of(v, high)) for i, v in enumerate(series.values[:count])]
        known = [point for point in points if point is not None]
        if len(known) == count and count > 2:
            pen.area(polygon(known), tone)
        else:  # with a corner missing there is no area, only what is known
            for run in runs(points):
                if len(run) > 1:
                    pen.line("M" + "L".join(f"{short(x)} {short(y)}" for x, y in run), tone)
        for index, point in enumerate(points):
            if point is not None:
                title = f"{series.name}, {label_at(spec, index)}: {pen.write(series.values[index])}"
                pen.dot(*point, tone, title)
    return height


def _radar_label(pen: Pen, at: tuple[float, float], centre: tuple[float, float], name: str) -> None:
    x, y = at
    side = x - centre[0]
    anchor = "middle" if abs(side) < 12 else "start" if side > 0 else "end"
    room = 200 if anchor == "middle" else (WIDTH - x if side > 0 else x) - LEFT_MOST
    lines = wrapped(name, room)
    above = y < centre[1] - 60
    first = y + 4 - (len(lines) - 1) * (14 if above else 7)
    for number, line in enumerate(lines):
        pen.text(x, first + number * 14, line, anchor)


SPARK_WIDTH = 96


SPARK_HEIGHT = 24


def _spark(pen: Pen) -> int:
    values = values_of(pen.spec)
    low, high = min(values), max(values)
    for series, tone in pen.toned():
        last = len(series.values) - 1
        step = (SPARK_WIDTH - 8) / max(last, 1)
        points = []
        for index, value in enumerate(series.values):
            share = 0.5 if high == low or value is None else share_of(value - low, high - low)
            points.append(None if value is None else (4 + step * index, 20 - 16 * share))
        for run in runs(points):
            if len(run) > 1:
                pen.line("M" + "L".join(f"{short(x)} {short(y)}" for x, y in run), tone, 1.5)
        known = [point for point in points if point is not None]
        if known:
            pen.dot(*known[-1], tone, radius=2.5)
    return SPARK_HEIGHT


PAINTERS: dict[ChartKind, Callable[[Pen], int]] = {
    ChartKind.COLUMNS: _columns,
    ChartKind.COLUMNS_LINE: _columns_line,
    ChartKind.BARS: _bars,
    ChartKind.LINE: _lines,
    ChartKind.SPARK: _spark,
    ChartKind.BULLET: _bullet,
    ChartKind.RADAR: _radar,
}
