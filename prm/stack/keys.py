"""The secrets of a development machine: made once, kept in var/secrets.json for this user alone.

A key ring is `id:key,id:key`, the newest first; the first key writes, all keys read. A key is 32 random
bytes in URL-safe base64. Production brings its own through the same three names in the environment.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path


def load_or_make(var: Path) -> dict[str, str]:
    """SECRET_KEY, FIELD_KEYS and RECEIPT_KEYS for this checkout."""
    file = var / "secrets.json"
    if file.exists():
        return json.loads(file.read_text())
    made = {"SECRET_KEY": secrets.token_urlsafe(50), "FIELD_KEYS": key_ring(), "RECEIPT_KEYS": key_ring()}
    var.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(made, out, indent=1)
    try:
        os.link(draft, file)  # fails when another start was quicker: its keys are the ones to use
    except FileExistsError:
        return json.loads(file.read_text())
    finally:
        draft.unlink()
    return made


def key_ring() -> str:
    """A ring with one fresh key."""
    return "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
