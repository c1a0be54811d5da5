"""Draws a chart spec as SVG for pages and PDFs: the geometry here, the markup of each shape in `charts_marks`.

Every mark carries its colour twice: as an attribute, which PDFs read, and as a class, by which the page's style
sheet puts the vendor's colours and the dark theme over it. A missing figure is a gap, never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape

from django.utils.safestring import mark_safe

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.charts_marks import TEXT, Mark
from prm.kernel.numbers import ZERO
from prm.kernel.tenancy.context import current_tenant, is_inside
from prm.kernel.web.format import NOT_AVAILABLE, Formatter, formatter

WIDTH = 560
LETTER = 6.6  # how wide a letter of that size is on average
LEFT_MOST = 4

PAINTS = {
    "brand": "#1f6fb2",
    "accent": "#c27c00",
    "violet": "#7a5cc4",
    "teal": "#11857f",
    "green": "#2a8a43",
    "yellow": "#b97a00",
    "red": "#c93535",
    "grey": "#8a93a1",
    "blue": "#1f6fb2",
    "text": "#4a5361",
    "strong": "#1c222b",
    "grid": "#e1e5ea",
    "axis": "#9aa3af",
    "paper": "#ffffff",
}
SEQUENCE = ("brand", "accent", "violet", "teal", "grey")


@dataclass(frozen=True)
class Key:
    """One line of the legend."""

    name: str
    tone: str
    paint: str
    is_line: bool


@dataclass(frozen=True)
class Row:
    """One line of the table behind the chart."""

    label: str
    texts: tuple[str, ...]

    def html(self) -> str:
        cells = "".join([f'<td class="num">{escape(text)}</td>' for text in self.texts])
        return f'<tr><th scope="row">{escape(str(self.label))}</th>{cells}</tr>'


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    description: str
    marks: list[Mark]
    legend: list[Key]
    rows: list[Row]

    @property
    def shapes(self) -> str:
        """All marks as markup."""
        return mark_safe("".join([mark.svg() for mark in self.marks]))  # noqa: S308 - each escapes its texts

    @property
    def body(self) -> str:
        """The rows of the table behind it as markup."""
        return mark_safe("".join([row.html() for row in self.rows]))  # noqa: S308 - each escapes its texts


def draw(spec: Chart, *, paints: dict[str, str] | None = None) -> Drawing:
    """The chart as shapes, with its legend and the table of the same figures.

    `paints` replaces colours; inside a vendor its own brand and accent are used.
    """
    pen = Pen(spec, {**PAINTS, **_vendor_paints(), **(paints or {})}, _formatter(spec))
    height = _PAINTERS[spec.kind](pen) if not spec.is_empty else 0
    width = SPARK_WIDTH if spec.kind is ChartKind.SPARK else WIDTH
    legend = [pen.key(index, series.name, tone) for index, (series, tone) in enumerate(pen.toned())]
    rows = [
        Row(category, tuple(pen.write(_at(s, index)) for s in spec.series))
        for index, category in enumerate(spec.categories)
    ]
    return Drawing(width, height, pen.describe(), pen.marks, legend, rows)


def _vendor_paints() -> dict[str, str]:
    if not is_inside():
        return {}
    tenant = current_tenant()
    return {"brand": tenant.brand, "accent": tenant.accent}


def _formatter(spec: Chart) -> Formatter:
    return formatter() if is_inside() else Formatter(currency=spec.currency or "USD")


@dataclass
class Pen:
    """Collects the marks of one chart, and knows how its figures are written."""

    spec: Chart
    paints: dict[str, str]
    format: Formatter
    marks: list[Mark] = field(default_factory=list)

    def toned(self) -> Iterator[tuple[Series, str]]:
        """Each series with its tone: the one it asks for, else the next that nobody asked for."""
        free = [tone for tone in SEQUENCE if tone not in {s.tone for s in self.spec.series}]
        for series in self.spec.series:
            if series.tone in self.paints:
                yield series, series.tone
            else:
                yield series, free.pop(0) if free else "grey"

    def is_line(self, index: int) -> bool:
        kind = self.spec.kind
        return kind is ChartKind.LINE or (kind is ChartKind.COLUMNS_LINE and index > 0)

    def key(self, index: int, name: str, tone: str) -> Key:
        # The stroke of a target is as dark as the lettering, whatever the bar's colour.
        shown = "strong" if index and self.spec.kind is ChartKind.BULLET else tone
        return Key(name, shown, self.paints[shown], self.is_line(index))

    def write(self, value: Decimal | None) -> str:
        """A figure in full, as in the table and in what the pointer shows."""
        return self.format.figure(value, self.spec.unit, self.spec.currency)

    def write_short(self, value: Decimal) -> str:
        """A figure as it fits on an axis or on a column."""
        if self.spec.unit == "ratio":
            return self.format.percent(value, 0)
        if self.spec.unit in {"money", "count"}:
            return self.format.short(value)
        places = 0 if value == value.to_integral_value() else 1
        return self.format.number(value, places) + ("x" if self.spec.unit == "multiple" else "")

    def write_mark(self, value: Decimal) -> str:
        """A figure beside its bar: scores as everywhere, 55.0 and never 55."""
        return self.write(value) if self.spec.unit == "score" else self.write_short(value)

    def describe(self) -> str:
        """What a chart says to those who hear the page; the figures follow in its table."""
        spec = self.spec
        parts = []
        for series in spec.series:
            last = next((i for i in reversed(range(len(series.values))) if series.values[i] is not None), None)
            if last is None:
                continue
            if spec.kind in {ChartKind.SPARK, ChartKind.LINE}:
                parts.append(f"{series.name} {_label(spec, last)}: {self.write(series.values[last])}")
            elif len(spec.categories) <= 3:
                parts += [f"{series.name} {_label(spec, i)}: {self.write(v)}" for i, v in enumerate(series.values)]
        return f"{spec.title}. {'; '.join(parts)}" if parts else spec.title

    # --- marks ---

    def rect(
        self, x: float, y: float, width: float, height: float, tone: str, title: str = "", radius: int = 2
    ) -> None:
        height, width = max(height, 0.75), max(width, 0.75)  # a figure near zero is still a figure
        self.marks.append(
            Mark(
                "rect",
                f"chart-fill tone-{tone}",
                self.paints[tone],
                x=_n(x),
                y=_n(y),
                width=_n(width),
                height=_n(height),
                radius=_n(radius) if radius and min(width, height) > 2 * radius else "",
                title=title,
            )
        )

    def line(self, d: str, tone: str, width: float = 2, kind: str = "chart-line") -> None:
        self.marks.append(Mark("path", f"{kind} tone-{tone}", self.paints[tone], d=d, width=_n(width)))

    def area(self, d: str, tone: str) -> None:
        paint = self.paints[tone]
        self.marks.append(
            Mark("path", f"chart-area tone-{tone}", paint, d=d, width="2", fill=paint, fill_opacity="0.12")
        )

    def dot(self, x: float, y: float, tone: str, title: str = "", radius: float = 3) -> None:
        self.marks.append(
            Mark(
                "circle", f"chart-fill tone-{tone}", self.paints[tone], x=_n(x), y=_n(y), radius=_n(radius), title=title
            )
        )

    def text(self, x: float, y: float, text: str, anchor: str = "start", tone: str = "text", size: int = TEXT) -> None:
        mark = Mark("text", f"chart-text tone-{tone}", self.paints[tone], x=_n(x), y=_n(y), anchor=anchor, text=text)
        self.marks.append(mark if size == TEXT else Mark(**{**mark.__dict__, "size": size}))


# --- upright charts ------------------------------------------------------------------------------------------


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
        return self.top + self.height * (1 - _share(value - self.low, self.high - self.low))


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
    ticks = nice_ticks(_values(pen.spec), pen.spec.maximum, from_zero=from_zero)
    labels = [pen.write_short(tick) for tick in ticks]
    left = LEFT_MOST + max(_text_width(label) for label in labels) + 8
    plane = Plane(left, 18, WIDTH - left - 8, 196, ticks[0], ticks[-1], len(pen.spec.categories))
    for tick, label in zip(ticks, labels, strict=True):
        y = plane.y(tick)
        tone = "axis" if tick == ZERO or (tick == ticks[0] and ticks[0] > ZERO) else "grid"
        pen.line(f"M{_n(plane.left)} {_n(y)}H{_n(plane.left + plane.width)}", tone, 1, "chart-rule")
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
        fits = count == 1 and len(pen.spec.series) == 1 and max(map(_text_width, labels)) <= plane.slot - 4
        for index, value in enumerate(series.values[: plane.slots]):
            if value is None:
                continue
            x = plane.x(index) - group / 2 + number * (each + gap)
            y = plane.y(value)
            title = f"{series.name}, {_label(pen.spec, index)}: {pen.write(value)}"
            pen.rect(x, min(y, base), each, abs(base - y), tone, title)
            if fits:
                pen.text(x + each / 2, y - 5 if value >= ZERO else y + 14, labels[index], "middle", "strong")


def _draw_line(pen: Pen, plane: Plane, series: Series, tone: str) -> None:
    points = [
        None if value is None else (plane.x(index), plane.y(value))
        for index, value in enumerate(series.values[: plane.slots])
    ]
    for run in _runs(points):
        if len(run) > 1:
            pen.line("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in run), tone)
    alone = {run[0] for run in _runs(points) if len(run) == 1}
    for index, point in enumerate(points):
        if point is not None and (plane.slots <= 24 or point in alone):
            title = f"{series.name}, {_label(pen.spec, index)}: {pen.write(series.values[index])}"
            pen.dot(*point, tone, title, 3 if plane.slots <= 12 else 2)


def _draw_categories(pen: Pen, plane: Plane) -> None:
    """The names under the columns: thinned out where there are many, shortened where they are long."""
    names = pen.spec.categories
    widest = max((_text_width(name) for name in names), default=0)
    step = 1
    # Names of months may be left out; names of things are shortened first, for each must be told from the next.
    while plane.slot * step < min(widest, 44) + 6 and step < len(names):
        step += 1
    for index in range(0, len(names), step):
        label = _shorten(names[index], plane.slot * step - 6)
        half = _text_width(label) / 2
        x = min(max(plane.x(index), LEFT_MOST + half), WIDTH - half - 2)
        pen.text(x, plane.top + plane.height + 18, label, "middle")


# --- lying charts --------------------------------------------------------------------------------------------


def _bars(pen: Pen) -> int:
    spec = pen.spec
    toned = list(pen.toned())
    low, high = _span(spec)
    names = _names_width(spec)
    figures = max(_text_width(pen.write_mark(v)) for v in _values(spec)) + 8
    left = names + (figures if low < ZERO else 0)
    width = WIDTH - left - figures - LEFT_MOST
    thick = 16 if len(toned) == 1 else 13
    row = thick * len(toned) + (len(toned) - 1) * 2 + 12
    if any(_text_width(name) > names - 12 for name in spec.categories):
        row = max(row, 36)  # room for names of two lines
    zero = left + width * _share(-low, high - low)
    for index, name in enumerate(spec.categories):
        top = 4 + index * row
        lines = [_shorten(name, names - 12)] if row < 36 else _wrap(name, names - 12)
        for number, line in enumerate(lines):
            pen.text(LEFT_MOST, top + (row - 12) / 2 + 4 + 14 * (number - (len(lines) - 1) / 2), line)
        for number, (series, tone) in enumerate(toned):
            value = _at(series, index)
            y = top + number * (thick + 2)
            if value is None:
                pen.text(zero + 6, y + thick / 2 + 4, NOT_AVAILABLE)
                continue
            end = left + width * _share(value - low, high - low)
            title = f"{series.name}, {name}: {pen.write(value)}"
            pen.rect(min(zero, end), y, abs(end - zero), thick, tone, title)
            anchor, x = ("start", end + 6) if value >= ZERO else ("end", end - 6)
            pen.text(x, y + thick / 2 + 4, pen.write_mark(value), anchor, "strong")
    pen.line(f"M{_n(zero)} 0V{_n(len(spec.categories) * row - 4)}", "axis", 1, "chart-rule")
    return len(spec.categories) * row


def _bullet(pen: Pen) -> int:
    """Per category a bar for what is, a stroke for what should be, and both figures in words."""
    spec = pen.spec
    toned = list(pen.toned())
    _, high = _span(spec)
    names = _names_width(spec)
    actual, tone = toned[0]
    target = toned[1][0] if len(toned) > 1 else None
    texts = []
    for index in range(len(spec.categories)):
        is_value, should = _at(actual, index), _at(target, index) if target else None
        text = NOT_AVAILABLE if is_value is None else pen.write_short(is_value)
        texts.append(f"{text} / {pen.write_short(should)}" if should is not None else text)
    width = WIDTH - names - max(map(_text_width, texts)) - 14
    row = 30
    for index, name in enumerate(spec.categories):
        top = 4 + index * row
        pen.text(LEFT_MOST, top + 15, _shorten(name, names - 12))
        pen.rect(names, top + 2, width, 18, "grid")
        value, should = _at(actual, index), _at(target, index) if target else None
        if value is not None and value > ZERO:
            end = width * _share(value, high)
            pen.rect(names, top + 6, end, 10, tone, f"{actual.name}, {name}: {pen.write(value)}")
        if should is not None and target:
            x = names + width * _share(should, high)
            pen.rect(x - 1.5, top, 3, 22, "strong", f"{target.name}, {name}: {pen.write(should)}", 0)
        pen.text(WIDTH - LEFT_MOST, top + 15, texts[index], "end", "strong")
    return len(spec.categories) * row + 2


# --- round and small -----------------------------------------------------------------------------------------


def _radar(pen: Pen) -> int:
    spec = pen.spec
    count = len(spec.categories)
    height, radius = 282, 112
    centre = (WIDTH / 2, 142.0)
    high = spec.maximum or max(max(_values(spec)), Decimal(1))

    def at(index: int, share: float) -> tuple[float, float]:
        angle = 2 * math.pi * index / max(count, 1) - math.pi / 2
        return centre[0] + math.cos(angle) * radius * share, centre[1] + math.sin(angle) * radius * share

    for ring in (0.25, 0.5, 0.75, 1.0):
        corners = [at(index, ring) for index in range(count)]
        pen.line(_polygon(corners), "grid", 1, "chart-rule")
    for index, name in enumerate(spec.categories):
        x, y = at(index, 1)
        pen.line(f"M{_n(centre[0])} {_n(centre[1])}L{_n(x)} {_n(y)}", "grid", 1, "chart-rule")
        _radar_label(pen, at(index, 1.1), centre, name)
    for series, tone in pen.toned():
        points = [None if v is None else at(i, _share(v, high)) for i, v in enumerate(series.values[:count])]
        known = [point for point in points if point is not None]
        if len(known) == count and count > 2:
            pen.area(_polygon(known), tone)
        else:  # with a corner missing there is no area, only what is known
            for run in _runs(points):
                if len(run) > 1:
                    pen.line("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in run), tone)
        for index, point in enumerate(points):
            if point is not None:
                title = f"{series.name}, {_label(spec, index)}: {pen.write(series.values[index])}"
                pen.dot(*point, tone, title)
    return height


def _radar_label(pen: Pen, at: tuple[float, float], centre: tuple[float, float], name: str) -> None:
    x, y = at
    side = x - centre[0]
    anchor = "middle" if abs(side) < 12 else "start" if side > 0 else "end"
    room = 200 if anchor == "middle" else (WIDTH - x if side > 0 else x) - LEFT_MOST
    lines = _wrap(name, room)
    above = y < centre[1] - 60
    first = y + 4 - (len(lines) - 1) * (14 if above else 7)
    for number, line in enumerate(lines):
        pen.text(x, first + number * 14, line, anchor)


SPARK_WIDTH, SPARK_HEIGHT = 96, 24


def _spark(pen: Pen) -> int:
    values = _values(pen.spec)
    low, high = min(values), max(values)
    for series, tone in pen.toned():
        last = len(series.values) - 1
        step = (SPARK_WIDTH - 8) / max(last, 1)
        points = []
        for index, value in enumerate(series.values):
            share = 0.5 if high == low or value is None else _share(value - low, high - low)
            points.append(None if value is None else (4 + step * index, 20 - 16 * share))
        for run in _runs(points):
            if len(run) > 1:
                pen.line("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in run), tone, 1.5)
        known = [point for point in points if point is not None]
        if known:
            pen.dot(*known[-1], tone, radius=2.5)
    return SPARK_HEIGHT


_PAINTERS: dict[ChartKind, Callable[[Pen], int]] = {
    ChartKind.COLUMNS: _columns,
    ChartKind.COLUMNS_LINE: _columns_line,
    ChartKind.BARS: _bars,
    ChartKind.LINE: _lines,
    ChartKind.SPARK: _spark,
    ChartKind.BULLET: _bullet,
    ChartKind.RADAR: _radar,
}


# --- scales and lettering ------------------------------------------------------------------------------------


NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def nice_ticks(
    values: Sequence[Decimal], maximum: Decimal | None = None, *, from_zero: bool = True, about: int = 4
) -> list[Decimal]:
    """Round figures that span the values, at 1, 2, 2.5 or 5 times a power of ten; zero among them if asked."""
    low, high = min(values), max(values)
    if maximum is not None:
        high = max(high, maximum)
    if from_zero or low < high / 2:
        low = min(low, ZERO)
    high = max(high, ZERO) if from_zero else high
    if high == low:
        high = low + (abs(low) or Decimal(1))
    rough = (high - low) / about
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(
        power * m for m in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)) if power * m >= rough
    )
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * n for n in range(first, last + 1)]


def _values(spec: Chart) -> list[Decimal]:
    return [value for series in spec.series for value in series.values if value is not None]


def _span(spec: Chart) -> tuple[Decimal, Decimal]:
    values = _values(spec)
    low, high = min(*values, ZERO), max(*values, spec.maximum or ZERO)
    return low, high if high > low else low + 1


def _share(part: Decimal, whole: Decimal) -> float:
    """Where a figure lies on a scale, 0 to 1: from here on it is geometry, not money."""
    return min(max(float(part / whole), 0.0), 1.0) if whole else 0.0


def _at(series: Series, index: int) -> Decimal | None:
    return series.values[index] if index < len(series.values) else None


def _label(spec: Chart, index: int) -> str:
    return spec.categories[index] if index < len(spec.categories) else ""


def _runs(points: Iterable[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points without those that are missing, cut where one is."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _polygon(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + "Z"


def _names_width(spec: Chart) -> float:
    return min(max((_text_width(name) for name in spec.categories), default=0) + 12 + LEFT_MOST, WIDTH * 0.4)


def _text_width(text: str) -> float:
    # Letters of other scripts than Latin, Greek and Cyrillic are about twice as wide.
    return sum(LETTER * (1.9 if ord(letter) > 0x2E80 else 1) for letter in text)


def _shorten(text: str, room: float) -> str:
    if _text_width(text) <= room:
        return text
    while text and _text_width(text) + LETTER > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _wrap(text: str, room: float) -> list[str]:
    """At most two lines, the second shortened."""
    if _text_width(text) <= room:
        return [text]
    first = ""
    words = text.split(" ")
    while words and _text_width(f"{first} {words[0]}".strip()) <= room:
        first = f"{first} {words.pop(0)}".strip()
    if not first:
        return [_shorten(text, room)]
    return [first, _shorten(" ".join(words), room)]


def _n(value: float) -> str:
    """A coordinate with two decimals at most, always with a point: no language has a say in it."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
