"""What reviews lend: their entry in the navigation, a panel on the partner page, and what waits to be prepared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from partners.models import Partner
from partners.registries import Worklist, lend_panel, lend_worklist, tell
from prm.kernel.calendars import CalendarEntry, lend_calendar
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.format import formatter
from prm.kernel.web.navigation import Entry, navigation
from qbr.figures import collect, quarter_of
from qbr.models import Deck, Review
from qbr.queries import as_of_of, due_reviews, last_closed_quarter, latest_review_of

navigation(Entry("Reviews", "qbr:list", "presentation", 60, "qbr.view_review"))


tell(
    review__opened="opened the business review of {period}",
    review__edited="changed the meeting of the business review",
    deck__asked="asked for edition {edition} of the deck, figures as of {as_of}",
    deck__ready="finished edition {edition} of the deck",
    deck__failed="could not finish the deck: {reason}",
    deck__shared="shared edition {edition} of the deck of the business review",
)


@lend_panel(50, "qbr/panels/review.html")
def review_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """The latest review of a partner, and the way to the next."""
    if not permits(member, "qbr.view_review"):
        return None
    review = latest_review_of(partner, member)
    may_open = permits(member, "qbr.open_review", partner)
    if review is None and not may_open:
        return None
    decks = Deck.objects.visible_to(member).filter(review=review).defer("figures").order_by("-edition")
    deck = decks.first() if review else None
    return {
        "review": review,
        "deck": deck,
        "as_of": formatter().day(deck.as_of) if deck else "",
        "partner_id": partner.pk,
        "next_quarter": last_closed_quarter().label,
        "may_open": may_open,
    }


def reviews_to_prepare(member: Membership) -> Any:
    """Partners whose last closed quarter has no deck; for those who make decks."""
    partners = due_reviews(member)
    return partners if permits(member, "qbr.make_deck") else partners.none()


lend_worklist(
    Worklist(
        name="reviews_to_prepare",
        label="Business reviews to prepare",
        query=reviews_to_prepare,
        url=lambda partner: f"{reverse('qbr:list')}?partner={partner.pk}",
        text=lambda partner: f"{partner.name}: review of {last_closed_quarter().label}",
    )
)


@lend_calendar
def meetings(member: Membership, since: dt.date, until: dt.date) -> Iterator[CalendarEntry]:
    """The meetings of the reviews that this member may know of."""
    ahead = [Review.State.SCHEDULED, Review.State.DECK_READY]
    found = Review.objects.visible_to(member).filter(state__in=ahead, meeting_on__range=(since, until))
    for review in found.select_related("partner").order_by("meeting_on", "pk"):
        yield CalendarEntry(
            uid=f"review-{review.pk}",
            on=review.meeting_on,
            title=f"Business review {review}: {review.partner.name}",
            text="",
            url=review.get_absolute_url(),
            changed_at=review.updated_at,
        )


@lend_sample("qbr.Deck")
def planted_deck(row: dict[str, Any]) -> dict[str, Any]:
    """A deck that the proof of isolation plants has figures as every deck has."""
    review = Review.objects.select_related("partner__tier").get(pk=row["review_id"])
    as_of = as_of_of(quarter_of(review, current_tenant()))
    return {"as_of": as_of, "figures": collect(review, as_of)}
