"""The action plan of a partner."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from partners.models import Partner
from prm.kernel.models import Membership
from scorecards.models import ActionItem


def action_plan(partner: Partner | UUID, member: Membership) -> list[ActionItem]:
    """The partner's proposals and open actions, proposals first, as far as this member may know of them."""
    pk = partner.pk if isinstance(partner, Partner) else partner
    items = (
        ActionItem.objects.visible_to(member)
        .filter(partner=pk)
        .exclude(state=ActionItem.State.DROPPED)
        .select_related("topic", "owner__user")
        .order_by("due_on", "topic__order", "id")
    )
    places = {state: place for place, state in enumerate(ActionItem.State.values)}
    return sorted(items, key=lambda item: places[item.state])


ROLE_OF_OWNER = {
    "principal": "partner_champion",
    "sales": "partner_sales",
    "marketing": "partner_marketing",
    "technical": "partner_technical",
    "services": "partner_technical",
}


def possible_owners(partner: Partner) -> list[Membership]:
    """Who can own an action: the company's people, then the account managers who look after it."""
    own = Q(partner=partner)
    managers = Q(partner=None, assignments__partner=partner, assignments__to_date=None)
    found = Membership.objects.filter(own | managers, active=True).select_related("user").distinct()
    return sorted(found, key=lambda m: (m.is_vendor, m.user.name.lower(), str(m.pk)))


def proposed_owner(item: ActionItem, owners: Sequence[Membership]) -> Membership | None:
    """Whom the questionnaire suggests: the first with that role, else the champion, else whoever is there."""
    wanted = ROLE_OF_OWNER.get(item.topic.action_owner if item.topic else "", "")
    for role in (wanted, "partner_champion", "channel_account_manager"):
        for owner in owners:
            if role in owner.roles:
                return owner
    return owners[0] if owners else None
