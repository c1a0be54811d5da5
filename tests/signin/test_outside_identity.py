"""Signing in through a vendor's identity provider: it vouches for that vendor's people, at that vendor alone.

Two real providers on the loopback assert the same e-mail address.
"""

from __future__ import annotations

import io
import re
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.management import CommandError, call_command

from prm.kernel.invitations import invite_member, token_of
from prm.kernel.members import deactivate_member
from prm.kernel.models import Membership, User
from prm.kernel.roles import Role
from prm.kernel.signin.providers import configure_provider
from tests.clients import member_client
from tests.conftest import PASSWORD
from tests.signin.conftest import Visitor, log_in, masked

pytestmark = pytest.mark.filterwarnings("ignore")  # the stand-in provider uses older parts of its libraries
SHARED = "bea@both.example"  # a member of both vendors


@pytest.fixture(scope="module")
def issuers():
    """Two providers; each knows somebody with the same address, under a subject of its own."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from oidc_provider_mock import User as Person
        from oidc_provider_mock import run_server_in_thread

    def people(mark):
        return [
            Person(sub=f"{mark}-bea", claims={"email": SHARED, "email_verified": True, "name": "Bea"}),
            Person(sub=f"{mark}-nora", claims={"email": "nora@northwind.example", "name": "Nora"}),
            Person(sub="same-subject", claims={"email": SHARED, "email_verified": True, "name": "Bea"}),
        ]

    with run_server_in_thread(user_claims=people("a")) as a, run_server_in_thread(user_claims=people("g")) as g:
        yield {"acme": f"http://localhost:{a.server_port}", "globex": f"http://localhost:{g.server_port}"}


@pytest.fixture
def apps(cast, issuers, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    return {
        tenant.slug: configure_provider(tenant, issuer=issuers[tenant.slug], client_id="prm", secret="s3cret")
        for tenant in (cast.acme, cast.globex)
    }


def through(app, client, subject, *, process="login", onward=""):
    """Press the button, sign in at the provider as `subject`, and come back."""
    asked = client.post(f"/accounts/oidc/{app.provider_id}/login/", {"process": process, "next": onward})
    assert asked.status_code == 200, asked.content
    page = asked.content.decode()
    address = re.search(r'id="onward" href="([^"]+)"', page)[1].replace("&amp;", "&")
    answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def link(app, user, subject):
    return SocialAccount.objects.create(provider=app.provider_id, uid=subject, user=user)


def is_in(client, slug="acme"):
    return client.get(f"/t/{slug}/people/").status_code == 200


def test_a_known_address_alone_opens_nothing(cast, apps):
    client = Visitor()
    answer = through(apps["acme"], client, "a-bea")
    assert answer.status_code == 403
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_a_linked_identity_signs_in_at_its_vendor_only(cast, apps):
    link(apps["acme"], cast.both.user, "a-bea")
    client = Visitor()
    answer = through(apps["acme"], client, "a-bea", onward="/t/acme/people/")
    assert answer["Location"] == "/t/acme/people/"
    assert is_in(client, "acme")
    # Bea works for both vendors, but acme's provider does not speak for globex.
    client.get("/t/globex/people/")  # takes the greeting along, which is shown once
    refused = client.get("/t/globex/people/")
    assert refused.status_code == 403
    assert masked(client.get("/t/no-such-vendor/people/"), "no-such-vendor") == masked(refused, "globex")
    assert client.get("/t/globex/api/v1/partners/").status_code == 401
    assert b"Globex" not in client.get("/").content
    by_password = Visitor()
    log_in(by_password, SHARED)
    assert is_in(by_password, "globex")  # the negative control


def test_the_same_address_at_another_vendors_provider_is_somebody_else(cast, apps):
    link(apps["acme"], cast.both.user, "same-subject")
    client = Visitor()
    assert through(apps["globex"], client, "same-subject").status_code == 403
    assert not is_in(client, "acme")
    assert not is_in(client, "globex")


def test_a_confined_session_cannot_make_itself_another_way_in(cast, apps):
    link(apps["acme"], cast.both.user, "a-bea")
    client = Visitor()
    through(apps["acme"], client, "a-bea")
    for path in (
        "/accounts/password/set/",
        "/accounts/password/change/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/3rdparty/",
    ):
        assert client.get(path).status_code == 403, path
    assert through(apps["globex"], client, "g-bea", process="connect").status_code == 403
    assert not SocialAccount.objects.filter(provider=apps["globex"].provider_id).exists()
    assert client.get("/accounts/logout/").status_code == 200


def test_without_a_membership_the_provider_lets_nobody_in(cast, apps):
    link(apps["acme"], cast.seller.user, "a-bea")
    client = Visitor()
    assert through(apps["acme"], client, "a-bea").status_code == 302
    deactivate_member(cast.seller, by=cast.champion)
    assert not is_in(client)
    assert through(apps["acme"], Visitor(), "a-bea").status_code == 403


def test_the_second_factor_is_asked_for_after_the_provider_too(cast, apps):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    link(apps["acme"], cast.both.user, "a-bea")
    TOTP.activate(cast.both.user, generate_totp_secret())
    client = Visitor()
    assert through(apps["acme"], client, "a-bea")["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_in(client)


def test_who_is_signed_in_links_an_identity(cast, apps):
    client = Visitor()
    log_in(client, SHARED)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = through(apps["acme"], client, "a-bea", process="connect")
    assert answer.status_code == 302
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.user) == (apps["acme"].provider_id, "a-bea", cast.both.user)
    assert through(apps["acme"], Visitor(), "a-bea").status_code == 302


def test_linking_at_a_vendor_where_one_is_no_member_is_refused(cast, apps):
    client = Visitor()
    log_in(client, cast.cam.user.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert through(apps["globex"], client, "g-bea", process="connect").status_code == 403
    assert not SocialAccount.objects.exists()


def test_an_invited_person_comes_in_through_the_provider(cast, apps):
    invitation = invite_member(
        "nora@northwind.example", roles=[Role.PARTNER_SALES], partner_id=cast.northwind.pk, by=cast.champion
    )
    client = Visitor()
    page = client.get(f"/invitations/{token_of(invitation)}/")
    assert apps["acme"].provider_id in page.content.decode()
    assert apps["globex"].provider_id not in page.content.decode()
    assert through(apps["acme"], client, "a-nora", onward="/t/acme/people/")["Location"] == "/t/acme/people/"
    nora = Membership.objects.get(user__email="nora@northwind.example")
    assert nora.roles == ["partner_sales"]
    assert not nora.user.has_usable_password()
    assert is_in(client)
    assert through(apps["acme"], Visitor(), "a-nora").status_code == 302  # and again, without a link


@pytest.mark.parametrize(("slug", "subject"), [("globex", "g-nora"), ("acme", "a-bea")])
def test_an_invitation_counts_at_its_own_vendor_and_for_its_own_address(cast, apps, slug, subject):
    invitation = invite_member(
        "nora@northwind.example", roles=[Role.PARTNER_SALES], partner_id=cast.northwind.pk, by=cast.champion
    )
    client = Visitor()
    client.get(f"/invitations/{token_of(invitation)}/")
    assert through(apps[slug], client, subject).status_code == 403
    assert not User.objects.filter(email="nora@northwind.example").exists()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/accounts/login/", []),
        ("/accounts/login/?next=/t/acme/people/", ["acme"]),
        ("/accounts/login/?next=%2Ft%2Fglobex%2F", ["globex"]),
        ("/t/acme/accounts/login/", ["acme"]),
        ("/accounts/login/?next=/t/unknown/", []),
    ],
)
def test_the_sign_in_page_offers_the_provider_of_the_vendor_asked_for(cast, apps, path, shown):
    page = Visitor().get(path).content.decode()
    assert [slug for slug in ("acme", "globex") if apps[slug].provider_id in page] == shown


def test_another_issuer_inherits_no_identity(cast, apps, issuers):
    link(apps["acme"], cast.both.user, "a-bea")
    moved = configure_provider(cast.acme, issuer=issuers["globex"], client_id="prm", secret="x")
    assert moved.provider_id != apps["acme"].provider_id
    assert SocialApp.objects.filter(settings__tenant="acme").count() == 1
    assert through(moved, Visitor(), "a-bea").status_code == 403


def test_the_command_configures_a_provider(cast, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("top secret\n"))
    call_command("oidc", tenant="acme", issuer="https://id.acme.example/", client_id="prm")
    app = SocialApp.objects.get()
    assert (app.secret, app.settings["server_url"]) == ("top secret", "https://id.acme.example")
    assert f"/accounts/oidc/{app.provider_id}/login/callback/" in capsys.readouterr().out
    call_command("oidc", tenant="acme", remove=True)
    assert not SocialApp.objects.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("x\n"))
    with pytest.raises(CommandError, match="https"):
        call_command("oidc", tenant="acme", issuer="http://id.acme.example/", client_id="prm")
    with pytest.raises(CommandError, match="no tenant"):
        call_command("oidc", tenant="nobody", issuer="https://id.acme.example/", client_id="prm")


def test_an_invitation_in_another_vendors_confined_session_needs_a_full_sign_in(cast, apps):
    link(apps["acme"], cast.both.user, "a-bea")
    client = Visitor()
    through(apps["acme"], client, "a-bea")
    from prm.kernel.tenancy.context import tenant_scope

    with tenant_scope(cast.globex):
        invitation = invite_member(SHARED, roles=[Role.CHANNEL_CHIEF], by=None)
        token = token_of(invitation)
    assert client.post(f"/invitations/{token}/").status_code == 403
    full = member_client(cast.both)
    full.prefix = ""
    assert full.post(f"/invitations/{token}/").status_code == 302
