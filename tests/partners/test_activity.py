"""What was said and done with a partner: logged in seconds, in one line of time, and what stays with the vendor."""

from __future__ import annotations

import datetime as dt

import pytest

from partners.actions import add_contact, add_note, log_activity
from partners.models import Activity, Note
from partners.queries.activity import PER_PAGE, timeline_page
from prm.kernel import clock
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client

CANARY = "quite-a-canary"
JSON = {"content_type": "application/json"}


def test_a_call_is_logged_with_two_fields(cast, sign_in):
    address = f"/partners/{cast.northwind.pk}/activities/add/"
    form = {"kind": "call", "text": "Wants a demo <script>alert(1)</script>", "vendor_only": "on"}
    assert sign_in(cast.cam).post(address, form).status_code == 302
    page = sign_in(cast.cam).get(f"/partners/{cast.northwind.pk}/?tab=activity").content.decode()
    assert "Wants a demo" in page
    assert "<script>alert(1)" not in page
    assert sign_in(cast.champion).post(address, form).status_code == 403
    assert sign_in(cast.other_cam).post(address, form).status_code == 404
    assert sign_in(cast.cam).post(address, {"kind": "call", "text": " "}).status_code == 422


def test_what_is_the_vendors_own_never_reaches_the_partner(cast, sign_in):
    log_activity(cast.northwind, by=cast.cam, kind="call", text=CANARY, intent="leaving")
    add_note(cast.northwind, by=cast.cam, text=CANARY)
    log_activity(cast.northwind, by=cast.cam, kind="visit", text="A visit for both", vendor_only=False)
    for member, seen in ((cast.cam, True), (cast.champion, False), (cast.distributor, False)):
        client, api = sign_in(member), token_client(member)
        answers = [
            client.get(f"/partners/{cast.northwind.pk}/?tab={tab}") for tab in ("overview", "people", "activity")
        ]
        answers += [api.get("/api/v1/activities/"), api.get("/api/v1/notes/"), client.get("/")]
        assert any(CANARY in answer.content.decode() for answer in answers) is seen
    with member_scope(cast.champion):  # the database itself shows neither
        assert [a.kind for a in Activity.objects.all()] == ["visit"]
        assert not Note.objects.exists()
    assert (
        "A visit for both"
        in sign_in(cast.champion).get(f"/partners/{cast.northwind.pk}/?tab=activity").content.decode()
    )


def test_notes_are_for_account_managers_operations_and_the_chief(cast, sign_in):
    note = add_note(cast.northwind, by=cast.cam, text=CANARY)
    address = f"/partners/{cast.northwind.pk}/?tab=activity"
    reads = {cast.cam, cast.chief, cast.operations}
    for member in (cast.cam, cast.chief, cast.operations, cast.marketing, cast.finance, cast.admin, cast.auditor):
        assert (CANARY in sign_in(member).get(address).content.decode()) is (member in reads), member.roles
    page = f"/partners/notes/{note.pk}/"
    assert sign_in(cast.cam).post(page, {"text": "Other words"}).status_code == 302
    assert sign_in(cast.operations).post(page, {"text": "no"}).status_code == 403
    assert sign_in(cast.other_cam).get(page).status_code == 404
    assert sign_in(cast.champion).get(page).status_code == 404
    assert Note.objects.get(pk=note.pk).text == "Other words"


def test_one_corrects_ones_own_entries_only(cast, sign_in):
    activity = log_activity(cast.northwind, by=cast.cam, kind="call", text="Tpyo")
    form = {"kind": "visit", "text": "Typo", "vendor_only": "on"}
    assert sign_in(cast.operations).post(f"/partners/activities/{activity.pk}/", form).status_code == 403
    assert sign_in(cast.cam).post(f"/partners/activities/{activity.pk}/", form).status_code == 302
    assert Activity.objects.get(pk=activity.pk).kind == "visit"


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "2999-01-01T10:00:00Z"},
        {"intent": "leaving", "vendor_only": False},
        {"kind": "telepathy"},
        {"text": "a\x00b"},
    ],
)
def test_what_cannot_be_logged_is_refused(cast, wrong):
    body = {"partner_id": str(cast.northwind.pk), "kind": "call", "text": "x"} | wrong
    assert token_client(cast.cam).post("/api/v1/activities/", body, **JSON).status_code == 400


def test_a_contact_of_another_partner_is_refused(cast):
    stranger = add_contact(cast.sponsored, name="Not of Northwind", by=None)
    body = {"partner_id": str(cast.northwind.pk), "kind": "call", "text": "x", "contact_id": str(stranger.pk)}
    assert token_client(cast.cam).post("/api/v1/activities/", body, **JSON).status_code == 400
    rivals = add_contact(cast.rival, name="Unknown here", by=None)
    assert (
        token_client(cast.cam).post("/api/v1/activities/", body | {"contact_id": str(rivals.pk)}, **JSON).status_code
        == 404
    )


def test_the_timeline_is_walked_by_cursor_without_gaps_or_repeats(cast):
    start = clock.now() - dt.timedelta(days=3)
    for number in range(2 * PER_PAGE):  # pairs of the same moment
        log_activity(
            cast.northwind, by=cast.cam, kind="call", text=str(number), at=start + dt.timedelta(hours=number // 2)
        )
    walked, before = [], ""
    while True:
        page = timeline_page(cast.northwind, cast.cam, before=before)
        walked += page.entries
        before = page.older
        if not before:
            break
    assert len({entry.pk for entry in walked}) == len(walked) > 2 * PER_PAGE
    assert [e.at for e in walked] == sorted((e.at for e in walked), reverse=True)
    assert timeline_page(cast.northwind, cast.cam, before="no cursor").entries == walked[:PER_PAGE]


def test_the_timeline_is_narrowed_by_kind(cast, sign_in):
    log_activity(cast.northwind, by=cast.cam, kind="visit", text="On site")
    log_activity(cast.northwind, by=cast.cam, kind="call", text="By phone")
    add_contact(cast.northwind, name="New", by=cast.champion)
    page = sign_in(cast.cam).get(f"/partners/{cast.northwind.pk}/?tab=activity&kind=visit").content.decode()
    assert "On site" in page
    assert "By phone" not in page
    portal = timeline_page(cast.northwind, cast.cam, kind="portal").entries
    assert {entry.name for entry in portal} == {"contact.added"}
    assert all(not e.actor or e.actor.is_vendor for e in timeline_page(cast.northwind, cast.cam, kind="event").entries)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2026-11-29", "29 Nov 2026"), ("2026-11-30", "30 Nov 2026"), ("2026-12-31", "31 Dec 2026"), ("2026-02-30",) * 2],
)
def test_days_of_events_are_written_as_days(cast, value, shown):
    from partners.timeline_rows import filled_words

    assert filled_words("until {day}", {"day": value}) == f"until {shown}"
