"""A company that came in twice: once as a partner, once from the list of a trade fair."""

from __future__ import annotations

from partners.actions import add_contact, add_partner
from partners.models import Partner


def meet_twice() -> None:
    """One likely pair for operations to compare and merge."""
    known = Partner.objects.filter(state=Partner.State.ACTIVE).exclude(domain="").order_by("-sort_name").first()
    if known is None:
        return
    twin = add_partner(
        f"{known.name} Ltd", country=known.country, domain=known.domain, source="Trade fair", type=known.type, by=None
    )
    add_contact(twin, name="Robin Keller", email=f"robin.keller@{known.domain}", title="Purchasing", by=None)
