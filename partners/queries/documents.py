"""Questions about documents: which are in force, which end soon, which version is the latest."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from partners.models import Document, DocumentVersion
from partners.policies import may_sign
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.prepared import prepared

ENDS_SOON = 30  # days


def signed_documents(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[str, set[UUID]]:
    """Per kind of document the partners that have a signed one in force on that day."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for kind, partner_id in _signed(list(partner_ids), as_of):
        found[kind].add(partner_id)
    return found


@prepared
def _signed(partner_ids: list[UUID], as_of: dt.date) -> QuerySet:
    in_force = Q(valid_to=None) | Q(valid_to__gte=as_of)
    found = Document.objects.filter(in_force, partner_id__in=partner_ids, signed_on__lte=as_of)
    return found.values_list("kind", "partner_id")


def with_state(documents: QuerySet) -> QuerySet:
    """Documents with the state and number of their latest version, and the number of the latest one signed here.

    None without a file, or where what holds was signed on paper.
    """
    latest = DocumentVersion.objects.filter(document=OuterRef("pk")).order_by("-number")
    return documents.annotate(
        latest_state=Subquery(latest.values("state")[:1]),
        latest_number=Subquery(latest.values("number")[:1]),
        signed_number=Subquery(latest.filter(state=DocumentVersion.State.SIGNED).values("number")[:1]),
    )


def ending_documents(on: dt.date) -> QuerySet:
    """What is in force and ends within thirty days, unless one of the same kind holds on after it."""
    later = Document.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on + dt.timedelta(days=ENDS_SOON)),
        partner=OuterRef("partner"),
        kind=OuterRef("kind"),
        signed_on__lte=on,
    )
    return (
        Document.objects.select_related("partner")
        .filter(valid_to__gte=on, valid_to__lte=on + dt.timedelta(days=ENDS_SOON))
        .exclude(Exists(later))
        .order_by("valid_to", "pk")
    )


def unsigned_agreement(partner_id: UUID) -> DocumentVersion | None:
    """The agreement on file that nobody has signed yet, latest version of the latest one: what can be sent."""
    papers = DocumentVersion.objects.select_related("document", "file").filter(
        partner_id=partner_id, document__kind=Document.Kind.AGREEMENT, document__signed_on=None
    )
    latest = papers.order_by("-document__created_at", "-document_id", "-number").first()
    return None if latest is None or latest.state == DocumentVersion.State.SIGNED else latest


def documents_to_sign(member: Membership) -> QuerySet:
    """What waits for this member's signature."""
    waiting = DocumentVersion.objects.select_related("document").filter(state=DocumentVersion.State.SENT)
    if member.is_vendor or not may_sign(member):
        return waiting.none()
    return waiting.visible_to(member).order_by("sent_at", "pk")


def declined_documents(member: Membership) -> QuerySet:
    """What partners refused to sign, for those who sent it."""
    declined = DocumentVersion.objects.select_related("document__partner").filter(state=DocumentVersion.State.DECLINED)
    if not member.is_vendor or not member.has(Role.OPERATIONS, Role.CHANNEL_CHIEF):
        return declined.none()
    return declined.visible_to(member).order_by("updated_at", "pk")


def signers_of(partner_id: UUID) -> list[Membership]:
    """The people of a partner who may sign for it (its own; a distributor above it may, too)."""
    people = Membership.objects.filter(partner_id=partner_id, active=True).select_related("user").order_by("user__name")
    return [member for member in people if may_sign(member)]
