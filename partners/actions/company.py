"""What changes a partner: adding it, who looks after it, its tier, its people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from partners.actions.candidates import note_stage
from partners.countries import is_country
from partners.formulas import normalise_domain, normalise_name
from partners.models import Contact, ManagerAssignment, Partner, PartnerProfile, PartnerTier, Tier
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text, sort_key

PROFILE_FIELDS = frozenset(
    f.name
    for f in PartnerProfile._meta.local_concrete_fields
    if f.name not in {"id", "tenant", "version", "created_at", "updated_at", "partner", "sources"}
)


class NoAccountManager(Invalid):
    """Only a member of the vendor can look after a partner."""

    code = "no_account_manager"


@transaction.atomic
def add_partner(
    name: str, *, country: str, by: Membership | None, state: str = Partner.State.IDENTIFIED, **fields: Any
) -> Partner:
    """Add a partner company with its empty profile. `state` other than identified is for imports and the demo."""
    require(by, "partners.add_partner")
    partner = prepared(Partner(country=country.upper(), state=state, **fields), name)
    partner.full_clean(exclude=["tenant", "sponsor", "tier", "territory"], validate_unique=False)
    partner.save()
    PartnerProfile.objects.create(partner=partner)
    note_stage(partner)
    return record(partner, "partner.added", by=by, name=partner.name, state=partner.state, source=partner.source)


@transaction.atomic
def edit_partner(partner: Partner, *, by: Membership | None, seen_version: int | None = None, **values: Any) -> Partner:
    """Change the company record; refused when somebody changed it since `seen_version`."""
    require(by, "partners.edit_partner", partner)
    touch(partner, seen_version=seen_version)
    name = values.pop("name", partner.name)
    before = {field: getattr(partner, field) for field in values}
    for field, value in values.items():
        setattr(partner, field, value)
    prepared(partner, name)
    partner.full_clean(exclude=["tenant", "sponsor", "tier", "territory"], validate_unique=False)
    partner.save(update_fields=["name", "sort_name", "normalised_name", "domain", *values, "updated_at"])
    changed = sorted(field for field, value in before.items() if getattr(partner, field) != value)
    return record(partner, "partner.edited", by=by, fields=changed)


def prepared(partner: Partner, name: str) -> Partner:
    """Set the name with the keys derived from it, by which it is sorted and compared."""
    partner.name = clean_text(name, field="name", max_length=200)
    if not partner.name:
        raise Invalid("A partner needs a name.", field="name")
    partner.sort_name = sort_key(partner.name)
    partner.normalised_name = normalise_name(partner.name)
    partner.domain = normalise_domain(partner.domain) or ""
    if not is_country(partner.country):
        raise Invalid(
            f"{partner.country or 'An empty text'} is no country code (two letters, ISO 3166).", field="country"
        )
    return partner


@transaction.atomic
def assign_manager(
    partner: Partner, manager: Membership, *, by: Membership | None, from_date: dt.date | None = None
) -> Partner:
    """Make `manager` the partner's main account manager; the one before ends the same day."""
    require(by, "partners.assign_manager", partner)
    if not manager.is_vendor or not manager.active:
        raise NoAccountManager()
    start = from_date or clock.today()
    now = (
        ManagerAssignment.objects.select_for_update(of=("self",))
        .filter(partner=partner, kind="main", to_date=None)
        .first()
    )
    if now is not None and now.manager_id == manager.pk:
        return partner
    if now is not None:
        now.to_date = max(start, now.from_date)
        now.save(update_fields=["to_date", "updated_at"])
    ManagerAssignment.objects.create(partner=partner, manager=manager, from_date=start)
    return record(partner, "partner.manager_assigned", by=by, manager=manager.user.name)


@transaction.atomic
def set_tier(
    partner: Partner, tier: Tier, *, by: Membership | None, cause: str, on: dt.date, reason: str = ""
) -> Partner:
    """Give the partner a tier from a day on; the history keeps the one before."""
    PartnerTier.objects.filter(partner=partner, to_date=None).update(to_date=on)
    PartnerTier.objects.create(partner=partner, tier=tier, from_date=on, cause=cause, reason=clean_text(reason))
    partner.tier = tier
    partner.save(update_fields=["tier", "updated_at"])
    return record(partner, "partner.tier_set", by=by, tier=tier.code, cause=cause)


@transaction.atomic
def update_profile(partner: Partner, *, by: Membership | None, source: str = "", **values: Any) -> PartnerProfile:
    """Change what is known of a partner; each value keeps who said so and when."""
    require(by, "partners.edit_profile", partner)
    profile, _ = PartnerProfile.objects.get_or_create(partner=partner)
    changed = fill_profile(profile, source=source or (by.side if by else "system"), **values)
    if changed:
        profile.full_clean(exclude=["partner", "tenant"], validate_unique=False)
        profile.save()
        record(partner, "partner.profile_updated", by=by, fields=changed)
    return profile


def fill_profile(profile: PartnerProfile, *, source: str, **values: Any) -> list[str]:
    """Set what is said of a partner, noting by whom and when; returns the names of what changed."""
    changed = []
    for name, value in values.items():
        if name not in PROFILE_FIELDS:
            raise Invalid(f"There is no {name} in a profile.", field=name)
        value = clean_text(value) if isinstance(value, str) else value
        if getattr(profile, name) != value:
            setattr(profile, name, value)
            profile.sources[name] = {"source": source, "on": clock.today().isoformat()}
            changed.append(name)
    return sorted(changed)


@transaction.atomic
def add_contact(partner: Partner, *, by: Membership | None, name: str = "", email: str = "", **fields: Any) -> Contact:
    """Add a person to a partner; a name or an address is needed."""
    require(by, "partners.edit_contact", partner)
    contact = Contact(partner=partner, **fields)
    prepared_contact(contact, name, email)
    contact.save()
    return record(contact, "contact.added", by=by, name=contact.name)


@transaction.atomic
def edit_contact(contact: Contact, *, by: Membership | None, **values: Any) -> Contact:
    require(by, "partners.edit_contact", contact)
    name, email = values.pop("name", contact.name), values.pop("email", contact.email)
    for field, value in values.items():
        setattr(contact, field, value)
    prepared_contact(contact, name, email)
    contact.save()
    return record(contact, "contact.changed", by=by, fields=sorted(values))


def prepared_contact(contact: Contact, name: str, email: str, *, validate_constraints: bool = True) -> Contact:
    """Set name and address with the key derived from them, and check the whole; nothing is saved."""
    contact.name, contact.email = clean_text(name, field="name"), email.strip().lower()
    if not contact.name and not contact.email:
        raise Invalid("A contact needs a name or an e-mail address.", field="name")
    contact.sort_name = sort_key(contact.name or contact.email)
    contact.full_clean(exclude=["partner", "tenant"], validate_unique=False, validate_constraints=validate_constraints)
    return contact


@transaction.atomic
def move_partner(partner: Partner, to: str, *, by: Membership | None, reason: str = "") -> Partner:
    """One step of the partner's lifecycle; only the listed moves exist."""
    require(by, "partners.edit_partner", partner)
    before = partner.state
    move(partner, to)
    note_stage(partner)
    return record(partner, f"partner.{to}", by=by, before=before, reason=clean_text(reason))
