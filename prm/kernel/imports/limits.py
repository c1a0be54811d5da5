"""How much an import takes: enough for a vendor's year of bookings, not enough to exhaust the server."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    file_bytes: int = 100 * MEGABYTE  # as stored
    unpacked_bytes: int = 300 * MEGABYTE  # of a .gz, and of all parts of an .xlsx together
    archive_parts: int = 1_000
    rows: int = 200_000
    columns: int = 300
    cell_characters: int = 32_767  # what a spreadsheet's cell holds


DEFAULT = Limits()
