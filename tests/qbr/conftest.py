"""A quarter with figures, and a way to let the worker's part happen at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from prm.kernel.models import Delivery, Wakeup
from prm.kernel.outbox import run_delivery
from prm.kernel.periods import FiscalQuarter
from qbr.actions import make_deck, open_review
from qbr.models import Deck, Review
from tests.qbr.scenario import tell_story
from tests.standing import stands
from tests.worker import worker

__all__ = ["worker"]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@stands
def quarter(cast: SimpleNamespace) -> FiscalQuarter:
    return tell_story(cast)


@pytest.fixture
def opened(cast: SimpleNamespace) -> Review:
    """A review of a partner about whom little is known; a test that wants figures asks for `quarter` first."""
    return open_review(cast.northwind, by=cast.cam)


@pytest.fixture
def deck(cast: SimpleNamespace, opened: Review) -> Deck:
    """An edition that was asked for; nobody has drawn it yet."""
    return make_deck(opened, by=cast.cam)


@pytest.fixture
def drawn(cast: SimpleNamespace, deck: Deck) -> Deck:
    """An edition the worker has drawn."""
    assert deliver(deck) == "done"
    return Deck.objects.select_related("pptx", "pdf", "job", "review").get(pk=deck.pk)


def deliver(deck: Deck) -> str:
    """What the worker does when it is woken for this deck, in this thread."""
    delivery = Delivery.objects.get(key=f"qbr.render_deck:{deck.pk}")
    Wakeup.objects.filter(pk=delivery.pk).update(lease_until=None)
    return run_delivery(deck.tenant_id, delivery.pk)
