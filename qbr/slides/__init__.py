"""The slides of a review: what stands on them, said once for the page, the PowerPoint file and the PDF."""

from qbr.slides.build import BUILDERS, build_slides
from qbr.slides.parts import Cell, ChartBox, Column, Row, Slide, Table, Text, Tile, Tiles

__all__ = ["BUILDERS", "Cell", "ChartBox", "Column", "Row", "Slide", "Table", "Text", "Tile", "Tiles", "build_slides"]
