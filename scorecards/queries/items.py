"""Action plans: of one partner, of all, and how much of them is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet

from partners.models import ManagerAssignment, Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.numbers import divide, ratio
from prm.kernel.tenancy.prepared import prepared
from scorecards.models import ActionItem, Assessment, QuestionBank, Topic
from scorecards.queries.results import Result, count_of, standing_in, standing_rows

OPEN_STATES = (ActionItem.State.NOT_STARTED, ActionItem.State.IN_PROGRESS)


@dataclass(frozen=True)
class Completion:
    """How far a plan is. The share is done / (done + overdue): what is not due yet is no failure."""

    done: int = 0
    open: int = 0
    overdue: int = 0
    proposed: int = 0

    @property
    def share(self) -> Decimal | None:
        return ratio(divide(self.done, self.done + self.overdue))

    def __add__(self, other: Completion) -> Completion:
        counts = (self.done + other.done, self.open + other.open, self.overdue + other.overdue)
        return Completion(*counts, self.proposed + other.proposed)

    @property
    def is_empty(self) -> bool:
        return not (self.done or self.open or self.proposed)


def action_plan(partner: Partner | UUID, member: Membership) -> list[ActionItem]:
    """The partner's proposals and open actions, proposals first, as far as this member may know of them."""
    pk = partner.pk if isinstance(partner, Partner) else partner
    items = (
        ActionItem.objects.visible_to(member)
        .filter(partner=pk)
        .select_related("topic", "owner__user")
        .prefetch_related("topic__resources")
        .order_by("due_on", "topic__order", "id")
    )
    places = {state: place for place, state in enumerate(ActionItem.State.values)}
    return sorted(items, key=lambda item: places[item.state])


def completion_of(items: Iterable[ActionItem]) -> Completion:
    """Of items that are at hand already."""
    today, found = clock.today(), list(items)
    waiting = [item for item in found if item.state in OPEN_STATES]
    return Completion(
        done=sum(item.state == ActionItem.State.DONE for item in found),
        open=len(waiting),
        overdue=sum(item.due_on is not None and item.due_on < today for item in waiting),
        proposed=sum(item.state == ActionItem.State.RECOMMENDED for item in found),
    )


def completions(items: QuerySet[ActionItem], by: str) -> dict[UUID, Completion]:
    """By partner, or whatever `by` names, in one query."""
    waits = Q(state__in=OPEN_STATES)
    rows = items.order_by().values_list(by).annotate(
        done=Count("pk", filter=Q(state=ActionItem.State.DONE)),
        waiting=Count("pk", filter=waits),
        late=Count("pk", filter=waits & Q(due_on__lt=clock.today())),
        proposed=Count("pk", filter=Q(state=ActionItem.State.RECOMMENDED)),
    )  # fmt: skip
    return {key: Completion(*counts) for key, *counts in rows if key is not None}


def standing_with_plan(
    partner: Partner, member: Membership
) -> tuple[Result | None, Assessment | None, Completion | None]:
    """The partner's scorecard that counts, the one in progress, and how far the plan is: one query for all three."""
    found = _standing_rows(member, partner.pk)
    plan = None
    if found:
        first: Any = found[0]
        plan = Completion(first.items_done or 0, first.items_open or 0, first.items_late or 0)
    return (*standing_in(found), plan)


@prepared
def _standing_rows(member: Membership, partner_id: UUID) -> QuerySet[Assessment]:
    items = ActionItem.objects.visible_to(member).filter(partner=OuterRef("partner"))
    waits = items.filter(state__in=OPEN_STATES)
    return standing_rows(partner_id).annotate(
        items_done=count_of(items.filter(state=ActionItem.State.DONE), "partner"),
        items_open=count_of(waits, "partner"),
        items_late=count_of(waits.filter(due_on__lt=clock.today()), "partner"),
    )


def completion_of_all(member: Membership) -> Completion:
    """Of everything this member may know of."""
    return completions(ActionItem.objects.visible_to(member), "tenant").get(member.tenant_id, Completion())


def completion_by_manager(member: Membership) -> list[tuple[str, Completion]]:
    """Of each account manager's partners, as far as this member may know of them; by name."""
    by_partner = completions(ActionItem.objects.visible_to(member), "partner")
    mains = ManagerAssignment.objects.filter(
        partner__in=list(by_partner), kind=ManagerAssignment.Kind.MAIN, to_date=None
    ).select_related("manager__user")
    names: dict[UUID, str] = {}
    found: dict[UUID, Completion] = defaultdict(Completion)
    for assignment in mains:
        names[assignment.manager_id] = assignment.manager.user.name
        found[assignment.manager_id] += by_partner[assignment.partner_id]
    return sorted(((names[pk], completion) for pk, completion in found.items()), key=lambda entry: entry[0])


def topics_in_use() -> list[Topic]:
    """What an action can be said to improve: the topics that a partner knows of, in the questionnaire in use."""
    topics = Topic.objects.filter(
        bank__state=QuestionBank.State.ACTIVE, vendor_only=False, category__vendor_only=False
    ).select_related("category")
    return list(topics.order_by("bank__code", "category__order", "order"))


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
