"""Forms of sales: the day figures are for, and amounts in a grid."""

from sales.forms.day import AsOfForm
from sales.forms.grid import Cell, GridRow, NumberField, YearForm, cell_name, read_amount, read_grid, unread

__all__ = ["AsOfForm", "Cell", "GridRow", "NumberField", "YearForm", "cell_name", "read_amount", "read_grid", "unread"]
