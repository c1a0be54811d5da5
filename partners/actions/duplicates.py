"""Adding a partner by hand: what looks like one that exists is shown first, and made anyway only with a reason."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse

from partners.actions.company import add_partner, assign_manager
from partners.actions.work import add_task
from partners.formulas import normalise_name
from partners.models import Partner
from partners.queries.duplicates import Match, look_alikes
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text


class PossibleDuplicate(Conflict):
    """This company may be a partner already. Look at the ones that match, or add it anyway and say why."""

    code = "possible_duplicate"

    def __init__(self, matches: list[Match]) -> None:
        super().__init__()
        self.matches = matches
        self.more = {"candidates": [_told(match) for match in matches]}


def _told(match: Match) -> dict[str, Any]:
    partner = match.partner
    return {
        "id": str(partner.pk),
        "number": partner.number,
        "name": partner.name,
        "country": partner.country,
        "domain": partner.domain,
        "state": partner.state,
        "matches": match.fields,
    }


@transaction.atomic
def propose_partner(
    name: str, *, country: str, by: Membership, create_anyway: bool = False, reason: str = "", **fields: Any
) -> Partner | None:
    """Add a partner by hand. One that looks like a partner this member knows is refused, unless `create_anyway`.

    None: it looks like one this member may not know of. Then nothing is added and nothing is told; operations
    gets a task to look at it. What a distributor adds stands under the distributor, and what an account manager
    adds is looked after by the one who added it.
    """
    require(by, "partners.add_partner")
    why = clean_text(reason, field="reason", max_length=500)
    with nullcontext() if by.is_vendor else vendor_scope("whether a company is a partner already"):
        matches = look_alikes(name, country, fields.get("domain", ""))
        seen = set(
            Partner.objects.visible_to(by).filter(pk__in=[m.partner.pk for m in matches]).values_list("pk", flat=True)
        )
        known = [match for match in matches if match.partner.pk in seen]
        if known and not create_anyway:
            raise PossibleDuplicate(known)
        if known and not why:
            raise Invalid("Say why this is another company.", field="reason")
        if len(known) < len(matches):
            _ask_operations(name, country, by=by, **fields)
            return None
        return _add(name, country, by, [m.partner.number for m in known], why, fields)


def _add(name: str, country: str, by: Membership, beside: list[str], reason: str, fields: dict[str, Any]) -> Partner:
    """The vendor's reason stands in a note, which no partner reads."""
    note = {"looks_like": beside, "reason": reason} if beside else None
    if not by.is_vendor:
        fields["sponsor"] = by.partner
    partner = add_partner(name, country=country, by=by, note=note, **fields)
    if by.is_vendor and by.assigned is not None:
        assign_manager(partner, by, by=None)
    return partner


def _ask_operations(name: str, country: str, *, by: Membership, **fields: Any) -> None:
    asked = {"name": name, "country": country, "domain": fields.get("domain", ""), "type": fields.get("type", "")}
    add_task(
        None,
        f"{by.user.name} asks to add {name[:120]} ({country}): see whether it is a partner already",
        by=None,
        kind="possible_duplicate",
        role=Role.OPERATIONS.value,
        key=f"possible_duplicate:{normalise_name(name)[:100]}:{country}",
        url=f"{reverse('partners:add')}?{urlencode(asked)}"[:300],
    )
