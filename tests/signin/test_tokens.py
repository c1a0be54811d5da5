"""Keys to the API: shown once, kept as a hash, bound to a member of one vendor, dead at once when withdrawn."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command

from prm.kernel.members import deactivate_member
from prm.kernel.models import ApiToken
from tests.clients import MemberClient
from tests.signin.conftest import Visitor


def with_key(key):
    return MemberClient("", raise_request_exception=False, headers={"Authorization": f"Bearer {key}"})


def works(key):
    return with_key(key).get("/api/v1/partners/").status_code


def make_key(client):
    page = client.post("/tokens/create/", {"name": "nightly export"})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    return re.search(r'id="new-key">([^<]+)<', page.content.decode())[1]


def test_a_key_is_shown_once_and_works_until_withdrawn(cast, sign_in):
    client = sign_in(cast.admin)
    key = make_key(client)
    assert key not in client.get("/tokens/").content.decode()
    stored = ApiToken.objects.get()
    assert key not in str(ApiToken.objects.filter(pk=stored.pk).values().get())
    assert works(key) == 200
    stored.refresh_from_db()
    assert stored.last_used_at is not None
    assert client.post(f"/tokens/{stored.pk}/revoke/").status_code == 302
    assert works(key) == 401
    assert client.post(f"/tokens/{stored.pk}/revoke/").status_code == 409


@pytest.mark.parametrize(
    ("who", "sees", "makes"),
    [
        ("admin", 200, 200),
        ("operations", 200, 403),
        ("auditor", 200, 403),
        ("chief", 403, 403),
        ("cam", 403, 403),
        ("champion", 403, 403),
    ],
)
def test_who_handles_keys(cast, sign_in, who, sees, makes):
    client = sign_in(getattr(cast, who))
    assert client.get("/tokens/").status_code == sees
    assert client.post("/tokens/create/", {"name": "x"}).status_code == makes


def test_a_key_of_another_vendor_does_not_exist(cast, sign_in):
    foreign = ApiToken.objects.create(
        tenant=cast.globex,
        user=cast.stranger.user,
        membership_id=cast.stranger.pk,
        name="f",
        prefix="p",
        token_hash="h",
    )
    client = sign_in(cast.admin)
    assert client.post(f"/tokens/{foreign.pk}/revoke/").status_code == 404
    assert "Stranger" not in client.get("/tokens/").content.decode()


def test_a_key_opens_the_interface_and_no_page(cast, sign_in):
    key = make_key(sign_in(cast.admin))
    client = with_key(key)
    assert client.get("/api/v1/partners/").status_code == 200
    for path in ("/", "/people/", "/tokens/", "/accounts/2fa/", "/t/acme/people/", "/t/globex/api/v1/partners/"):
        assert client.get(path).status_code == 404, path


def test_the_command_prints_a_key(cast, capsys):
    call_command("api_token", email="CAM@acme.example", tenant="acme", name="script")
    key = capsys.readouterr().out.strip()
    assert works(key) == 200
    assert ApiToken.objects.get().name == "script"
    deactivate_member(cast.cam, by=cast.admin)
    assert works(key) in {401, 404}
    for email, tenant, said in (
        ("cam@acme.example", "nobody", "no tenant"),
        ("cam@acme.example", "globex", "not a member"),
        ("who@acme.example", "acme", "not a member"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("api_token", email=email, tenant=tenant)


def test_a_wrong_key_is_refused(cast):
    assert works("prm_wrong") == 401
    assert Visitor().get("/t/acme/api/v1/partners/").status_code == 401
