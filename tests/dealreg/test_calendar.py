"""Deals in people's own calendars: by a secret address that shows what its person may know of, and as one file."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from icalendar import Calendar

from dealreg.actions import approve_deal, draft_deal, edit_opportunity, submit_deal
from dealreg.models import Opportunity
from prm.kernel import clock
from prm.kernel.calendars import entries_for, make_calendar_feed, read_feed, revoke_calendar_feed
from prm.kernel.errors import Conflict, Unknown
from prm.kernel.members import deactivate_member
from prm.kernel.models import CalendarFeed
from prm.kernel.periods import add_days
from prm.kernel.tenancy.context import member_scope, tenant_scope
from tests.dealreg.conftest import at


def feed(member):
    with member_scope(member):
        return re.search(r"/calendar/(.+)\.ics$", make_calendar_feed(by=member))[1]


def events(content):
    return {str(one["uid"]): one for one in Calendar.from_ical(content).walk("VEVENT")}


def test_the_days_of_a_deal_stand_in_the_calendar_of_who_may_know_of_it(cast, deals):
    deal = deals.fresh(deals.send(cast.seller))
    found = events(read_feed(feed(cast.seller)))
    assert set(found) == {f"deal-decision-{deal.pk}@prm", f"deal-close-{deal.pk}@prm"}
    assert found[f"deal-decision-{deal.pk}@prm"]["dtstart"].dt == deal.review_due
    close = found[f"deal-close-{deal.pk}@prm"]
    assert (close["dtstart"].dt, close["dtend"].dt) == (deal.expected_close, add_days(deal.expected_close, 1))
    assert str(close["url"]).endswith(f"/deals/{deal.pk}/")
    approve_deal(deal, by=cast.cam)
    deal = deals.fresh(deal)
    found = events(read_feed(feed(cast.cam)))
    assert set(found) == {f"deal-end-{deal.pk}@prm", f"deal-close-{deal.pk}@prm"}  # the close keeps its id
    opportunity = Opportunity.objects.get(registration=deal)
    later = add_days(opportunity.expected_close, 7)
    with member_scope(cast.cam):
        edit_opportunity(opportunity, by=cast.cam, expected_close=later)
    moved = events(read_feed(feed(cast.cam)))[f"deal-close-{deal.pk}@prm"]
    assert moved["dtstart"].dt == later  # from the approval on the opportunity has the day
    assert str(moved["url"]).endswith(opportunity.get_absolute_url())
    assert found[f"deal-end-{deal.pk}@prm"]["dtstart"].dt == deal.expires_on
    assert "Northwind" in str(found[f"deal-end-{deal.pk}@prm"]["description"])
    for other in (cast.other_cam, cast.rival_champion):
        assert not events(read_feed(feed(other)))


def test_nobody_signs_in_and_nothing_else_is_told(cast, deals):
    deals.send(cast.seller)
    token = feed(cast.seller)
    answer = Client().get(f"/calendar/{token}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in answer["Cache-Control"]
    for wrong in (token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "../settings"):
        assert Client().get(f"/calendar/{wrong}.ics").status_code == 404
    with tenant_scope(cast.acme):
        assert token not in str(CalendarFeed.objects.values().get())


def test_the_person_makes_and_withdraws_it_where_the_letters_are_chosen(cast, sign_in):
    client = sign_in(cast.champion)
    page = client.post("/notifications/calendar/").content.decode()
    url = re.search(r'id="calendar-url" class="break">([^<]+)<', page)[1]
    path = url.removeprefix("http://localhost:8000")
    assert Client().get(path).status_code == 200
    assert url not in client.get("/notifications/").content.decode()
    second = re.search(r'class="break">([^<]+)<', client.post("/notifications/calendar/").content.decode())[1]
    assert Client().get(path).status_code == 404  # the former one has ended
    assert client.post("/notifications/calendar/revoke/").status_code == 302
    assert Client().get(second.removeprefix("http://localhost:8000")).status_code == 404
    assert client.post("/notifications/calendar/revoke/").status_code == 409
    with pytest.raises(Conflict):
        revoke_calendar_feed(by=cast.champion)


def test_whoever_left_is_shown_nothing(cast, deals):
    token = feed(cast.seller)
    assert read_feed(token)
    deactivate_member(cast.seller, by=None)
    with pytest.raises(Unknown):
        read_feed(token)
    other = feed(cast.champion)
    cast.acme.active = False
    cast.acme.save()
    with pytest.raises(Unknown):
        read_feed(other)


def test_odd_texts_are_escaped_and_long_lines_folded(cast, deals):
    name = "Müller, Söhne; \\ & Co\nبيت " + "lang " * 30
    deal = deals.draft(cast.seller, customer_name=name.strip())
    with member_scope(cast.seller):
        submit_deal(deal, by=cast.seller)
    content = read_feed(feed(cast.seller))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\\, S" in content
    close = events(content)[f"deal-close-{deal.pk}@prm"]
    assert str(close["summary"]).endswith(name.strip())
    assert b"X-WR-TIMEZONE:Europe/Berlin" in content


def test_the_day_is_the_vendors(cast, deals):
    """Late in the evening in Berlin it is not yet the next day there, whatever it is elsewhere."""
    deal = deals.fresh(deals.send(cast.seller))
    with clock.travel(to=at(add_days(deal.expected_close, 60), 23)), member_scope(cast.seller):
        assert [e.uid for e in entries_for(cast.seller) if "close" in e.uid]
    with clock.travel(to=at(add_days(deal.expected_close, 61), 0) + dt.timedelta(minutes=1)), member_scope(cast.seller):
        assert not [e.uid for e in entries_for(cast.seller) if "close" in e.uid]


def test_one_deal_as_a_file(cast, deals, sign_in):
    deal = deals.send(cast.seller)
    answer = sign_in(cast.seller).get(f"/deals/{deal.pk}/deal.ics")
    assert "attachment" in answer["Content-Disposition"]
    assert len(events(answer.content)) == 2
    assert sign_in(cast.other_cam).get(f"/deals/{deal.pk}/deal.ics").status_code == 404
    with member_scope(cast.seller):
        draft = draft_deal(cast.northwind, by=cast.seller, customer_name="Draft AG")
    assert events(sign_in(cast.seller).get(f"/deals/{draft.pk}/deal.ics").content) == {}
