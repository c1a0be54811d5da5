"""Scores with their colours, and small words."""

from __future__ import annotations

from dataclasses import dataclass

from prm.kernel.web.format import NOT_AVAILABLE
from scorecards.models import Assessment

STATE_TONES = {
    Assessment.State.IN_PROGRESS: "blue",
    Assessment.State.SUBMITTED: "green",
    Assessment.State.REVIEWED: "green",
    Assessment.State.SUPERSEDED: "grey",
    Assessment.State.DISCARDED: "grey",
}


@dataclass(frozen=True)
class Mark:
    """A score with its colour."""

    status: str
    text: str


def percent_of(part: int, whole: int) -> int:
    return 100 * part // whole if whole else 0


def minutes_of(seconds: int) -> str:
    """Minutes and seconds on the scorecard, pauses left out."""
    return f"{seconds // 60}:{seconds % 60:02d} min" if seconds else NOT_AVAILABLE
