"""Announcements: each partner reads its own copy, what it does with it is counted, and nobody learns of the rest."""

from __future__ import annotations

import datetime as dt

import pytest

from partners.actions import add_announcement, add_partner, add_segment, publish_announcement, withdraw_announcement
from partners.models import AnnouncementDelivery
from partners.queries.announcements import Reach, announcements_for, reach_of
from partners.tasks.announcements import spread_announcements
from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed
from tests.clients import token_client


@pytest.fixture
def announcement(cast):
    rule = {"groups": [{"conditions": [{"field": "name", "op": "contains", "value": ["north"]}]}]}
    segment = add_segment("Hush hush", rule=rule, by=cast.marketing)
    today = clock.today()
    return add_announcement(
        "Spring campaign",
        "Double points <b>until</b> May.",
        link="https://campaign.example/spring",
        link_label="Join",
        from_date=today,
        to_date=today + dt.timedelta(days=30),
        segment=segment,
        by=cast.marketing,
    )


def test_only_the_addressed_partner_reads_it_and_not_for_whom_it_is(cast, sign_in, announcement):
    seller = sign_in(cast.seller)
    assert "Spring campaign" not in seller.get("/").content.decode()  # a draft
    publish_announcement(announcement, by=cast.marketing)
    home = seller.get("/").content.decode()
    assert "Double points &lt;b&gt;" in home
    assert "Spring campaign" in seller.get(f"/partners/{cast.northwind.pk}/").content.decode()  # as a banner
    for page in (home, token_client(cast.seller).get("/api/v1/announced/").content.decode()):
        assert "Hush" not in page
    assert "Spring campaign" not in sign_in(cast.rival_champion).get("/").content.decode()
    delivery = AnnouncementDelivery.objects.get()
    assert sign_in(cast.rival_champion).get(f"/partners/news/{delivery.pk}/follow/").status_code == 404
    assert sign_in(cast.seller).get("/partners/announcements/").status_code == 403


def test_seen_followed_and_put_aside_are_counted_once_per_person(cast, sign_in, announcement):
    publish_announcement(announcement, by=cast.marketing)
    delivery = AnnouncementDelivery.objects.get()
    client = sign_in(cast.seller)
    for _ in range(2):
        assert client.post(f"/partners/news/{delivery.pk}/seen/").status_code == 204
        assert client.get(f"/partners/news/{delivery.pk}/follow/")["Location"] == "https://campaign.example/spring"
    sign_in(cast.champion).post(f"/partners/news/{delivery.pk}/seen/")
    assert reach_of([announcement.pk])[announcement.pk] == Reach(1, 2, 1)
    client.post(f"/partners/news/{delivery.pk}/dismiss/")
    assert "Spring campaign" not in client.get("/").content.decode()
    assert "Spring campaign" in sign_in(cast.champion).get("/").content.decode()
    page = sign_in(cast.marketing).get("/partners/announcements/").content.decode()
    assert "Hush hush" in page


def test_withdrawn_and_over_it_is_gone(cast, sign_in, announcement):
    publish_announcement(announcement, by=cast.marketing)
    with clock.travel(days=31):
        assert announcements_for(cast.champion) == []
    client = sign_in(cast.champion)
    assert "Spring campaign" in client.get("/").content.decode()
    withdraw_announcement(announcement, by=cast.marketing)
    assert "Spring campaign" not in client.get("/").content.decode()


def test_who_enters_the_segment_later_receives_it(cast, announcement):
    publish_announcement(announcement, by=cast.marketing)
    add_partner("Northern Lights", country="NO", state="active", by=None)
    from partners.actions import recompute_segment

    recompute_segment(announcement.segment, by=None)
    for _ in range(2):
        spread_announcements.run(on=clock.today().isoformat())
    assert AnnouncementDelivery.objects.count() == 2


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "//evil.example", "/\\evil.example", "https://a b", "mailto:x"]
)
def test_a_link_leads_to_the_web_or_the_portal(cast, link):
    day = clock.today()
    with pytest.raises(Invalid):
        add_announcement("A", "b", link=link, link_label="Go", from_date=day, to_date=day, by=cast.marketing)


def test_written_on_its_page_by_those_who_may(cast, sign_in):
    client = sign_in(cast.operations)
    form = {"title": "News", "text": "Hello", "from_date": "2026-05-02", "to_date": "2026-05-01"}
    answer = client.post("/partners/announcements/add/", form)
    assert answer.status_code == 422
    assert "Hello" in answer.content.decode()
    made = client.post("/partners/announcements/add/", form | {"to_date": "2026-05-09"})
    assert made.status_code == 302
    path = made["Location"].removeprefix("/t/acme")
    edited = client.post(f"{path}edit/", form | {"to_date": "2026-05-09", "title": "Newer", "version": "1"})
    assert edited.status_code == 302
    assert client.post(f"{path}publish/").status_code == 302
    assert client.post(f"{path}edit/", form | {"to_date": "2026-05-09"}).status_code == 409
    assert sign_in(cast.cam).get("/partners/announcements/add/").status_code == 403
    day = clock.today()
    with pytest.raises(NotAllowed):
        add_announcement("A", "b", from_date=day, to_date=day, by=cast.cam)
