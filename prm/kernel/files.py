"""Stored files: random keys, content checked, always served as attachments by a view that checked the row."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse

from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership, StoredFile
from prm.kernel.outbox import later
from prm.kernel.scanning import needs_waiting, verdict_on
from prm.kernel.tenancy.context import current_tenant_id
from prm.kernel.uploads import PAPER_BYTES, PAPERS, Upload, accept, safe_name

# What may be stored: by kind of file, never by what the sender claims.
CONTENT_TYPES = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
    "gz": "application/gzip",
    "ics": "text/calendar; charset=utf-8",
}
SIGNATURES = {
    "gz": b"\x1f\x8b",
    "pptx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "docx": b"PK\x03\x04",
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
}


class NotChecked(Conflict):
    """This file has not been checked for harmful content yet. Please try again in a minute."""

    code = "file_not_checked"


class Blocked(Conflict):
    """This file holds harmful content and is not handed out."""

    code = "file_blocked"


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
    kept_for: str = "",
    scan: str = StoredFile.Scan.CLEAN,
) -> StoredFile:
    """Keep `content` as a file of `kind` (an ending from CONTENT_TYPES) and return its row.

    `kept_for` names the record whose own page alone hands it out; without, whoever may know of the row gets it.
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
        name=safe_name(name),
        content_type=CONTENT_TYPES[kind],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        key=key,
        kind=kind,
        kept_for=kept_for,
        scan=scan,
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


def store_upload(
    upload: Upload,
    *,
    made_by: Membership | None,
    partner_id: UUID | None,
    kept_for: str,
    kinds: Collection[str] = PAPERS,
    limit: int = PAPER_BYTES,
) -> StoredFile:
    """Keep what somebody brought, once it is known what it is; handed out only when it was found clean."""
    accepted = accept(upload, kinds=kinds, limit=limit)
    waits = needs_waiting()
    stored = store(
        accepted.content,
        name=accepted.name,
        kind=accepted.kind,
        made_by=made_by,
        partner_id=partner_id,
        kept_for=kept_for,
        scan=StoredFile.Scan.PENDING if waits else verdict_on(accepted.content),
    )
    if waits:
        later("kernel.scan_file", by=None, key=f"kernel.scan_file:{stored.pk}", stored_file_id=stored.pk)
    return stored


def scan_file(file: StoredFile) -> StoredFile:
    """Ask the scanner about a waiting file. Its silence is an error, so that the question is asked again."""
    if file.scan == StoredFile.Scan.PENDING:
        file.scan = verdict_on(read(file))
        file.save(update_fields=["scan", "updated_at"])
    return file


def read(file: StoredFile) -> bytes:
    return _path(file.key).read_bytes()


def serve(file: StoredFile) -> HttpResponse:
    """The file as an attachment that no browser runs; refused until it was found clean."""
    if file.scan != StoredFile.Scan.CLEAN:
        raise Blocked() if file.scan == StoredFile.Scan.BLOCKED else NotChecked()
    response = HttpResponse(read(file), content_type=file.content_type)
    ascii_name = re.sub(r"[^A-Za-z0-9._ -]", "_", file.name)
    response["Content-Disposition"] = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": True}  # type: ignore[attr-defined]
    return response


def _path(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key
