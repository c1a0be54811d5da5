"""What changes a partner: adding it, who looks after it, its tier, its people."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import models, transaction

from partners.actions.candidates import note_stage
from partners.actions.tiers import give_entry_tier
from partners.countries import is_country
from partners.formulas import normalise_domain, normalise_name
from partners.models import ManagerAssignment, Partner, PartnerProfile, Task
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.roles import Side
from prm.kernel.text import clean_text, sort_key


class NoAccountManager(Invalid):
    """Only a member of the vendor can look after a partner."""

    code = "no_account_manager"


@transaction.atomic
def add_partner(
    name: str,
    *,
    country: str,
    by: Membership | None,
    state: str = Partner.State.IDENTIFIED,
    note: dict[str, Any] | None = None,
    **fields: Any,
) -> Partner:
    """Add a partner company with its empty profile. `state` other than identified is for imports and the demo.

    `note` goes with the event and is the vendor's alone. People add by hand with `propose_partner`.
    """
    require(by, "partners.add_partner")
    partner = named(Partner(country=country.upper(), state=state, **fields), name)
    partner.full_clean(exclude=["tenant", "sponsor", "tier", "territory"], validate_unique=False)
    partner.save()
    PartnerProfile.objects.create(partner=partner)
    note_stage(partner)
    return record(
        partner, "partner.added", by=by, note=note, name=partner.name, state=partner.state, source=partner.source
    )


@transaction.atomic
def edit_partner(partner: Partner, *, by: Membership | None, seen_version: int | None = None, **values: Any) -> Partner:
    """Change the company record; refused when somebody changed it since `seen_version`."""
    require(by, "partners.edit_partner", partner)
    touch(partner, seen_version=seen_version)
    name = values.pop("name", partner.name)
    before = {field: getattr(partner, field) for field in values}
    for field, value in values.items():
        setattr(partner, field, value)
    named(partner, name)
    partner.full_clean(exclude=["tenant", "sponsor", "tier", "territory"], validate_unique=False)
    partner.save(update_fields=["name", "sort_name", "normalised_name", "domain", *values, "updated_at"])
    changed = sorted(field for field, value in before.items() if getattr(partner, field) != value)
    return record(partner, "partner.edited", by=by, fields=changed)


def named(partner: Partner, name: str) -> Partner:
    """Set the name with the keys derived from it, by which it is sorted and compared."""
    partner.name = clean_text(name, field="name", max_length=200)
    if not partner.name:
        raise Invalid("A partner needs a name.", field="name")
    partner.sort_name = sort_key(partner.name)
    partner.normalised_name = normalise_name(partner.name)
    partner.domain = normalise_domain(partner.domain) or ""
    refuse_no_country(partner.country)
    return partner


def refuse_no_country(code: str) -> None:
    if not is_country(code):
        raise Invalid(f"{code or 'An empty text'} is no country code (two letters, ISO 3166).", field="country")


@transaction.atomic
def assign_manager(
    partner: Partner, manager: Membership, *, by: Membership | None, from_date: dt.date | None = None
) -> Partner:
    """Make `manager` the partner's main account manager; the one before ends then and hands over what is open."""
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
    seconds = ManagerAssignment.objects.filter(partner=partner, manager=manager, kind="secondary", to_date=None)
    seconds.update(to_date=models.functions.Greatest("from_date", models.Value(start)), updated_at=clock.now())
    ManagerAssignment.objects.create(partner=partner, manager=manager, from_date=start)
    tasks = _hand_over_tasks(partner, now.manager_id, manager) if now is not None else 0
    note = {"tasks": tasks} if tasks else {}
    return record(partner, "partner.manager_assigned", by=by, manager=manager.user.name, note=note)


def _hand_over_tasks(partner: Partner, former_id: UUID, manager: Membership) -> int:
    """What the former one had to do at this partner is the new one's: the former may not even open it any more."""
    open_ones = Task.objects.filter(partner=partner, side=Side.VENDOR, state=Task.State.OPEN, owner_id=former_id)
    return open_ones.update(owner=manager, version=models.F("version") + 1, updated_at=clock.now())


@transaction.atomic
@transaction.atomic
def move_partner(partner: Partner, to: str, *, by: Membership | None, reason: str = "") -> Partner:
    """One step of the partner's lifecycle; only the listed moves exist."""
    require(by, "partners.edit_partner", partner)
    before = partner.state
    move(partner, to)
    joins_community = to == Partner.State.ACTIVE and before in {Partner.State.ENGAGED, Partner.State.QUALIFIED}
    if joins_community or to == Partner.State.COMMITTED:
        # Who signs enters the programme; who joins the community without signing, at its lowest tier.
        give_entry_tier(partner, by=by, community=joins_community)
    note_stage(partner)
    return record(partner, f"partner.{to}", by=by, before=before, reason=clean_text(reason))
