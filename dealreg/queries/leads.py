"""Everything that the page of one lead says, and the worklists of leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from dealreg.models import HELD, DealRegistration, Lead, LeadCapture, LeadContact, LeadNote, LeadOffer, Opportunity
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Event, Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.prepared import prepared

State = Lead.State
WITH_PARTNER = Lead.objects.select_related("partner", "line", "owner__user")


@dataclass(frozen=True)
class LeadPage:
    """One lead with all that this member may read. `contact` is empty until its partner has accepted it."""

    lead: Lead
    contact: LeadContact | None
    notes: list[LeadNote]
    events: list[Event]
    registrations: list[DealRegistration]
    opportunities: list[Opportunity] = field(default_factory=list)
    offers: list[LeadOffer] = field(default_factory=list)
    captures: list[LeadCapture] = field(default_factory=list)
    reasons: dict[UUID, dict[str, Any]] = field(default_factory=dict)  # event to the vendor's note on it


def lead_page(lead: Lead, member: Membership) -> LeadPage:
    """What the database shows this member of it: the fence decides what there is of contact, notes and events."""
    events = list(
        Event.objects.visible_to(member)  # an account manager knows the own partners alone
        .filter(subject_type="dealreg.Lead", subject_id=lead.pk)
        .select_related("actor__user", "partner")
        .prefetch_related("notes")
        .order_by("-at", "-created_at")[:200]
    )
    offers: list[LeadOffer] = []
    captures: list[LeadCapture] = []
    if member.is_vendor:
        offers = list(
            LeadOffer.objects.visible_to(member).filter(lead=lead).select_related("partner").order_by("-offered_at")
        )
        captures = list(LeadCapture.objects.filter(lead=lead).select_related("by__user").order_by("at"))
    return LeadPage(
        lead=lead,
        contact=LeadContact.objects.filter(lead=lead).first(),
        notes=list(LeadNote.objects.visible_to(member).filter(lead=lead).select_related("by__user").order_by("-at")),
        events=events,
        registrations=list(DealRegistration.objects.visible_to(member).filter(lead=lead).order_by("-created_at")),
        opportunities=list(Opportunity.objects.visible_to(member).filter(lead=lead).order_by("opened_on", "pk")),
        offers=offers,
        captures=captures,
        reasons={event.pk: note.data for event in events for note in event.notes.all()} if member.is_vendor else {},
    )


def contacts_of(ids: Iterable[UUID]) -> dict[UUID, LeadContact]:
    """Who the leads are, of those whose contact the reader may know; in one query."""
    return {contact.lead_id: contact for contact in _contacts(list(ids))}


@prepared
def _contacts(ids: list[UUID]) -> QuerySet[LeadContact]:
    return LeadContact.objects.filter(lead_id__in=ids)


def sellers_of(partner_id: UUID) -> list[Membership]:
    people = Membership.objects.filter(partner_id=partner_id, active=True).select_related("user")
    wanted = Q(roles__contains=[Role.PARTNER_SALES.value]) | Q(roles__contains=[Role.CHAMPION.value])
    return list(people.filter(wanted).order_by("user__name", "pk"))


# --- worklists ----------------------------------------------------------------------------------------------------


def _mine(member: Membership, permission: str) -> QuerySet:
    found = Lead.objects.visible_to(member).select_related("partner", "line")
    return found if not member.is_vendor and permits(member, permission) else found.none()


def offered_to_me(member: Membership) -> QuerySet:
    return _mine(member, "dealreg.accept_lead").filter(state=State.ASSIGNED).order_by("accept_due", "pk")


def to_contact(member: Membership) -> QuerySet:
    found = _mine(member, "dealreg.contact_lead").filter(state=State.ACCEPTED)
    return found.prefetch_related("contacts").order_by("contact_due", "pk")


def quiet_ones(member: Membership, days: int = 20) -> QuerySet:
    """Leads without news for long: they go back to nurturing soon."""
    moment = clock.now() - dt.timedelta(days=days)
    found = _mine(member, "dealreg.note_lead").filter(state__in=HELD, progress_at__lte=moment)
    return found.prefetch_related("contacts").order_by("progress_at", "pk")


def queue_of_operations(member: Membership) -> QuerySet:
    """Leads that nobody gives out by itself."""
    found = Lead.objects.visible_to(member).filter(~Q(queue=""), state__in=[State.NEW, State.RETURNED])
    if not member.is_vendor or not member.has(Role.OPERATIONS, Role.MARKETING):
        found = found.none()
    return found.select_related("line").order_by("opened_at", "pk")


def standing_still(member: Membership) -> QuerySet:
    """Leads that lie with partners that cannot work on them."""
    frozen = [Partner.State.SUSPENDED, Partner.State.TERMINATED]
    found = Lead.objects.visible_to(member).filter(state__in=HELD, partner__state__in=frozen)
    if not permits(member, "dealreg.return_lead"):
        found = found.none()
    return found.select_related("partner", "line").order_by("accepted_at", "pk")


def protected_of_ended(member: Membership) -> QuerySet:
    """Protected deals of partners that are gone: each is kept until it expires, or ended."""
    found = DealRegistration.objects.visible_to(member).filter(
        state=DealRegistration.State.APPROVED,
        partner__state=Partner.State.TERMINATED,
        reviews__kept_on=None,
    )
    if not permits(member, "dealreg.keep_deal"):
        found = found.none()
    return found.select_related("partner").order_by("expires_on", "pk")


def timed_out_lately(on: dt.date) -> QuerySet:
    """Offers of the last week that a partner did not answer in time."""
    found = LeadOffer.objects.filter(outcome=LeadOffer.Outcome.TIMED_OUT, answered_at__date__gte=add_days(on, -7))
    return found.select_related("partner", "lead").order_by("answered_at", "pk")
