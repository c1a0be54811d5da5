"""The shapes of a drawn chart and their markup. Written without a template: a year of two series has sixty of them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

TEXT = 12  # the size of all lettering, in the units of the drawing


@dataclass(slots=True)
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
        """The shape as markup. Words are escaped; numbers, classes and paints are the painter's own."""
        match self.shape:
            case "rect":
                rounded = f' rx="{self.radius}"' if self.radius else ""
                return (
                    f'<rect class="{self.classes}" x="{self.x}" y="{self.y}" width="{self.width}"'
                    f' height="{self.height}"{rounded} fill="{escape(self.paint)}">{self._title()}</rect>'
                )
            case "path":
                faint = f' fill-opacity="{self.fill_opacity}"' if self.fill_opacity else ""
                return (
                    f'<path class="{self.classes}" d="{self.d}" fill="{escape(self.fill)}"{faint}'
                    f' stroke="{escape(self.paint)}" stroke-width="{self.width}" stroke-linejoin="round"'
                    ' stroke-linecap="round"></path>'
                )
            case "circle":
                return (
                    f'<circle class="{self.classes}" cx="{self.x}" cy="{self.y}" r="{self.radius}"'
                    f' fill="{escape(self.paint)}">{self._title()}</circle>'
                )
        return (
            f'<text class="{self.classes}" x="{self.x}" y="{self.y}" text-anchor="{self.anchor}"'
            f' font-size="{self.size}" fill="{escape(self.paint)}">{escape(self.text)}</text>'
        )

    def _title(self) -> str:
        return f"<title>{escape(self.title)}</title>" if self.title else ""
