"""What scorecards lend to the other apps."""

from __future__ import annotations

from prm.kernel.members import furnishes
from scorecards.starter import copy_bank


@furnishes(order=20)
def question_bank() -> None:
    """The questionnaire of a new vendor."""
    copy_bank()
