"""Documents and their versions as a page shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from partners.models import Document, DocumentVersion
from partners.queries.documents import ENDS_SOON
from prm.kernel import clock
from prm.kernel.models import StoredFile
from prm.kernel.web.format import formatter

STATE_TONES = {"kept": "grey", "sent": "yellow", "signed": "green", "declined": "red"}


@dataclass(frozen=True)
class DocumentRow:
    """One line of a list of documents, annotated by `with_state`.

    `in_force` is set where another version than the latest one holds: it says which, and when it was signed.
    """

    id: UUID
    title: str
    kind: str
    state: str
    tone: str
    version: str
    signed: str
    in_force: str
    until: str
    url: str
    partner: str


@dataclass(frozen=True)
class VersionRow:
    """One version with its file and the signature it carries."""

    id: UUID
    number: int
    state: str
    tone: str
    file: str
    size: str
    is_clean: bool
    scan: str
    by: str
    on: str
    signature: str
    login: str
    signed_at: str
    sha256: str
    reason: str


def present_documents(documents: Sequence[Any], *, with_partner: bool = False) -> list[DocumentRow]:
    write, today = formatter(), clock.today()
    kinds = {value: str(label) for value, label in Document.Kind.choices}
    rows = []
    for document in documents:
        state, tone = _state(document, today)
        is_earlier = _holds_earlier(document)
        signed = write.day(document.signed_on) if document.signed_on else ""
        if signed and document.signed_by:
            signed = f"{signed}, {document.signed_by}"
        in_force = signed if is_earlier else ""
        if is_earlier and document.signed_number:
            in_force = _("version %(n)s, %(signed)s") % {"n": document.signed_number, "signed": signed}
        rows.append(
            DocumentRow(
                id=document.pk,
                title=document.title,
                kind=kinds[document.kind],
                state=state,
                tone=tone,
                version=str(document.latest_number or ""),
                signed=in_force or signed,
                in_force=in_force,
                until=write.day(document.valid_to) if document.valid_to else "",
                url=document.get_absolute_url(),
                partner=document.partner.name if with_partner else "",
            )
        )
    return rows


def _holds_earlier(document: Any) -> bool:
    """Whether the latest version is not signed while an earlier one holds. (One signed on paper stays on file.)"""
    if document.signed_on is None or document.latest_number is None:
        return False
    if document.latest_state == DocumentVersion.State.KEPT:
        return document.signed_number is not None
    return bool(document.latest_state != DocumentVersion.State.SIGNED)


def _state(document: Any, today: dt.date) -> tuple[str, str]:
    """What is most worth knowing: a signature that is waited for, an end, or that it is in force."""
    if document.latest_state in {DocumentVersion.State.SENT, DocumentVersion.State.DECLINED}:
        state = DocumentVersion.State(document.latest_state)
        if not _holds_earlier(document):
            return str(state.label), STATE_TONES[state]
        words = _("Version %(n)s waits for signature") if state == "sent" else _("Version %(n)s declined")
        return words % {"n": document.latest_number}, STATE_TONES[state]
    if document.valid_to is not None and document.valid_to < today:
        return _("Ended"), "red"
    if document.valid_to is not None and document.valid_to <= today + dt.timedelta(days=ENDS_SOON):
        return _("Ends soon"), "yellow"
    return (_("Signed"), "green") if document.signed_on else (_("On file"), "grey")


def present_versions(versions: Sequence[DocumentVersion]) -> list[VersionRow]:
    write = formatter()
    return [
        VersionRow(
            id=version.pk,
            number=version.number,
            state=str(DocumentVersion.State(version.state).label),
            tone=STATE_TONES[version.state],
            file=version.file.name,
            size=_size(version.file.size),
            is_clean=version.file.scan == StoredFile.Scan.CLEAN,
            scan=str(StoredFile.Scan(version.file.scan).label),
            by=version.file.made_by.user.name if version.file.made_by else "",
            on=write.moment(version.created_at),
            signature=version.signed_name,
            login=version.signed_by.user.email if version.signed_by else "",
            signed_at=write.moment(version.signed_at) if version.signed_at else "",
            sha256=version.signed_sha256,
            reason=version.decline_reason if version.state == DocumentVersion.State.DECLINED else "",
        )
        for version in versions
    ]


def _size(size: int) -> str:
    write = formatter()
    if size >= 1048576:
        return f"{write.number(Decimal(size) / 1048576, 1)} MB"
    return f"{write.number(max(1, size // 1024))} kB"
