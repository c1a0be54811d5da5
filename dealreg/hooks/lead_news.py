"""What follows an action on leads: they are given out, people are told, the night passes, partnerships end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from dealreg.actions.leads import (
    end_leads_and_deals,
    let_clocks_go_on,
    route_lead,
    run_lead_night,
    take_offers_back,
)
from dealreg.actions.leads.by_time import overdue_contacts, quiet_since
from dealreg.models import Lead
from dealreg.queries.lead_rules import lead_rules
from dealreg.rows.leads import short_of
from partners.models import Partner
from partners.queries import managers_of
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.events import on
from prm.kernel.models import Event, Membership
from prm.kernel.notifications import notify
from prm.kernel.outbox import deferred
from prm.kernel.roles import Role
from prm.kernel.schedule import daily
from prm.kernel.web.format import formatter

OLD_NEWS = dt.timedelta(days=7)


def _lead_of(event_id: str) -> tuple[Event, Lead | None]:
    event = Event.objects.get(pk=UUID(event_id))
    lead = Lead.objects.select_related("partner", "line", "owner__user").filter(pk=event.subject_id).first()
    return event, lead


def recipients(lead: Lead) -> list[Membership]:
    """Whose lead it is; while it is nobody's, the company's champions and sellers."""
    people = Membership.objects.filter(partner_id=lead.partner_id, active=True).select_related("user")
    if lead.owner_id is not None:
        return list(people.filter(Q(pk=lead.owner_id) | Q(roles__contains=[Role.CHAMPION.value])))
    return list(people.filter(roles__overlap=[Role.CHAMPION.value, Role.PARTNER_SALES.value]))


def _tell(people: Iterable[Membership], text: str, lead: Lead, key: str, *, mail: bool = True) -> None:
    notify(people, text, about=lead, url=f"/deals/leads/{lead.pk}/", key=f"lead:{lead.pk}:{key}", mail=mail)


def _give_out(event_id: str) -> None:
    """Offer it to the best partner, if it still waits."""
    lead = _lead_of(event_id)[1]
    if lead is not None and lead.state in (Lead.State.NEW, Lead.State.RETURNED):
        try:
            route_lead(lead, by=None)
        except Conflict:
            return  # somebody was faster


for _name in ("captured", "imported", "reopened", "refused", "timed_out", "taken_back"):
    on(f"lead.{_name}")(deferred(f"dealreg.give_out_{_name}")(_give_out))


@on("lead.assigned")
@deferred("dealreg.tell_lead_assigned")
def tell_assigned(event_id: str) -> None:
    event, lead = _lead_of(event_id)
    if lead is None or lead.state != Lead.State.ASSIGNED or lead.partner_id != event.partner_id:
        return
    if clock.now() - event.at <= OLD_NEWS:
        due = formatter().day(lead.accept_due)
        _tell(recipients(lead), f"A lead for you: {short_of(lead)}. Accept it until {due}", lead, event_id)


@on("lead.queued")
@deferred("dealreg.tell_lead_queued")
def tell_queued(event_id: str) -> None:
    event, lead = _lead_of(event_id)
    if lead is None or not lead.queue or clock.now() - event.at > OLD_NEWS:
        return
    people = Membership.objects.filter(partner=None, active=True, roles__contains=[Role.OPERATIONS.value])
    _tell(people.select_related("user"), f"A lead to give out by hand: {short_of(lead)}", lead, event_id, mail=False)


@on("lead.handed")
@deferred("dealreg.tell_lead_handed")
def tell_handed(event_id: str) -> None:
    event, lead = _lead_of(event_id)
    if lead is not None and lead.owner is not None and lead.owner_id != event.actor_id:
        _tell([lead.owner], f"A lead was handed to you: {short_of(lead)}", lead, event_id)


@daily
@deferred("dealreg.lead_night")
def lead_night(on: str) -> None:
    """End what is over; then warn those whose clock has run out or who wrote nothing for long."""
    day = dt.date.fromisoformat(on)
    run_lead_night(day)
    warn_of_leads(day)


def warn_of_leads(day: dt.date) -> int:
    """Each once: to the partner's people and to the account manager."""
    late, quiet = list(overdue_contacts(day)), list(quiet_since(day, lead_rules().warn_days))
    managers = managers_of([lead.partner_id for lead in [*late, *quiet] if lead.partner_id])
    for leads, kind, text in (
        (late, "contact", "Please contact the lead {number}: {short}"),
        (quiet, "quiet", "No news of the lead {number} for long: {short}. Without any it goes back"),
    ):
        for lead in leads:
            manager = managers.get(lead.partner_id) if lead.partner_id else None
            since = lead.contact_due if kind == "contact" else lead.progress_at and clock.day_of(lead.progress_at)
            people = [*recipients(lead), *([manager] if manager else [])]
            _tell(people, text.format(number=lead.number, short=short_of(lead)), lead, f"{kind}:{since}")
    return len(late) + len(quiet)


# --- partnerships ---------------------------------------------------------------------------------------------------


def _partner_of(event_id: str) -> Partner | None:
    event = Event.objects.get(pk=UUID(event_id))
    return Partner.objects.filter(pk=event.partner_id).first()


@on("partner.suspended")
@deferred("dealreg.partner_suspended")
def partner_suspended(event_id: str) -> None:
    partner = _partner_of(event_id)
    if partner is not None and partner.state == Partner.State.SUSPENDED:
        take_offers_back(partner)


@on("partner.suspension_lifted")
@deferred("dealreg.partner_lifted")
def partner_lifted(event_id: str) -> None:
    """Also where it is suspended again by now: this suspension is over, and its days count in no deadline."""
    event, partner = Event.objects.get(pk=UUID(event_id)), _partner_of(event_id)
    since, until = event.data.get("since"), event.data.get("until")
    if partner is not None and since and until:
        let_clocks_go_on(partner, dt.date.fromisoformat(since), dt.date.fromisoformat(until))


@on("partner.terminated")
@deferred("dealreg.partner_terminated")
def partner_terminated(event_id: str) -> None:
    partner = _partner_of(event_id)
    if partner is not None and partner.state == Partner.State.TERMINATED:
        end_leads_and_deals(partner)
