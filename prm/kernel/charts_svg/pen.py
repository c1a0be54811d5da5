"""Collects the marks of one chart, and knows its tones and how its figures are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.charts_marks import TEXT, Mark
from prm.kernel.charts_svg.geometry import (
    WIDTH,
    label_at,
    short,
)
from prm.kernel.web.format import Formatter

SEQUENCE = ("brand", "accent", "violet", "teal", "grey")


@dataclass(frozen=True)
class Key:
    """One line of the legend."""

    name: str
    tone: str
    paint: str
    is_line: bool


@dataclass
class Pen:
    """Collects the marks of one chart, and knows how its figures are written."""

    spec: Chart
    paints: dict[str, str]
    format: Formatter
    width: int = WIDTH
    marks: list[Mark] = field(default_factory=list)
    written: dict[Decimal | None, str] = field(default_factory=dict)

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
        """A figure in full, as in the table and in what the pointer shows: each is written at least twice."""
        if value not in self.written:
            self.written[value] = self.format.figure(value, self.spec.unit, self.spec.currency)
        return self.written[value]

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
                parts.append(f"{series.name} {label_at(spec, last)}: {self.write(series.values[last])}")
            elif len(spec.categories) <= 3:
                parts += [f"{series.name} {label_at(spec, i)}: {self.write(v)}" for i, v in enumerate(series.values)]
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
                x=short(x),
                y=short(y),
                width=short(width),
                height=short(height),
                radius=short(radius) if radius and min(width, height) > 2 * radius else "",
                title=title,
            )
        )

    def line(self, d: str, tone: str, width: float = 2, kind: str = "chart-line") -> None:
        self.marks.append(Mark("path", f"{kind} tone-{tone}", self.paints[tone], d=d, width=short(width)))

    def area(self, d: str, tone: str) -> None:
        paint = self.paints[tone]
        self.marks.append(
            Mark("path", f"chart-area tone-{tone}", paint, d=d, width="2", fill=paint, fill_opacity="0.12")
        )

    def dot(self, x: float, y: float, tone: str, title: str = "", radius: float = 3) -> None:
        self.marks.append(
            Mark(
                "circle",
                f"chart-fill tone-{tone}",
                self.paints[tone],
                x=short(x),
                y=short(y),
                radius=short(radius),
                title=title,
            )
        )

    def text(self, x: float, y: float, text: str, anchor: str = "start", tone: str = "text", size: int = TEXT) -> None:
        self.marks.append(
            Mark(
                "text",
                f"chart-text tone-{tone}",
                self.paints[tone],
                x=short(x),
                y=short(y),
                anchor=anchor,
                text=text,
                size=size,
            )
        )
