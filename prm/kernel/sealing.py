"""Text that is stored encrypted: with the key ring FIELD_KEYS, the newest key writes, all keys read.

What is sealed is bound to the row it belongs to, so that a copy in another row does not open.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Unreadable(ValueError):
    """None of the keys opens this, or it belongs to another row."""


def seal(values: dict[str, Any], *, row: UUID) -> str:
    """The values, encrypted and bound to the row."""
    return _ring(tuple(settings.FIELD_KEYS)).encrypt(json.dumps({"row": str(row), **values}).encode()).decode()


def unseal(sealed: str, *, row: UUID) -> dict[str, Any]:
    """What was sealed for this row; raises Unreadable."""
    try:
        values = json.loads(_ring(tuple(settings.FIELD_KEYS)).decrypt(sealed.encode()))
    except (InvalidToken, ValueError) as error:
        raise Unreadable from error
    if values.pop("row", None) != str(row):
        raise Unreadable
    return values


def reseal(sealed: str) -> str:
    """The same under the newest key, so that an old key can be given up."""
    try:
        return _ring(tuple(settings.FIELD_KEYS)).rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty: there is no key to encrypt with")
    return MultiFernet([Fernet(key.partition(":")[2] or key) for key in keys])
