"""Documents of a partner: versions that stay, a signature in the portal, and who may read which paper."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions import (
    FileChanged,
    NotAgreed,
    add_document_version,
    decline_document,
    recall_document,
    record_document,
    send_document_for_signature,
    sign_document,
)
from partners.models import Document, DocumentVersion
from partners.queries import documents_to_sign, ending_documents, signed_documents
from prm.kernel import clock, files
from prm.kernel.errors import Conflict, IllegalMove, NotAllowed
from prm.kernel.members import set_signing_authority
from prm.kernel.tenancy.context import member_scope
from prm.kernel.uploads import BadFile
from tests.clients import token_client
from tests.papers import paper, pdf

HTML = b"<html><script>alert(1)</script></html>"


def upload(content=None, name="agreement.pdf"):
    return SimpleUploadedFile(name, pdf() if content is None else content, content_type="application/pdf")


@pytest.fixture
def agreement(cast):
    return record_document(
        cast.northwind, kind="agreement", title="Reseller agreement 2027", file=paper(), by=cast.operations
    )


@pytest.fixture
def signer(cast):
    return set_signing_authority(cast.champion, given=True, by=cast.operations)


def latest(document):
    return document.versions.order_by("-number").first()


def as_member(member, act, *args, **values):
    with member_scope(member):
        return act(*args, by=member, **values)


def test_a_new_upload_is_a_new_version_and_the_old_one_stays(cast, sign_in, agreement):
    client = sign_in(cast.operations)
    answer = client.post(f"/partners/documents/{agreement.pk}/add-version/", {"file": upload(pdf("second"))})
    assert answer.status_code == 302
    first, second = agreement.versions.order_by("number")
    for version, text in ((first, b"agreement"), (second, b"second")):
        got = client.get(f"/partners/documents/versions/{version.pk}/file/")
        assert text in got.content
        assert got["Content-Disposition"].startswith("attachment")
        assert "sandbox" in got["Content-Security-Policy"]
    page = client.get(f"/partners/documents/{agreement.pk}/").content.decode()
    assert str(first.pk) in page
    assert str(second.pk) in page


def test_the_champion_signs_what_was_sent(cast, sign_in, agreement, signer):
    version = send_document_for_signature(agreement, by=cast.operations)
    assert cast.northwind.pk not in signed_documents([cast.northwind.pk], clock.today()).get("agreement", set())
    assert list(documents_to_sign(signer)) == [version]
    client = sign_in(signer)
    address = f"/partners/documents/versions/{version.pk}/sign/"
    untouched = client.post(address, {"name": "Champion"})
    assert untouched.status_code == 422
    assert "Tick that you have read it" in untouched.content.decode()
    assert client.post(address, {"name": "Champion", "agreed": "on"}).status_code == 302
    version.refresh_from_db()
    assert (version.state, version.signed_name, version.signed_by_id) == ("signed", "Champion", signer.pk)
    assert version.signed_sha256 == version.file.sha256
    assert version.signed_at is not None
    assert signed_documents([cast.northwind.pk], clock.today())["agreement"] == {cast.northwind.pk}
    assert client.post(address, {"name": "Champion", "agreed": "on"}).status_code == 409


def test_who_may_not_sign(cast, agreement):
    version = send_document_for_signature(agreement, by=cast.operations)
    for member in (cast.champion, cast.seller, cast.cam, cast.operations, cast.chief):
        with pytest.raises(NotAllowed):
            sign_document(version, name="Somebody", agreed=True, by=member)
    set_signing_authority(cast.champion, given=True, by=cast.operations)
    with pytest.raises(NotAgreed):
        as_member(cast.champion, sign_document, version, name="Champion", agreed=False)
    as_member(cast.champion, sign_document, version, name="Champion", agreed=True)


def test_only_operations_gives_signing_authority(cast, sign_in):
    for member in (cast.cam, cast.chief, cast.champion, cast.admin):
        with pytest.raises(NotAllowed):
            set_signing_authority(cast.champion, given=True, by=member)
    with pytest.raises(NotAllowed):
        set_signing_authority(cast.seller, given=True, by=cast.operations)
    address = f"/people/{cast.champion.pk}/"
    client = sign_in(cast.operations)
    assert "Give signing authority" in client.get(address).content.decode()
    assert client.post(f"{address}authority/", {"given": "yes"}).status_code == 302
    cast.champion.refresh_from_db()
    assert cast.champion.signing_authority


def test_a_distributor_signs_for_the_partners_it_sponsors(cast):
    document = record_document(cast.sponsored, kind="terms", title="Terms", file=paper(), by=cast.operations)
    version = send_document_for_signature(document, by=cast.operations)
    as_member(cast.distributor, sign_document, version, name="Dora", agreed=True)
    assert latest(document).state == "signed"


def test_an_agreement_in_force_stays_so_until_the_new_version_is_signed(cast, agreement, signer):
    version = send_document_for_signature(agreement, by=cast.operations)
    as_member(signer, sign_document, version, name="Champion", agreed=True)
    newer = add_document_version(agreement, file=paper(text="new"), valid_to=dt.date(2099, 1, 1), by=cast.operations)
    agreement.refresh_from_db()
    assert agreement.signed_by == "Champion"
    assert agreement.valid_to is None
    sent = send_document_for_signature(agreement, by=cast.operations)
    assert sent.pk == newer.pk
    as_member(signer, sign_document, sent, name="Champion", agreed=True)
    agreement.refresh_from_db()
    assert agreement.valid_to == dt.date(2099, 1, 1)


def test_a_version_that_waits_and_the_one_that_holds_are_told_apart(cast, sign_in, agreement, signer):
    send_document_for_signature(agreement, by=cast.operations)
    as_member(signer, sign_document, latest(agreement), name="Champion", agreed=True)
    client = sign_in(cast.operations)
    tab = f"/partners/{cast.northwind.pk}/?tab=documents"
    assert "Version" not in client.get(tab).content.decode().partition('id="documents"')[2].partition("</ul>")[0]
    add_document_version(agreement, file=paper(text="new"), by=cast.operations)
    send_document_for_signature(agreement, by=cast.operations)
    for address in (tab, f"/partners/documents/{agreement.pk}/", "/partners/documents/"):
        page = client.get(address).content.decode()
        assert "Version 2 waits for signature" in page
        assert "version 1, " in page
    assert "version 2 · signed" not in client.get(tab).content.decode()


def test_a_newer_version_takes_back_what_was_sent(cast, agreement, signer):
    version = send_document_for_signature(agreement, by=cast.operations)
    add_document_version(agreement, file=paper(text="new"), by=cast.operations)
    version.refresh_from_db()
    assert version.state == "kept"
    with pytest.raises(Conflict):
        as_member(signer, sign_document, version, name="Champion", agreed=True)


def test_declined_with_a_reason_recalled_and_sent_again(cast, agreement, signer):
    version = send_document_for_signature(agreement, by=cast.operations)
    as_member(signer, decline_document, version, reason="Clause 4 is missing")
    assert latest(agreement).decline_reason == "Clause 4 is missing"
    send_document_for_signature(agreement, by=cast.operations)
    recall_document(agreement, by=cast.operations)
    with pytest.raises(IllegalMove):
        recall_document(agreement, by=cast.operations)
    assert latest(agreement).state == "kept"


def test_a_swapped_file_is_not_signed(cast, agreement, signer):
    version = send_document_for_signature(agreement, by=cast.operations)
    files._path(version.file.key).write_bytes(pdf("swapped"))
    with pytest.raises(FileChanged):
        as_member(signer, sign_document, version, name="Champion", agreed=True)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("champion", 200), ("cam", 200), ("chief", 200), ("finance", 200), ("auditor", 200),
        ("seller", 404), ("technician", 404), ("rival_champion", 404), ("other_cam", 404), ("stranger", 404),
    ],
)  # fmt: skip
def test_who_reads_a_document(cast, sign_in, agreement, who, status):
    version = latest(agreement)
    client = sign_in(getattr(cast, who))
    for path in (f"documents/{agreement.pk}/", f"documents/versions/{version.pk}/file/"):
        assert client.get(f"/partners/{path}").status_code == status
    assert client.get(f"/files/{version.file_id}/").status_code == 404
    assert (agreement.title in client.get("/partners/documents/").content.decode()) == (status == 200)


@pytest.mark.parametrize("content", [HTML, b"", b"<svg/>", pdf() + HTML])
def test_a_bad_file_comes_back_on_the_form_and_nothing_is_kept(cast, sign_in, content):
    answer = sign_in(cast.operations).post(
        f"/partners/{cast.northwind.pk}/documents/add/",
        {"kind": "agreement", "title": "Kept title", "file": upload(content)},
    )
    assert answer.status_code == 422
    assert "Kept title" in answer.content.decode()
    assert not Document.objects.exists()


def test_documents_over_the_api(cast, signer):
    client = token_client(cast.operations)
    sent = {"partner_id": str(cast.northwind.pk), "kind": "agreement", "title": "Agreement", "file": upload()}
    made = client.post("/api/v1/documents/", sent)
    assert made.status_code == 201
    address = f"/api/v1/documents/{made.json()['id']}/"
    assert client.post(f"{address}versions/", {"file": upload(HTML)}).json()["code"] == "file_type"
    assert client.post(f"{address}versions/", {"file": upload(pdf("2"))}).json()["number"] == 2
    version = client.post(f"{address}send/").json()
    assert version["state"] == "sent"
    signing = token_client(signer)
    signed = signing.post(
        f"/api/v1/document-versions/{version['id']}/sign/",
        {"name": "Champion", "agreed": True},
        content_type="application/json",
    )
    assert signed.json()["signed_sha256"] == version["sha256"]
    assert signing.get(f"/api/v1/document-versions/{version['id']}/file/").content.startswith(b"%PDF-")
    assert token_client(cast.seller).get("/api/v1/documents/").status_code == 403


def test_what_ends_within_thirty_days_is_found_once_nothing_follows(cast):
    today = clock.today()
    ending = record_document(
        cast.northwind, kind="agreement", title="Old", signed_on=today - dt.timedelta(days=300),
        valid_to=today + dt.timedelta(days=20), by=None,
    )  # fmt: skip
    assert list(ending_documents(today)) == [ending]
    assert list(ending_documents(today - dt.timedelta(days=15))) == []
    record_document(cast.northwind, kind="agreement", title="New", signed_on=today, by=None)
    assert list(ending_documents(today)) == []


def test_a_document_is_no_file_of_its_partner_in_the_database(cast, agreement):
    """The partner cannot write its vendor's papers, only sign through the action."""
    from django.db import DatabaseError, transaction

    with member_scope(cast.champion):
        assert Document.objects.filter(pk=agreement.pk).update(title="Mine") == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentVersion.objects.create(
                document=agreement, partner=cast.northwind, number=9, file=latest(agreement).file
            )


def test_bad_files_are_refused_by_the_action_too(cast):
    with pytest.raises(BadFile):
        record_document(cast.northwind, kind="other", title="x", file=paper("page.html"), by=cast.operations)
