"""The days of deals that belong into a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from dealreg.models import UNDECIDED, Contract, DealRegistration, Opportunity
from dealreg.queries.leads import offered_to_me, to_contact
from dealreg.rows.leads import short_of
from partners.models import Partner
from prm.kernel.calendars import MOST, CalendarEntry
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.web.format import formatter

State = DealRegistration.State
CLOSING = (*UNDECIDED, State.APPROVED)
RUNS = tuple(state for state in UNDECIDED if state != State.INFO_REQUESTED)  # the clock stands still while one is asked


def days_of_one(deal: DealRegistration, member: Membership) -> list[CalendarEntry]:
    """All days of one deal; from its approval on its opportunity has the day of the order."""
    opened = Opportunity.objects.visible_to(member).filter(registration=deal, state=Opportunity.State.OPEN).first()
    if opened is not None:
        deal.expected_close = opened.expected_close
    return list(days_of(deal, with_partner=member.is_vendor))


def days_of(deal: DealRegistration, *, with_partner: bool) -> Iterator[CalendarEntry]:
    """What stands in a calendar about one deal: when it is decided, expected to close, and no longer protected."""
    days = {
        "decision": (_("Decision due"), deal.review_due if deal.state in RUNS else None),
        "close": (_("Expected order"), deal.expected_close if deal.state in CLOSING else None),
        "end": (_("Protection ends"), deal.expires_on if deal.state == State.APPROVED else None),
    }
    facts = [f"{_('No.')} {deal.number}"] if deal.state != State.DRAFT else []
    if deal.amount is not None:
        facts.append(formatter().money(deal.amount, deal.currency))
    facts += [deal.partner.name] if with_partner else []
    facts += [deal.next_step] if deal.next_step else []
    for kind, (title, on) in days.items():
        if on is not None:
            yield CalendarEntry(
                uid=f"deal-{kind}-{deal.pk}",
                on=on,
                title=f"{title}: {deal.customer_name}",
                text="\n".join(facts),
                url=deal.get_absolute_url(),
                changed_at=deal.updated_at,
            )


def _days(kind: str, column: str, states: Sequence[str]) -> Callable[..., Iterator[CalendarEntry]]:
    def lent(member: Membership, since: dt.date, until: dt.date) -> Iterator[CalendarEntry]:
        found = DealRegistration.objects.visible_to(member).select_related("partner").filter(state__in=states)
        with_partner = member.is_vendor or len(member.reach or ()) > 1
        if kind == "close":
            found = found.filter(opportunities=None)  # from its approval on the opportunity has the day
        for deal in found.filter(**{f"{column}__range": (since, until)}).order_by(column, "pk")[:MOST]:
            days = days_of(deal, with_partner=with_partner)
            yield from (day for day in days if day.uid.startswith(f"deal-{kind}-"))

    return lent


def opportunities_closing(member: Membership, since: dt.date, until: dt.date) -> Iterator[CalendarEntry]:
    """The expected orders of open opportunities; one that began as a registration keeps its place in the calendar."""
    if not permits(member, "dealreg.view_opportunity"):
        return
    found = Opportunity.objects.visible_to(member).filter(state=Opportunity.State.OPEN).select_related("partner")
    write = formatter()
    for one in found.filter(expected_close__range=(since, until)).order_by("expected_close", "pk")[:MOST]:
        facts = [write.money(one.amount, one.currency), str(one.get_stage_display())]
        facts += [one.partner.name] if one.partner and member.is_vendor else []
        facts += [one.next_step] if one.next_step else []
        yield CalendarEntry(
            uid=f"deal-close-{one.registration_id}" if one.registration_id else f"opportunity-close-{one.pk}",
            on=one.expected_close,
            title=f"{_('Expected order')}: {one.customer_name or one.name}",
            text="\n".join(facts),
            url=one.get_absolute_url(),
            changed_at=one.updated_at,
        )


def contracts_ending(member: Membership, since: dt.date, until: dt.date) -> Iterator[CalendarEntry]:
    """The last days of contracts that nobody has renewed."""
    if not permits(member, "dealreg.view_contract"):
        return
    found = Contract.objects.visible_to(member).filter(ends_on__range=(since, until), renewed_on=None)
    for one in found.select_related("partner").order_by("ends_on", "pk")[:MOST]:
        yield CalendarEntry(
            uid=f"contract-end-{one.pk}",
            on=one.ends_on,
            title=f"{_('Contract ends')}: {one.customer_name}",
            text="\n".join([f"{_('No.')} {one.number}", *([one.partner.name] if member.is_vendor else [])]),
            url=one.get_absolute_url(),
            changed_at=one.updated_at,
        )


def leads_due(member: Membership, since: dt.date, until: dt.date) -> Iterator[CalendarEntry]:
    """For those a lead is told to: until when an offer is to be accepted, and an accepted lead to be contacted.

    Who it is stands in the calendar from its acceptance on. Where the partner is suspended the clocks stand still.
    """
    both = ((offered_to_me(member), "accept", _("Accept the lead")), (to_contact(member), "contact", _("Contact")))
    for leads, kind, title in both:
        mine = leads.exclude(partner__state=Partner.State.SUSPENDED)
        if not member.has(Role.CHAMPION, Role.DISTRIBUTOR):
            mine = mine.filter(Q(owner=None) | Q(owner=member))
        found = mine.filter(**{f"{kind}_due__range": (since, until)}).prefetch_related("contacts")
        for lead in found.order_by(f"{kind}_due", "pk")[:MOST]:
            known = [contact.company for contact in lead.contacts.all()]  # none while it is offered
            yield CalendarEntry(
                uid=f"lead-{kind}-{lead.pk}",
                on=getattr(lead, f"{kind}_due"),
                title=f"{title}: {known[0] if known else short_of(lead)}",
                text="\n".join([f"{_('No.')} {lead.number}", short_of(lead)]),
                url=lead.get_absolute_url(),
                changed_at=lead.updated_at,
            )


decisions_due = _days("decision", "review_due", RUNS)
closes_expected = _days("close", "expected_close", CLOSING)
protections_ending = _days("end", "expires_on", [State.APPROVED])
