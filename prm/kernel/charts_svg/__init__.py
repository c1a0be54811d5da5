"""Draws a chart spec as SVG for pages and PDFs: the markup of each shape stands in `charts_marks`.

Every mark carries its colour twice: as an attribute, which PDFs read, and as a class, by which the page's style
sheet puts the vendor's colours and the dark theme over it. A missing figure is a gap, never a zero.
"""

from prm.kernel.charts_svg.drawing import PAINTS, Drawing, draw
from prm.kernel.charts_svg.geometry import NARROW, WIDTH, nice_ticks
from prm.kernel.charts_svg.shapes import SPARK_WIDTH

__all__ = ["NARROW", "PAINTS", "SPARK_WIDTH", "WIDTH", "Drawing", "draw", "nice_ticks"]
