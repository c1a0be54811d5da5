"""Questions about business reviews: which quarters can be reviewed, which editions there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import NotAllowed
from prm.kernel.models import Membership, StoredFile
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.text import sort_key
from qbr.models import Deck, Review
from sales.models import SalesActual, Target
from scorecards.models import Assessment

QUARTERS_OFFERED = 12  # at least, the running one not counted
QUARTERS_AT_MOST = 120  # a wrong date in an import must not make an endless list
PARTNERS_OFFERED = 50


class FilesHeldBack(NotAllowed):
    """The files of this edition say figures that are the vendor's own."""

    code = "files_held_back"

    def __init__(self) -> None:
        super().__init__(
            _("The files of this edition say figures that are the vendor's own.")
            + " "
            + _("What is yours stands on the page of the review; for a file, ask for a new edition.")
        )


def last_closed_quarter(on: dt.date | None = None) -> FiscalQuarter:
    """The fiscal quarter that was over last."""
    return FiscalQuarter.containing(on or clock.today(), current_tenant().fy_start_month).previous


def offered_quarters(first: dt.date | None = None) -> list[FiscalQuarter]:
    """The quarters one can review, newest first: the running one, then those that are over, back to the day `first`."""
    quarter = last_closed_quarter().next
    quarters = [quarter]
    while len(quarters) <= QUARTERS_OFFERED or (first and quarter.start > first and len(quarters) < QUARTERS_AT_MOST):
        quarter = quarter.previous
        quarters.append(quarter)
    return quarters


def first_figure(partner_id: UUID) -> dt.date | None:
    """The day of the partner's first booking or target."""
    booked = SalesActual.objects.filter(partner=partner_id).aggregate(first=Min("booked_on"))["first"]
    agreed = Target.objects.filter(partner=partner_id).aggregate(first=Min("month"))["first"]
    return min((day for day in (booked, agreed) if day), default=None)


def latest_quarter_with_figures(partner_id: UUID) -> FiscalQuarter | None:
    """The newest quarter that is over and in which the partner has bookings."""
    start_month = current_tenant().fy_start_month
    last = last_closed_quarter()
    newest = (
        SalesActual.objects.filter(partner=partner_id, booked_on__lte=last.end)
        .order_by("-booked_on")
        .values_list("booked_on", flat=True)
        .first()
    )
    return FiscalQuarter.containing(newest, start_month) if newest else None


def as_of_of(quarter: FiscalQuarter) -> dt.date:
    """The last day of the quarter; of the running quarter, today."""
    return min(quarter.end, clock.today())


def editions_of(review: Review, member: Membership) -> list[Deck]:
    """The editions of a review that this member may know of, newest first."""
    return list(
        Deck.objects.visible_to(member)
        .filter(review=review)
        .select_related("job", "pptx", "pdf", "made_by__user")
        .order_by("-edition")
    )


def may_have_files(deck: Deck, member: Membership) -> bool:
    return member.is_vendor or not deck.tells_vendors_own


def file_of(deck: Deck, kind: str, member: Membership) -> StoredFile | None:
    """A file of an edition; an old one that says the vendor's own figures is not for a partner."""
    stored = {"pptx": deck.pptx, "pdf": deck.pdf}.get(kind)
    if stored is not None and not may_have_files(deck, member):
        raise FilesHeldBack()
    return stored


def latest_decks(review_ids: Sequence[UUID], member: Membership) -> dict[UUID, Deck]:
    """The newest edition of each review, without its figures."""
    decks = Deck.objects.visible_to(member).filter(review_id__in=list(review_ids)).defer("figures").order_by("edition")
    return {deck.review_id: deck for deck in decks}


class Found(NamedTuple):
    """A partner one may review, and the day of its first booking or target."""

    pk: UUID
    name: str
    since: dt.date | None


def find_partners(member: Membership, search: str, *, first: str = "") -> list[Found]:
    """The first partners this member may review whose name has these letters, by name; `first` leads if it is one."""
    rows = Partner.objects.visible_to(member).exclude(state=Partner.State.DECLINED)
    letters = sort_key(search.strip())[:80]
    if letters:
        rows = rows.filter(sort_name__contains=letters)
    chosen = uuid_or_none(first)
    if chosen is None:
        return _found(rows.order_by("sort_name", "pk"))
    leading = Case(When(pk=chosen, then=0), default=1)
    return _found(rows.order_by(leading, "sort_name", "pk"))


def _found(rows: QuerySet[Partner]) -> list[Found]:
    booked = SalesActual.objects.filter(partner=OuterRef("pk")).order_by("booked_on").values("booked_on")[:1]
    agreed = Target.objects.filter(partner=OuterRef("pk")).order_by("month").values("month")[:1]
    with_days = rows.annotate(since=Least(Subquery(booked), Subquery(agreed)))
    return [Found(*row) for row in with_days.values_list("pk", "name", "since")[:PARTNERS_OFFERED]]


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def due_reviews(member: Membership) -> QuerySet[Partner]:
    """Active partners whose review of the last closed quarter has no deck yet, for the one who looks after them.

    Where nothing was booked, agreed or scored in that quarter, there is nothing to review.
    """
    quarter, own = last_closed_quarter(), OuterRef("pk")
    done = Deck.objects.filter(review__partner=own, review__period_start=quarter.start, state=Deck.State.READY)
    booked = SalesActual.objects.filter(partner=own, booked_on__gte=quarter.start, booked_on__lte=quarter.end)
    agreed = Target.objects.filter(partner=own, month__gte=quarter.start, month__lte=quarter.end)
    scored = Assessment.objects.filter(
        partner=own, submitted_at__date__gte=quarter.start, submitted_at__date__lte=quarter.end
    )
    rows = Partner.objects.visible_to(member).filter(state=Partner.State.ACTIVE)
    rows = rows.filter(Q(Exists(booked)) | Q(Exists(agreed)) | Q(Exists(scored)))
    return rows.exclude(Exists(done)).order_by("sort_name", "pk")


def latest_review_of(partner: Partner, member: Membership) -> Review | None:
    return next(iter(_latest_review(member, partner.pk)), None)


@prepared
def _latest_review(member: Membership, partner_id: UUID) -> QuerySet[Review]:
    return Review.objects.visible_to(member).filter(partner_id=partner_id).order_by("-period_start")[:1]
