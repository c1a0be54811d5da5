"""What can be wrong with a profile, a file or a row, each told with its place."""

from __future__ import annotations

from dataclasses import dataclass

from prm.kernel.errors import Conflict, Invalid


class ProfileInvalid(Invalid):
    """The profile cannot be used as it is."""

    code = "import_profile"


class FileRefused(Invalid):
    """The file as a whole cannot be read; no row of it was looked at or written."""

    code = "import_file"


class ImportRunning(Conflict):
    """Another import of this vendor is running. Wait for its end, then start again."""

    code = "import_running"


class ValueRefused(Invalid):
    """A value of a row that cannot be read; `column` is where it stood in the file."""

    code = "import_value"

    def __init__(self, message: str, *, column: str = "") -> None:
        super().__init__(message)
        self.column = column


class LeftOut(Exception):
    """A row that is not to come in: it looks like a record that is there, and nobody said that it is another."""


@dataclass(frozen=True)
class Double:
    """A row that looks like records that are there: which row, what it says, and those records."""

    line: int
    says: str
    found: list[dict[str, str]]  # each with id, says, and by what it is alike


@dataclass(frozen=True)
class RowProblem:
    """One reason why a row cannot come in."""

    line: int
    column: str
    reason: str

    def as_json(self) -> dict[str, str | int]:
        return {"line": self.line, "column": self.column, "reason": self.reason}


def shown(value: object, length: int = 40) -> str:
    """A value from a file as it may be quoted in a message: short, and without control characters."""
    text = str(value)
    return ascii_controls(text if len(text) <= length else text[:length] + "…")


def ascii_controls(text: str) -> str:
    return '"' + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text) + '"'
