"""A vendor with the starter questionnaire in use."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from scorecards.models import QuestionBank
from scorecards.starter import copy_bank
from tests.standing import stands


@stands
def bank(cast: SimpleNamespace) -> QuestionBank:
    return copy_bank()


@stands
def open_scorecard(cast: SimpleNamespace, bank: Any) -> Any:
    from scorecards.actions import start_assessment

    return start_assessment(cast.northwind, by=cast.champion)
