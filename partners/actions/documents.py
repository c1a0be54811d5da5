"""Documents of a partner: keeping them, new versions, and the signature of the partner in its portal."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from partners.models import Contact, Document, DocumentVersion, Partner
from prm.kernel import clock, files
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership, StoredFile
from prm.kernel.policies import require
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text, same_name
from prm.kernel.uploads import Upload

KEPT_FOR = "partners.document"
NEEDS_SIGNATURE = (Document.Kind.AGREEMENT, Document.Kind.TERMS)
State = DocumentVersion.State


class OtherName(Invalid):
    """The typed name is not that of the person who is signed in."""

    code = "other_name"


class NotAgreed(Invalid):
    """Tick that you have read it and agree."""

    code = "not_agreed"


class FileChanged(Conflict):
    """The stored file is not the one that was sent. It cannot be signed; please tell your vendor."""

    code = "file_changed"


class NoFile(Invalid):
    """There is no file to sign yet: upload one first."""

    code = "no_file"


class OldVersion(Conflict):
    """There is a newer version of this document."""

    code = "old_version"


@transaction.atomic
def record_document(
    partner: Partner,
    *,
    by: Membership | None,
    kind: str,
    title: str,
    signed_by: str = "",
    signed_on: dt.date | None = None,
    valid_to: dt.date | None = None,
    file: Upload | None = None,
) -> Document:
    """Keep a document of a partner, with its file when there is one; it may have been signed on paper already."""
    require(by, "partners.record_document", partner)
    document = Document(partner=partner, kind=kind, title=clean_text(title, field="title"))
    _set_in_force(document, signed_by=signed_by, signed_on=signed_on, valid_to=valid_to)
    document.full_clean(exclude=["partner", "tenant"])
    document.save()
    record(document, "document.recorded", by=by, kind=kind, title=document.title)
    if file is not None:
        _add_version(document, file, by=by, valid_to=valid_to)
    return document


@transaction.atomic
def add_document_version(
    document: Document,
    *,
    by: Membership | None,
    file: Upload,
    signed_by: str = "",
    signed_on: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> DocumentVersion:
    """Upload a newer version; the old ones stay readable, and one that waits for its signature is taken back.

    An agreement signed before stays in force until the new version is signed, here or on paper.
    """
    require(by, "partners.add_document_version", document)
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    touch(document)
    for waiting in document.versions.filter(state=State.SENT):
        move(waiting, State.KEPT)
    version = _add_version(document, file, by=by, valid_to=valid_to)
    if signed_on is not None or document.kind not in NEEDS_SIGNATURE:
        _set_in_force(document, signed_by=signed_by, signed_on=signed_on, valid_to=valid_to)
        document.full_clean(exclude=["partner", "tenant"])
        document.save(update_fields=["signed_by", "signed_on", "valid_to", "updated_at"])
    return record(version, "document.version_added", by=by, title=document.title, number=version.number)


@transaction.atomic
def send_document_for_signature(document: Document, *, by: Membership | None) -> DocumentVersion:
    """Ask the partner to sign the latest version: it waits in the portal of those who may sign for it."""
    require(by, "partners.send_document_for_signature", document)
    return put_up_for_signature(document, by=by)


def put_up_for_signature(document: Document, *, by: Membership | None) -> DocumentVersion:
    """The sending itself, for actions that have asked whether this member may."""
    version = latest_version(document)
    if version is None:
        raise NoFile()
    if version.file.scan != StoredFile.Scan.CLEAN:
        raise files.NotChecked()
    move(version, State.SENT)
    version.sent_at, version.sent_by, version.decline_reason = clock.now(), by, ""
    version.save(update_fields=["sent_at", "sent_by", "decline_reason", "updated_at"])
    return record(version, "document.sent", by=by, title=document.title, number=version.number)


@transaction.atomic
def recall_document(document: Document, *, by: Membership | None) -> DocumentVersion:
    """Take back what was sent for signature."""
    require(by, "partners.recall_document", document)
    version = latest_version(document)
    if version is None:
        raise NoFile()
    move(version, State.KEPT)
    return record(version, "document.recalled", by=by, title=document.title, number=version.number)


@transaction.atomic
def sign_document(version: DocumentVersion, *, by: Membership | None, name: str, agreed: bool) -> DocumentVersion:
    """Sign what the vendor sent: the typed name, the login, the moment and the hash of the very file are kept.

    The name is that of the person who is signed in, as the login or the contact has it.
    The partner may not write its vendor's papers, so the signature is set in the vendor's scope.
    """
    require(by, "partners.sign_document", version)
    typed = clean_text(name, field="name", max_length=160)
    if len(typed) < 2:
        raise Invalid("Type your full name.", field="name")
    if by is not None and same_name(typed) not in {same_name(name) for name in names_of(by)}:
        raise OtherName(
            f"You are signed in as {by.user.name}: type that name. Whoever else signs does so with the own login.",
            field="name",
        )
    if not agreed:
        raise NotAgreed(field="agreed")
    with vendor_scope("the partner's signature on a document"):
        document = Document.objects.select_for_update(of=("self",)).get(pk=version.document_id)
        _must_be_latest(version)
        sha256 = hashlib.sha256(files.read(version.file)).hexdigest()
        if sha256 != version.file.sha256:
            raise FileChanged()
        version.signed_name, version.signed_sha256 = typed, sha256
        version.signed_at, version.signed_by = clock.now(), by
        _save_with_state(version, State.SIGNED, ["signed_name", "signed_sha256", "signed_at", "signed_by"])
        _set_in_force(document, signed_by=typed, signed_on=clock.today(), valid_to=version.valid_to)
        document.save(update_fields=["signed_by", "signed_on", "valid_to", "updated_at"])
        return record(version, "document.signed", by=by, title=document.title, number=version.number, name=typed)


@transaction.atomic
def decline_document(version: DocumentVersion, *, by: Membership | None, reason: str) -> DocumentVersion:
    """Refuse to sign, with the reason; the vendor may send it again or bring a newer version."""
    require(by, "partners.decline_document", version)
    text = clean_text(reason, field="reason", max_length=500)
    if not text:
        raise Invalid("Say why, so that it can be mended.", field="reason")
    with vendor_scope("the partner's answer to a document"):
        _must_be_latest(version)
        version.decline_reason = text
        _save_with_state(version, State.DECLINED, ["decline_reason"])
        return record(version, "document.declined", by=by, title=version.document.title, reason=text)


def names_of(member: Membership) -> set[str]:
    """What this person is called: as the login has it, and as the contact it is joined with."""
    same = Q(member=member) | Q(email=member.user.email)
    contacts = Contact.objects.filter(same, partner=member.partner_id).exclude(name="")
    return {member.user.name, *contacts.values_list("name", flat=True)}


def latest_version(document: Document) -> DocumentVersion | None:
    return document.versions.select_related("file").order_by("-number").first()


def _add_version(
    document: Document, file: Upload, *, by: Membership | None, valid_to: dt.date | None
) -> DocumentVersion:
    last = document.versions.aggregate(last=Max("number"))["last"] or 0
    stored = files.store_upload(file, made_by=by, partner_id=document.partner_id, kept_for=KEPT_FOR)
    return DocumentVersion.objects.create(
        document=document, partner_id=document.partner_id, number=last + 1, file=stored, valid_to=valid_to
    )


def _set_in_force(document: Document, *, signed_by: str, signed_on: dt.date | None, valid_to: dt.date | None) -> None:
    if signed_on is not None and valid_to is not None and valid_to < signed_on:
        raise Invalid("It cannot end before it was signed.", field="valid_to")
    document.signed_by = clean_text(signed_by, field="signed_by", max_length=160)
    document.signed_on, document.valid_to = signed_on, valid_to


def _must_be_latest(version: DocumentVersion) -> None:
    if DocumentVersion.objects.filter(document_id=version.document_id, number__gt=version.number).exists():
        raise OldVersion()


def _save_with_state(version: DocumentVersion, to: str, fields: list[str]) -> None:
    """What a state asks for is set before the state itself, in one transaction (the database checks each row)."""
    values: dict[str, Any] = {field: getattr(version, field) for field in fields}
    if not DocumentVersion.objects.filter(pk=version.pk, version=version.version, state=State.SENT).update(**values):
        raise Conflict("This does not wait for a signature any more.")
    move(version, to)
