"""The pages of tasks, alerts, onboarding and the bell, as the cast sees them."""

import json

from django.core import mail

from partners.actions import add_partner as add
from partners.actions import add_task, raise_alert
from partners.models import Alert, OnboardingStep, Partner, Task
from partners.tasks.work import post_digests, send_digest
from prm.kernel import clock
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Delivery, Membership, Notification
from prm.kernel.outbox import run_delivery
from prm.kernel.tenancy.context import tenant_scope
from tests.clients import token_client


def test_a_task_is_given_and_completed_from_the_list(cast, sign_in):
    cam = sign_in(cast.cam)
    form = f"/partners/tasks/add/?partner={cast.northwind.pk}"
    answer = cam.post(form, {"title": "", "owner": str(cast.seller.pk)})
    assert answer.status_code == 422
    assert cam.post(form, {"title": "Köln <script>", "owner": str(cast.seller.pk)}).status_code == 302
    task = Task.objects.get()
    seller = sign_in(cast.seller)
    page = seller.get("/partners/tasks/").content.decode()
    assert "Köln &lt;script&gt;" in page
    answer = seller.post(f"/partners/tasks/{task.pk}/complete/", headers={"HX-Request": "true"})
    assert (answer.status_code, "<tr" in answer.content.decode()) == (200, True)
    assert "Köln" not in seller.get("/partners/tasks/").content.decode()
    assert "Köln" in seller.get("/partners/tasks/?show=done").content.decode()
    assert seller.get("/partners/tasks/add/").status_code == 403
    assert sign_in(cast.rival_champion).get(f"/partners/tasks/{task.pk}/").status_code == 404
    assert "Köln" in cam.get("/partners/tasks/?whose=all&show=all").content.decode()


def test_the_bell_counts_and_is_read(cast, sign_in):
    add_task(cast.northwind, "Read the guide", owner=cast.seller, by=cast.cam)
    add_task(cast.northwind, "Call", owner=cast.seller, by=cast.cam)
    client = sign_in(cast.seller)
    assert "2 unread" in client.get("/").content.decode()
    first, second = Notification.objects.visible_to(cast.seller)
    other = sign_in(cast.champion)
    assert other.post(f"/notifications/{first.pk}/read/").status_code == 404
    part = client.post(f"/notifications/{first.pk}/read/", headers={"HX-Request": "true"}).content.decode()
    assert "1 unread" in part
    answer = client.post(f"/notifications/{second.pk}/read/", {"open": "1"})
    assert answer["Location"].startswith("/t/acme/partners/tasks/")
    add_task(cast.northwind, "Third", owner=cast.seller, by=cast.cam)
    assert client.post("/notifications/read/").status_code == 302
    assert "unread" not in client.get("/notifications/").content.decode()


def test_letters_follow_wishes_and_come_once(cast, sign_in, django_capture_on_commit_callbacks):
    sign_in(cast.technician).post("/notifications/mail/", {"digest": "on"})
    technician = Membership.objects.get(pk=cast.technician.pk)
    assert (technician.wants_mail, technician.wants_digest) == (False, True)
    add_task(cast.northwind, "Silent", owner=technician, by=cast.cam)
    add_task(cast.northwind, "Written", owner=cast.seller, by=cast.cam)
    waiting = list(Delivery.objects.filter(task="kernel.send_notification"))
    assert len(waiting) == 1
    for _ in range(2):
        run_delivery(cast.acme.pk, waiting[0].pk)
    assert [letter.to for letter in mail.outbox] == [["seller@northwind.example"]]
    notice = Notification.objects.visible_to(cast.seller).get()
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<notification.{notice.pk}@")
    assert f"/t/acme/partners/tasks/{notice.about_id}/" in mail.outbox[0].body


def test_the_morning_letter_tells_what_waits_once_a_day(cast):
    add_task(cast.northwind, "Waiting", owner=cast.seller, by=cast.cam)
    mail.outbox.clear()
    on = clock.today().isoformat()
    Membership.objects.filter(pk=cast.cam.pk).update(wants_digest=False)
    for _ in range(2):
        post_digests.run(on=on)
    deliveries = list(Delivery.objects.filter(task=send_digest.name))
    assert str(cast.cam.pk) not in {delivery.arguments["member_id"] for delivery in deliveries}
    for delivery in deliveries:
        run_delivery(cast.acme.pk, delivery.pk)
    sent = [letter for letter in mail.outbox if letter.to == ["seller@northwind.example"]]
    assert len(sent) == 1
    assert "Waiting" in sent[0].body
    before = len(mail.outbox)
    Delivery.objects.filter(task=send_digest.name).delete()
    post_digests.run(on=on)
    for delivery in Delivery.objects.filter(task=send_digest.name):
        run_delivery(cast.acme.pk, delivery.pk)
    assert len(mail.outbox) == before


def test_alerts_are_seen_and_dismissed(cast, sign_in):
    alert = raise_alert(cast.northwind, "lapsing", "No sales for two quarters")
    cam = sign_in(cast.cam)
    assert "No sales for two quarters" in cam.get("/partners/alerts/").content.decode()
    assert "No sales for two quarters" in cam.get(f"/partners/{cast.northwind.pk}/").content.decode()
    assert cam.post(f"/partners/alerts/{alert.pk}/see/").status_code == 302
    assert cam.post(f"/partners/alerts/{alert.pk}/dismiss/").status_code == 302
    assert Alert.objects.get().state == "dismissed"
    assert "No sales" not in cam.get("/partners/alerts/").content.decode()
    assert sign_in(cast.other_cam).post(f"/partners/alerts/{alert.pk}/see/").status_code == 404
    assert sign_in(cast.champion).get("/partners/alerts/").status_code == 403
    assert "No sales" not in sign_in(cast.champion).get(f"/partners/{cast.northwind.pk}/").content.decode()


def test_onboarding_is_started_seen_and_its_blueprint_changed(cast, sign_in):
    partner = add("Neuling GmbH", country="DE", state=Partner.State.COMMITTED, by=None)
    operations = sign_in(cast.operations)
    refused = operations.post(f"/partners/{partner.pk}/start-onboarding/")
    assert (refused.status_code, "champion" in refused.content.decode()) == (409, True)
    chef = add_member(get_or_create_user("chef@neuling.example", "Chef"), roles=["partner_champion"],
                      partner_id=partner.pk, by=None)  # fmt: skip
    assert operations.post(f"/partners/{partner.pk}/start-onboarding/").status_code == 302
    assert "Neuling" in operations.get("/partners/onboarding/").content.decode()
    assert "0 of 10 done" in sign_in(chef).get("/").content.decode()
    step = OnboardingStep.objects.get(code="ob_bank")
    address = f"/partners/onboarding/steps/{step.pk}/"
    data = {"text": step.text, "role": step.role, "due_days": "0", "active": "on", "version": "1"}
    assert operations.post(address, data).status_code == 422
    assert operations.post(address, data | {"due_days": "40"}).status_code == 302
    assert operations.post(address, data | {"due_days": "50"}).status_code == 409
    assert sign_in(cast.cam).get(address).status_code == 403


def test_the_api_does_the_same(cast):
    cam = token_client(cast.cam)

    def post(client, path, **data):
        return client.post(f"/api/v1/{path}", json.dumps(data), content_type="application/json")

    made = post(cam, "tasks/", title="Call", partner_id=str(cast.northwind.pk), owner_id=str(cast.seller.pk))
    assert (made.status_code, made.json()["side"]) == (201, "partner")
    path = f"tasks/{made.json()['id']}"
    assert post(token_client(cast.rival_champion), f"{path}/complete/").status_code == 404
    assert post(token_client(cast.seller), f"{path}/cancel/", reason="no").status_code == 403
    assert post(token_client(cast.seller), f"{path}/complete/").json()["state"] == "done"
    assert post(cam, f"{path}/complete/").status_code == 409
    assert post(cam, f"{path}/reopen/").status_code == 200
    assert post(cam, f"{path}/assign/", owner_id=str(cast.champion.pk)).json()["owner_id"] == str(cast.champion.pk)
    assert post(cam, f"{path}/cancel/", reason="not needed").json()["state"] == "cancelled"
    with tenant_scope(cast.acme):
        alert = raise_alert(cast.northwind, "lapsing", "No sales")
        partner = add("Neuling GmbH", country="DE", state=Partner.State.COMMITTED, by=None)
    assert post(cam, f"alerts/{alert.pk}/see/").json()["state"] == "seen"
    assert post(cam, f"partners/{partner.pk}/start-onboarding/").status_code == 403
    operations = token_client(cast.operations)
    assert post(operations, f"partners/{partner.pk}/start-onboarding/").json()["code"] == "no_champion"
    step = post(operations, "onboarding-steps/", text="Meet us", role="partner_champion", due_days=7)
    assert step.status_code == 201
