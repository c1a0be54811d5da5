"""Actions of one's own, other owners and days, reminders, the list of all, and how much is done."""

from __future__ import annotations

import datetime as dt

import pytest

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed, Stale
from prm.kernel.models import Delivery, Notification
from prm.kernel.web.format import formatter
from qbr.actions import make_deck, open_review
from scorecards.actions import (
    WrongOwner,
    add_action_item,
    complete_action_item,
    drop_action_item,
    edit_action_item,
    remind_of_actions,
    reopen_action_item,
)
from scorecards.models import ActionItem
from scorecards.queries import completions


def added(cast, text="Train two people", *, owner=None, days=20, **more):
    due_on = clock.today() + dt.timedelta(days=days)
    return add_action_item(cast.northwind, text, by=cast.cam, owner=owner or cast.seller, due_on=due_on, **more)


def test_an_action_of_ones_own_is_agreed_at_once(cast):
    item = added(cast)
    assert (item.state, item.side, item.topic) == ("not_started", "partner", None)
    for text, owner, days in (("", cast.cam, 1), ("x", cast.rival_champion, 1), ("x", None, 1), ("x", cast.cam, -1)):
        with pytest.raises((Invalid, WrongOwner)):
            add_action_item(
                cast.northwind, text, by=cast.cam, owner=owner, due_on=clock.today() + dt.timedelta(days=days)
            )
    with pytest.raises(NotAllowed):
        add_action_item(cast.northwind, "x", by=cast.seller, owner=cast.seller, due_on=clock.today())


def test_another_owner_or_day_needs_a_reason_and_the_version_one_saw(cast):
    item = added(cast)
    later = clock.today() + dt.timedelta(days=60)
    with pytest.raises(Invalid):
        edit_action_item(item, by=cast.champion, owner=cast.champion, due_on=later)
    edit_action_item(item, by=cast.champion, owner=cast.cam, due_on=later, reason="Ill", seen_version=1)
    item.refresh_from_db()
    assert (item.owner_id, item.side, item.due_on) == (cast.cam.pk, "vendor", later)
    with pytest.raises(Stale):
        edit_action_item(item, by=cast.cam, owner=cast.cam, due_on=later, reason="again", seen_version=1)
    complete_action_item(ActionItem.objects.get(pk=item.pk), by=cast.cam)
    with pytest.raises(Conflict):
        edit_action_item(ActionItem.objects.get(pk=item.pk), by=cast.cam, owner=cast.cam, due_on=later, reason="late")


def test_done_is_opened_again_within_thirty_days(cast):
    item = complete_action_item(added(cast), by=cast.cam)
    with clock.travel(days=31), pytest.raises(Conflict):
        reopen_action_item(item, by=cast.cam)
    with clock.travel(days=30):
        assert reopen_action_item(ActionItem.objects.get(pk=item.pk), by=cast.cam).state == "in_progress"


def test_owners_are_reminded_once_before_and_once_after(cast):
    item = added(cast)
    added(cast, "Not yet", days=200)
    drop_action_item(added(cast, "Dropped", days=1), by=cast.cam, reason="no")
    Notification.objects.all().delete()
    told = lambda: list(Notification.objects.order_by("at").values_list("member", "text"))
    letters = Delivery.objects.filter(task="kernel.send_notification").count
    before = letters()
    remind = lambda: remind_of_actions(clock.today(), write=formatter().day)
    assert remind() == 0
    with clock.travel(days=14):
        assert (remind(), remind()) == (1, 0)
    with clock.travel(days=16):
        assert remind() == 0
    with clock.travel(days=21):
        assert (remind(), remind()) == (1, 0)
    with clock.travel(days=40):
        assert remind() == 0
    assert [(member, text.split(" ")[0]) for member, text in told()] == [
        (cast.seller.pk, "Due"),
        (cast.seller.pk, "Overdue"),
    ]
    assert letters() == before + 2
    later = clock.today() + dt.timedelta(days=50)
    edit_action_item(item, by=cast.cam, owner=cast.seller, due_on=later, reason="moved")
    with clock.travel(days=51):
        assert remind() == 1


def test_completion_is_done_of_done_and_overdue(cast):
    complete_action_item(added(cast, "a"), by=cast.cam)
    added(cast, "b", days=2)
    added(cast, "c", days=90)
    with clock.travel(days=5):
        found = completions(ActionItem.objects.all(), "partner")[cast.northwind.pk]
    assert (found.done, found.open, found.overdue, str(found.share)) == (1, 2, 1, "0.5000")


def test_the_list_of_all_is_narrowed_and_exported(cast, sign_in):
    added(cast, "Ours is <b>late</b>", owner=cast.cam, days=1)
    added(cast, "=cmd|' /C calc'!A0", days=90)
    foreign = add_action_item(cast.rival, "Rival's", by=None, owner=cast.rival_champion, due_on=clock.today())
    with clock.travel(days=3):
        client = sign_in(cast.cam)
        page = client.get("/scorecards/actions/").content.decode()
        assert "Ours is &lt;b&gt;late" in page
        assert "overdue" in page
        assert foreign.text.replace("'", "&#x27;") not in page
        shown = lambda query, who=client: [
            row.text for row in who.get(f"/scorecards/actions/?{query}").context["list"].rows
        ]
        assert shown("show=overdue") == ["Ours is <b>late</b>"]
        assert shown("side=partner") == ["=cmd|' /C calc'!A0"]
        assert shown("whose=mine") == ["Ours is <b>late</b>"]
        assert shown("q=northw&show=all&side=vendor") == ["Ours is <b>late</b>"]
        assert shown(f"partner={cast.rival.pk}") == shown("partner=ü") == []
        assert shown("", sign_in(cast.seller)) == ["=cmd|' /C calc'!A0"]
        assert "'=cmd" in client.get("/scorecards/actions/?format=csv").content.decode("utf-8-sig")
        home = client.get("/").content.decode()
    assert "Ours is &lt;b&gt;late" in home


def test_pages_and_interface_do_the_same(cast, sign_in):
    client, soon = sign_in(cast.champion), (clock.today() + dt.timedelta(days=9)).isoformat()
    form = {"text": "Ours", "kind": "commitment", "owner": str(cast.champion.pk), "due_on": soon}
    path = f"/scorecards/plan/{cast.northwind.pk}/"
    assert client.post(f"{path}add/", form | {"text": ""}).status_code == 422
    assert client.post(f"{path}add/", form | {"owner": str(cast.rival_champion.pk)}).status_code == 422
    assert client.post(f"{path}add/", form).status_code == 302
    item = ActionItem.objects.get()
    change = {"owner": str(cast.cam.pk), "due_on": soon, "version": 1}
    refused = client.post(f"/scorecards/actions/{item.pk}/edit/", change)
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    assert client.post(f"/scorecards/actions/{item.pk}/edit/", change | {"reason": "Urlaub"}).status_code == 302
    data = {"partner_id": str(cast.northwind.pk), "text": "By data", "owner_id": str(cast.seller.pk), "due_on": soon}
    post = lambda url, body: client.post(f"/api/v1/action-items/{url}", body, content_type="application/json")
    assert post("", data | {"topic": "nothing"}).status_code == 400
    assert post("", data | {"partner_id": str(cast.rival.pk)}).status_code == 404
    made = post("", data)
    assert made.status_code == 201, made.content
    again = post(
        f"{made.json()['id']}/edit/", {"owner_id": str(cast.cam.pk), "due_on": soon, "reason": "swap", "version": 1}
    )
    assert (again.status_code, again.json()["side"]) == (200, "vendor")
    assert sign_in(cast.seller).post(f"{path}add/", form).status_code == 403


def test_open_items_come_up_in_the_next_review(cast):
    added(cast, "An old promise", kind="commitment", days=1)
    added(cast, "A free item", kind="other", days=400)
    added(cast, "A coming promise", kind="commitment", days=400)
    with clock.travel(days=200):
        figures = make_deck(open_review(cast.northwind, by=cast.cam), by=cast.cam).figures
    texts = lambda rows: [row["text"] for row in rows]
    assert texts(figures["commitments"]["rows"]) == ["An old promise"]
    assert texts(figures["commitments"]["next"]) == ["A coming promise"]
    assert texts(figures["action_plan"]["rows"]) == ["A free item"]
