"""What became of a file, for who brought it in: counts, problems, doubles, and the first rows as they were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prm.kernel.imports.problems import Double, RowProblem

KEPT_PROBLEMS = 200


@dataclass
class Report:
    """What became of one file."""

    file: str
    entity: str
    state: str = ""  # applied, dry run, refused
    read_as: str = ""
    sha256: str = ""
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    left_out: int = 0  # rows the profile does not mean, and doubles nobody wants; not counted as rows
    problem_count: int = 0
    faulty_rows: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)
    doubles: list[Double] = field(default_factory=list)
    sample: list[dict[str, Any]] = field(default_factory=list)  # the first good rows: line, fate, values as read
    batch_id: str = ""

    @property
    def is_refused(self) -> bool:
        return self.state == "refused"

    @property
    def is_clean(self) -> bool:
        return not self.problem_count

    def add(self, line: int, column: str, reason: str) -> None:
        self.problem_count += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(RowProblem(line, column, reason))

    def refuse(self) -> None:
        """Nothing of the file came in."""
        self.state = "refused"
        self.created = self.updated = self.unchanged = 0
        self.failed = self.rows
