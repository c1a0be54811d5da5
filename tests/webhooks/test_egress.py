"""Where a webhook may lead: out and never into the house, whatever address, name server or receiver say."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ImproperlyConfigured

from prm.kernel import egress
from prm.kernel.egress import NoSuchPlace, checked_url, is_public, post, refuse_loopback

REFUSED = """
http://hooks.example.com/ ftp://hooks.example.com/ file:///etc/passwd gopher://hooks.example.com/ //hooks.example.com/
hooks.example.com https:// https:///x https://hooks.example.com:22/ https://hooks.example.com:8443/
https://hooks.example.com:99999/ https://me:secret@hooks.example.com/ https://me@hooks.example.com/
https://hooks.example.com/#part https://hooks.example.com\\@inside.example/ https://hooks.example.com/<script>
https://localhost/ https://LOCALHOST/ https://intranet/ https://127.0.0.1/ https://127.1/ https://2130706433/
https://0x7f.1/ https://0x7f000001/ https://0177.0.0.1/ https://0.0.0.0/ https://10.1.2.3/ https://172.16.0.1/
https://192.168.1.1/ https://169.254.169.254/latest/meta-data/ https://100.64.0.1/ https://192.0.0.8/
https://198.18.0.1/ https://224.0.0.1/ https://255.255.255.255/ https://192.88.99.1/ https://[::1]/ https://[::]/
https://[::ffff:127.0.0.1]/ https://[::ffff:7f00:1]/ https://[64:ff9b::7f00:1]/ https://[2002:7f00:1::]/
https://[fe80::1]/ https://[fc00::1]/ https://[ff02::1]/ https://[2001:db8::1]/ https://[2001::1]/ https://[::7f00:1]/
https://１２７.0.0.1/ https://münchen.example/ https://hooks.example.com/\u202ex https://-/ https://a..b/
"""
TAKEN = """
https://hooks.example.com/ https://hooks.example.com:443/a?b=c https://93.184.215.14/x https://xn--mnchen-3ya.example/
https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/ https://bad.cafe/
"""


@pytest.mark.parametrize(
    "url", [*REFUSED.split(), "https://hooks.example.com/ x", "https://a.example/\r\nHost: b", "", "x" * 600]
)
def test_addresses_that_are_refused_when_they_are_typed(url):
    with pytest.raises(NoSuchPlace):
        checked_url(url)
    assert post(url, b"{}", {}).status is None


def test_addresses_that_are_taken(settings):
    assert [checked_url(url) for url in TAKEN.split()] == TAKEN.split()
    settings.WEBHOOK_PORTS = [8443]
    assert checked_url("https://hooks.example.com:8443/")
    with pytest.raises(NoSuchPlace):
        checked_url("https://hooks.example.com:8444/")


@pytest.mark.parametrize(
    "address",
    ["192.0.0.8", "192.88.99.1", "100.100.0.1", "224.1.1.1", "2002:a00:1::", "64:ff9b::a00:1", "::ffff:10.0.0.1"],
)
def test_what_passes_for_global_elsewhere_is_not_public_here(address):
    assert not is_public(address)
    assert is_public("8.8.8.8")
    assert is_public("2a00:1450:4001:830::200e")


@pytest.fixture
def calls(monkeypatch):
    """The addresses that a connection was tried to; the internet itself is not asked."""
    tried = []

    class NoSocket(socket.socket):
        def connect(self, address):
            tried.append(address[0])
            raise ConnectionRefusedError("no internet in tests")

    monkeypatch.setattr(socket, "socket", NoSocket)
    return tried


def test_a_host_whose_addresses_are_public_is_called_at_them(names, calls):
    names["hooks.example.com A"] = ["93.184.215.14"]
    assert "no internet in tests" in post("https://hooks.example.com/", b"{}", {}).error
    assert calls == ["93.184.215.14"]


@pytest.mark.parametrize(
    ("kind", "addresses"),
    [
        ("A", "127.0.0.1"),
        ("A", "93.184.215.14 10.0.0.1"),
        ("A", "192.0.0.8"),
        ("AAAA", "::1"),
        ("AAAA", "64:ff9b::7f00:1"),
        ("AAAA", "::ffff:169.254.169.254"),
    ],
)
def test_a_host_with_one_address_inside_is_not_called_at_all(names, calls, kind, addresses):
    names["evil.example A"] = ["93.184.215.14"]
    names[f"evil.example {kind}"] = [addresses]
    assert "inside a network" in post("https://evil.example/", b"{}", {}).error
    assert calls == []


def test_a_name_server_that_changes_its_mind_leads_nowhere_else(names, calls, sinks):
    canary = sinks()
    names["rebind.example A"] = ["93.184.215.14", "127.0.0.1"]
    post("https://rebind.example/", b"{}", {})
    assert calls == ["93.184.215.14"]  # the address that was looked at, and no second question
    post("https://rebind.example/", b"{}", {})
    assert calls == ["93.184.215.14"]
    assert canary.heard == []


def test_without_the_list_of_inner_networks_the_canary_would_hear_it(names, sinks, settings, monkeypatch):
    """The negative control: the same name reaches the receiver on this machine once the list is empty."""
    canary = sinks()
    names["evil.example A"] = ["127.0.0.1"]
    port = int(canary.url.rpartition(":")[2].partition("/")[0])
    settings.WEBHOOK_PORTS = [port]
    assert "inside a network" in post(f"https://evil.example:{port}/", b"{}", {}).error
    monkeypatch.setattr(egress, "_NEVER", [])
    assert "SSL" in post(f"https://evil.example:{port}/", b"{}", {}).error


def test_loopback_is_a_setting_and_refused_in_production(sinks, settings):
    sink = sinks()
    assert post(sink.url, b"{}", {}).status is None
    assert sink.heard == []
    settings.WEBHOOK_LOOPBACK = True
    assert post(sink.url, b"{}", {}).is_taken
    refuse_loopback(debug=True)
    with pytest.raises(ImproperlyConfigured):
        refuse_loopback(debug=False)


def test_a_redirect_is_an_answer_and_is_not_followed(sink, sinks):
    canary = sinks()
    sink.answers = lambda number: (307, "", {"Location": canary.url})
    answer = post(sink.url, b"{}", {})
    assert answer.status == 307
    assert not answer.is_taken
    assert canary.heard == []


def test_no_proxy_is_asked(sink, sinks, monkeypatch):
    proxy = sinks()
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    assert post(sink.url, b"{}", {}).is_taken
    assert proxy.heard == []


def test_little_is_read_and_shown_as_text_only(sink):
    sink.answers = lambda number: (500, b"\x00<b>no\x07</b> " + b"x" * 300_000, {})
    answer = post(sink.url, b"{}", {})
    assert answer.status == 500
    assert len(answer.text) == egress.KEPT
    assert answer.text.startswith("<b>no</b> xxx")


def test_endless_headers_and_silence_end(sinks, settings, monkeypatch):
    settings.WEBHOOK_LOOPBACK = True
    server = socket.create_server(("127.0.0.1", 0))

    def drip():
        for line in (b"X-More: y\r\n" * 20_000, b""):
            connection, _ = server.accept()
            try:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n" + line if line else b"HTTP/1.1 2")
                if not line:
                    connection.recv(1)  # says nothing more until the other side leaves
            except OSError:
                pass
            finally:
                connection.close()

    threading.Thread(target=drip, daemon=True).start()
    url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    assert post(url, b"{}", {}).status is None
    monkeypatch.setattr(egress, "PATIENCE", 0.2)
    assert "No answer within" in post(url, b"{}", {}).error
    server.close()


@pytest.fixture
def certificate(tmp_path):
    """A certificate of our own for `localhost`: the file, and how a server uses it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file


def test_a_certificate_that_does_not_hold_is_refused(certificate, settings, monkeypatch):
    context, file = certificate
    settings.WEBHOOK_LOOPBACK = True
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        for _ in range(3):
            plain, _ = server.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65_536)
                    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except (OSError, ssl.SSLError):
                pass

    threading.Thread(target=serve, daemon=True).start()
    port = server.getsockname()[1]
    assert "certificate does not hold" in post(f"https://localhost:{port}/", b"{}", {}).error
    monkeypatch.setenv("SSL_CERT_FILE", str(file))  # now it is one of those we trust
    assert post(f"https://localhost:{port}/", b"{}", {}).status == 204
    assert "certificate does not hold" in post(f"https://127.0.0.1:{port}/", b"{}", {}).error  # of another name
    server.close()
