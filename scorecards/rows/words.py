"""The field's words for what stands behind a figure: formulas, what goes into them, the heads of their rows."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from prm.kernel.words import own

FORMULAS = {
    "performance_to_plan": _("Performance to plan"),
    "pipeline_to_target": _("Pipeline to target"),
    "capability_score": _("Capabilities score"),
    "tier_attainment": own("Tier attainment"),
    "deal_metrics": _("Deal figures"),
    "composite_score": _("Composite score"),
}
INPUTS = {
    "fy_start_month": _("first month of the fiscal year"),
    "as_of": _("the day"),
    "period": _("fiscal year or quarter"),
    "targets": _("targets by month"),
    "actuals": _("actual figures"),
    "mode": _("closed months only"),
    "period_end": _("last day of the period"),
    "period_start": _("first day of the period"),
    "period_target": _("target of the period"),
    "won_to_date": _("won so far"),
    "opportunities": _("open deals with amount and expected close"),
    "index": _("how much pipeline a unit of target needs"),
    "categories": _("answers with their weights, by category and topic"),
    "tiers": _("levels with what they ask"),
    "deals": _("deals closed in the period, with amount and days"),
    "components": _("components with weight and points"),
    "min_weight_share": _("share of the weights that must be covered"),
}
TITLES = {
    "booked_on": _("Booked"),
    "line": _("Line"),
    "line__name": _("Line"),
    "kind": _("Kind"),
    "amount": _("Amount"),
    "number": _("Number"),
    "external_id": _("Number"),
    "month": _("Month"),
    "source": _("Source"),
    "task": _("Task"),
    "title": _("Task"),
    "due_on": _("Due"),
    "done_on": _("Done"),
    "done_at": _("Done"),
    "approved_on": _("Approved"),
    "closed_on": _("Closed"),
    "state": _("State"),
    "question": _("Question"),
    "answer": _("Answer"),
    "score": _("Score"),
    "weight": _("Weight"),
    "answered_on": _("Answered"),
    "value": _("Value"),
    "requirement": _("Requirement"),
    "target": _("Target"),
    "actual": _("Actual"),
    "gap": _("Gap"),
    "is_met": _("Met"),
    "component": _("Component"),
    "points": _("Points"),
    "why": _("Why empty"),
}


def title_of(name: str) -> str:
    """The head of a column; of one that nobody has named, its name as words."""
    return str(TITLES.get(name) or name.replace("_", " ").capitalize())


def formula_name(name: str) -> str:
    return str(FORMULAS.get(name) or name.replace("_", " ").capitalize()) if name else ""


def inputs_of(names: Iterable[str]) -> str:
    """What goes into a formula, for people: 'the day, targets by month'."""
    return ", ".join(str(INPUTS.get(name) or name.replace("_", " ")) for name in names)
