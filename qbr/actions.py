"""What happens to a business review: it is opened, its deck is made from frozen figures, drawn, and shared."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max

from partners.models import Partner
from prm.kernel import clock, files
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Job, Membership, StoredFile
from prm.kernel.outbox import later
from prm.kernel.periods import FiscalQuarter
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text
from qbr.figures import collect, quarter_of
from qbr.models import Deck, Review
from qbr.queries import as_of_of, last_closed_quarter

RENDER_TASK = "qbr.render_deck"
STEPS = 3  # slides, PowerPoint file, PDF


class QuarterNotBegun(Invalid):
    """This quarter has not begun; there is nothing to review yet."""

    code = "quarter_not_begun"


class DeckInMaking(Conflict):
    """A deck of this review is being made at this moment."""

    code = "deck_in_making"


class DeckNotReady(Conflict):
    """This deck is not ready yet; it can be shared once it has been drawn."""

    code = "deck_not_ready"


class DeckTellsTooMuch(Conflict):
    """The files of this edition say figures that are yours alone; make a new edition and share that one."""

    code = "deck_tells_too_much"


@transaction.atomic
def open_review(partner: Partner, *, by: Membership | None, quarter: FiscalQuarter | None = None) -> Review:
    """The review of this partner and quarter (the last closed one unless said); opened when there is none yet."""
    require(by, "qbr.open_review", partner)
    wanted = quarter or last_closed_quarter()
    if wanted.start > clock.today():
        raise QuarterNotBegun(field="quarter")
    # The row of the partner is the queue: two at once must not open two reviews.
    Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    found = Review.objects.filter(partner=partner, period_start=wanted.start).first()
    if found is not None:
        return found
    review = Review(
        partner=partner,
        fiscal_year=wanted.fiscal_year.label,
        quarter=f"Q{wanted.number}",
        period_start=wanted.start,
        period_end=wanted.end,
        opened_by=by,
    )
    review.full_clean(exclude=["tenant", "partner", "opened_by"], validate_unique=False)
    review.save()
    return record(review, "review.opened", by=by, vendor_only=True, period=wanted.label)


@transaction.atomic
def edit_review(
    review: Review,
    *,
    by: Membership | None,
    meeting_on: dt.date | None,
    attendees: str,
    seen_version: int | None = None,
) -> Review:
    """Say when the meeting is and who takes part; the next edition of the deck shows it."""
    require(by, "qbr.edit_review", review)
    touch(review, seen_version=seen_version)
    review.meeting_on = meeting_on
    review.attendees = clean_text(attendees, field="attendees", max_length=1000)
    review.full_clean(exclude=["tenant", "partner", "opened_by"], validate_unique=False)
    review.save(update_fields=["meeting_on", "attendees", "updated_at"])
    return record(review, "review.edited", by=by, vendor_only=True, meeting_on=meeting_on)


@transaction.atomic
def make_deck(review: Review, *, by: Membership | None) -> Deck:
    """Freeze the figures as a new edition and have a worker draw it; earlier editions stay as they are."""
    require(by, "qbr.make_deck", review)
    review = Review.objects.select_for_update(of=("self",)).select_related("partner__tier").get(pk=review.pk)
    decks = Deck.objects.filter(review=review)
    if decks.filter(state=Deck.State.WAITING).exists():
        raise DeckInMaking()
    as_of = as_of_of(quarter_of(review, current_tenant()))
    edition = (decks.aggregate(last=Max("edition"))["last"] or 0) + 1
    job = Job.objects.create(
        partner=review.partner,
        kind="deck",
        title=clean_text(f"Business review {review}: {review.partner.name}")[:200],
        all_steps=STEPS,
        result_url=review.get_absolute_url(),
        asked_by=by,
    )
    deck = Deck(
        partner=review.partner,
        review=review,
        edition=edition,
        as_of=as_of,
        figures=collect(review, as_of),
        job=job,
        made_by=by,
    )
    deck.full_clean(exclude=["tenant", "partner", "review", "job", "made_by"], validate_unique=False)
    deck.save()
    later(RENDER_TASK, by=by, key=f"{RENDER_TASK}:{deck.pk}", deck_id=deck.pk)
    return record(deck, "deck.asked", by=by, vendor_only=True, edition=edition, as_of=as_of)


@transaction.atomic
def share_deck(deck: Deck, *, by: Membership | None) -> Deck:
    """Show this edition to the partner: its page and its files. It cannot be taken back."""
    require(by, "qbr.share_deck", deck)
    deck = _held(deck)
    if deck.state != Deck.State.READY:
        raise DeckNotReady()
    if deck.shared_at is not None:
        return deck
    if deck.tells_vendors_own:
        raise DeckTellsTooMuch()
    deck.shared_at = clock.now()
    deck.save(update_fields=["shared_at", "updated_at"])
    # Until now the files were the vendor's alone, by the database's own rule.
    StoredFile.objects.filter(pk__in=[pk for pk in (deck.pptx_id, deck.pdf_id) if pk]).update(partner=deck.partner_id)
    return record(deck, "deck.shared", by=by, edition=deck.edition)


# --- drawing: called by the worker, as the system ------------------------------------------------------


@transaction.atomic
def begin_drawing(deck: Deck) -> Deck | None:
    """Take up the work; None when this edition is drawn already (or was given up)."""
    deck = _held(deck)
    if deck.state != Deck.State.WAITING:
        return None
    job = Job.objects.get(pk=deck.job_id)
    if job.state == Job.State.WAITING:
        move(job, Job.State.RUNNING)
    return deck


@transaction.atomic
def tell_progress(deck: Deck, done_steps: int, message: str = "") -> None:
    """What the person who waits sees."""
    Job.objects.filter(pk=deck.job_id, state=Job.State.RUNNING).update(
        done_steps=done_steps, message=message[:500], updated_at=clock.now()
    )


@transaction.atomic
def keep_file(deck: Deck, kind: str, content: bytes) -> None:
    """Store what was drawn, once: a second worker that comes later finds it there and leaves it."""
    deck = _held(deck)
    if deck.state != Deck.State.WAITING or getattr(deck, f"{kind}_id") is not None:
        return
    stored = files.store(content, name=file_name(deck, kind), kind=kind, made_by=deck.made_by)
    setattr(deck, kind, stored)
    deck.save(update_fields=[kind, "updated_at"])


@transaction.atomic
def finish_deck(deck: Deck, *, message: str = "") -> Deck:
    """The edition is ready; said once, however often the work was done."""
    deck = _held(deck)
    if deck.state != Deck.State.WAITING:
        return deck
    if deck.pptx_id is None:
        raise DeckNotReady()
    move(deck, Deck.State.READY)
    review = Review.objects.select_for_update(of=("self",)).get(pk=deck.review_id)
    if Review.State.DECK_READY in review.MOVES.get(Review.State(review.state), ()):
        move(review, Review.State.DECK_READY)
    _end_job(deck, Job.State.DONE, message)
    return record(deck, "deck.ready", by=None, on_behalf_of=deck.made_by, vendor_only=True, edition=deck.edition)


@transaction.atomic
def fail_deck(deck: Deck, *, reason: str) -> Deck:
    """Give this edition up and say why; another one can be made."""
    deck = _held(deck)
    if deck.state != Deck.State.WAITING:
        return deck
    move(deck, Deck.State.FAILED)
    _end_job(deck, Job.State.FAILED, reason)
    return record(deck, "deck.failed", by=None, on_behalf_of=deck.made_by, vendor_only=True, reason=reason)


def _held(deck: Deck) -> Deck:
    """The deck as it is now, held until this transaction ends. What hangs on it is read afterwards: a joined row
    would be as old as the moment at which the wait began."""
    return Deck.objects.select_for_update(of=("self",)).get(pk=deck.pk)


def _end_job(deck: Deck, state: str, message: str) -> None:
    job = Job.objects.get(pk=deck.job_id)
    if job.is_finished:
        return
    if job.state == Job.State.WAITING:
        move(job, Job.State.RUNNING)
    move(job, state)
    done = job.all_steps if state == Job.State.DONE else job.done_steps
    Job.objects.filter(pk=job.pk).update(done_steps=done, message=message[:500], finished_at=clock.now())


def file_name(deck: Deck, kind: str) -> str:
    """As it lies in the downloads folder: partner, quarter, edition."""
    name = deck.figures["partner"]["name"][:80]
    return f"{name} business review {deck.review} edition {deck.edition}.{kind}"
