"""What the locator lends: its navigation, a panel, worklists, the words of its events, the refresh of the night."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from partners.actions import refresh_locator
from partners.models import Inquiry, LocatorProfile, Partner
from partners.models.locator import ANSWERS_INQUIRIES
from partners.queries import benefits_of, managers_of, may_stand_in_locator
from partners.registries import Worklist, lend_panel, lend_worklist, tell
from partners.rows.locator import PROFILE_TONES
from prm.kernel import clock
from prm.kernel.events import on
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.models import Event, Membership
from prm.kernel.notifications import notify
from prm.kernel.outbox import deferred
from prm.kernel.policies import permits
from prm.kernel.schedule import daily
from prm.kernel.web.navigation import Entry, navigation

navigation(
    Entry("Locator", "partners:locator_profiles", "map-pin", 28, "partners.view_locator_profile", for_vendor=True)
)

tell(
    locator_profile__edited="changed the words for the locator",
    locator_profile__published="published the locator profile",
    locator_profile__hidden="took the partner off the locator: {reason}",
    inquiry__received="wrote to the partner through the locator",
    inquiry__answered="answered an inquiry",
    inquiry__reopened="opened an inquiry again",
)


@lend_panel(40, "partners/panels/locator.html", "profile", permission="partners.view_locator_profile")
def locator_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    profile = LocatorProfile.objects.filter(partner=partner).first()
    reads_inquiries = permits(member, "partners.view_inquiry") and (member.is_vendor or member.has(*ANSWERS_INQUIRIES))
    return {
        "profile": profile,
        "url": (profile or LocatorProfile(partner=partner)).get_absolute_url(),
        "state": profile.get_state_display() if profile else "",
        "tone": PROFILE_TONES[profile.state] if profile else "grey",
        "waits": profile is not None and profile.waits_since is not None,
        "has_place": may_stand_in_locator(partner, benefits_of(partner, clock.today())),
        "may_edit": permits(member, "partners.edit_locator_profile", partner),
        "open_inquiries": Inquiry.objects.filter(partner=partner, state=Inquiry.State.OPEN).count()
        if reads_inquiries
        else 0,
    }


def _to_publish(member: Membership) -> QuerySet:
    if not permits(member, "partners.publish_locator_profile"):
        return LocatorProfile.objects.none()
    waiting = LocatorProfile.objects.visible_to(member).exclude(waits_since=None)
    return waiting.select_related("partner").order_by("waits_since", "pk")


def _to_answer(member: Membership) -> QuerySet:
    if member.is_vendor or not permits(member, "partners.answer_inquiry"):
        return Inquiry.objects.none()
    return Inquiry.objects.visible_to(member).filter(state=Inquiry.State.OPEN).order_by("created_at", "pk")


lend_worklist(
    Worklist(
        "locator_profiles_to_publish",
        "Locator profiles to publish",
        _to_publish,
        lambda profile: profile.get_absolute_url(),
        lambda profile: _("%(partner)s on the locator") % {"partner": profile.partner.name},
    )
)
lend_worklist(
    Worklist(
        "inquiries_to_answer",
        "Inquiries to answer",
        _to_answer,
        lambda inquiry: inquiry.get_absolute_url(),
        lambda inquiry: _("Inquiry of %(name)s") % {"name": inquiry.name},
    )
)


@on("inquiry.received")
@deferred("partners.tell_of_inquiry")
def tell_of_inquiry(event_id: str) -> None:
    """The partner's people who speak with customers, and its account manager, hear of it."""
    event = Event.objects.get(pk=UUID(event_id))
    inquiry = Inquiry.objects.select_related("partner").filter(pk=event.subject_id).first()
    if inquiry is None:
        return
    members = [
        member
        for member in Membership.objects.select_related("user").filter(partner=inquiry.partner_id, active=True)
        if member.has(*ANSWERS_INQUIRIES)
    ]
    manager = managers_of([inquiry.partner_id]).get(inquiry.partner_id)
    text = _("%(name)s wrote to %(partner)s through the locator") % {
        "name": inquiry.name,
        "partner": inquiry.partner.name,
    }
    notify(
        [*members, *([manager] if manager else [])],
        text,
        about=inquiry,
        url=inquiry.get_absolute_url(),
        key=f"inquiry:{inquiry.pk}",
        mail=True,
    )


@lend_sample("partners.LocatorEntry")
def planted_entry(row: dict[str, Any]) -> dict[str, Any]:
    """An entry stands somewhere on earth."""
    return {"quartile": 2, "latitude": Decimal("50.9"), "longitude": Decimal("7.1")}


@lend_sample("partners.Place")
def planted_place(row: dict[str, Any]) -> dict[str, Any]:
    return {"latitude": Decimal("50.9"), "longitude": Decimal("7.1")}


@daily
@deferred("partners.refresh_locator")
def refresh(on: str) -> None:
    """Tiers, names and order of the locator's entries follow the partners."""
    refresh_locator()
