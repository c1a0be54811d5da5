"""The program level: what the present one asks, and the next."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from partners.formulas import attainment_status, tier_attainment
from partners.queries import RequirementRow, TierStanding
from qbr.figures.shape import Figure, figure


def program_part(standing: TierStanding) -> dict[str, Any]:
    levels = [("To keep" if standing.holds_more else "Present level", standing.held)]
    if standing.next and standing.next != standing.held and not standing.holds_more:
        levels.append(("Next to reach", standing.next))
    tiers = [
        {"role": role, "name": name, "rows": [_requirement(row) for row in standing.requirements if row.tier == name]}
        for role, name in levels
        if name
    ]
    return {
        "label": "Program level",
        "why": "" if tiers else "the program has no levels",
        "held": standing.held,
        "qualifying": standing.qualifying,
        "next": standing.next,
        "next_attainment": next_attainment(standing),
        "progress": figure("Progress through all levels", standing.progress, "ratio", why="the program has no levels"),
        "tiers": tiers,
        "absent": [
            figure("Certifications by kind", None, "count", why="certifications are not kept yet"),
            figure("Required tasks by state", None, "count", why="required tasks are not kept yet"),
        ],
    }


def next_attainment(standing: TierStanding) -> Figure:
    """How far the next level is; of a partner that holds more than its figures give, how far it fulfils that."""
    if standing.holds_more:
        attained = standing.held_attainment
        hint = f"the figures of that day qualify for {standing.qualifying or 'no level'}"
        status = attainment_status(attained)
        return figure(f"Attainment of {standing.held}, held now", attained, "ratio", status=status, hint=hint)
    if not standing.next:
        return figure("Attainment of the next level", None, "ratio", why="the highest level is reached")
    attained = standing.next_attainment
    return figure(f"Attainment of {standing.next}", attained, "ratio", status=attainment_status(attained))


def _requirement(row: RequirementRow) -> dict[str, Any]:
    attained, gap = _judged(row)
    status = "green" if row.is_met else attainment_status(attained)
    return {
        "label": row.label,
        "target": figure(row.label, 1 if row.kind == "flag" else row.target, row.unit),
        "actual": figure(row.label, row.actual, row.unit, why=row.why or "not measured yet"),
        "attainment": figure(row.label, attained, "ratio", status=status),
        "gap": figure(row.label, gap, "count" if row.kind == "flag" else row.unit),
        "is_met": row.is_met,
    }


def _judged(row: RequirementRow) -> tuple[Decimal, Decimal | None]:
    """F10 for a single requirement: how far it is attained, and what is missing."""
    wanted = {"metric": row.metric, "kind": row.kind, "weight": "1", "target": row.target}
    actual: Any = bool(row.actual) if row.kind == "flag" and row.actual is not None else row.actual
    judged = tier_attainment(tiers=[{"tier": "it", "requirements": [wanted]}], actuals={row.metric: actual})
    return judged["tiers"]["it"]["attainment"], judged["gaps"].get(row.metric)
