"""What the night does: expire, warn, escalate, and take back what was never answered. Doing it twice has one effect.

Of a suspended partner it does nothing: its clocks stand still.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from dealreg.actions.deciding import _withdraw
from dealreg.actions.protecting import expire_deal
from dealreg.actions.steps import enter
from dealreg.models import DealQuestion, DealRegistration, DealReview
from dealreg.queries.freezing import suspensions_of
from dealreg.queries.rules import deal_rules
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.periods import add_business_days, add_days
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant

State = DealRegistration.State


def run_night(on: dt.date) -> dict[str, int]:
    """All that time does to deals. Each deal in its own savepoint: one that moved on meanwhile is left alone."""
    return {
        "expired": _each(_overdue(on), lambda deal: expire_deal(deal, by=None)),
        "timed_out": _each(_unanswered(on), lambda deal: time_out_deal(deal, by=None)),
        "escalated": escalate(on),
    }


def _each(deals: list[DealRegistration], act) -> int:  # type: ignore[no-untyped-def]
    done = 0
    for deal in deals:
        try:
            with transaction.atomic():
                act(deal)
        except Conflict:
            continue
        done += 1
    return done


def running() -> QuerySet[DealRegistration]:
    """Registrations whose clocks run."""
    return DealRegistration.objects.exclude(partner__state=Partner.State.SUSPENDED)


def _overdue(on: dt.date) -> list[DealRegistration]:
    found = running().filter(state=State.APPROVED, expires_on__lt=on)
    return list(found.select_related("partner").order_by("expires_on", "pk"))


def _unanswered(on: dt.date) -> list[DealRegistration]:
    """Those with a question that was put more business days ago than the rules give."""
    days, holidays = deal_rules().answer_days, set(current_tenant().holidays)
    waiting = DealQuestion.objects.filter(answered_at=None, deal__in=running().filter(state=State.INFO_REQUESTED))
    asked = list(waiting.select_related("deal__partner").order_by("asked_at", "pk"))
    stops = suspensions_of({question.partner_id for question in asked})
    return [
        question.deal
        for question in asked
        if on > add_business_days(clock.day_of(question.asked_at), days, holidays, stops[question.partner_id])
    ]


@transaction.atomic
def time_out_deal(deal: DealRegistration, *, by: None = None) -> DealRegistration:
    """A question was not answered in time: the registration is taken back, and may be sent anew."""
    require(by, "dealreg.time_out_deal", deal)
    if deal.state != State.INFO_REQUESTED:
        raise Conflict("It was answered meanwhile.")
    return _withdraw(deal, None, event="deal.timed_out")


def escalate(on: dt.date) -> int:
    """Not decided a business day after its day: to operations; another one later: to the channel chief."""
    days, holidays = deal_rules().escalate_days, set(current_tenant().holidays)
    late = running().filter(state__in=[State.SUBMITTED, State.IN_REVIEW], review_due__lt=on)
    waiting = DealReview.objects.filter(deal__in=late)
    moved = 0
    for review in waiting.select_related("deal__partner").order_by("pk"):
        assert review.deal.review_due is not None
        first = add_business_days(review.deal.review_due, days, holidays)
        second = add_business_days(review.deal.review_due, 2 * days, holidays)
        wanted = ""
        if on > second:
            wanted = DealReview.Level.CHIEF
        elif on > first:
            wanted = DealReview.Level.OPERATIONS
        if not wanted or wanted in {review.level, review.escalated_to} or review.level == DealReview.Level.CHIEF:
            continue
        same = DealReview.objects.filter(pk=review.pk, escalated_to=review.escalated_to)
        if same.update(escalated_to=wanted):
            enter(review.deal, "deal.escalated", by=None, inner=True, to=wanted)
            moved += 1
    return moved


def expiring_on(on: dt.date) -> list[tuple[DealRegistration, int]]:
    """Protected deals that end within the days of a warning, with the number of days that warning stands for."""
    rules = deal_rules()
    horizon = add_days(on, rules.warn_days)
    found = running().filter(state=State.APPROVED, expires_on__range=(on, horizon))
    return [
        (deal, rules.last_warn_days if (deal.expires_on - on).days <= rules.last_warn_days else rules.warn_days)
        for deal in found.select_related("partner", "owner__user").order_by("expires_on", "pk")
        if deal.expires_on is not None
    ]
