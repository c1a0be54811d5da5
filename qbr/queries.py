"""Questions about business reviews: which quarters can be reviewed, which editions there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from qbr.models import Deck, Review

QUARTERS_OFFERED = 12


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


def partners_to_review(member: Membership) -> list[tuple[UUID, str]]:
    """The partners this member may review, by name."""
    rows = Partner.objects.visible_to(member).exclude(state=Partner.State.DECLINED).order_by("sort_name", "pk")
    return list(rows.values_list("pk", "name"))
