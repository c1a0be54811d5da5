"""How a deck looks: page, grid, fonts, colours. One master and two layouts, no template file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

FONT = "Arial"  # on every machine, or with metrics that fit (Liberation Sans)
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6
CONTENT_TOP, CONTENT_BOTTOM = 1.42, 6.72
GAP = 0.24

INK, MUTED, LINE, PANEL, WHITE = "1B2733", "5B6876", "D5DBE1", "F3F5F8", "FFFFFF"
STATUS_COLOURS = {"green": "2B8A4B", "yellow": "B77900", "red": "C22F2B", "grey": "7C8895"}
STATUS_SHAPES = {"green": "●", "yellow": "▲", "red": "■", "grey": "○"}
BRAND, ACCENT = MSO_THEME_COLOR.ACCENT_1, MSO_THEME_COLOR.ACCENT_2
TONES = {
    "brand": BRAND,
    "accent": ACCENT,
    "green": MSO_THEME_COLOR.ACCENT_3,
    "yellow": MSO_THEME_COLOR.ACCENT_4,
    "red": MSO_THEME_COLOR.ACCENT_5,
    "grey": MSO_THEME_COLOR.ACCENT_6,
}
DEFAULT_BRAND, DEFAULT_ACCENT = "1F6FB2", "E0A100"
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Box:
    """A place on the slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[Emu, Emu, Emu, Emu]:
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


CONTENT = Box(MARGIN, CONTENT_TOP, WIDTH - 2 * MARGIN, CONTENT_BOTTOM - CONTENT_TOP)


def hex_colour(value: str, default: str) -> str:
    """`#1f6fb2` as 1F6FB2; anything else is the default."""
    found = _HEX.fullmatch(value or "")
    return found[1].upper() if found else default


def rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour)


def text_on(colour: str) -> str:
    """White, or ink where white could not be read."""

    def channel(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(colour[i : i + 2]) for i in (0, 2, 4))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return WHITE if 1.05 / (luminance + 0.05) >= 4 else INK


def new_presentation(brand: str, accent: str) -> Any:
    """An empty widescreen presentation in the vendor's colours, with a title layout and a content layout."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    layouts = list(deck.slide_layouts)
    for layout in layouts:
        if layout.name not in ("Title Slide", "Title Only"):
            deck.slide_layouts.remove(layout)
    _set_theme(deck, brand, accent)
    _set_master(deck)
    return deck


def title_layout(deck: Any) -> Any:
    return deck.slide_layouts.get_by_name("Title Slide")


def content_layout(deck: Any) -> Any:
    return deck.slide_layouts.get_by_name("Title Only")


def _set_theme(deck: Any, brand: str, accent: str) -> None:
    part = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = etree.fromstring(part.blob)
    scheme = theme.find(f".//{qn('a:clrScheme')}")
    wanted = {
        "dk1": INK,
        "dk2": INK,
        "lt2": PANEL,
        "accent1": brand,
        "accent2": accent,
        "accent3": STATUS_COLOURS["green"],
        "accent4": STATUS_COLOURS["yellow"],
        "accent5": STATUS_COLOURS["red"],
        "accent6": "9AA5B1",
        "hlink": brand,
        "folHlink": brand,
    }
    for name, colour in wanted.items():
        slot = scheme.find(qn(f"a:{name}"))
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, qn("a:srgbClr")).set("val", colour)
    for kind in ("majorFont", "minorFont"):
        theme.find(f".//{qn(f'a:{kind}')}/{qn('a:latin')}").set("typeface", FONT)
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def _set_master(deck: Any) -> None:
    master = deck.slide_master
    title, body, date, footer, number = master.placeholders
    _place(title, Box(MARGIN, 0.42, WIDTH - 2 * MARGIN, 0.72))
    _place(body, CONTENT)
    _place(footer, Box(MARGIN, 6.98, 10.5, 0.3))
    _place(number, Box(WIDTH - MARGIN - 1, 6.98, 1, 0.3))
    date._element.getparent().remove(date._element)
    style = master._element.find(qn("p:txStyles")).find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    style.set("algn", "l")
    style.find(qn("a:defRPr")).set("sz", "2600")
    style.find(qn("a:defRPr")).set("b", "1")
    for shape in (footer, number):
        for properties in shape._element.iter(qn("a:lvl1pPr")):
            properties.set("algn", "l" if shape is footer else "r")
            properties.find(qn("a:defRPr")).set("sz", "900")
    for shape in (title, footer, number):
        margins = shape.text_frame._txBody.bodyPr
        for side in ("lIns", "rIns"):
            margins.set(side, "0")
    title.text_frame._txBody.bodyPr.set("anchor", "ctr")
    _mark(master, Box(0, 0.42, 0.14, 0.72))
    _rule(master, 6.92)
    for layout in deck.slide_layouts:
        for shape in list(layout.placeholders):
            kind = shape.placeholder_format.type
            if "DATE" in str(kind):
                shape._element.getparent().remove(shape._element)
            elif shape._element.spPr.find(qn("a:xfrm")) is not None:
                shape._element.spPr.remove(shape._element.spPr.find(qn("a:xfrm")))
    cover = title_layout(deck)
    cover._element.set("showMasterSp", "0")
    for shape in cover.placeholders:
        kind = str(shape.placeholder_format.type)
        if "TITLE" in kind and "SUB" not in kind:
            _place(shape, Box(1.1, 2.05, WIDTH - 2.2, 1.9))
            shape.text_frame._txBody.bodyPr.set("anchor", "b")
        elif "SUBTITLE" in kind:
            _place(shape, Box(1.1, 4.2, WIDTH - 2.2, 1.5))
            shape.text_frame._txBody.bodyPr.set("lIns", "0")
            for properties in shape._element.iter(qn("a:lvl1pPr")):
                properties.set("algn", "l")
        else:
            shape._element.getparent().remove(shape._element)


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = box.emu


def _mark(master: Any, box: Box) -> None:
    """The vendor's colour beside every title."""
    _add_rectangle(master, box, "accent1", 90)


def _rule(master: Any, top: float) -> None:
    _add_rectangle(master, Box(MARGIN, top, WIDTH - 2 * MARGIN, 0.01), None, 91)


def _add_rectangle(master: Any, box: Box, scheme: str | None, number: int) -> None:
    left, top, width, height = (int(value) for value in box.emu)
    fill = f'<a:schemeClr val="{scheme}"/>' if scheme else f'<a:srgbClr val="{LINE}"/>'
    shape = etree.fromstring(
        '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        f'<p:nvSpPr><p:cNvPr id="{number}" name="Mark {number}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill>{fill}</a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr>"
        '<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr lang="en-US"/></a:p></p:txBody></p:sp>'
    )
    tree = master.shapes._spTree
    tree.insert(2, shape)


def font(run: Any, size: float, *, colour: str = INK, bold: bool = False) -> None:
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = rgb(colour)
