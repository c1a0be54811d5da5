"""Partners in the list of scorecards, on the partner page and on the first page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_days, add_months
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from scorecards.queries import (
    VALID_MONTHS,
    Completion,
    Result,
)
from scorecards.rows.marks import Mark, percent_of
from scorecards.rows.plan import PlanStanding, present_completion
from scorecards.rows.result import _mark


@dataclass(frozen=True)
class PartnerRow:
    partner_id: UUID
    name: str
    url: str
    score: Mark
    raw_score: Decimal | None
    submitted_on: str
    submitted_by: str
    result_url: str
    open_url: str
    percent: int
    progress: str
    may_start: bool
    actions: PlanStanding | None
    plan_url: str
    card_url: str


def present_partners(
    partners: Sequence[Partner],
    results: dict[UUID, Result],
    running: dict[UUID, Any],
    member: Membership,
    actions: Mapping[UUID, Completion],
) -> list[PartnerRow]:
    """One line per partner: the scorecard that counts, and the one in progress."""
    write = formatter()
    rows = []
    for partner in partners:
        last, now = results.get(partner.pk), running.get(partner.pk)
        given, asked = (now.given or 0, now.asked or 0) if now else (0, 0)
        rows.append(
            PartnerRow(
                partner_id=partner.pk,
                name=partner.name,
                url=partner.get_absolute_url(),
                score=Mark(last.status, write.score(last.overall)) if last else Mark("grey", ""),
                raw_score=last.overall if last else None,
                submitted_on=write.day(last.submitted_at) if last else "",
                submitted_by=last.submitted_by if last else "",
                result_url=page_of(last.assessment_id) if last else "",
                open_url=page_of(now.pk) if now else "",
                percent=percent_of(given, asked),
                progress=f"{given} of {asked}" if now else "",
                may_start=now is None and permits(member, "scorecards.start_assessment", partner),
                actions=present_completion(actions[partner.pk])
                if partner.pk in actions and not actions[partner.pk].is_empty
                else None,
                plan_url=reverse("scorecards:plan", args=[partner.pk]),
                card_url=reverse("scorecards:performance", args=[partner.pk]),
            )
        )
    return rows


def page_of(assessment_id: UUID) -> str:
    return reverse("scorecards:assessment", args=[assessment_id])


def present_panel(
    partner: Partner,
    result: Result | None,
    running: Any,
    member: Membership,
    actions: Completion | None = None,
) -> dict[str, Any]:
    """The latest result with its categories, and the way on."""
    write = formatter()
    given, asked = (running.given or 0, running.asked or 0) if running else (0, 0)
    return {
        "score": Mark(result.status, write.score(result.overall)) if result else None,
        "submitted": f"{write.day(result.submitted_at)}, {result.submitted_by}" if result else "",
        "categories": [{"name": line.name, "mark": _mark(write, line)} for line in result.categories] if result else [],
        "result_url": page_of(result.assessment_id) if result else "",
        "open_url": page_of(running.pk) if running else "",
        "percent": percent_of(given, asked),
        "progress": f"{given} of {asked} answered",
        "may_start": permits(member, "scorecards.start_assessment", partner),
        "actions": present_completion(actions) if actions and not actions.is_empty else None,
        "plan_url": reverse("scorecards:plan", args=[partner.pk]),
    }


NEAR_DAYS = 30  # so many days before its end a score is about to run out


def present_home(
    partner: Partner, result: Result | None, running: Any, member: Membership, today: dt.date
) -> dict[str, Any]:
    """As the panel, with the day until which the score counts."""
    write = formatter()
    until = add_months(clock.day_of(result.submitted_at), VALID_MONTHS) if result else None
    return present_panel(partner, result, running, member) | {
        "partner_id": partner.pk,
        "until": write.day(until) if until else "",
        "is_over": until is not None and until < today,
        "is_near": until is not None and today <= until <= add_days(today, NEAR_DAYS),
    }
