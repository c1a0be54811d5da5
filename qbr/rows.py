"""Reviews and editions as pages show them: formatted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from prm.kernel.models import Membership
from prm.kernel.web.format import formatter
from qbr.models import Deck, Review
from qbr.queries import latest_decks, may_have_files

STATE_TONES = {
    Review.State.SCHEDULED: "grey",
    Review.State.DECK_READY: "green",
    Review.State.HELD: "blue",
    Review.State.CLOSED: "blue",
    Review.State.MISSED: "red",
    Review.State.CANCELLED: "grey",
}
DECK_TONES = {Deck.State.WAITING: "blue", Deck.State.READY: "green", Deck.State.FAILED: "red"}


@dataclass(frozen=True)
class ReviewRow:
    url: str
    partner: str
    period: str
    state: str
    tone: str
    meeting_on: str
    edition: str
    shared: str


def present_reviews(reviews: Sequence[Review], member: Membership) -> list[ReviewRow]:
    write, decks = formatter(), latest_decks([review.pk for review in reviews], member)
    rows = []
    for review in reviews:
        deck = decks.get(review.pk)
        rows.append(
            ReviewRow(
                url=review.get_absolute_url(),
                partner=review.partner.name,
                period=str(review),
                state=str(review.get_state_display()),
                tone=STATE_TONES[Review.State(review.state)],
                meeting_on=write.day(review.meeting_on) if review.meeting_on else "–",
                edition=f"{deck.edition} · {deck.get_state_display()}" if deck else "–",
                shared=write.day(deck.shared_at) if deck and deck.shared_at else "–",
            )
        )
    return rows


@dataclass(frozen=True)
class EditionRow:
    """One edition of the deck with its files."""

    deck: Deck
    number: int
    url: str
    state: str
    tone: str
    as_of: str
    made: str
    made_by: str
    shared: str
    pptx_url: str
    pdf_url: str
    is_held_back: bool  # an old edition whose files a partner is not given
    is_ready: bool
    is_waiting: bool


def present_edition(deck: Deck, member: Membership) -> EditionRow:
    write, given = formatter(), may_have_files(deck, member)
    address = lambda kind: reverse("qbr:download", args=[deck.pk, kind])
    return EditionRow(
        deck=deck,
        number=deck.edition,
        url=f"{reverse('qbr:review', args=[deck.review_id])}?edition={deck.edition}",
        state=str(deck.get_state_display()),
        tone=DECK_TONES[Deck.State(deck.state)],
        as_of=write.day(deck.as_of),
        made=write.moment(deck.created_at),
        made_by=deck.made_by.user.name if deck.made_by else "System",
        shared=write.day(deck.shared_at) if deck.shared_at else "",
        pptx_url=address("pptx") if deck.pptx_id and given else "",
        pdf_url=address("pdf") if deck.pdf_id and given else "",
        is_held_back=not given,
        is_ready=deck.state == Deck.State.READY,
        is_waiting=deck.state == Deck.State.WAITING,
    )
