"""What the night does to leads: offers end, contacts are asked for, quiet ones go back. Twice has one effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from dealreg.actions.leads.capturing import KEY_LIVES
from dealreg.actions.leads.steps import State, take_away, tell
from dealreg.actions.leads.working import return_lead
from dealreg.models import HELD, Lead, LeadCapture, LeadContact, LeadOffer
from dealreg.queries.freezing import suspensions_of
from dealreg.queries.lead_rules import business_days_after, lead_rules
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.policies import require


def run_lead_night(on: dt.date) -> dict[str, int]:
    """All that time does to leads. A suspended partner's clocks stand still."""
    old = LeadCapture.objects.filter(source=LeadContact.Source.INTERFACE, at__lt=clock.now() - KEY_LIVES)
    old.exclude(key="").update(key="")  # other doors keep theirs: a file may come again after years
    return {
        "timed_out": _each(overdue_offers(on), lambda lead: time_out_lead(lead, by=None)),
        "returned": _each(
            _never_contacted(on), lambda lead: return_lead(lead, by=None, reason="not contacted in time")
        ),
        "recycled": _each(quiet_since(on, lead_rules().recycle_days), lambda lead: recycle_lead(lead, by=None)),
    }


def _each(leads: QuerySet | list[Lead], act: Callable[[Lead], Any]) -> int:
    done = 0
    for lead in list(leads):
        try:
            with transaction.atomic():
                act(lead)
        except Conflict:
            continue
        done += 1
    return done


def _running() -> QuerySet:
    return Lead.objects.exclude(partner__state=Partner.State.SUSPENDED).select_related("partner", "line", "owner__user")


def overdue_offers(on: dt.date) -> QuerySet:
    return _running().filter(state=State.ASSIGNED, accept_due__lt=on).order_by("accept_due", "pk")


def overdue_contacts(on: dt.date) -> QuerySet:
    return _running().filter(state=State.ACCEPTED, contact_due__lt=on).order_by("contact_due", "pk")


def _never_contacted(on: dt.date) -> list[Lead]:
    days, late = lead_rules().return_days, [lead for lead in overdue_contacts(on) if lead.is_given]
    stops = suspensions_of({lead.partner_id for lead in late})
    return [lead for lead in late if on > business_days_after(lead.contact_due, days, stops[lead.partner_id])]


def quiet_since(on: dt.date, days: int) -> QuerySet:
    """Leads whose partner wrote nothing for so many days."""
    moment = clock.now() - dt.timedelta(days=days)
    return _running().filter(state__in=HELD, progress_at__lte=moment).order_by("progress_at", "pk")


@transaction.atomic
def time_out_lead(lead: Lead, *, by: None = None) -> Lead:
    """An offer was not answered in time: it counts against the acceptance rate, and the next partner is asked."""
    require(by, "dealreg.time_out_lead", lead)
    if lead.state != State.ASSIGNED or lead.accept_due is None or clock.today() <= lead.accept_due:
        raise Conflict("This offer runs through the end of its last day.", code="not_over")
    former = take_away(lead, State.RETURNED, LeadOffer.Outcome.TIMED_OUT)
    return tell(lead, "lead.timed_out", by=by, to=former)


@transaction.atomic
def recycle_lead(lead: Lead, *, by: None = None) -> Lead:
    """Without news for 30 days: it goes back to nurturing, and the partner loses it."""
    require(by, "dealreg.recycle_lead", lead)
    days = lead_rules().recycle_days
    if lead.progress_at is None or clock.now() - lead.progress_at < dt.timedelta(days=days):
        raise Conflict("There was news of this lead lately.", code="not_over")
    former = take_away(lead, State.RECYCLED)
    return tell(lead, "lead.recycled", by=by, to=former, days=days)
