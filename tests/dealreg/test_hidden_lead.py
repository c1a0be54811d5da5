"""Until a partner accepts a lead it knows industry, region, product line and size. The database keeps the rest."""

import json

import pytest

from dealreg.actions.leads import (
    accept_lead,
    assign_lead,
    contact_lead,
    disqualify_lead,
    note_lead,
    refuse_lead,
    reopen_lead,
    route_lead,
)
from dealreg.models import Lead, LeadCapture, LeadContact, LeadNote, LeadOffer
from prm.kernel.models import Event, Notification
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client
from tests.dealreg.leads import SECRETS, as_member, capture, fresh, settle


@pytest.fixture
def lead(cast, leads):
    new = capture(cast)
    note_lead(new, by=cast.marketing, note="Zqzqinner")
    return route_lead(fresh(new), by=cast.operations)


def test_where_no_region_is_known_the_country_stands_for_it(cast, leads, sign_in):
    lead = assign_lead(fresh(capture(cast, region="")), by=cast.operations, partner=cast.northwind)
    client = sign_in(cast.champion)
    assert "Germany" in client.get(f"/deals/leads/{lead.pk}/").content.decode()
    assert "Germany" in client.get("/deals/leads/").content.decode()
    api = token_client(cast.champion).get(f"/t/acme/api/v1/leads/{lead.pk}/").json()
    assert (api["country"], api["region"], api["details"]) == ("DE", "", None)


PAGES = ("/deals/leads/", "/deals/leads/?q=nebula", "/deals/leads/?q=kim@nebula-rail.example", "/",
         "/deals/leads/?format=csv", "/deals/leads/?format=xlsx&columns=", "/partners/{company}/",
         "/deals/leads/{lead}/", "/partners/{company}/?tab=activity")  # fmt: skip
API = ("/t/acme/api/v1/leads/", "/t/acme/api/v1/leads/{lead}/", "/t/acme/api/v1/leads/{lead}/bench/")


def everything(cast, member, lead, sign_in):
    """All that this member can read of a lead, as text."""
    names = {"lead": lead.pk, "company": cast.northwind.pk}
    answers = [(path, sign_in(member).get(path.format(**names))) for path in PAGES]
    answers += [(path, token_client(member).get(path.format(**names))) for path in API]
    return [(path, answer.status_code, answer.content) for path, answer in answers]


def found_in(told):
    import io
    import zipfile

    seen = set()
    for path, _status, content in told:
        texts = [content]
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                texts = [book.read(name) for name in book.namelist()]
        text = b" ".join(texts).decode(errors="replace").split("<main")[-1]
        if "?q=" in path:  # what was typed is said back
            text = text.replace("kim@nebula-rail.example", "").replace("kim%40nebula-rail.example", "")
            text = text.replace("nebula", "")
        seen |= {secret for secret in SECRETS if secret in text}
    return seen


def test_nothing_of_who_it_is_reaches_a_partner_before_it_accepts(cast, lead, sign_in):
    for member in (cast.seller, cast.champion, cast.partner_marketing):
        told = everything(cast, member, lead, sign_in)
        assert found_in(told) == set()
        assert all(status < 500 for _path, status, _text in told)
    page = sign_in(cast.seller).get(f"/deals/leads/{lead.pk}/").content.decode()
    for known in ("Security", "Transport and logistics", "DE-North", "50 to 249", "offered to you", "business day"):
        assert known in page, known
    assert "No lead matches" in sign_in(cast.seller).get("/deals/leads/?q=nebula").content.decode()
    body = token_client(cast.seller).get(f"/t/acme/api/v1/leads/{lead.pk}/").json()
    assert body["details"] is None


def test_it_is_the_database_that_hides_it(cast, lead):
    """In the partner's scope there is no row, whatever asks for it: contact, captures, notes of the vendor."""
    with member_scope(cast.champion):
        assert Lead.objects.filter(pk=lead.pk).exists()
        assert not LeadContact.objects.exists()
        assert not LeadCapture.objects.exists()
        assert not LeadNote.objects.exists()
        assert not Lead.objects.filter(contacts__company_key__contains="nebula").exists()
        said = json.dumps(list(Event.objects.filter(subject_id=lead.pk).values("name", "data")), default=str)
        assert not any(secret in said for secret in SECRETS)
    with member_scope(cast.rival_champion):
        assert not Lead.objects.exists()
        assert not LeadOffer.objects.exists()


def test_the_fence_is_what_holds(cast, lead):
    """The negative control: were the contact the partner's from the start, it would read it."""
    LeadContact.objects.filter(lead=lead).update(partner=cast.northwind)
    with member_scope(cast.champion):
        assert LeadContact.objects.exists()


def test_what_people_are_told_says_no_more(cast, lead):
    settle(cast)
    told = " ".join(Notification.objects.filter(partner=cast.northwind).values_list("text", flat=True))
    assert "A lead for you: Security, Transport and logistics, DE-North" in told
    assert not any(secret in told for secret in SECRETS)


def test_who_accepts_reads_all_and_loses_it_when_the_lead_goes(cast, lead, sign_in):
    as_member(cast.seller, accept_lead, lead)
    page = sign_in(cast.seller).get(f"/deals/leads/{lead.pk}/").content.decode()
    for shown in ("Nebula Rail AG", "kim@nebula-rail.example", "+49 30 1234", "Zqzqneed", "Zqzqcampaign"):
        assert shown in page, shown
    as_member(cast.seller, contact_lead, lead, note="Zqzqspoke")
    as_member(cast.seller, disqualify_lead, lead, disqualify_reason="no_need")
    reopen_lead(fresh(lead), by=cast.marketing, reason="They called")
    with member_scope(cast.seller):
        assert not Lead.objects.exists()
        assert not LeadContact.objects.exists()
        assert list(LeadNote.objects.values_list("text", flat=True)) == ["Zqzqspoke"]  # what it wrote itself
    assert sign_in(cast.seller).get(f"/deals/leads/{lead.pk}/").status_code == 404
    assert token_client(cast.seller).get(f"/t/acme/api/v1/leads/{lead.pk}/").status_code == 404


def test_the_next_partner_learns_nothing_of_the_one_before(cast, lead, sign_in):
    as_member(cast.seller, refuse_lead, lead, refuse_reason="other", reason="Zqzqnever")
    settle(cast)
    lead = fresh(lead)
    assert (lead.state, lead.partner_id, lead.reassignments) == ("assigned", cast.rival.pk, 1)
    page = sign_in(cast.rival_champion).get(f"/deals/leads/{lead.pk}/").content.decode().split("<main")[1]
    assert "Northwind" not in page
    assert "Zqzqnever" not in page
    assert "Seller" not in page
    for cam, seen, unseen in ((cast.other_cam, "Südstern", "Northwind"), (cast.cam, "", "")):
        answer = sign_in(cam).get(f"/deals/leads/{lead.pk}/")
        assert answer.status_code == (200 if seen else 404)  # an account manager knows the own partners alone
        if seen:
            text = answer.content.decode().split("<main")[1]
            assert seen in text
            assert unseen not in text
    vendor = sign_in(cast.operations).get(f"/deals/leads/{lead.pk}/").content.decode()
    assert "Zqzqnever" in vendor
    assert "Northwind" in vendor
