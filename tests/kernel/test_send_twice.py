"""Idempotency-Key: what is sent twice is done once, for every POST of the interface alike."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from partners.models import Document, Partner
from prm.kernel import clock
from prm.kernel.models import KeptAnswer, WebhookEndpoint
from prm.kernel.once import forget_answers
from tests.clients import token_client
from tests.papers import pdf

OSTWIND = {"name": "Ostwind", "country": "DE"}


def send(client, key, body, path="partners/"):
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers={"Idempotency-Key": key})


def test_the_second_time_the_first_answer_is_given_again(cast):
    client = token_client(cast.operations)
    first, second = send(client, "k1", OSTWIND), send(client, "k1", OSTWIND)
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert (first.has_header("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (False, "true")
    assert Partner.objects.filter(name="Ostwind").count() == 1
    without = client.post("/api/v1/partners/", OSTWIND, content_type="application/json")
    assert without.json()["code"] == "possible_duplicate"  # the control: it is the key that makes it one


def test_a_key_is_for_one_content_and_one_caller(cast):
    client = token_client(cast.operations)
    send(client, "k1", OSTWIND)
    for other in (send(client, "k1", OSTWIND | {"name": "Westwind"}), send(client, "k1", {}, "teams/")):
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert send(token_client(cast.chief), "k1", OSTWIND | {"name": "Westwind"}).status_code == 201
    assert send(client, "x" * 201, OSTWIND).json()["code"] == "bad_key"


def test_what_was_refused_may_be_sent_again_corrected(cast):
    client = token_client(cast.operations)
    assert send(client, "k1", {"name": "Ostwind"}).status_code == 400
    assert send(token_client(cast.seller), "k1", OSTWIND).status_code == 403
    assert send(client, "k1", OSTWIND).status_code == 201


def test_a_twin_that_is_still_being_answered_is_refused(cast):
    client = token_client(cast.operations)
    from prm.kernel.models import ApiToken

    principal = ApiToken.objects.get(membership_id=cast.operations.pk).pk.hex
    other = connection.copy()  # a connection of its own, as another process has
    try:
        with other.cursor() as cursor:
            lock = f"once {cast.acme.pk} {principal} k1"
            cursor.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [lock])
            refused = send(client, "k1", OSTWIND)
            cursor.execute("select pg_advisory_unlock_all()")
    finally:
        other.close()
    assert (refused.status_code, refused.json()["code"]) == (409, "in_progress")
    assert send(client, "k1", OSTWIND).status_code == 201


def test_after_seven_days_it_is_forgotten(cast):
    client = token_client(cast.operations)
    send(client, "k0", OSTWIND | {"name": "Nordost"})
    send(client, "k1", OSTWIND)
    with clock.travel(to=clock.now() + dt.timedelta(days=6)):
        assert forget_answers() == 0
    with clock.travel(to=clock.now() + dt.timedelta(days=7)):
        assert send(client, "k1", OSTWIND).json()["code"] == "possible_duplicate"
        send(client, "k2", OSTWIND | {"name": "Westwind"})
        assert forget_answers() == 1
        assert [kept.key for kept in KeptAnswer.objects.all()] == ["k2"]


def test_verbs_files_and_secrets(cast):
    operations, admin = token_client(cast.operations), token_client(cast.admin)
    url = {"url": "https://hooks.example/in", "events": ["partner.added"]}
    made, again = send(admin, "k1", url, "webhooks/"), send(admin, "k1", url, "webhooks/")
    assert (again.json()["secret"], WebhookEndpoint.objects.count()) == (made.json()["secret"], 1)
    assert made.json()["secret"] not in KeptAnswer.objects.get().sealed
    for _ in range(2):  # a file is the same file, however it is wrapped
        body = {"partner_id": str(cast.northwind.pk), "kind": "other", "title": "T", "file": paper()}
        kept = operations.post("/api/v1/documents/", body, headers={"Idempotency-Key": "k2"})
        assert kept.status_code == 201, kept.content
    assert Document.objects.filter(title="T").count() == 1
    suspend = f"partners/{cast.northwind.pk}/suspend/"
    answers = [send(operations, "k3", {"reason": "Unpaid"}, suspend) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert send(operations, "k4", {"reason": "Unpaid"}, suspend).status_code == 409


def paper():
    return SimpleUploadedFile("t.pdf", pdf())
