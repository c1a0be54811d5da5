"""What is known of a partner: each value with who said so and when, its places, and one question now and then."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from partners.countries import is_country
from partners.models import Partner, PartnerLocation, PartnerProfile, ProfilePrompt, ProfileQuestion
from partners.profile_fields import FIELDS
from partners.statements import Statement, changed_since, in_force, is_same, saying, statements, takes_effect
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, Stale
from prm.kernel.events import plain, record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require

PROFILE_FIELDS = frozenset(FIELDS)
LOCATION_FIELDS = frozenset({"address", "city", "state_province", "postal_code", "country"})


class NothingSaid(Conflict):
    """This source says nothing of it any more. Reload the page to see what is known now."""

    code = "nothing_said"


class ProfileMoved(Stale):
    """Somebody changed this profile since you opened it, so nothing was saved. Look at what is new, and send it again.

    `more` tells the API which values are new, and the version that has them.
    """

    def __init__(self, profile: PartnerProfile, seen: int, *, field: str | None = None) -> None:
        super().__init__((ProfileMoved.__doc__ or "").splitlines()[0], field=field)
        self.more = {"changed": changed_since(profile.sources, seen), "version": profile.version}


class LocationNeeded(Conflict):
    """The main place stays as long as there are others: make another one the main place first."""

    code = "main_location"


@transaction.atomic
def update_profile(
    partner: Partner,
    *,
    by: Membership | None,
    source: str = "",
    confirm: bool = False,
    seen_version: int | None = None,
    **values: Any,
) -> PartnerProfile:
    """Change what is known of a partner; each value keeps who said so and when.

    `source` is the side of `by` unless somebody tells it for another (an import, a manager for the partner).
    With `confirm` a value that stays the same counts as said anew today. Refused when somebody changed the
    profile since `seen_version`.
    """
    require(by, "partners.edit_profile", partner)
    return _write_profile(partner, by=by, source=source, confirm=confirm, seen_version=seen_version, **values)


def _write_profile(
    partner: Partner,
    *,
    by: Membership | None,
    source: str = "",
    confirm: bool = False,
    seen_version: int | None = None,
    **values: Any,
) -> PartnerProfile:
    profile = PartnerProfile.objects.select_for_update(of=("self",)).filter(partner=partner).first()
    profile = profile or PartnerProfile.objects.create(partner=partner)
    if seen_version is not None and profile.version != seen_version:
        raise ProfileMoved(profile, seen_version)
    who = by.user.name if by else ""
    changed = fill_profile(
        profile, source=source or (str(by.side) if by else "system"), who=who, confirm=confirm, **values
    )
    if changed:
        profile.full_clean(exclude=["partner", "tenant"], validate_unique=False)
        touch(profile)
        profile.save()
        record(partner, "partner.profile_updated", by=by, fields=changed)
    return profile


def fill_profile(
    profile: PartnerProfile, *, source: str, who: str = "", confirm: bool = False, **values: Any
) -> list[str]:
    """Note what is said of a partner, by whom and when; returns the names of what is new.

    What people say takes effect. An import changes only what no person has spoken of; where it differs from a
    person's word it is kept beside it, and the page shows both.
    """
    changed = []
    for name, value in values.items():
        if name not in FIELDS:
            raise Invalid(f"There is no {name} in a profile.", field=name)
        value = FIELDS[name].clean(value)
        said = statements(profile.sources, name)
        known = getattr(profile, name)
        stays = FIELDS[name].is_same(known, value)
        value = known if stays else value  # a set keeps the order in which it was written first
        holds = takes_effect(said, source)
        if holds and stays and not confirm:
            continue
        if not holds and (stays or value in (None, "", []) or _has_said(said, source, value)):
            continue
        if holds:
            setattr(profile, name, value)
        version = profile.version if profile._state.adding else profile.version + 1
        new = Statement(plain(value), source, who, clock.today(), held=holds, version=version)
        profile.sources[name] = [each.written() for each in saying(said, new)]
        changed.append(name)
    return sorted(changed)


def _has_said(said: list[Statement], source: str, value: Any) -> bool:
    latest = next((each for each in reversed(said) if each.source == source), None)
    return latest is not None and is_same(latest.value, plain(value))


@transaction.atomic
def settle_profile_value(partner: Partner, field: str, source: str, *, by: Membership | None) -> PartnerProfile:
    """Take what `source` said last as the value in force, said today by `by`. Of the present source: confirm it."""
    require(by, "partners.edit_profile", partner)
    profile = PartnerProfile.objects.filter(partner=partner).first()
    said = statements(profile.sources, field) if profile and field in FIELDS else []
    now = in_force(said)
    chosen = now if now and now.source == source else next((s for s in reversed(said) if s.source == source), None)
    if profile is None or chosen is None:
        raise NothingSaid()
    column: Any = PartnerProfile._meta.get_field(field)
    value = getattr(profile, field) if chosen is now else column.to_python(chosen.value)
    return _write_profile(partner, by=by, confirm=True, **{field: value})


# --- places ----------------------------------------------------------------------------------------------


@transaction.atomic
def add_location(partner: Partner, *, by: Membership | None, is_main: bool = False, **fields: Any) -> PartnerLocation:
    """Add a place of a partner; the first one is the main place."""
    require(by, "partners.edit_location", partner)
    others = PartnerLocation.objects.filter(partner=partner)
    is_main = is_main or not others.exists()
    location = _checked(PartnerLocation(partner=partner), fields)
    if is_main:
        others.filter(is_main=True).update(is_main=False)
    location.is_main = is_main
    location.save()
    return record(location, "location.added", by=by, place=str(location))


@transaction.atomic
def edit_location(
    location: PartnerLocation,
    *,
    by: Membership | None,
    is_main: bool | None = None,
    seen_version: int | None = None,
    **fields: Any,
) -> PartnerLocation:
    """Change a place. Making it the main one ends that of the other; one place is always the main one."""
    require(by, "partners.edit_location", location)
    if is_main is False and location.is_main:
        raise LocationNeeded(field="is_main")
    _checked(location, fields)
    touch(location, seen_version=seen_version)
    if is_main and not location.is_main:
        PartnerLocation.objects.filter(partner_id=location.partner_id, is_main=True).update(is_main=False)
        location.is_main = True
    location.save()
    return record(location, "location.changed", by=by, place=str(location))


@transaction.atomic
def remove_location(location: PartnerLocation, *, by: Membership | None) -> PartnerLocation:
    """Take a place off the list; the main one only when it is the last."""
    require(by, "partners.edit_location", location)
    others = PartnerLocation.objects.filter(partner_id=location.partner_id).exclude(pk=location.pk)
    if location.is_main and others.exists():
        raise LocationNeeded()
    record(location, "location.removed", by=by, place=str(location))
    PartnerLocation.objects.filter(pk=location.pk).delete()
    return location


def _checked(location: PartnerLocation, fields: dict[str, Any]) -> PartnerLocation:
    for name in fields:
        if name not in LOCATION_FIELDS:
            raise Invalid(f"There is no {name} in a place.", field=name)
        setattr(location, name, fields[name])
    location.country = location.country.strip().upper()
    if not is_country(location.country):
        raise Invalid(
            f"{location.country or 'An empty text'} is no country code (two letters, ISO 3166).", field="country"
        )
    location.full_clean(exclude=["partner", "tenant"], validate_unique=False, validate_constraints=False)
    return location


# --- one question now and then -------------------------------------------------------------------------------


@transaction.atomic
def answer_profile_question(
    question: ProfileQuestion, value: Any, *, by: Membership, seen_version: int | None = None
) -> PartnerProfile:
    """Answer for the own company: the value is the partner's word, with the person's name and today's date.

    Refused when somebody has said something else of it since `seen_version` of the profile.
    """
    require(by, "partners.answer_profile_question", question)
    field = FIELDS[question.field]
    if field.clean(value) in (None, "", []):
        raise Invalid("Choose or enter an answer, or skip the question.", field="value")
    partner = Partner.objects.get(pk=by.partner_id)  # type: ignore[misc]
    known = PartnerProfile.objects.select_for_update(of=("self",)).filter(partner=partner).first()
    if known is not None and seen_version is not None and question.field in changed_since(known.sources, seen_version):
        raise ProfileMoved(known, seen_version, field="value")
    profile = _write_profile(partner, by=by, source="partner", confirm=True, **{question.field: value})
    _prompted(question, by, answered_on=clock.today())
    return profile


@transaction.atomic
def skip_profile_question(question: ProfileQuestion, *, by: Membership) -> ProfilePrompt:
    """Not now: the question rests for this person, and after some skips for good."""
    require(by, "partners.answer_profile_question", question)
    today = clock.today()
    prompt = _prompted(question, by)
    if prompt.skipped_on != today:  # pressed twice is skipped once
        prompt.skips += 1
        prompt.skipped_on = today
        prompt.save(update_fields=["skips", "skipped_on", "updated_at"])
    return prompt


def _prompted(question: ProfileQuestion, member: Membership, answered_on: dt.date | None = None) -> ProfilePrompt:
    prompt, _ = ProfilePrompt.objects.select_for_update(of=("self",)).get_or_create(
        question=question, member=member, defaults={"partner_id": member.partner_id}
    )
    if answered_on is not None:
        prompt.answered_on, prompt.skips, prompt.skipped_on = answered_on, 0, None
        prompt.save(update_fields=["answered_on", "skips", "skipped_on", "updated_at"])
    return prompt


@transaction.atomic
def edit_profile_question(
    question: ProfileQuestion,
    *,
    by: Membership | None,
    active: bool | None = None,
    order: int | None = None,
    refresh_months: int | None = None,
    seen_version: int | None = None,
) -> ProfileQuestion:
    """Switch a question on or off, and say when it comes and after how many months it is asked again."""
    require(by, "partners.edit_profile_question", question)
    given = {"active": active, "order": order, "refresh_months": refresh_months}
    values = {name: value for name, value in given.items() if value is not None and value != getattr(question, name)}
    if not values:
        return question
    touch(question, seen_version=seen_version)
    for name, value in values.items():
        setattr(question, name, value)
    question.full_clean(exclude=["tenant"], validate_unique=False)
    question.save(update_fields=[*values, "updated_at"])
    return record(question, "profile_question.changed", by=by, vendor_only=True, field=question.field, values=values)
