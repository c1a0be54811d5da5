"""The worker's part: draw an edition step by step, in short transactions, so that any step may be the last."""

from __future__ import annotations

import logging

from prm.kernel.models import Delivery
from prm.kernel.outbox import deferred, heartbeat
from prm.kernel.tenancy.context import Context, reenter
from prm.kernel.web.format import formatter
from qbr.actions import RENDER_TASK, begin_drawing, fail_deck, finish_deck, keep_file, tell_progress
from qbr.models import Deck
from qbr.pdf import PdfNotPossible, deck_html, write_pdf
from qbr.powerpoint import draw_powerpoint
from qbr.presenting import look_of
from qbr.slides import build_slides

ATTEMPTS = 3

log = logging.getLogger(__name__)


@deferred(RENDER_TASK, long=True)
def render_deck(*, deck_id: str, context: Context) -> None:
    """Draw the PowerPoint file and the PDF of an edition. Doing it twice, or half and then again, has one effect."""
    with reenter(context):
        deck = begin_drawing(Deck.objects.get(pk=deck_id))
    if deck is None:
        return
    try:
        _draw(deck, context)
    except Exception as error:
        if not _is_given_up(deck, context, error):
            raise


def _draw(deck: Deck, context: Context) -> None:
    with reenter(context):
        tell_progress(deck, 1, "Drawing the slides")
        slides, look = build_slides(deck.figures, formatter()), look_of(deck.figures)
    heartbeat()
    if deck.pptx_id is None:
        content = draw_powerpoint(slides, look)
        with reenter(context):
            keep_file(deck, "pptx", content)
    with reenter(context):
        tell_progress(deck, 2, "Drawing the PDF")
    heartbeat()
    message = ""
    if deck.pdf_id is None:
        with reenter(context):
            html = deck_html(slides, look)
        try:
            page = write_pdf(html)
        except PdfNotPossible as missing:
            message = str(missing)
        else:
            heartbeat()
            with reenter(context):
                keep_file(deck, "pdf", page)
    with reenter(context):
        finish_deck(deck, message=message)


def _is_given_up(deck: Deck, context: Context, error: Exception) -> bool:
    """The outbox tries again with a pause; after the last attempt the person who waits is told."""
    with reenter(context):
        earlier = (
            Delivery.objects.filter(key=f"{RENDER_TASK}:{deck.pk}").values_list("attempts", flat=True).first() or 0
        )
        if earlier + 1 < ATTEMPTS:
            tell_progress(deck, 1, "Something went wrong, trying again")
            return False
        log.exception("deck %s given up", deck.pk)
        fail_deck(deck, reason=f"The deck could not be drawn ({type(error).__name__}). Make it again, or tell us.")
        return True
