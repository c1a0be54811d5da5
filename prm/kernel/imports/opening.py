"""Opening a table, whatever kind of file it is."""

from __future__ import annotations

from prm.kernel.imports import delimited, spreadsheets
from prm.kernel.imports.sources import Source, Table, check_size


def open_table(source: Source) -> Table:
    """Check the file as a whole and open it. Raises FileRefused before any row is given out."""
    check_size(source)
    return spreadsheets.open_table(source) if source.kind == "xlsx" else delimited.open_table(source)
