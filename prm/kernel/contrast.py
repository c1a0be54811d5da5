"""Whether text in one colour can be read on another: the contrast of WCAG 2.2, in whole hundredths."""

from __future__ import annotations

import re
from decimal import Decimal

HEX = re.compile(r"#[0-9a-f]{6}")
READABLE = Decimal("4.5")  # AA for text
TOLD_APART = Decimal("3")  # AA for what is not text: buttons, marks
WHITE, INK = "#ffffff", "#14181f"


def contrast(one: str, other: str) -> Decimal:
    """Between 1 and 21. Raises ValueError for anything but `#rrggbb`."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return ((high + Decimal("0.05")) / (low + Decimal("0.05"))).quantize(Decimal("0.01"))


def best_ink(ground: str) -> tuple[str, Decimal]:
    """White or near black, whichever reads better on that ground, and how well it does."""
    return max(((ink, contrast(ink, ground)) for ink in (WHITE, INK)), key=lambda pair: pair[1])


def _luminance(colour: str) -> Decimal:
    if not HEX.fullmatch(colour.lower()):
        raise ValueError(f"not a colour: {colour[:20]!r}")
    parts = [Decimal(int(colour[at : at + 2], 16)) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / Decimal("12.92") if p <= Decimal("0.04045") else _curve(p) for p in parts)
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


def _curve(part: Decimal) -> Decimal:
    return ((part + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
