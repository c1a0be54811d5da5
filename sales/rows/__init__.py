"""Figures of sales as pages print them."""

from sales.rows.performance import (
    ShownPerformance,
    ShownPeriod,
    hint_of,
    present_performance,
    running_words,
)
from sales.rows.targets import (
    TONES,
    ShownProposal,
    grid_of_lines,
    grid_of_partners,
    places_of,
    present_proposals,
    scope_of,
)

__all__ = [
    "TONES",
    "ShownPerformance",
    "ShownPeriod",
    "ShownProposal",
    "grid_of_lines",
    "grid_of_partners",
    "hint_of",
    "places_of",
    "present_performance",
    "present_proposals",
    "running_words",
    "scope_of",
]
