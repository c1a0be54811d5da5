"""The PowerPoint file of a deck: native charts, native tables, notes, the vendor's colours."""

from qbr.powerpoint.build import draw_powerpoint

__all__ = ["draw_powerpoint"]
