"""Many registrations from a file: looked at first, drafts then, sent together; each side sees the own ones."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dealreg.actions import submit_deal, submit_drafts
from dealreg.actions.drafts import drafts_of, why_not_ready
from dealreg.models import DealLine, DealReceipt, DealRegistration
from prm.kernel.errors import Conflict, NotAllowed, Refused
from prm.kernel.imports.undo import undo_import
from prm.kernel.imports.uploads import send_file
from prm.kernel.models import Delivery, Event, ImportBatch, ImportUpload
from prm.kernel.outbox import run_delivery
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client, without_tenant

HEAD = "customer_name,customer_country,customer_domain,contact_name,contact_email,lines,amount,expected_close,need\n"
ROW = "{name},DE,{domain},Kim Vogt,kim@example.com,security,40000.00,2026-05-01,A firewall\n"
FILE = (
    HEAD
    + ROW.format(name="Müller & Söhne", domain="mueller.example")
    + ROW.format(name="=cmd|' /C calc'!A0", domain="")
    + "Nur ein Name,,,,,,,,\n"
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def send(client, content=FILE, name="deals.csv", to="/deals/upload/"):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(to, {"file": SimpleUploadedFile(name, data)})


def work(cast):
    """What waits of imports and of sending, as the worker does it."""
    wanted = ("kernel.check_import", "kernel.apply_import", "dealreg.submit_drafts")
    for waiting in Delivery.objects.filter(task__in=wanted, state="waiting"):
        assert without_tenant(cast, run_delivery, cast.acme.pk, waiting.pk) == "done"


def bring_in(cast, client, content=FILE, name="deals.csv"):
    """Upload, check and apply as the pages do; returns the upload with its report."""
    place = send(client, content, name)["Location"].removeprefix("/t/acme")
    upload = ImportUpload.objects.latest("created_at")
    named = {f"column-{field}": said["column"] for field, said in upload.mapping["fields"].items()}
    client.post(place, named)
    work(cast)
    client.post(f"{place}apply/")
    work(cast)
    upload.refresh_from_db()
    return upload


def names():
    return set(DealRegistration.objects.filter(state="draft").values_list("customer_name", flat=True))


def test_a_partner_brings_drafts_looks_at_them_and_sends_what_is_ready(cast, deals, sign_in):
    client = sign_in(cast.champion)
    place = send(client)["Location"].removeprefix("/t/acme")
    upload = ImportUpload.objects.get()
    assert upload.partner == cast.northwind
    client.post(place, {f"column-{f}": said["column"] for f, said in upload.mapping["fields"].items()})
    work(cast)
    page = client.get(place).content.decode()
    assert "Müller &amp; Söhne" in page
    assert "Every row can come in" in page
    assert not names()  # a preview
    client.post(f"{place}apply/")
    work(cast)
    assert names() == {"Müller & Söhne", "=cmd|' /C calc'!A0", "Nur ein Name"}
    drafts = DealRegistration.objects.filter(state="draft")
    assert {(d.partner, d.owner, d.is_on_behalf) for d in drafts} == {(cast.northwind, cast.champion, False)}
    assert Event.objects.filter(name="deal.drafted").count() == 3
    page = client.get("/deals/drafts/").content.decode()
    assert "Missing: its country, the contact" in page
    assert page.count(">Ready<") == 2
    job = client.post("/deals/drafts/submit/")["Location"]
    work(cast)
    page = client.get(job.removeprefix("/t/acme")).content.decode()
    assert "2 sent, 1 kept as drafts." in page
    onward = re.search(r'href="/t/acme(/deals/drafts/\?job=[^"]+)"', page)[1]
    result = client.get(onward).content.decode()
    sent = DealRegistration.objects.filter(state="submitted")
    assert sent.count() == 2
    assert all(deal.number in result for deal in sent)
    assert DealReceipt.objects.filter(deal__in=sent).count() == 2
    assert names() == {"Nur ein Name"}
    with pytest.raises(NotAllowed):
        submit_drafts(by=cast.finance)


def test_the_same_file_twice_changes_nothing_and_what_was_sent_is_named(cast, deals, sign_in):
    client = sign_in(cast.champion)
    bring_in(cast, client)
    again = bring_in(cast, client)
    assert (again.report["created"], again.report["unchanged"]) == (0, 3)
    assert len(names()) == DealRegistration.objects.count() == 3
    with member_scope(cast.champion):
        submit_drafts(by=cast.champion)
    work(cast)
    third = bring_in(cast, client)
    reasons = [problem["reason"] for problem in third.report["problems"]]
    assert sum("is registered under" in reason for reason in reasons) == 2


def test_faults_are_named_row_by_row(cast, deals, sign_in):
    rows = [
        "A,DE,a.example,,,security,1e5,2026-05-01,",
        "B,DE,b.example,,,security,NaN,2026-05-01,",
        "C,DE,c.example,,,security,４0000,2026-05-01,",
        "D,DE,d.example,,,security,100,01.05.2026,",
        "E,DE,e.example,,,ghost,100,2026-05-01,",
        "F,XX,f.example,,,security,100,2026-05-01,",
        "G,DE,gmail.com,,,security,100,2026-05-01,",
        "H,DE,h.example,,no address,security,100,2026-05-01,",
        f"{'x' * 201},DE,i.example,,,security,100,2026-05-01,",
        ",DE,j.example,,,security,100,2026-05-01,",
        "<script>alert(1)</script> بيت,DE,k.example,,,security,100.00,2026-05-01,",
        "<script>alert(1)</script> بيت,DE,k.example,,,security,100.00,2026-05-01,",
    ]
    upload = bring_in(cast, sign_in(cast.champion), HEAD + "\n".join(rows) + "\n")
    assert upload.state == "checked"
    assert not names()
    found = {problem["line"]: (problem["column"], problem["reason"]) for problem in upload.report["problems"]}
    assert sorted(found) == [*range(2, 12), 13]
    columns = ["amount"] * 3 + ["expected_close", "lines", "customer_country", "customer_domain", "contact_email"]
    assert [found[line][0] for line in range(2, 10)] == columns
    assert "stands already in line 12" in found[13][1]
    page = sign_in(cast.champion).get(f"/imports/{upload.pk}/").content.decode()
    assert "<script>alert" not in page


def test_the_vendor_writes_on_behalf_and_names_the_partner(cast, deals, sign_in):
    head, row = HEAD.strip() + ",partner\n", ROW.strip() + ",{partner}\n"
    content = head + row.format(name="A", domain="a.example", partner="Northwind")
    content += row.format(name="B", domain="b.example", partner="Südstern")
    content += row.format(name="C", domain="c.example", partner="")
    upload = bring_in(cast, sign_in(cast.cam), content)  # Südstern is another account manager's
    assert [p["line"] for p in upload.report["problems"]] == [3, 4]
    content = head + row.format(name="A", domain="a.example", partner="suedstern.example")
    bring_in(cast, sign_in(cast.operations), content)
    deal = DealRegistration.objects.get()
    assert (deal.partner, deal.owner, deal.is_on_behalf) == (cast.rival, None, True)
    page = sign_in(cast.operations).get("/deals/drafts/").content.decode()
    assert "Südstern" in page
    with member_scope(cast.rival_champion):
        assert not Event.objects.filter(name="import.finished").exists()  # the vendor's file is the vendor's


def test_each_side_and_each_person_sees_the_own_files_only(cast, deals, sign_in):
    upload = bring_in(cast, sign_in(cast.seller))
    batch = ImportBatch.objects.get()
    assert batch.partner == cast.northwind
    for other in (cast.champion, cast.rival_champion, cast.operations, cast.chief, cast.cam):
        client = sign_in(other)
        assert client.get(f"/imports/{upload.pk}/").status_code == 404
        assert client.get(f"/imports/batches/{batch.pk}/").status_code == 404
    assert sign_in(cast.seller).get(f"/imports/batches/{batch.pk}/").status_code == 200
    with member_scope(cast.rival_champion):
        assert not ImportBatch.objects.exists()  # the fence, not the page
        assert not ImportUpload.objects.exists()
    with member_scope(cast.seller), pytest.raises(NotAllowed):
        send_file(FILE.encode(), name="x.csv", entity="partners", by=cast.seller)
    assert sign_in(cast.technician).get("/deals/upload/").status_code == 403
    rival = sign_in(cast.rival_champion)
    head = HEAD.strip() + ",partner\n" + ROW.strip().format(name="A", domain="a.example") + ",Northwind\n"
    assert "There is no partner" in bring_in(cast, rival, head).report["problems"][0]["reason"]


def test_a_file_is_taken_back_but_for_what_was_sent_or_changed(cast, deals, sign_in):
    bring_in(cast, sign_in(cast.champion))
    sent = DealRegistration.objects.get(customer_name="Müller & Söhne")
    with member_scope(cast.champion):
        submit_deal(sent, by=cast.champion)
    client, batch = sign_in(cast.champion), ImportBatch.objects.get()
    assert "Müller" in client.get(f"/imports/batches/{batch.pk}/undo/").content.decode()
    assert client.post(f"/imports/batches/{batch.pk}/undo/").status_code == 302
    assert list(DealRegistration.objects.values_list("customer_name", "state")) == [("Müller & Söhne", "submitted")]
    assert DealLine.objects.count() == 1
    with member_scope(cast.champion), pytest.raises(Conflict):
        undo_import(ImportBatch.objects.get(), by=cast.champion)


def test_why_a_draft_is_not_ready_is_what_sending_it_says(cast, deals):
    """The list asks for many at once what sending asks for one: the same answer, in the same words."""
    drafts = [
        deals.draft(cast.champion),
        deals.draft(cast.champion, customer_name="No lines", lines=[]),
        deals.draft(cast.champion, customer_name="No amount", amount=None),
        deals.draft(cast.champion, customer_name="Past", customer_domain="past.example", expected_close="2026-01-01"),
        deals.draft(cast.champion, customer_name="Contoso GmbH", customer_domain=""),
        deals.draft(cast.champion, customer_name="Other name", customer_domain="contoso.example"),
        deals.draft(cast.champion, customer_name="Free AG", customer_domain="free.example"),
    ]
    with member_scope(cast.champion):
        submit_deal(drafts[0], by=cast.champion)
        waiting = list(drafts_of(cast.champion))
        told = why_not_ready(waiting)
        for deal in waiting:
            try:
                submit_deal(deal, by=cast.champion)
                said = ""
            except Refused as refusal:
                said = str(refusal)
            assert bool(said) == bool(told[deal.pk]), deal
            assert said == told[deal.pk] or "Your company has registered" in said
    assert sum(not reason for reason in told.values()) == 1


def test_nobody_sends_the_drafts_of_another(cast, deals):
    deals.draft(cast.seller)
    deals.draft(cast.champion, customer_name="Of the champion", customer_domain="champion.example")
    with member_scope(cast.seller):
        assert [deal.owner for deal in drafts_of(cast.seller)] == [cast.seller]
    with member_scope(cast.champion):
        assert drafts_of(cast.champion).count() == 2
    assert not drafts_of(cast.operations).exists()  # what a partner writes is its own
    with pytest.raises(Conflict):
        submit_drafts(by=cast.operations)


def test_a_run_that_is_done_twice_sends_each_draft_once(cast, deals):
    deals.draft(cast.champion)
    with member_scope(cast.champion):
        submit_drafts(by=cast.champion)
    delivery = Delivery.objects.get(task="dealreg.submit_drafts")
    work(cast)
    Delivery.objects.filter(pk=delivery.pk).update(state="waiting")
    run_delivery(cast.acme.pk, delivery.pk)
    assert Event.objects.filter(name="deal.submitted").count() == 1


def test_the_sample_is_a_file_that_comes_in(cast, deals, sign_in):
    client = sign_in(cast.champion)
    for kind in ("csv", "xlsx"):
        content = client.get(f"/deals/upload/sample.{kind}").content
        upload = bring_in(cast, client, content, f"sample.{kind}")
        assert not upload.report["problems"], upload.report["problems"]
    assert names() == {"Contoso GmbH"}
    assert client.get("/deals/upload/sample.exe").status_code == 404
    assert send(client, b"MZ\x90", "x.exe").status_code == 422


def test_a_file_that_is_too_long_is_refused_as_a_whole(cast, deals, sign_in, monkeypatch):
    monkeypatch.setattr("dealreg.hooks.upload.MOST", 2)
    report = bring_in(cast, sign_in(cast.champion)).report
    assert (report["state"], report["failed"]) == ("refused", 3)
    assert "At most 2" in report["problems"][0]["reason"]
    assert not names()


def test_a_file_of_nothing_but_a_heading_is_told_apart_from_one_that_can_come_in(cast, deals, sign_in):
    client = sign_in(cast.champion)
    for content, is_empty in ((HEAD, True), (FILE, False)):
        place = send(client, content)["Location"].removeprefix("/t/acme")
        fields = ImportUpload.objects.latest("created_at").mapping["fields"]
        client.post(place, {f"column-{field}": said["column"] for field, said in fields.items()})
        work(cast)
        page = client.get(place).content.decode()
        assert ("no row below its heading" in page) is is_empty
        assert ("Every row can come in" in page) is not is_empty


@pytest.mark.long
def test_ten_thousand_rows_come_in(cast, deals, sign_in):
    content = HEAD + "".join(ROW.format(name=f"Kunde {n}", domain=f"kunde{n}.example") for n in range(10_000))
    upload = bring_in(cast, sign_in(cast.champion), content)
    assert upload.report["created"] == DealRegistration.objects.count() == 10_000
    assert sign_in(cast.champion).get("/deals/drafts/?page=3").status_code == 200


def test_over_the_api(cast, deals):
    deals.draft(cast.champion)
    champion = token_client(cast.champion)
    answer = champion.post("/api/v1/deals/submit-drafts/")
    assert (answer.status_code, answer.json()["drafts"]) == (202, 1)
    work(cast)
    assert DealRegistration.objects.get().state == "submitted"
    assert champion.post("/api/v1/deals/submit-drafts/").status_code == 409
    assert token_client(cast.finance).post("/api/v1/deals/submit-drafts/").status_code == 403
    file = {"entity": "deal_registrations", "file": SimpleUploadedFile("deals.csv", FILE.encode())}
    assert champion.post("/api/v1/import-files/", file).status_code == 201
    file = {"entity": "partners", "file": SimpleUploadedFile("deals.csv", FILE.encode())}
    assert champion.post("/api/v1/import-files/", file).status_code == 400


def test_the_list_of_deals_as_a_file_runs_nothing(cast, deals, sign_in):
    deals.send(cast.seller, customer_name="=cmd|' /C calc'!A0")
    client = sign_in(cast.champion)
    rows = list(csv.reader(io.StringIO(client.get("/deals/?format=csv").content.decode("utf-8-sig"))))
    assert rows[1][0] == "'=cmd|' /C calc'!A0"
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/deals/?format=xlsx").content)).active
    assert sheet["A2"].data_type == "s"
