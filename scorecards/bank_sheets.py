"""A question bank as a spreadsheet: one sheet for each table, the columns by name."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from prm.kernel.exports import to_workbook
from prm.kernel.imports.limits import DEFAULT, MEGABYTE
from prm.kernel.imports.opening import open_table
from prm.kernel.imports.problems import RowProblem
from prm.kernel.imports.sources import Source
from prm.kernel.uploads import Upload, accept
from scorecards.bank_shape import TABLES, BadBank, Line, Tables

LIMITS = replace(DEFAULT, file_bytes=5 * MEGABYTE, unpacked_bytes=50 * MEGABYTE, rows=20_000, columns=40)


def to_sheets(tables: Tables) -> bytes:
    """The edition as a workbook; every cell is text, so that codes and numbers stay as they are."""
    return to_workbook(
        {name: [list(rules), *([row[c] for c in rules] for row in tables[name])] for name, rules in TABLES.items()}
    )


def read_sheets(content: bytes) -> list[Line]:
    """The lines of a workbook. Raises FileRefused when it is none, BadBank when a row cannot be read."""
    accept(Upload("bank.xlsx", content), kinds={"xlsx"}, limit=LIMITS.file_bytes)
    lines: list[Line] = []
    problems: list[RowProblem] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bank.xlsx"
        path.write_bytes(content)
        for name in TABLES:
            for row in open_table(Source(path, sheet=name, limits=LIMITS)).rows:
                line = Line(name, row.line, {column: cell for column, cell in row.cells.items() if cell})
                if row.problem:
                    problems.append(line.problem("", row.problem))
                lines.append(line)
    if problems:
        raise BadBank(problems)
    return lines
