"""Making a deck: figures are frozen, the worker draws, and whatever happens to it the deck comes once."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connections

from partners.actions import set_tier
from partners.models import Tier
from partners.starter import copy_program
from prm.kernel import clock
from prm.kernel.errors import NotAllowed
from prm.kernel.models import Delivery, Event, Job, StoredFile
from prm.kernel.outbox import registered
from prm.kernel.tenancy.context import Context, tenant_scope
from qbr.actions import DeckInMaking, QuarterNotBegun, edit_review, fail_deck, make_deck, open_review
from qbr.figures import collect
from qbr.models import Deck, Review
from qbr.queries import last_closed_quarter
from sales.actions import book_actuals
from sales.models import ProductLine
from tests.conftest import build_cast
from tests.qbr.conftest import deliver
from tests.qbr.scenario import tell_story


def test_a_review_is_opened_once_per_partner_and_quarter(cast):
    first = open_review(cast.northwind, by=cast.cam)
    assert open_review(cast.northwind, by=cast.cam) == first
    assert str(first) == last_closed_quarter().label
    assert first.state == Review.State.SCHEDULED
    assert Event.objects.filter(name="review.opened").count() == 1


def test_the_account_manager_opens_and_makes_others_do_not(cast):
    for member in (cast.finance, cast.chief, cast.champion):
        with pytest.raises(NotAllowed):
            open_review(cast.northwind, by=member)
    review = open_review(cast.northwind, by=cast.cam)
    with pytest.raises(NotAllowed):
        make_deck(review, by=cast.chief)
    assert make_deck(review, by=cast.cam).edition == 1  # the control: the guard does not refuse everyone


def test_a_quarter_that_has_not_begun_cannot_be_reviewed(cast):
    with pytest.raises(QuarterNotBegun):
        open_review(cast.northwind, by=cast.cam, quarter=last_closed_quarter().next.next)
    running = open_review(cast.northwind, by=cast.cam, quarter=last_closed_quarter().next)
    assert make_deck(running, by=cast.cam).as_of == clock.today()


def test_making_a_deck_posts_its_drawing_and_shows_a_job(cast, deck):
    assert deck.state == Deck.State.WAITING
    assert deck.as_of == last_closed_quarter().end
    assert deck.job.state == Job.State.WAITING
    assert Delivery.objects.filter(task="qbr.render_deck", actor=cast.cam).count() == 1


def test_one_edition_at_a_time(cast, opened, deck):
    with pytest.raises(DeckInMaking):
        make_deck(opened, by=cast.cam)
    deliver(deck)
    assert make_deck(opened, by=cast.cam).edition == 2


def test_the_worker_draws_both_files_and_says_so_once(drawn):
    assert drawn.state == Deck.State.READY
    assert drawn.job.state == Job.State.DONE
    assert (drawn.job.done_steps, drawn.job.percent) == (drawn.job.all_steps, 100)
    assert drawn.pptx.kind == "pptx"
    assert drawn.pdf.kind == "pdf"
    assert drawn.review.state == Review.State.DECK_READY
    assert Event.objects.filter(name="deck.ready").count() == 1


def test_running_the_task_again_changes_nothing(cast, drawn):
    task = registered()["qbr.render_deck"]
    task.run(deck_id=str(drawn.pk), context=Context(cast.acme.pk, None, cast.cam.user_id))
    again = Deck.objects.get(pk=drawn.pk)
    assert (again.pptx_id, again.pdf_id, again.version) == (drawn.pptx_id, drawn.pdf_id, drawn.version)
    assert StoredFile.objects.count() == 2
    assert Event.objects.filter(name="deck.ready").count() == 1


@pytest.mark.parametrize(("steps", "kept"), [(1, []), (2, ["pptx"]), (3, ["pptx"])])
def test_work_that_stopped_half_way_is_taken_up_again(cast, deck, monkeypatch, steps, kept):
    """A killed worker leaves what it had committed; the next one goes on from there."""
    from qbr import tasks

    beats = []

    def killed():
        beats.append(1)
        if len(beats) == steps:
            raise SystemExit("killed")

    monkeypatch.setattr(tasks, "heartbeat", killed)
    with pytest.raises(SystemExit):
        deliver(deck)
    assert list(StoredFile.objects.values_list("kind", flat=True)) == kept
    assert deliver(deck) == "done"
    assert sorted(StoredFile.objects.values_list("kind", flat=True)) == ["pdf", "pptx"]
    assert Event.objects.filter(name="deck.ready").count() == 1


def test_a_deck_that_cannot_be_drawn_is_given_up_with_a_sentence(deck):
    Deck.objects.filter(pk=deck.pk).update(figures={"vendor": {"currency": "USD"}})
    assert [deliver(deck) for _ in range(3)] == ["again", "again", "done"]
    failed = Deck.objects.select_related("job").get(pk=deck.pk)
    assert failed.state == Deck.State.FAILED
    assert failed.job.state == Job.State.FAILED
    assert "could not be drawn" in failed.job.message


def test_without_pango_the_powerpoint_file_is_made_all_the_same(deck, monkeypatch):
    import builtins

    real = builtins.__import__

    def without_weasyprint(name, *args, **kwargs):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_weasyprint)
    assert deliver(deck) == "done"
    made = Deck.objects.select_related("job").get(pk=deck.pk)
    assert made.state == Deck.State.READY
    assert made.pptx_id
    assert made.pdf_id is None
    assert "libpango-1.0-0" in made.job.message


def test_frozen_figures_stay_and_a_new_edition_takes_new_ones(cast, quarter, opened, deck):
    before = deck.figures["performance"]["quarter"]["actual"]["value"]
    line = ProductLine.objects.get(code="sec")
    late = {"booked_on": quarter.start + dt.timedelta(days=3), "amount": Decimal("1000.00"), "line": line}
    book_actuals(cast.northwind, [late], by=None)
    assert Deck.objects.get(pk=deck.pk).figures == deck.figures
    fail_deck(deck, reason="the test wants another")
    second = make_deck(opened, by=cast.cam)
    after = second.figures["performance"]["quarter"]["actual"]["value"]
    assert Decimal(after) - Decimal(before) == Decimal("1000.00")


def test_the_meeting_stands_on_the_next_cover(cast, opened):
    edit_review(opened, by=cast.cam, meeting_on=dt.date(2026, 7, 14), attendees="Nora North\r\nBen Boot ")
    figures = make_deck(Review.objects.get(pk=opened.pk), by=cast.cam).figures
    assert figures["review"]["meeting_on"] == "2026-07-14"
    assert figures["review"]["attendees"] == "Nora North\nBen Boot"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_workers_at_once_make_one_deck():
    people = build_cast()
    with tenant_scope(people.acme):
        tell_story(people)
    with tenant_scope(people.acme):
        deck = make_deck(open_review(people.northwind, by=people.cam), by=people.cam)
    task = registered()["qbr.render_deck"]
    context = Context(people.acme.pk, None, people.cam.user_id)
    barrier = threading.Barrier(2)
    errors = []

    def draw():
        barrier.wait(timeout=10)
        try:
            task.run(deck_id=str(deck.pk), context=context)
        except Exception as error:  # noqa: BLE001 - told to the test below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=draw) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    with tenant_scope(people.acme):
        assert Deck.objects.get().state == Deck.State.READY
        assert sorted(StoredFile.objects.values_list("kind", flat=True)) == ["pdf", "pptx"]
        assert Event.objects.filter(name="deck.ready").count() == 1
        assert Job.objects.get().state == Job.State.DONE


def test_who_holds_more_than_it_qualifies_for_is_measured_by_what_it_holds(cast, opened):
    copy_program()
    as_of = last_closed_quarter().end
    rising = collect(opened, as_of)["program"]
    assert rising["next_attainment"]["label"] == f"Attainment of {rising['next']}"  # the control: holds no tier
    set_tier(cast.northwind, Tier.objects.get(code="gold"), by=None, cause="entry", on=as_of, reason="by the story")
    opened.refresh_from_db()
    program = collect(opened, as_of)["program"]
    assert program["qualifying"] != "Gold"
    assert program["next_attainment"]["label"] == "Attainment of Gold, held now"
    assert [(tier["role"], tier["name"]) for tier in program["tiers"]] == [("To keep", "Gold")]
