"""The pages of business reviews: the list, one review with its figures, its deck and its files."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from partners.models import Partner
from prm.kernel import files
from prm.kernel.models import Membership
from prm.kernel.policies import permits, require
from prm.kernel.web.access import find_visible, may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import go, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from qbr.actions import edit_review, make_deck, open_review, share_deck
from qbr.forms import MeetingForm, OpenForm, StartForm
from qbr.models import Deck, Review
from qbr.queries import editions_of, file_of, find_partners, first_figure, latest_quarter_with_figures
from qbr.rows import STATE_TONES, EditionRow, present_edition, present_reviews
from qbr.slides import BUILDERS, build_slides

COLUMNS = (
    Column("period", "Quarter", ("period_start", "partner__sort_name"), lambda row: row.period),
    Column("partner", "Partner", ("partner__sort_name", "period_start"), lambda row: row.partner),
    Column("state", "State", ("state", "period_start"), lambda row: row.state),
    Column("meeting", "Meeting", ("meeting_on",), lambda row: row.meeting_on),
    Column("edition", "Deck", (), lambda row: row.edition),
    Column("shared", "Shared", (), lambda row: row.shared),
)


lend_list("qbr:list", COLUMNS)


@may("qbr.view_review")
def review_list(request: HttpRequest) -> HttpResponse:
    """All reviews this member may know of, newest quarter first; and the way to a new one."""
    return _list(request, None)


@may("qbr.open_review")
@require_POST
def open_(request: HttpRequest) -> HttpResponse:
    """Partner and quarter chosen on the list: open their review, or go to the one there is."""
    member = request.member  # type: ignore[attr-defined]
    found = find_partners(member, "", first=request.POST.get("partner", ""))
    form = OpenForm(request.POST, found=found)

    def act(data: dict[str, Any]) -> Review:
        partner = find_visible(Partner, member, data["partner"])
        require(member, "qbr.open_review", partner)
        return open_review(partner, by=member, quarter=data["quarter"])

    return submit(request, form, act, again=lambda form: _list(request, form), then=lambda review: review)


@may("qbr.open_review", Partner)
@require_POST
def start(request: HttpRequest, partner: Partner) -> HttpResponse:
    """From the partner's page: the review of the quarter that closed last, or of the one chosen."""
    form = StartForm(request.POST, first=first_figure(partner.pk)) if "quarter" in request.POST else None
    quarter = form.cleaned_data["quarter"] if form is not None and form.is_valid() else None
    return go(request, open_review(partner, by=request.member, quarter=quarter))  # type: ignore[attr-defined]


@may("qbr.open_review")
def partner_options(request: HttpRequest) -> HttpResponse:
    """The partners found by a few letters, for the choice on the list page."""
    found = find_partners(request.member, request.GET.get("search", ""))  # type: ignore[attr-defined]
    return render(request, "qbr/parts/partner_options.html", {"found": found})


@may("qbr.view_review", Review.objects.select_related("partner"))
def review(request: HttpRequest, review: Review) -> HttpResponse:
    """One review: the figures of an edition (the newest unless another is asked for), exactly as in its deck."""
    return _review(request, review, None)


@may("qbr.edit_review", Review.objects.select_related("partner"))
@require_POST
def edit(request: HttpRequest, review: Review) -> HttpResponse:
    return submit(
        request,
        MeetingForm(request.POST),
        lambda data: edit_review(review, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _review(request, review, form),
        then=lambda saved: saved,
    )


@may("qbr.make_deck", Review.objects.select_related("partner"))
@require_POST
def make(request: HttpRequest, review: Review) -> HttpResponse:
    """Freeze the figures and have the deck drawn; the page shows how far it is."""
    deck = make_deck(review, by=request.member)  # type: ignore[attr-defined]
    return go(request, deck.review)


@may("qbr.view_review", Deck.objects.select_related("job", "review"))
def progress(request: HttpRequest, deck: Deck) -> HttpResponse:
    """How far the drawing is, for the part of the page that refreshes itself; when it is over, the whole page."""
    if deck.state != Deck.State.WAITING:
        return go(request, deck.review)
    return render(request, "qbr/parts/progress.html", {"deck": deck, "job": deck.job})


@may("qbr.share_deck", Deck)
@require_POST
def share(request: HttpRequest, deck: Deck) -> HttpResponse:
    shared = share_deck(deck, by=request.member)  # type: ignore[attr-defined]
    return go(request, shared.review)


@may("qbr.view_review", Deck.objects.select_related("pptx", "pdf"))
def download(request: HttpRequest, deck: Deck, kind: str) -> HttpResponse:
    """The file of an edition; whoever asks is checked again."""
    stored = file_of(deck, kind, request.member)  # type: ignore[attr-defined]
    if stored is None:
        raise Http404
    return files.serve(stored)


# --- pages ---------------------------------------------------------------------------------------------


def _list(request: HttpRequest, form: Form | None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    shown = list_page(
        request,
        Review.objects.visible_to(member).select_related("partner"),
        COLUMNS,
        default_sort="-period",
        present=lambda reviews: present_reviews(reviews, member),
        file_name="business-reviews",
    )
    if isinstance(shown, HttpResponse):
        return shown
    may_open = permits(member, "qbr.open_review")
    if may_open and form is None:
        chosen = request.GET.get("partner", "")
        found = find_partners(member, "", first=chosen)
        latest = latest_quarter_with_figures(found[0].pk) if found and str(found[0].pk) == chosen else None
        form = OpenForm(found=found, initial={"quarter": latest.start.isoformat()} if latest else None)
    return render(request, "qbr/list.html", {"list": shown, "form": form, "may_open": may_open})


def _review(request: HttpRequest, review: Review, form: Form | None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    decks = editions_of(review, member)
    deck = _chosen(decks, request.GET.get("edition", ""))
    may_edit = permits(member, "qbr.edit_review", review)
    if may_edit and form is None:
        form = MeetingForm(initial={"meeting_on": review.meeting_on, "attendees": review.attendees})
    waiting = next((d for d in decks if d.state == Deck.State.WAITING), None)
    failed = decks[0] if decks and decks[0].state == Deck.State.FAILED else None
    edition = present_edition(deck, member) if deck else None
    context = {
        "review": review,
        "partner": review.partner,
        "meeting": formatter().day(review.meeting_on) if review.meeting_on else "",
        "state_tone": STATE_TONES[Review.State(review.state)],
        "edition": edition,
        "slides": _shown_slides(deck) if deck else [],
        "slide_count": len(BUILDERS),
        "others": _others(decks, edition, member),
        "waiting": waiting,
        "job": waiting.job if waiting else None,
        "failed": failed,
        "form": form,
        "may_edit": may_edit,
        "may_make": permits(member, "qbr.make_deck", review) and waiting is None,
        "may_share": _is_to_share(deck) and permits(member, "qbr.share_deck"),
        "partner_url": reverse("partners:partner", args=[review.partner_id]),
    }
    return render(request, "qbr/review.html", context)


def _is_to_share(deck: Deck | None) -> bool:
    return bool(deck and deck.state == Deck.State.READY and not deck.is_shared and not deck.tells_vendors_own)


def _chosen(decks: list[Deck], wanted: str) -> Deck | None:
    """The edition asked for, else the newest one that is ready, else the newest that shows figures."""
    if wanted.isascii() and wanted.isdigit():
        return next((deck for deck in decks if deck.edition == int(wanted)), None)
    ready = [deck for deck in decks if deck.state == Deck.State.READY]
    return next(iter(ready or decks), None)


def _others(decks: list[Deck], edition: EditionRow | None, member: Membership) -> list[EditionRow]:
    return [present_edition(deck, member) for deck in decks if edition is None or deck.pk != edition.deck.pk]


def _shown_slides(deck: Deck) -> list[Any]:
    """What the deck says, without the cover and the form to be filled in."""
    slides = build_slides(deck.figures, formatter())
    return [slide for slide in slides if slide.id not in ("title", "commitments")]
