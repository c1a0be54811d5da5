"""Signatures under what people take home (receipts): Ed25519, one ring of keys, the newest signs and all verify.

The 32 bytes of each key of RECEIPT_KEYS are the seed of a key pair. The public halves may be given to anyone.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Signature:
    """Who signed (the id of the key) and the signature in Base64."""

    key_id: str
    value: str


def sign(text: str) -> Signature:
    """The signature of the newest key under the text."""
    key_id, key = next(iter(_ring(tuple(settings.RECEIPT_KEYS)).items()))
    return Signature(key_id, base64.b64encode(key.sign(text.encode())).decode())


def is_genuine(text: str, signature: Signature) -> bool:
    """Whether one of our keys signed exactly this text."""
    key = _ring(tuple(settings.RECEIPT_KEYS)).get(signature.key_id)
    if key is None:
        return False
    try:
        key.public_key().verify(base64.b64decode(signature.value, validate=True), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys() -> dict[str, str]:
    """Id of the key to its public half in Base64, the newest first."""
    return {key_id: _public(key) for key_id, key in _ring(tuple(settings.RECEIPT_KEYS)).items()}


def _public(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> dict[str, Ed25519PrivateKey]:
    if not keys:
        raise ImproperlyConfigured("RECEIPT_KEYS is empty: there is no key to sign receipts with")
    pairs = (key.rpartition(":") for key in keys)
    return {
        name or "key": Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(seed)) for name, _, seed in pairs
    }
