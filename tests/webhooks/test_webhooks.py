"""Events reach the vendor's endpoints: signed, at least once, with the same id, for three days; nothing else does."""

from __future__ import annotations

import datetime as dt
import json
import re
from base64 import b64decode
from pathlib import Path

import pytest
from django.conf import settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from partners.actions import add_note, add_partner, enter_bank_details
from prm.kernel import clock, egress
from prm.kernel.errors import Conflict, Invalid, NotAllowed, Stale
from prm.kernel.events import announced, record_many
from prm.kernel.models import (
    Delivery,
    Event,
    Notification,
    Wakeup,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookMessage,
)
from prm.kernel.tenancy.context import member_scope, tenant_scope
from prm.kernel.webhooks import sending
from prm.kernel.webhooks.endpoints import (
    add_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    new_secret,
    remove_endpoint,
    rotate_secret,
    secrets_of,
)
from prm.kernel.webhooks.messages import replay_message, replay_period, send_test_event
from tests.clients import token_client

DAY = dt.timedelta(days=1)


@pytest.fixture
def hooked(cast, sink, work):
    """Acme's endpoint for new partners, with its secret."""
    cast.endpoint, cast.secret = add_endpoint(sink.url, events=["partner.added"], by=cast.admin)
    return cast


def new_partner(name="Neu GmbH"):
    return add_partner(name, country="DE", by=None)


def ids(sink):
    return [call.headers["webhook-id"] for call in sink.heard]


# --- signatures -------------------------------------------------------------------------------------------


def test_the_published_vector():
    """The example of the Standard Webhooks specification."""
    headers = sending.signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        dt.datetime.fromtimestamp(1614265330, dt.UTC),
    )
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_arrives_signed_and_says_no_more_than_who_and_what(hooked, sink, work):
    partner = new_partner("Geheim & Söhne")
    work()
    [call] = sink.heard
    told = Webhook(hooked.secret).verify(call.body, call.headers)
    event = Event.objects.get(name="partner.added", subject_id=partner.pk)
    assert told["type"] == "partner.added"
    assert told["data"] == {
        "event": str(event.pk),
        "sequence": told["data"]["sequence"],
        "record": {"type": "partner", "id": str(partner.pk), "state": partner.state},
        "partner": str(partner.pk),
    }
    assert dt.datetime.fromisoformat(told["timestamp"]) == event.at
    assert call.headers["webhook-id"] == f"evt_{event.pk.hex}"
    with pytest.raises(WebhookVerificationError):
        Webhook(hooked.secret).verify(call.body.replace(b"partner", b"rival"), call.headers)
    assert "Geheim" not in call.body.decode()


def test_no_note_and_no_bank_details_leave(cast, sink, work):
    add_endpoint(sink.url, events=announced(), by=cast.admin)
    add_note(cast.northwind, text="canary-of-a-note", by=cast.cam)
    with member_scope(cast.champion):
        enter_bank_details(
            cast.northwind, by=cast.champion, holder="canary-holder", bank="canary-bank", country="DE",
            iban="DE89370400440532013000",
        )  # fmt: skip
    work()
    sent = b"".join(call.body for call in sink.heard)
    assert {json.loads(c.body)["type"] for c in sink.heard} >= {"note.added", "bank_details.entered"}
    assert b"canary" not in sent
    assert b"0440532013000" not in sent


def test_of_two_events_of_one_record_the_later_has_the_larger_sequence(cast, sink, work):
    add_endpoint(sink.url, events=["endpoint.edited"], by=cast.admin)
    one, _ = add_endpoint(sink.url, events=["partner.added"], by=cast.admin)
    for word in ("first", "second"):
        edit_endpoint(one, url=sink.url, events=["partner.added"], description=word, by=cast.admin)
    work()
    told = {call.headers["webhook-id"]: json.loads(call.body)["data"]["sequence"] for call in sink.heard}
    order = [
        f"evt_{pk.hex}"
        for pk in Event.objects.filter(name="endpoint.edited").order_by("created_at").values_list("pk", flat=True)
    ]
    assert told[order[0]] < told[order[1]]


def test_two_secrets_hold_for_a_day_after_a_change(hooked, sink, work):
    second = rotate_secret(hooked.endpoint, by=hooked.admin)
    assert secrets_of(hooked.endpoint, clock.now()) == [second, hooked.secret]
    new_partner()
    work()
    for secret in (hooked.secret, second):
        Webhook(secret).verify(sink.heard[0].body, sink.heard[0].headers)
    with clock.travel(to=clock.now() + dt.timedelta(hours=25)):
        hooked.endpoint.refresh_from_db()
        assert secrets_of(hooked.endpoint, clock.now()) == [second]
        new_partner("Later")
        work()
    assert len(sink.heard[-1].headers["webhook-signature"].split()) == 1


def test_the_secret_is_shown_once_and_kept_sealed(cast, sink, sign_in):
    client = sign_in(cast.admin)
    page = client.post("/webhooks/add/", {"url": sink.url, "events": ["partner.added"], "description": "Lager"})
    secret = page.content.decode().partition('id="new-secret" class="break">')[2].partition("<")[0]
    assert len(b64decode(secret.removeprefix("whsec_"))) == 32
    endpoint = WebhookEndpoint.objects.get()
    assert secret not in client.get(f"/webhooks/{endpoint.pk}/").content.decode()
    assert secret not in str(WebhookEndpoint.objects.values().get())
    assert secrets_of(endpoint, clock.now()) == [secret]
    WebhookEndpoint.objects.update(sealed="copied from elsewhere")
    endpoint.refresh_from_db()
    assert secrets_of(endpoint, clock.now()) == []


def test_the_snippet_of_the_docs_tells_true_from_false(hooked, sink, work):
    text = (Path(settings.BASE_DIR) / "docs" / "webhooks.md").read_text(encoding="utf-8")
    told: dict = {}
    exec(re.search(r"```python\n(.*?)```", text, re.S)[1], told)
    new_partner()
    second = rotate_secret(hooked.endpoint, by=hooked.admin)
    work()
    call = sink.heard[0]
    for secret in (hooked.secret, second):
        assert told["is_genuine"](secret, call.headers, call.body)
    assert not told["is_genuine"](new_secret(), call.headers, call.body)
    assert not told["is_genuine"](second, call.headers, call.body + b" ")
    assert not told["is_genuine"](second, call.headers | {"webhook-timestamp": "1614265330"}, call.body)
    assert not told["is_genuine"](second, call.headers | {"webhook-id": "evt_0"}, call.body)


# --- at least once, never lost -----------------------------------------------------------------------------


def test_an_action_that_is_taken_back_tells_nothing(hooked, sink, work):
    from django.db import transaction

    with transaction.atomic():
        new_partner()
        transaction.set_rollback(True)
    assert work() == []
    assert not WebhookMessage.objects.exists()


def test_what_nobody_wants_to_hear_costs_no_row(hooked):
    posted = Delivery.objects.filter(task="kernel.tell_endpoints")
    add_note(hooked.northwind, text="quiet", by=hooked.cam)
    assert not posted.exists()
    new_partner()
    assert posted.count() == 1
    with tenant_scope(hooked.globex):  # nor do events of another vendor
        add_partner("Elsewhere", country="DE", by=None)
        assert not posted.exists()


def test_a_receiver_that_fails_seven_times_of_ten_hears_every_event(hooked, sink, work):
    def moody(number):
        """Each event is refused up to five times, by its id: of all calls about seven in ten fail."""
        mine = ids(sink)[-1]
        return (200, "", {}) if ids(sink).count(mine) > int(mine[-4:], 16) % 6 else (503, "busy", {})

    sink.answers = moody
    began = clock.now() + dt.timedelta(hours=1)  # ahead, so that no second that really passes counts
    with clock.travel(to=began):
        for number in range(20):
            new_partner(f"Partner {number}")
        work()
    for hours in (0.01, 0.2, 1, 4, 10):
        with clock.travel(to=began + dt.timedelta(hours=hours)):
            work()
    wanted = {
        f"evt_{pk.hex}" for pk in Event.objects.filter(name="partner.added", at=began).values_list("pk", flat=True)
    }
    assert len(wanted) == 20
    delivered = WebhookMessage.objects.filter(state="delivered")
    assert set(ids(sink)) == wanted == set(delivered.values_list("webhook_id", flat=True))
    assert len(sink.heard) == WebhookAttempt.objects.count() > 40
    bodies = {(call.headers["webhook-id"], call.body) for call in sink.heard}
    assert len(bodies) == 20  # the same words at every attempt
    stamps = [c.headers["webhook-timestamp"] for c in sink.heard if c.headers["webhook-id"] == ids(sink)[0]]
    assert len(set(stamps)) == len(stamps)  # the time is the attempt's


def test_a_worker_that_dies_after_the_call_is_followed_by_one_that_calls_with_the_same_id(
    hooked, sink, work, monkeypatch
):
    new_partner()
    note = sending.note

    def die(*args):
        raise SystemExit("killed between the call and the note")

    monkeypatch.setattr(sending, "note", die)
    with pytest.raises(SystemExit):
        work()
    assert len(sink.heard) == 1
    assert WebhookMessage.objects.get().state == "waiting"
    monkeypatch.setattr(sending, "note", note)
    Wakeup.objects.update(lease_until=None)  # as when it has run out
    work()
    assert ids(sink) == [f"evt_{Event.objects.get(name='partner.added', partner__name='Neu GmbH').pk.hex}"] * 2
    assert WebhookMessage.objects.get().state == "delivered"
    assert WebhookAttempt.objects.count() == 1


def test_an_attempt_is_noted_once_however_often_it_is_run(hooked, sink, work):
    sink.answers = lambda number: (500, "", {})
    new_partner()
    work()
    message = WebhookMessage.objects.get()
    again = egress.Answer(200)
    sending.note(message.pk, 1, again)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert sending.pack(message.pk, 1) is None
    sending.note(message.pk, 2, again)  # the negative control: the next attempt counts
    message.refresh_from_db()
    assert message.state == "delivered"


def test_the_pauses_grow_and_end_after_three_days(hooked, sink, work):
    sink.answers = lambda number: (500, "down", {})
    began = clock.now()
    with clock.travel(to=began):
        new_partner()
        work()
    gaps, last = [], began
    while (message := WebhookMessage.objects.get()).state == "waiting":
        gaps.append(message.next_at - last)
        last = message.next_at
        with clock.travel(to=last):
            work()
    assert last - began == 3 * DAY
    assert all(0.9 <= gap / pause <= 1.1 for gap, pause in zip(gaps[:-1], sending.PAUSES, strict=False))
    assert len(gaps) >= 9
    hooked.endpoint.refresh_from_db()
    assert (hooked.endpoint.active, hooked.endpoint.off_why) == (False, "failing")
    told = Notification.objects.filter(key__startswith="endpoint_off:")
    assert [(one.member, one.by_mail) for one in told] == [(hooked.admin, True)]
    hooked.acme.refresh_from_db()
    assert hooked.acme.webhook_events == []


def test_one_that_took_something_in_three_days_is_not_switched_off(hooked, sink, work):
    sink.answers = lambda number: (500, "down", {})
    began = clock.now()
    with clock.travel(to=began):
        new_partner()
        work()
    sink.answers = lambda number: (200, "", {})
    with clock.travel(to=began + 2 * DAY):
        new_partner("Second")
        work("kernel.tell")
        second = WebhookMessage.objects.latest("created_at")
        sending.note(second.pk, 1, egress.Answer(200))
    sink.answers = lambda number: (500, "down", {})
    with clock.travel(to=began + 3 * DAY):
        work()
    assert WebhookMessage.objects.earliest("created_at").state == "failed"
    hooked.endpoint.refresh_from_db()
    assert hooked.endpoint.active


def test_gone_switches_off_at_once(hooked, sink, work):
    sink.answers = lambda number: (410, "moved out", {})
    new_partner("One")
    new_partner("Two")
    work()
    assert len(sink.heard) == 1  # the second was not sent any more
    assert set(WebhookMessage.objects.values_list("state", flat=True)) == {"failed"}
    hooked.endpoint.refresh_from_db()
    assert (hooked.endpoint.active, hooked.endpoint.off_why) == (False, "gone")
    assert Notification.objects.filter(member=hooked.admin, text__contains="410").exists()


def test_what_an_import_brings_is_told_too(hooked, sink, work):
    with_events = [new_partner(f"P{number}") for number in range(3)]
    work()
    sink.heard.clear()
    record_many(with_events * 67, "partner.added", by=None)
    assert Delivery.objects.filter(task="kernel.tell_endpoints", state="waiting").count() == 2  # not one for each
    work("kernel.tell_endpoints")
    assert WebhookMessage.objects.filter(state="waiting").count() == 201


# --- by hand ------------------------------------------------------------------------------------------------


def test_a_test_is_sent_once_also_while_it_is_off(hooked, sink, work):
    disable_endpoint(hooked.endpoint, by=hooked.admin)
    sink.answers = lambda number: (500, "no", {})
    send_test_event(hooked.endpoint, by=hooked.admin)
    work()
    told = Webhook(hooked.secret).verify(sink.heard[0].body, sink.heard[0].headers)
    assert told["type"] == "webhook.test"
    assert WebhookMessage.objects.get().state == "failed"
    with pytest.raises(Conflict):
        replay_message(WebhookMessage.objects.get(), by=hooked.admin)


def test_one_message_is_sent_again_with_the_same_id(hooked, sink, work):
    new_partner()
    work()
    message = WebhookMessage.objects.get()
    replay_message(message, by=hooked.admin)
    with pytest.raises(Stale):
        replay_message(
            WebhookMessage(pk=message.pk, endpoint=hooked.endpoint, event=message.event, version=1), by=hooked.admin
        )
    work()
    assert len(set(ids(sink))) == 1
    assert len(sink.heard) == 2
    assert sink.heard[0].body == sink.heard[1].body
    assert list(WebhookAttempt.objects.order_by("number").values_list("number", "status")) == [(1, 200), (2, 200)]


def test_a_period_is_sent_again_with_what_happened_while_it_was_off(hooked, sink, work):
    new_partner("Before")
    work()
    disable_endpoint(hooked.endpoint, by=hooked.admin)
    missed = new_partner("While off")
    work()
    assert len(sink.heard) == 1
    with pytest.raises(Conflict):
        replay_period(hooked.endpoint, since=clock.now() - DAY, until=clock.now() + DAY, by=hooked.admin)
    enable_endpoint(hooked.endpoint, by=hooked.admin)
    replay_period(hooked.endpoint, since=clock.now() - DAY, until=clock.now() + DAY, by=hooked.admin)
    work()
    told = [json.loads(call.body)["data"]["record"] for call in sink.heard]
    assert told.count(told[0]) == 2
    assert {"type": "partner", "id": str(missed.pk), "state": None} in told
    events = Event.objects.filter(name="partner.added").count()
    assert len(set(ids(sink))) == events
    replay_period(hooked.endpoint, since=clock.now() + DAY, until=clock.now() + 2 * DAY, by=hooked.admin)
    work()
    assert len(sink.heard) == events + 1
    for until in (clock.now() - 2 * DAY, clock.now() + 60 * DAY):
        with pytest.raises(Invalid):
            replay_period(hooked.endpoint, since=clock.now() - DAY, until=until, by=hooked.admin)


def test_old_messages_are_forgotten(hooked, sink, work):
    new_partner()
    work()
    sending.forget_webhooks.run(on="")
    assert WebhookMessage.objects.exists()
    with clock.travel(days=61):
        sending.forget_webhooks.run(on="")
    assert not WebhookMessage.objects.exists()


# --- pages and API ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees", "adds"),
    [("admin", 200, 200), ("operations", 200, 403), ("auditor", 200, 403), ("chief", 403, 403), ("champion", 403, 403)],
)
def test_who_handles_webhooks(cast, sink, sign_in, who, sees, adds):
    client = sign_in(getattr(cast, who))
    assert client.get("/webhooks/").status_code == sees
    assert client.post("/webhooks/add/", {"url": sink.url, "events": ["partner.added"]}).status_code == adds
    if adds != 200:
        with pytest.raises(NotAllowed):
            add_endpoint(sink.url, events=["partner.added"], by=getattr(cast, who))


def test_what_is_typed_wrong_is_said_at_the_field(cast, sign_in):
    client = sign_in(cast.admin)
    for events in (["partner.added"], []):  # together with what else is missing
        page = client.post("/webhooks/add/", {"url": "https://10.0.0.1/", "events": events})
        assert page.status_code == 422
        assert "inside a network" in page.content.decode()
    assert (
        client.post("/webhooks/add/", {"url": "https://hooks.example.com/", "events": ["ghost.seen"]}).status_code
        == 422
    )
    assert client.post("/webhooks/add/", {"url": "https://hooks.example.com/"}).status_code == 422
    assert not WebhookEndpoint.objects.exists()


def test_the_log_shows_what_came_back_as_text(hooked, sink, work, sign_in):
    sink.answers = lambda number: (500, "<script>alert(1)</script>" + "y" * 5000, {})
    new_partner()
    work()
    client, message = sign_in(hooked.admin), WebhookMessage.objects.get()
    page = client.get(f"/webhooks/messages/{message.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "y" * 1001 not in page
    assert "partner.added" in client.get(f"/webhooks/{hooked.endpoint.pk}/").content.decode()
    assert client.post(f"/webhooks/messages/{message.pk}/replay/").status_code == 302
    for verb, to in (("off", 302), ("off", 409), ("on", 302), ("test", 302), ("rotate", 200), ("remove", 302)):
        assert client.post(f"/webhooks/{hooked.endpoint.pk}/{verb}/").status_code == to
    assert not WebhookMessage.objects.exists()


def test_the_verbs_over_the_api(cast, sink, work):
    admin, json_type = token_client(cast.admin), {"content_type": "application/json"}
    wanted = {"url": sink.url, "events": ["partner.added"]}
    assert token_client(cast.operations).post("/api/v1/webhooks/", wanted, **json_type).status_code == 403
    made = admin.post("/api/v1/webhooks/", wanted, **json_type).json()
    place = f"/api/v1/webhooks/{made['id']}/"
    assert made["secret"].startswith("whsec_")
    assert "secret" not in admin.get(place).json()
    assert admin.patch(place, wanted | {"version": 99}, **json_type).status_code == 409
    assert (
        admin.patch(place, wanted | {"description": "x", "version": made["version"]}, **json_type).json()["description"]
        == "x"
    )
    assert admin.post(place + "rotate/").json()["secret"] != made["secret"]
    assert admin.post(place + "test/").status_code == 202
    period = {"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}
    assert admin.post(place + "replay/", period, **json_type).status_code == 202
    work()
    sent = admin.get("/api/v1/webhook-messages/").json()["results"]
    assert [one["attempts"][0]["status"] for one in sent] == [200]
    assert admin.post(f"/api/v1/webhook-messages/{sent[0]['id']}/replay/").status_code == 409
    assert admin.post(place + "switch-off/").json()["active"] is False
    assert admin.post(place + "switch-on/").json()["active"] is True
    assert admin.delete(place).status_code == 204
    assert admin.get(place).status_code == 404


def test_one_removes_what_one_added(hooked):
    remove_endpoint(hooked.endpoint, by=hooked.admin)
    hooked.acme.refresh_from_db()
    assert hooked.acme.webhook_events == []


def test_events_are_chosen_by_their_words(cast, sign_in):
    page = sign_in(cast.admin).get("/webhooks/add/").content.decode()
    assert re.search(r"Approved the deal with …, protected until … <code[^>]*>deal.approved</code>", page)
    assert "{customer}" not in page
