"""What an administrator sets for everybody: look, words, calendar, own hosts; and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import dns.message
import dns.rrset
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from prm.kernel import clock
from prm.kernel.contrast import contrast
from prm.kernel.domains import NotProven, ProvenElsewhere, claim_domain, clean_host, prove_domain
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.invitations import invite_member
from prm.kernel.models import Delivery, Event, Tenant, TenantDomain
from prm.kernel.outbox import run_delivery
from prm.kernel.proofs import FILE, LABEL
from prm.kernel.roles import Role
from prm.kernel.sites import absolute, home_of
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.vendor import begin_planned_fiscal_year, change_words, checked_colour, plan_fiscal_year
from prm.kernel.words import word
from tests.clients import token_client

WORDS = {
    "partner": {"one": "Fachpartner", "many": "Fachpartner"},
    "tier": {"one": "Stufe", "many": "Stufen"},
    "manager": {"one": "Betreuer", "many": "Betreuer"},
}


def picture(size=(600, 300), kind="PNG") -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "#1f5fa8").save(out, kind)
    return out.getvalue()


def upload(client, content, name="logo.png"):
    return client.post("/settings/logo/", {"logo": SimpleUploadedFile(name, content)})


# --- who --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "reads", "changes"),
    [("admin", 200, 302), ("chief", 200, 403), ("cam", 200, 403), ("auditor", 200, 403), ("champion", 403, 403)],
)
def test_who_reads_and_who_changes_the_settings(cast, sign_in, who, reads, changes):
    client = sign_in(getattr(cast, who))
    assert client.get("/settings/").status_code == reads
    look = {"name": "Acme", "brand": "#1f5fa8", "accent": "#d9822b"}
    assert client.post("/settings/look/", look).status_code == changes
    assert Event.objects.filter(name="tenant.look_changed").exists() is (who == "admin")


def test_a_host_of_another_vendor_is_as_if_there_were_none(cast, sign_in):
    theirs = TenantDomain.objects.create(tenant=cast.globex, host="globex.example")
    client = sign_in(cast.admin)
    for verb in ("prove", "main", "drop"):
        assert client.post(f"/settings/domains/{theirs.pk}/{verb}/").status_code == 404


# --- colours ----------------------------------------------------------------------------------------------
def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == Decimal("21.00")
    assert contrast("#777777", "#ffffff") == Decimal("4.48")
    assert contrast("#ffffff", "#ffffff") == Decimal("1.00")


@pytest.mark.parametrize("colour", ["#fff3a0", "#ffffff", "red", "#12", "#1f5fa8;", "#7a7a7a"])
def test_a_colour_one_cannot_read_with_is_refused(cast, sign_in, colour):
    form = {"name": "Acme", "brand": colour, "accent": "#d9822b"}
    answer = sign_in(cast.admin).post("/settings/look/", form)
    assert answer.status_code == 422
    assert Tenant.objects.get(slug="acme").brand == "#1f6fb2"
    assert checked_colour("#1F5FA8", "brand") == "#1f5fa8"


# --- the picture ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_drawn_anew_and_stands_everywhere(cast, sign_in, kind, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = sign_in(cast.admin)
    assert upload(client, picture(kind=kind) + b"<script>alert(1)</script>").status_code == 302
    tenant = Tenant.objects.get(slug="acme")
    assert tenant.logo_url in client.get("/").content.decode()
    served = Client().get(tenant.logo_url)
    assert served["Content-Type"] == "image/png"
    assert served.content.startswith(b"\x89PNG")
    assert b"script" not in served.content
    assert Client().get(tenant.logo_url.replace("acme", "globex")).status_code == 404
    client.post("/settings/logo/remove/")
    assert Client().get(tenant.logo_url).status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.4 no picture",
        picture()[:60],
        picture((8, 8)),
        b"\x89PNG\r\n\x1a\n" + b"0" * (1024 * 1024),
    ],
    ids=["svg", "pdf", "cut", "tiny", "large"],
)
def test_what_is_no_picture_is_refused(cast, sign_in, content, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert upload(sign_in(cast.admin), content).status_code == 422
    assert not list(tmp_path.rglob("*.png"))


# --- words ------------------------------------------------------------------------------------------------
def test_a_vendor_that_renames_things_shows_its_words(cast, sign_in):
    change_words(WORDS, by=cast.admin)
    page = sign_in(cast.chief).get("/partners/").content.decode()
    nav, main = page.split("<main")
    assert "<span>Fachpartner</span>" in nav
    for shown in ("<h1>Fachpartner</h1>", "Add a Fachpartner", "Betreuer", "Stufe"):
        assert shown in main
    assert "Account manager" not in main
    assert word("Account managers") == "Betreuer"
    with tenant_scope(cast.globex):
        assert word("Account managers") == "Account managers"  # the next vendor keeps the plain words
        assert word("partners") == "partners"


@pytest.mark.parametrize(
    "forms",
    [{"one": "Reseller"}, {"many": "Resellers"}, {"one": "<b>x</b>", "many": "y"}, {"one": "5%", "many": "5%s"}],
)
def test_words_come_in_pairs_and_are_no_markup(cast, forms):
    with pytest.raises(Invalid):
        change_words({"partner": forms}, by=cast.admin)


# --- calendar ---------------------------------------------------------------------------------------------
def test_a_fiscal_year_changes_from_a_year_that_has_not_begun(cast):
    with clock.travel(to=dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)):
        for running in (dt.date(2026, 12, 1), dt.date(2026, 4, 1), dt.date(2027, 4, 2), dt.date(2028, 1, 1)):
            with pytest.raises(Invalid):
                plan_fiscal_year(running, by=cast.admin)
        plan_fiscal_year(dt.date(2027, 4, 1), by=cast.admin)
    assert begin_planned_fiscal_year(dt.date(2027, 3, 31)) is False
    assert begin_planned_fiscal_year(dt.date(2027, 4, 1)) is True
    assert begin_planned_fiscal_year(dt.date(2027, 4, 1)) is False
    tenant = Tenant.objects.get(slug="acme")
    assert (tenant.fy_start_month, tenant.next_fy_from) == (4, None)


def test_visitors_see_the_vendor_only_if_it_wants_to_be_seen(cast, sign_in):
    door = "/accounts/login/?next=/t/acme/"
    assert "<title>Sign in · PRM" in Client().get(door).content.decode()
    form = {"time_zone": "Europe/Berlin", "locale": "de", "holidays": "2027-01-01\n2027-05-01", "public_pages": "on"}
    assert sign_in(cast.admin).post("/settings/calendar/", form).status_code == 302
    assert Tenant.objects.get(slug="acme").holidays == [dt.date(2027, 1, 1), dt.date(2027, 5, 1)]
    assert "<title>Sign in · Acme" in Client().get(door).content.decode()
    wrong = sign_in(cast.admin).post("/settings/calendar/", {**form, "holidays": "Christmas"})
    assert wrong.status_code == 422
    assert "Christmas" in wrong.content.decode()


# --- own hosts --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "a.localhost", "example", "x..y", "10.0.0.1", "-a.example"])
def test_hosts_that_cannot_be_ones_own_are_refused(cast, host):
    with pytest.raises(Invalid):
        claim_domain(host, by=cast.admin)


def test_a_host_is_kept_in_its_wire_form():
    assert clean_host("https://Partner.Müller.Example/x") == "partner.xn--mller-kva.example"


@pytest.fixture
def internet(settings):
    """A name server and a web server of our own on loopback; `texts` and `files` are what they answer."""
    import socketserver

    texts: dict[str, str] = {}
    files: dict[str, str] = {}

    class Names(socketserver.BaseRequestHandler):
        def handle(self):
            question = dns.message.from_wire(self.request[0])
            answer = dns.message.make_response(question)
            asked = question.question[0]
            name = asked.name.to_text(omit_final_dot=True)
            if asked.rdtype == dns.rdatatype.TXT and name in texts:
                answer.answer.append(dns.rrset.from_text(asked.name, 5, "IN", "TXT", f'"{texts[name]}"'))
            if asked.rdtype == dns.rdatatype.A:
                answer.answer.append(dns.rrset.from_text(asked.name, 5, "IN", "A", "127.0.0.1"))
            self.request[1].sendto(answer.to_wire(), self.client_address)

    class Files(BaseHTTPRequestHandler):
        def do_GET(self):
            text = files.get(self.headers["Host"]) if self.path == FILE else None
            self.send_response(200 if text else 404)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *args):
            pass

    names, web = socketserver.UDPServer(("127.0.0.1", 0), Names), HTTPServer(("127.0.0.1", 0), Files)
    for server in (names, web):
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.SITE_URL = "http://localhost"
    settings.DNS_SERVERS = [f"127.0.0.1:{names.server_address[1]}"]
    settings.PROOF_PORT, settings.PROOF_ON_LOOPBACK = web.server_address[1], True
    yield texts, files
    for server in (names, web):
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("way", ["dns", "file"])
def test_a_proven_host_answers_and_stands_in_letters(cast, sign_in, internet, way):
    texts, files = internet
    client = sign_in(cast.admin)
    assert client.post("/settings/domains/", {"host": "partners.acme.example"}).status_code == 302
    domain = TenantDomain.objects.get(host="partners.acme.example")
    there = Client(headers={"host": "partners.acme.example"})
    prove = f"/settings/domains/{domain.pk}/prove/"
    assert client.post(prove).status_code == 409  # no proof yet
    assert there.get("/accounts/login/").status_code == 404
    if way == "dns":
        texts[f"{LABEL}.{domain.host}"] = domain.proof
    else:
        files[domain.host] = domain.proof
    assert client.post(prove).status_code == 302
    assert "Acme" in there.get("/accounts/login/").content.decode()
    assert home_of(cast.acme) == "http://partners.acme.example/"
    assert absolute("/t/acme/partners/", cast.acme) == "http://partners.acme.example/partners/"
    invitation = invite_member("new@acme.example", roles=[Role.FINANCE], by=cast.admin)
    waiting = Delivery.objects.get(task="kernel.send_invitation", arguments__invitation_id=str(invitation.pk))
    run_delivery(waiting.tenant_id, waiting.pk)
    assert "http://partners.acme.example/invitations/" in mail.outbox[-1].body
    client.post(f"/settings/domains/{domain.pk}/drop/")
    assert there.get("/accounts/login/").status_code == 404
    names = Event.objects.filter(name__startswith="domain.").order_by("at", "created_at").values_list("name", flat=True)
    assert list(names) == ["domain.claimed", "domain.proven", "domain.dropped"]


def test_the_proof_of_one_vendor_serves_no_other_and_a_claim_keeps_nobody_out(cast, internet):
    texts, _ = internet
    with tenant_scope(cast.globex):
        squatted = claim_domain("partners.acme.example", by=None)
    ours = claim_domain("partners.acme.example", by=cast.admin)
    texts[f"{LABEL}.{ours.host}"] = ours.proof
    with tenant_scope(cast.globex), pytest.raises(NotProven):
        prove_domain(squatted, by=None)
    prove_domain(ours, by=cast.admin)
    texts[f"{LABEL}.{ours.host}"] = squatted.proof
    with tenant_scope(cast.globex), pytest.raises(ProvenElsewhere):
        prove_domain(squatted, by=None)
    with pytest.raises(Conflict):
        claim_domain("partners.acme.example", by=cast.admin)


def test_nothing_inside_the_house_is_asked_for_a_proof(cast, internet, settings):
    _, files = internet
    settings.PROOF_ON_LOOPBACK = False
    domain = claim_domain("inside.example", by=cast.admin)
    files["inside.example"] = domain.proof
    with pytest.raises(NotProven):
        prove_domain(domain, by=cast.admin)
    settings.PROOF_ON_LOOPBACK = True  # the negative control: it was the address that was refused
    prove_domain(domain, by=cast.admin)


def test_only_the_administrator_claims_a_host(cast):
    with pytest.raises(NotAllowed):
        claim_domain("partners.acme.example", by=cast.operations)


def test_the_logo_and_ones_own_card_over_the_api(cast):
    admin, chief = token_client(cast.admin), token_client(cast.chief)
    file = lambda: {"file": SimpleUploadedFile("logo.png", picture())}
    assert chief.post("/api/v1/settings/logo/", file()).status_code == 403
    assert admin.post("/api/v1/settings/logo/", file()).status_code == 200
    assert Tenant.objects.get(slug="acme").logo
    assert admin.delete("/api/v1/settings/logo/").status_code == 200
    assert not Tenant.objects.get(slug="acme").logo
    said, json = {"phone": "+49 30 1234", "languages": ["de"]}, {"content_type": "application/json"}
    assert chief.post(f"/api/v1/members/{cast.chief.pk}/card/", said, **json).status_code == 200
    assert chief.post(f"/api/v1/members/{cast.admin.pk}/card/", said, **json).status_code == 403  # one's own alone
    cast.chief.refresh_from_db()
    assert (cast.chief.phone, cast.chief.languages) == ("+49 30 1234", ["de"])
