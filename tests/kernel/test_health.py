"""What machines ask the program."""

from prm.kernel import clock
from prm.kernel.models import TenantDomain


def test_live_and_ready(client, db):
    assert client.get("/live").json() == {"status": "ok"}
    assert client.get("/ready").status_code == 200


def test_certificates_are_fetched_for_known_hosts_only(client, cast):
    TenantDomain.objects.create(host="partners.acme.example", tenant=cast.acme, verified_at=clock.now())
    assert client.get("/tls-allowed?domain=partners.acme.example").status_code == 200
    assert client.get("/tls-allowed?domain=localhost").status_code == 200
    for foreign in ("", "evil.example", "acme.example.evil.example"):
        assert client.get(f"/tls-allowed?domain={foreign}").status_code == 404


def test_a_vendors_own_host_answers_like_its_path(cast):
    from django.test import Client

    TenantDomain.objects.create(host="partners.acme.example", tenant=cast.acme, verified_at=clock.now())
    client = Client(headers={"host": "partners.acme.example"})
    client.force_login(cast.cam.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Northwind" in client.get("/partners/").content.decode()
    assert client.get("/t/globex/partners/").status_code == 404


def test_a_host_that_nobody_has_proven_answers_nothing(cast, client):
    TenantDomain.objects.create(host="claimed.acme.example", tenant=cast.acme)
    for host in ("claimed.acme.example", "evil.example"):
        assert client.get("/accounts/login/", headers={"host": host}).status_code == 404
    assert client.get("/tls-allowed?domain=claimed.acme.example").status_code == 404
