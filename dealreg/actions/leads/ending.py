"""When a partnership is suspended or ends: its leads come back, its undecided deals are taken back, the others are
looked at one by one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from dealreg.actions.deciding import _withdraw
from dealreg.actions.freezing import let_deals_go_on
from dealreg.actions.handing import refuse_others
from dealreg.actions.leads.steps import State, take_away, tell
from dealreg.actions.leads.working import return_lead
from dealreg.actions.steps import enter, reason_of
from dealreg.models import HELD, UNDECIDED, DealRegistration, DealReview, Lead
from dealreg.queries.freezing import suspensions_of
from dealreg.queries.lead_rules import business_days_after, lead_rules
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.models import Membership
from prm.kernel.policies import require


def take_offers_back(partner: Partner) -> int:
    """Suspended: nobody there can answer, so open offers go on to others. What it holds already stands still."""
    found = Lead.objects.filter(partner=partner, state=State.ASSIGNED).order_by("pk")
    for lead in found:
        former = take_away(lead, State.RETURNED)
        tell(lead, "lead.taken_back", by=None, to=former, reason="suspended")
    return len(found)


def let_clocks_go_on(partner: Partner, since: dt.date, until: dt.date) -> dict[str, int]:
    """The suspension is over: what stood still goes on with the days that were left.

    A first contact has the business days that were left, news of a lead the calendar days. Done once for each
    suspension: the job that calls this and what it did are kept together.
    """
    pauses = suspensions_of([partner.pk])[partner.pk]
    leads = Lead.objects.filter(partner=partner, state__in=HELD).select_for_update(of=("self",)).order_by("pk")
    for lead in leads:
        assert lead.accepted_at is not None
        assert lead.progress_at is not None
        told: dict[str, Any] = {}
        lead.progress_at += until - since
        if lead.state == State.ACCEPTED and lead.contact_due is not None and lead.contact_due >= since:
            began = clock.day_of(lead.accepted_at)
            due = business_days_after(began, lead_rules().contact_days, pauses)
            told["contact_due"] = lead.contact_due = max(due, lead.contact_due)
        Lead.objects.filter(pk=lead.pk).update(progress_at=lead.progress_at, contact_due=lead.contact_due)
        tell(lead, "lead.clock_went_on", by=None, since=since, until=until, **told)
    return {"leads": len(leads), "deals": let_deals_go_on(partner, since, until)}


def end_leads_and_deals(partner: Partner) -> dict[str, int]:
    """The partnership has ended: leads return, registrations that nobody decided are taken back.

    Protected deals stay until operations keeps or ends each. Doing it twice changes nothing.
    """
    leads = list(Lead.objects.filter(partner=partner, state__in=[State.ASSIGNED, *HELD]).order_by("pk"))
    for lead in leads:
        return_lead(lead, by=None, reason="partnership ended")
    deals = list(DealRegistration.objects.filter(partner=partner, state__in=UNDECIDED).order_by("pk"))
    for deal in deals:
        _withdraw(deal, None, event="deal.ended_with_partner")
    return {"leads": len(leads), "deals": len(deals)}


@transaction.atomic
def keep_deal(deal: DealRegistration, *, by: Membership, reason: str) -> DealRegistration:
    """The partner is gone, but the protection of its deal runs on until it expires."""
    require(by, "dealreg.keep_deal", deal)
    refuse_others(deal)
    said = reason_of(reason)
    if not DealReview.objects.filter(deal=deal, kept_on=None).update(kept_on=clock.today()):
        raise Conflict("This was decided already.", code="decided")
    return enter(deal, "deal.kept_after_end", by=by, reason=said)


@transaction.atomic
def end_deal(deal: DealRegistration, *, by: Membership, reason: str) -> DealRegistration:
    """The partner is gone: its deal ends, and the customer is free for the partner it chooses."""
    require(by, "dealreg.end_deal", deal)
    refuse_others(deal)
    return _withdraw(deal, by, reason_of(reason), event="deal.ended_after_end")
