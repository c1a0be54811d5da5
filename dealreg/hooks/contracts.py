"""Contracts on the pages of others: what ends soon on the partner page, and what waits to be renewed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.models import Contract
from dealreg.queries.contracts import ending_soon, with_line_names, without_renewal
from dealreg.rows.contracts import present_contracts
from partners.models import Partner
from partners.registries import PartnerAction, Worklist, lend_panel, lend_partner_action, lend_worklist, tell
from prm.kernel.addresses import address_of
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.prepared import prepared

SHOWN = 5

tell(
    contract__added="keeps the contract {number} with {customer} until {ends_on}",
    contract__edited="changed the contract {number} with {customer}, until {ends_on}",
    contract__imported="brought the contract {number} with {customer} in, until {ends_on}",
    contract__import_undone="took back what the file {file} said of a contract",
    contract__dropped="took the contract {number} with {customer} away",
    deal__renewal_decided="decided a conflict: {reason}",  # no word of a contract: every account manager reads it
)


@lend_partner_action(33)
def contract_button(member: Membership, partner: Partner) -> PartnerAction | None:
    """Enter a contract of a customer."""
    if not permits(member, "dealreg.add_contract", partner):
        return None
    return PartnerAction(_("Add a contract"), address_of("dealreg:new_contract", partner.pk), "calendar")


@lend_panel(27, "dealreg/contracts_panel.html", "deals", permission="dealreg.view_contract")
def contracts_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    """The contracts of a partner that end soon, the nearest first."""
    rows = present_contracts(_nearest(member, partner.pk))
    return {"rows": rows, "url": f"{reverse('dealreg:contracts')}?partner={partner.pk}"}


@prepared
def _nearest(member: Membership, partner_id: UUID) -> QuerySet[Contract]:
    return with_line_names(ending_soon(member).filter(partner_id=partner_id))[:SHOWN]


def _to_renew(member: Membership) -> QuerySet[Contract]:
    """For the account manager and for the partner of record."""
    works = member.has(Role.ACCOUNT_MANAGER, Role.CHAMPION, Role.PARTNER_SALES, Role.DISTRIBUTOR)
    found = without_renewal(ending_soon(member))
    return found if works and permits(member, "dealreg.view_contract") else found.none()


lend_worklist(
    Worklist(
        "contracts_to_renew",
        "Contracts to renew",
        _to_renew,
        url=lambda one: one.get_absolute_url(),
        text=lambda one: one.customer_name,
        company=lambda one: one.partner,
        due=lambda one: one.ends_on,
    )
)
