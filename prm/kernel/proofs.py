"""Looking for the proof that a host belongs to whoever claims it: a TXT record, or a file on its web server.

The host is a person's input, so the look goes out only to public addresses, follows nothing, reads little and gives
up soon. The address that was checked is the one that is asked: a second answer of the name server changes nothing.
"""

from __future__ import annotations

import http.client
import ipaddress

import dns.exception
import dns.resolver
from django.conf import settings

from prm.kernel.egress import is_public, resolver

LABEL = "_prm"
FILE = "/.well-known/prm-proof.txt"
PATIENCE = 3.0  # seconds for each question
MOST = 512  # bytes read of an answer


def is_proven(host: str, proof: str) -> bool:
    """Whether the proof stands in the name server's records or in the file."""
    return proof in texts_of(f"{LABEL}.{host}") or proof in file_of(host).split()


def texts_of(name: str) -> list[str]:
    """The TXT records of a name; none when it has none or nobody answers."""
    try:
        answer = resolver(PATIENCE).resolve(name, "TXT", search=False)
    except dns.exception.DNSException:
        return []
    return [b"".join(record.strings).decode("utf-8", errors="replace").strip() for record in answer]


def file_of(host: str) -> str:
    """The first bytes of the proof file of a host, asked at a public address of it; empty when there is none."""
    for address in _addresses(host):
        connection = http.client.HTTPConnection(address, settings.PROOF_PORT, timeout=PATIENCE)
        try:
            connection.request("GET", FILE, headers={"Host": host, "User-Agent": "PRM domain proof"})
            answer = connection.getresponse()
            return answer.read(MOST).decode("utf-8", errors="replace") if answer.status == 200 else ""
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()
    return ""


def _addresses(host: str) -> list[str]:
    """At most two addresses of a host, without those inside the house."""
    found: list[str] = []
    for kind in ("A", "AAAA"):
        try:
            found += [record.address for record in resolver(PATIENCE).resolve(host, kind, search=False)]
        except dns.exception.DNSException:
            continue
    return [address for address in found if _may_ask(address)][:2]


def _may_ask(address: str) -> bool:
    return is_public(address) or (ipaddress.ip_address(address).is_loopback and settings.PROOF_ON_LOOPBACK)
