"""Calls to addresses that people typed: out to the internet, never into the house.

Only https, on port 443 and the ports a setting adds. The name is resolved once, every one of its addresses must be
public, and the connection goes to an address that was looked at: another answer of the name server changes nothing.
No redirect is followed, no proxy is asked, little is read, and all of it is over after ten seconds.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import dns.exception
import dns.resolver
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prm.kernel.errors import Invalid

PATIENCE = 10.0  # seconds for all of it
MOST_HEAD = 16 * 1024
MOST_BODY = 64 * 1024
KEPT = 1_000  # characters of an answer that are kept for people
LONGEST_URL = 500
LOOPBACK = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}

# `is_global` is not enough: relays, translators and multicast pass it, and what passes differs between versions.
_NEVER = [
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
]
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")  # beyond it lie mapped, translated, local and multicast addresses


class NoSuchPlace(Invalid):
    """This address cannot be called from here."""

    code = "bad_address"


class Unreachable(Exception):
    """Nobody answered, or nobody that may be asked; the sentence is for people."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status (None when nothing did), the beginning of the text, or what went wrong."""

    status: int | None
    text: str = ""
    error: str = ""
    milliseconds: int = 0

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def refuse_loopback(debug: bool) -> None:
    """Called by the web server and the worker before they do anything."""
    if settings.WEBHOOK_LOOPBACK and not debug:
        raise ImproperlyConfigured(
            "Refusing to start: WEBHOOK_LOOPBACK lets webhooks call this machine itself and is for development only."
        )


def is_public(address: str) -> bool:
    """Whether an address lies on the public internet."""
    place = ipaddress.ip_address(address)
    if any(place in network for network in _NEVER if network.version == place.version):
        return False
    return place.version == 4 or place in _PUBLIC_V6


def checked_url(url: str, *, field: str = "url") -> str:
    """The address as it may be kept. What its name leads to is asked each time it is called, not here."""
    text = url.strip()
    if len(text) > LONGEST_URL:
        raise NoSuchPlace(f"At most {LONGEST_URL} characters.", field=field)
    if not re.fullmatch(r"[!-~]+", text) or re.search(r"[\\\"<>^`{|}]", text):
        raise NoSuchPlace("Write the address in plain letters, without blanks: https://example.com/hook.", field=field)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise NoSuchPlace("This is no web address.", field=field) from error
    host = parts.hostname or ""
    if not host:
        raise NoSuchPlace("This is no web address.", field=field)
    if parts.username is not None or parts.password is not None:
        raise NoSuchPlace("Leave name and password out of the address; the signature proves who sends.", field=field)
    if parts.fragment or text.endswith("#"):
        raise NoSuchPlace("Leave out what follows the #; it would never be sent.", field=field)
    if _is_own_loopback(host):
        return text
    if parts.scheme != "https":
        raise NoSuchPlace("The address begins with https://.", field=field)
    if port not in {None, 443, *settings.WEBHOOK_PORTS}:
        raise NoSuchPlace("Only port 443 may be called.", field=field)
    _refuse_inner_host(host, field)
    return text


def _refuse_inner_host(host: str, field: str) -> None:
    """What can be seen of a host without asking a name server."""
    literal = _literal(host)
    if literal is not None and not is_public(literal):
        raise NoSuchPlace("This address lies inside a network, not on the internet.", field=field)
    labels = host.removesuffix(".").split(".")
    if literal is None and (
        len(labels) < 2
        or not all(re.fullmatch(r"[a-z0-9_-]{1,63}", label) for label in labels)
        or re.fullmatch(r"0x[0-9a-f]*|[0-9]+", labels[-1])  # another way to write an IPv4 address
    ):
        raise NoSuchPlace("This is no name of a host on the internet, such as hooks.example.com.", field=field)


def _literal(host: str) -> str | None:
    """The address, where the host is one."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _is_own_loopback(host: str) -> bool:
    """For tests and development, a setting lets calls go to this machine, by these three names only."""
    return bool(settings.WEBHOOK_LOOPBACK) and host in LOOPBACK


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body there once. Never raises: what went wrong is in the answer."""
    began = time.monotonic()
    status, text, error = None, "", ""
    try:
        status, text = _ask(urlsplit(checked_url(url)), body, headers, began + PATIENCE)
    except (Unreachable, NoSuchPlace) as refusal:
        error = str(refusal)
    except ssl.SSLCertVerificationError as problem:
        error = f"The certificate does not hold: {problem.verify_message}."
    except TimeoutError:
        error = f"No answer within {PATIENCE:.0f} seconds."
    except (OSError, http.client.HTTPException, ValueError) as problem:
        error = f"{type(problem).__name__}: {problem}"[:300]
    return Answer(status, text, error, int((time.monotonic() - began) * 1000))


def _ask(parts: SplitResult, body: bytes, headers: Mapping[str, str], until: float) -> tuple[int, str]:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with _connected(host, port, until) as plain:
        if parts.scheme == "https":
            plain.settimeout(_left(until))
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as sealed:
                return _exchange(sealed, parts, body, headers, until)
        return _exchange(plain, parts, body, headers, until)


def _connected(host: str, port: int, until: float) -> socket.socket:
    """A connection to one of the addresses that were looked at, by number: no name is asked again."""
    problem: OSError | None = None
    for address in addresses_of(host, until)[:2]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(_left(until))
            connection.connect((address, port))
            return connection
        except OSError as error:
            connection.close()
            problem = error
    raise problem or Unreachable(f"{host} has no address.")


def addresses_of(host: str, until: float) -> list[str]:
    """All addresses of a host; raises Unreachable when one of them is not public."""
    if _is_own_loopback(host):
        return [LOOPBACK[host]]
    literal = _literal(host)
    found = [literal] if literal else _resolved(host, until)
    if not found:
        raise Unreachable(f"{host} has no address.")
    if not all(is_public(address) for address in found):
        raise Unreachable(f"{host} leads inside a network, not to the internet. Nothing was sent.")
    return found


def _resolved(host: str, until: float) -> list[str]:
    found: list[str] = []
    for kind in ("A", "AAAA"):
        asked = resolver(min(3.0, _left(until)))
        try:
            found += [record.address for record in asked.resolve(host, kind, search=False)]
        except dns.exception.DNSException:
            continue
    return found


def resolver(lifetime: float) -> dns.resolver.Resolver:
    """The name servers of the setting, else the machine's own; they have so many seconds."""
    asked = dns.resolver.Resolver(configure=not settings.DNS_SERVERS)
    if settings.DNS_SERVERS:
        servers = [server.rpartition(":") for server in settings.DNS_SERVERS]
        asked.nameservers = [host for host, _, _ in servers]
        asked.port = int(servers[0][2])
    asked.lifetime = lifetime
    return asked


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _exchange(
    connection: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str], until: float
) -> tuple[int, str]:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = {
        "Host": parts.netloc,
        **headers,
        "Content-Length": str(len(body)),
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    connection.settimeout(_left(until))
    connection.sendall(f"POST {target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body)
    reading: Any = _Timed(connection, until)
    answer = http.client.HTTPResponse(reading, method="POST")
    answer.begin()
    try:
        text = answer.read(MOST_BODY)
    except (OSError, http.client.HTTPException):
        text = b""  # the status has come, and it is the status that counts
    finally:
        answer.close()
    return answer.status, _shown(text)


def _shown(content: bytes) -> str:
    """The beginning of an answer as text: what cannot be shown is left out."""
    text = content[: KEPT * 4].decode("utf-8", errors="replace")
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and c != "\ufffe"))[:KEPT]


class _Timed(io.RawIOBase):
    """What a connection says, until the time is up or it has said too much, however slowly it speaks."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection, self._until, self._room = connection, until, MOST_HEAD + MOST_BODY

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._room <= 0:
            raise http.client.HTTPException("The answer is too long.")
        self._connection.settimeout(_left(self._until))
        count = self._connection.recv_into(memoryview(buffer)[: self._room])
        self._room -= count
        return count
