"""What happens on the public locator: a partner writes its profile, operations publishes it, visitors write to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from partners.actions.visitors import LINK, MOST_LINKS, count_visit
from partners.countries import is_country
from partners.models import Inquiry, LocatorEntry, LocatorProfile, Partner
from partners.queries import benefits_of, may_stand_in_locator, place_of, places_and_ranks
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text

WORDS = ("text", "website", "city", "country", "product_lines", "verticals", "languages")


class NotInLocator(Conflict):
    """The tier or the state of this partner does not come with a place in the locator."""

    code = "not_in_locator"


class NothingToSay(Invalid):
    """Write a few words and name a country first: an empty entry helps nobody."""

    code = "nothing_to_say"


@transaction.atomic
def edit_locator_profile(
    partner: Partner, *, by: Membership | None, seen_version: int | None = None, **words: Any
) -> LocatorProfile:
    """Change what a partner says of itself; what the world reads stays until operations publishes it."""
    require(by, "partners.edit_locator_profile", partner)
    profile = LocatorProfile.objects.filter(partner=partner).first()
    if profile is None:
        profile = LocatorProfile(partner=partner, country=partner.country)
    else:
        touch(profile, seen_version=seen_version)
    unknown = set(words) - set(WORDS)
    if unknown:
        raise Invalid(f"There is no {min(unknown)} in a locator profile.", field=min(unknown))
    for name, value in words.items():
        setattr(profile, name, clean_text(value, field=name) if isinstance(value, str) else value)
    if not is_country(profile.country):
        raise Invalid("Choose a country.", field="country")
    profile.waits_since = clock.now()
    profile.full_clean(exclude=["tenant", "partner", "published_by"], validate_unique=False)
    profile.save()
    return record(profile, "locator_profile.edited", by=by, fields=sorted(words))


@transaction.atomic
def publish_locator_profile(profile: LocatorProfile, *, by: Membership | None) -> LocatorProfile:
    """Let the world read the profile as it is now."""
    require(by, "partners.publish_locator_profile", profile)
    partner = Partner.objects.select_related("tier").get(pk=profile.partner_id)
    if not may_stand_in_locator(partner, benefits_of(partner, clock.today())):
        raise NotInLocator()
    if not profile.text or not profile.country:
        raise NothingToSay(field="text")
    if profile.state == LocatorProfile.State.PUBLISHED:
        touch(profile)
    else:
        move(profile, LocatorProfile.State.PUBLISHED)
    profile.waits_since, profile.published_at, profile.published_by = None, clock.now(), by
    profile.hidden_reason = ""
    profile.save(update_fields=["waits_since", "published_at", "published_by", "hidden_reason", "updated_at"])
    place = place_of(profile.city, profile.country)
    entry = {name: getattr(profile, name) for name in WORDS} | {
        "name": partner.name,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "tier_name": partner.tier.name if partner.tier else "",
        "tier_level": partner.tier.level if partner.tier else 0,
        "shown": True,
    }
    LocatorEntry.objects.update_or_create(partner=partner, defaults=entry)
    return record(profile, "locator_profile.published", by=by)


@transaction.atomic
def hide_locator_profile(profile: LocatorProfile, *, by: Membership | None, reason: str) -> LocatorProfile:
    """Take the entry off the locator; the partner reads why."""
    require(by, "partners.hide_locator_profile", profile)
    why = clean_text(reason, field="reason", max_length=500)
    if not why:
        raise Invalid("Say why: the partner reads it.", field="reason")
    move(profile, LocatorProfile.State.HIDDEN)
    profile.hidden_reason = why
    profile.save(update_fields=["hidden_reason", "updated_at"])
    LocatorEntry.objects.filter(partner_id=profile.partner_id).update(shown=False)
    return record(profile, "locator_profile.hidden", by=by, reason=why)


@transaction.atomic
def refresh_locator() -> int:
    """Names, tiers and order of all entries as of today; those that may not stand there any more are not shown.

    Asked for all partners at once. Returns how many entries changed.
    """
    changed = []
    for entry, standing in places_and_ranks(clock.today()):
        values = (standing.name, standing.tier_name, standing.tier_level, standing.quartile, standing.shown)
        if values != (entry.name, entry.tier_name, entry.tier_level, entry.quartile, entry.shown):
            entry.name, entry.tier_name, entry.tier_level, entry.quartile, entry.shown = values
            changed.append(entry)
    LocatorEntry.objects.bulk_update(changed, ["name", "tier_name", "tier_level", "quartile", "shown"], batch_size=500)
    return len(changed)


def prepared_inquiry(partner_id: Any, given: Mapping[str, Any]) -> Inquiry:
    """What a visitor wrote, checked; nothing is saved."""
    inquiry = Inquiry(
        partner_id=partner_id,
        name=clean_text(given["name"], field="name", max_length=160),
        company=clean_text(given.get("company", ""), field="company", max_length=200),
        email=clean_text(given["email"], field="email", max_length=254).lower(),
        phone=clean_text(given.get("phone", ""), field="phone", max_length=60),
        message=clean_text(given["message"], field="message", max_length=2000),
        consented_at=clock.now(),
    )
    if not given.get("consents"):
        raise Invalid("Without your consent we may not pass this on.", field="consents")
    inquiry.full_clean(exclude=["tenant", "partner", "answered_by"], validate_unique=False)
    return inquiry


@transaction.atomic
def receive_inquiry(entry: LocatorEntry, given: Mapping[str, Any], *, network: str) -> None:
    """Pass on what a visitor wrote to a partner of the locator. Limits are those of every public form."""
    with vendor_scope("an inquiry of a visitor: kept for the partner, nothing is answered"):
        count_visit(network)
        inquiry = prepared_inquiry(entry.partner_id, given)
        if len(LINK.findall(inquiry.message)) > MOST_LINKS or LINK.search(inquiry.name):
            raise Invalid(f"At most {MOST_LINKS} links, and those in the message.", field="message")
        inquiry.save()
        record(inquiry, "inquiry.received", by=None)


@transaction.atomic
def answer_inquiry(inquiry: Inquiry, *, by: Membership | None) -> Inquiry:
    """Note that somebody has answered the visitor."""
    require(by, "partners.answer_inquiry", inquiry)
    move(inquiry, Inquiry.State.ANSWERED)
    inquiry.answered_by, inquiry.answered_at = by, clock.now()
    inquiry.save(update_fields=["answered_by", "answered_at", "updated_at"])
    return record(inquiry, "inquiry.answered", by=by)


@transaction.atomic
def reopen_inquiry(inquiry: Inquiry, *, by: Membership | None) -> Inquiry:
    """It was not answered after all."""
    require(by, "partners.reopen_inquiry", inquiry)
    move(inquiry, Inquiry.State.OPEN)
    inquiry.answered_by, inquiry.answered_at = None, None
    inquiry.save(update_fields=["answered_by", "answered_at", "updated_at"])
    return record(inquiry, "inquiry.reopened", by=by)
