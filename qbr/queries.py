"""Questions about business reviews: which quarters can be reviewed, which editions there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, QuerySet, When

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import sort_key
from qbr.models import Deck, Review

QUARTERS_OFFERED = 12
PARTNERS_OFFERED = 50


def last_closed_quarter(on: dt.date | None = None) -> FiscalQuarter:
    """The fiscal quarter that was over last."""
    return FiscalQuarter.containing(on or clock.today(), current_tenant().fy_start_month).previous


def offered_quarters() -> list[FiscalQuarter]:
    """The quarters one can review, newest first: the running one, then those that are over."""
    quarter = last_closed_quarter().next
    quarters = [quarter]
    for _ in range(QUARTERS_OFFERED):
        quarter = quarter.previous
        quarters.append(quarter)
    return quarters


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


def latest_decks(review_ids: Sequence[UUID], member: Membership) -> dict[UUID, Deck]:
    """The newest edition of each review, without its figures."""
    decks = Deck.objects.visible_to(member).filter(review_id__in=list(review_ids)).defer("figures").order_by("edition")
    return {deck.review_id: deck for deck in decks}


def find_partners(member: Membership, search: str, *, first: str = "") -> list[tuple[UUID, str]]:
    """The first partners this member may review whose name has these letters, by name; `first` leads if it is one."""
    rows = Partner.objects.visible_to(member).exclude(state=Partner.State.DECLINED)
    letters = sort_key(search.strip())[:80]
    if letters:
        rows = rows.filter(sort_name__contains=letters)
    chosen = uuid_or_none(first)
    if chosen is None:
        return list(rows.order_by("sort_name", "pk").values_list("pk", "name")[:PARTNERS_OFFERED])
    leading = Case(When(pk=chosen, then=0), default=1)
    return list(rows.order_by(leading, "sort_name", "pk").values_list("pk", "name")[:PARTNERS_OFFERED])


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def due_reviews(member: Membership) -> QuerySet[Partner]:
    """Active partners whose review of the last closed quarter has no deck yet, for the one who looks after them."""
    done = Deck.objects.filter(
        review__partner=OuterRef("pk"), review__period_start=last_closed_quarter().start, state=Deck.State.READY
    )
    rows = Partner.objects.visible_to(member).filter(state=Partner.State.ACTIVE)
    return rows.exclude(Exists(done)).order_by("sort_name", "pk")


def latest_review_of(partner: Partner, member: Membership) -> Review | None:
    return Review.objects.visible_to(member).filter(partner=partner).order_by("-period_start").first()
