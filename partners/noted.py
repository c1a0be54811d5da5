"""A company that a page has read already: whether it is suspended need not be asked again."""

from __future__ import annotations

from partners.models import Partner
from partners.queries import is_company_frozen
from prm.kernel.models import Membership
from prm.kernel.tenancy.remember import recall_few, remember_few


def note_company(partner: Partner) -> None:
    """The record of this company is at hand for as long as the page is made."""
    remember_few("company", [partner.pk], None, lambda: partner)


def is_frozen(member: Membership) -> bool:
    """Whether the member's company is suspended: by the record at hand, else the database is asked."""
    known = recall_few("company", [member.partner_id], None)
    return is_company_frozen(member) if known is None else bool(known.state == Partner.State.SUSPENDED)
