"""Stored files: random keys, content checked, always served as attachments by a view that checked the row."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse

from prm.kernel.errors import Invalid
from prm.kernel.models import Membership, StoredFile
from prm.kernel.tenancy.context import current_tenant_id

# What may be stored: by kind of file, never by what the sender claims.
CONTENT_TYPES = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
    "gz": "application/gzip",
}
SIGNATURES = {
    "gz": b"\x1f\x8b",
    "pptx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
}


def store(
    content: bytes,
    *,
    id: UUID | None = None,
    name: str,
    kind: str,
    made_by: Membership | None,
    partner_id: UUID | None = None,
    is_personal: bool = False,
    expires_at: dt.datetime | None = None,
) -> StoredFile:
    """Keep `content` as a file of `kind` (an ending from CONTENT_TYPES) and return its row.

    Raises Invalid for an unknown kind, content that is not of that kind, and files over the limit.
    """
    if kind not in CONTENT_TYPES or not content.startswith(SIGNATURES.get(kind, b"")):
        raise Invalid(f"This is not a file of type {kind}.", code="file_type")
    if len(content) > settings.MAX_UPLOAD_BYTES:
        raise Invalid("The file is too large.", code="file_size")
    key = f"{current_tenant_id()}/{partner_id or 'vendor'}/{secrets.token_hex(16)}"
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return StoredFile.objects.create(
        id=id or uuid4(),
        partner_id=partner_id,
        name=_safe_name(name),
        content_type=CONTENT_TYPES[kind],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        key=key,
        kind=kind,
        made_by=made_by,
        is_personal=is_personal,
        expires_at=expires_at,
    )


def drop_expired(at: dt.datetime) -> int:
    """Delete the files whose time is over, each with its row. Returns how many."""
    over = list(StoredFile.objects.filter(expires_at__lt=at)[:1000])
    for file in over:
        file.delete()
        transaction.on_commit(lambda key=file.key: _path(key).unlink(missing_ok=True))  # type: ignore[misc]
    return len(over)


def path_of(file: StoredFile) -> Path:
    """Where the content lies, for readers that need a file."""
    return _path(file.key)


def read(file: StoredFile) -> bytes:
    return _path(file.key).read_bytes()


def serve(file: StoredFile) -> HttpResponse:
    """The file as an attachment that no browser runs."""
    response = HttpResponse(read(file), content_type=file.content_type)
    ascii_name = re.sub(r"[^A-Za-z0-9._ -]", "_", file.name)
    response["Content-Disposition"] = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": True}  # type: ignore[attr-defined]
    return response


def _path(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key


def _safe_name(name: str) -> str:
    """A file name is data: no path, no control characters."""
    return re.sub(r"[\x00-\x1f/\\]", "_", name)[:200]
