"""The shapes of a drawn chart and their markup. Written without a template: a year of two series has sixty of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html

TEXT = 12  # the size of all lettering, in the units of the drawing


@dataclass(frozen=True)
class Mark:
    """One shape: a rect, path, circle or text. Numbers are already written as text."""

    shape: str
    classes: str
    paint: str
    x: str = ""
    y: str = ""
    width: str = ""
    height: str = ""
    radius: str = ""
    d: str = ""
    fill: str = "none"
    fill_opacity: str = ""
    anchor: str = "start"
    size: int = TEXT
    text: str = ""
    title: str = ""

    def svg(self) -> str:
        """The shape as markup, every text in it escaped."""
        match self.shape:
            case "rect":
                return format_html(
                    '<rect class="{}" x="{}" y="{}" width="{}" height="{}"{} fill="{}">{}</rect>',
                    self.classes,
                    self.x,
                    self.y,
                    self.width,
                    self.height,
                    self._optional("rx", self.radius),
                    self.paint,
                    self._title(),
                )
            case "path":
                return format_html(
                    '<path class="{}" d="{}" fill="{}"{} stroke="{}" stroke-width="{}" stroke-linejoin="round"'
                    ' stroke-linecap="round"></path>',
                    self.classes,
                    self.d,
                    self.fill,
                    self._optional("fill-opacity", self.fill_opacity),
                    self.paint,
                    self.width,
                )
            case "circle":
                return format_html(
                    '<circle class="{}" cx="{}" cy="{}" r="{}" fill="{}">{}</circle>',
                    self.classes,
                    self.x,
                    self.y,
                    self.radius,
                    self.paint,
                    self._title(),
                )
        return format_html(
            '<text class="{}" x="{}" y="{}" text-anchor="{}" font-size="{}" fill="{}">{}</text>',
            self.classes,
            self.x,
            self.y,
            self.anchor,
            self.size,
            self.paint,
            self.text,
        )

    def _optional(self, name: str, value: str) -> str:
        return format_html(' {}="{}"', name, value) if value else ""

    def _title(self) -> str:
        return format_html("<title>{}</title>", self.title) if self.title else ""
