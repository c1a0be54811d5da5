"""Registering: what is told, what is asked for, the receipt, and an answer that says nothing about rivals."""

import base64
import datetime as dt
import re
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dealreg.actions import auto_approve_deal, edit_deal_rules, open_opportunity, submit_deal
from dealreg.actions.registering import Incomplete, NotEligible, OwnDuplicate
from dealreg.models import DealHistory, DealReceipt, DealRegistration, DealReview
from dealreg.queries.receipts import marked, receipt_text, verify_receipt
from dealreg.tasks import receive_deal, try_auto_approval
from prm.kernel.models import Delivery, Event, Notification
from prm.kernel.signing import Signature, is_genuine, public_keys
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client

FORM = {
    "customer_name": "Contoso GmbH",
    "customer_domain": "https://www.contoso.example/kontakt",
    "customer_country": "DE",
    "contact_name": "Kim Vogt",
    "contact_email": "kim@contoso.example",
    "amount": "40,000.00",
    "expected_close": "2026-05-01",
    "need": "A firewall for three sites",
    "source": "partner_led",
}


def posted(cast, **changes):
    return {**FORM, "lines": [str(cast.security.pk)], "do": "send", **changes}


def test_the_form_tells_first_and_sends_with_number_time_and_receipt(cast, deals, sign_in):
    client, address = sign_in(cast.seller), f"/deals/new/{cast.northwind.pk}/"
    page = client.get(address).content.decode()
    assert re.search(r"60\s+days", page)
    assert page.index("What you get") < page.index("customer_name")
    answer = client.post(address, posted(cast))
    deal = DealRegistration.objects.get()
    assert answer["Location"].endswith(f"/deals/{deal.pk}/")
    assert (deal.state, deal.customer_domain, deal.owner) == ("submitted", "contoso.example", cast.seller)
    assert deal.number in client.get(f"/deals/{deal.pk}/").content.decode()
    text = client.get(f"/deals/{deal.pk}/receipt.txt").content
    pdf = client.get(f"/deals/{deal.pk}/receipt.pdf").content
    assert verify_receipt(text).is_genuine
    assert verify_receipt(pdf).text == verify_receipt(text).text
    assert deal.submitted_at.astimezone(dt.UTC).isoformat() in verify_receipt(text).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "1e5"),
        ("amount", "NaN"),
        ("amount", "４００００"),
        ("amount", "999.99"),
        ("customer_domain", "gmail.com"),
        ("customer_domain", "=cmd|x"),
        ("contact_email", "kim"),
        ("expected_close", "2026-03-01"),
        ("customer_name", "x" * 201),
        ("customer_country", ""),
        ("lines", []),
    ],
)
def test_bad_input_is_answered_and_nothing_typed_is_lost(cast, deals, sign_in, field, value):
    answer = sign_in(cast.seller).post(f"/deals/new/{cast.northwind.pk}/", posted(cast, **{field: value}))
    assert answer.status_code == 422
    assert "A firewall for three sites" in answer.content.decode()
    assert not DealRegistration.objects.filter(state="submitted").exists()


def test_names_of_all_scripts_are_kept_as_they_are(cast, deals, sign_in):
    client = sign_in(cast.seller)
    for number, name in enumerate(["Müller & Söhne <script>", "شركة الأمل", "株式会社アクメ", "=1+1"]):
        domain = f"customer{number}.example"
        client.post(f"/deals/new/{cast.northwind.pk}/", posted(cast, customer_name=name, customer_domain=domain))
        deal = DealRegistration.objects.get(normalised_domain=domain)
        assert (deal.customer_name, deal.state) == (name, "submitted")
        assert "<script>\n" not in client.get(f"/deals/{deal.pk}/").content.decode().replace("<script src", "")


def test_a_draft_may_wait_and_is_nobody_elses(cast, deals, sign_in):
    client = sign_in(cast.seller)
    client.post(f"/deals/new/{cast.northwind.pk}/", {"customer_name": "Fabrikam", "do": "keep"})
    draft = DealRegistration.objects.get()
    assert draft.state == "draft"
    assert sign_in(cast.cam).get(f"/deals/{draft.pk}/").status_code == 404
    assert sign_in(cast.champion).get(f"/deals/{draft.pk}/edit/").status_code == 200
    refused = client.post(f"/deals/{draft.pk}/submit/")
    assert refused.status_code == 422
    assert client.post(f"/deals/{draft.pk}/drop/").status_code == 302
    assert not DealRegistration.objects.exists()


def test_who_may_not_register_is_told_before_anything_is_asked(cast, deals, sign_in):
    from partners.actions import set_tier, suspend_partner
    from partners.models import Tier

    set_tier(cast.northwind, Tier.objects.get(code="registered"), by=None, cause="entry", on=dt.date(2026, 1, 1))
    page = sign_in(cast.seller).get(f"/deals/new/{cast.northwind.pk}/").content.decode()
    assert "does not include deal registration" in page
    assert 'name="customer_name"' not in page
    with pytest.raises(NotEligible):
        deals.draft(cast.seller)
    deal = deals.draft(cast.rival_champion)
    suspend_partner(cast.rival, by=cast.chief, reason="Unpaid")
    cast.rival.refresh_from_db()
    with pytest.raises(NotEligible), member_scope(cast.rival_champion):
        submit_deal(deals.fresh(deal), by=cast.rival_champion)


def test_the_same_customer_is_not_registered_twice_by_one_company(cast, deals):
    first = deals.send(cast.seller)
    with pytest.raises(OwnDuplicate, match=first.number):
        deals.send(cast.champion, customer_name="Contoso", customer_domain="")
    assert deals.send(cast.champion, lines=[cast.cloud]).state == "submitted"


def test_what_is_missing_is_said_with_its_field(cast, deals):
    draft = deals.draft(cast.seller, contact_email="")
    with pytest.raises(Incomplete) as refusal, member_scope(cast.seller):
        submit_deal(draft, by=cast.seller)
    assert (refusal.value.field, list(refusal.value.fields)) == ("contact_email", ["contact_email"])
    assert str(refusal.value) == "Under which address is the contact reached?"


def test_all_that_is_missing_is_said_at_once(cast, deals, sign_in):
    bare = deals.draft(cast.seller, contact_name="", contact_email="", lines=[], amount=Decimal(1))
    api = token_client(cast.seller).post(f"/t/acme/api/v1/deals/{bare.pk}/submit/").json()
    assert set(api["fields"]) == {"contact_name", "contact_email", "lines", "amount"}
    assert api["detail"].startswith("Missing: the contact, the e-mail of the contact, product lines. Deals are")
    typed = {"customer_name": "", "amount": "1e5", "need": "All", "do": "send"}
    page = sign_in(cast.seller).post(f"/deals/new/{cast.northwind.pk}/", typed)
    assert page.status_code == 422
    named = {"customer_name", "customer_country", "contact_name", "contact_email", "lines", "amount", "expected_close"}
    assert set(page.context["form"].errors) == named
    page = sign_in(cast.seller).post(f"/deals/new/{cast.northwind.pk}/", typed | {"customer_name": "X", "amount": ""})
    assert set(page.context["form"].errors) == named - {"customer_name"}


# --- the neutral answer ---------------------------------------------------------------------------------------


def shape(text):
    """An answer without what differs from deal to deal: ids, numbers, hashes, tokens."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    text = re.sub(r"\b[2-9A-HJ-NP-Z]{8}\b", "NUMBER", text)
    return re.sub(r"[A-Za-z0-9]{64}", "CSRF", text)


def everything_told(cast, customer):
    """All that the rival's champion gets: statements, answer, page, list, API, notifications, mail."""
    client = token_client(cast.rival_champion)
    body = {
        "partner_id": str(cast.rival.pk),
        "customer_name": customer,
        "customer_country": "DE",
        "contact_name": "Kim",
        "contact_email": "kim@x.example",
        "amount": "40000.00",
        "expected_close": "2026-05-01",
        "need": "A firewall",
        "lines": ["security"],
        "submit": True,
    }
    with CaptureQueriesContext(connection) as asked:
        answer = client.post("/t/acme/api/v1/deals/", body, content_type="application/json")
    pk = answer.json()["id"]
    told = Event.objects.get(name="deal.submitted", subject_id=pk)
    receive_deal.run(event_id=str(told.pk))
    statements = [shape(re.sub(r"'[^']*'|\d+|true|false", "?", query["sql"])) for query in asked.captured_queries]
    notes = Notification.objects.filter(member=cast.rival_champion, about_id=pk).values_list("text", flat=True)
    mails = Delivery.objects.filter(task="kernel.send_notification").count()
    page = client.get(f"/t/acme/api/v1/deals/{pk}/")
    headers = {k: v for k, v in answer.headers.items() if k not in {"X-Request-ID", "X-Request-Id"}}
    return {
        "status": answer.status_code,
        "body": shape(answer.content.decode()).replace(customer, "C"),
        "headers": {k: shape(v) for k, v in headers.items()},
        "statements": statements,
        "again": shape(page.content.decode()).replace(customer, "C"),
        "list": client.get("/t/acme/api/v1/deals/").json()["count"],
        "notes": [shape(note).replace(customer, "C") for note in notes],
        "mails": mails >= 1,
    }


def test_the_answer_is_the_same_whether_or_not_a_rival_holds_the_customer(cast, deals):
    deals.send(cast.seller)
    everything_told(cast, "Warmup")  # the first call fills caches of the program
    with_rival, without = everything_told(cast, "Contoso GmbH"), everything_told(cast, "Fabriko GmbH")
    assert DealReview.objects.filter(has_conflict=True).count() == 1  # the vendor does know
    without["list"] -= 1
    assert with_rival == without


def test_the_answer_is_the_same_where_the_vendors_own_sales_is_at_it(cast, deals):
    open_opportunity(
        by=cast.operations,
        name="Contoso",
        customer_name="Contoso GmbH",
        customer_country="DE",
        lines={cast.security: Decimal("9000")},
        expected_close=dt.date(2026, 6, 1),
    )
    everything_told(cast, "Warmup")
    engaged, free = everything_told(cast, "Contoso GmbH"), everything_told(cast, "Fabriko GmbH")
    assert DealReview.objects.filter(has_conflict=True).count() == 1  # the vendor does know
    free["list"] -= 1
    assert engaged == free


def test_the_vendor_does_see_the_difference(cast, deals):
    """The negative control of the comparison above: asked in the vendor's view it finds the rival."""
    deals.send(cast.seller)
    later = deals.send(cast.rival_champion)
    assert DealReview.objects.get(deal=later).level == "operations"
    with member_scope(cast.rival_champion):
        assert not DealReview.objects.exists()
        assert DealRegistration.objects.count() == 1


def test_automatic_approval_comes_later_and_only_without_a_conflict(cast, deals):
    edit_deal_rules(by=cast.operations, auto_approve=True)
    one = deals.send(cast.seller, amount=Decimal("20000"))
    other = deals.send(cast.rival_champion, amount=Decimal("20000"))
    third = deals.send(cast.distributor, amount=Decimal("20000"), customer_name="Fabrikam", customer_domain="")
    for deal in (one, other, third):
        receive_deal.run(event_id=str(Event.objects.get(name="deal.submitted", subject_id=deal.pk).pk))
    planned = Delivery.objects.filter(task="dealreg.try_auto_approval")
    assert planned.count() == 3  # whatever competes
    for deal in (one, other, third):
        try_auto_approval.run(deal_id=str(deal.pk))
    assert [deals.fresh(deal).state for deal in (one, other, third)] == ["submitted", "submitted", "approved"]
    assert auto_approve_deal(deals.fresh(third)) is False


# --- receipts and histories -----------------------------------------------------------------------------------


def test_a_receipt_proves_itself_and_a_changed_one_does_not(cast, deals, tmp_path):
    receipt = DealReceipt.objects.get(deal=deals.send(cast.seller))
    whole = tmp_path / "receipt.txt"
    whole.write_text(receipt_text(receipt))
    out = StringIO()
    call_command("verify_receipt", str(whole), stdout=out)
    assert out.getvalue().startswith("GENUINE")
    whole.write_text(receipt_text(receipt).replace("40000", "90000"))
    with pytest.raises(CommandError, match="NOT GENUINE"):
        call_command("verify_receipt", str(whole))
    assert not verify_receipt(b"%PDF-1.7 nothing").is_genuine
    assert not verify_receipt(marked(b"%PDF", receipt)[:-9]).is_genuine
    assert not is_genuine(receipt.text, Signature("another", receipt.signature))
    assert len(base64.b64decode(public_keys()[receipt.key_id])) == 32


@pytest.mark.parametrize(("step", "wrong"), [(2, "was changed"), (3, "is missing")])
def test_a_step_that_was_slipped_in_is_found(cast, deals, step, wrong):
    deal, errors = deals.send(cast.seller), StringIO()
    call_command("verify_history", stdout=StringIO())
    with pytest.raises(CommandError, match="no deal ZZZZZZZZ"):  # a slip of the finger is no proof
        call_command("verify_history", "--number", "zzzzzzzz", stdout=StringIO())
    one = StringIO()
    call_command("verify_history", "--number", deal.number.lower(), stdout=one)
    assert f"({DealHistory.objects.filter(deal=deal).count()} steps)" in one.getvalue()
    first = DealHistory.objects.get(deal=deal)
    forged = DealHistory(
        partner=cast.northwind, deal=deal, step=step, name="deal.approved", at=first.at, to_state="submitted"
    )
    forged.before, forged.hash = first.hash, "0" * 64
    forged.save(force_insert=True)
    with pytest.raises(CommandError):
        call_command("verify_history", stdout=StringIO(), stderr=errors)
    assert wrong in errors.getvalue()


def test_histories_cannot_be_rewritten_by_the_application(cast, deals):
    deals.send(cast.seller)
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError), transaction.atomic():
        DealHistory.objects.update(name="deal.approved")
