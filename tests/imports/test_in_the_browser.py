"""Imports in the browser: the same engine as the command, with names for columns, a preview, and a worker."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import openpyxl
import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.models import Partner, PartnerProfile
from prm.kernel.imports.mapping import proposed, value_map
from prm.kernel.imports.profiles import load_profile
from prm.kernel.imports.registry import importer_of
from prm.kernel.imports.run import run
from prm.kernel.imports.uploads import APPLY_TASK, CHECK_TASK
from prm.kernel.models import Delivery, ImportBatch, ImportMapping, ImportUpload, Job, StoredFile
from prm.kernel.outbox import run_delivery
from tests.clients import token_client

CSV = (
    "Account ID;Company name;Country;Staff;Kind\nB1;Älpenrad GmbH;DE;12;Händler\nB2;=Bike;CA;;Händler\nB3;Co;US;3;msp\n"
)
NAMED = {
    "column-external_id": "Account ID",
    "column-name": "Company name",
    "column-country": "Country",
    "column-employees": "Staff",
    "column-type": "Kind",
    "map-type": "Händler = reseller",
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def send(client, content=CSV, name="kunden.csv", entity="partners", **more):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post("/imports/upload/", {"entity": entity, "file": SimpleUploadedFile(name, data), **more})


def work(cast, task):
    waiting = Delivery.objects.get(task=task, state="waiting")
    return run_delivery(cast.acme.pk, waiting.pk)


def imported():
    return Partner.objects.exclude(external_id="")


def test_a_file_is_named_checked_and_brought_in(cast, sign_in):
    client = sign_in(cast.operations)
    sent = send(client)
    assert sent.status_code == 302
    upload = ImportUpload.objects.get()
    assert upload.mapping["fields"]["name"] == {"column": "Company name"}  # proposed by its name
    page = client.get(f"/imports/{upload.pk}/").content.decode()
    assert "Älpenrad GmbH" in page
    assert "Columns that are not used" in page
    assert "/jobs/" in client.post(f"/imports/{upload.pk}/", NAMED)["Location"]
    assert client.post(f"/imports/{upload.pk}/apply/").status_code in {400, 409}  # not checked yet
    assert work(cast, CHECK_TASK) == "done"
    assert not imported().exists()  # a preview
    upload.refresh_from_db()
    assert (upload.state, upload.report["created"], upload.report["may_apply"]) == ("checked", 3, True)
    preview = client.get(f"/imports/{upload.pk}/").content.decode()
    assert "Every row can come in" in preview
    assert "The first rows, as they were read" in preview
    assert upload.report["sample"][1]["values"]["name"] == "=Bike"
    client.post(f"/imports/{upload.pk}/apply/")
    assert work(cast, APPLY_TASK) == "done"
    assert set(imported().values_list("type", flat=True)) == {"reseller", "msp"}
    assert imported().get(external_id="B2").name == "=Bike"
    batch = ImportBatch.objects.get()
    assert (batch.created, batch.by, batch.state) == (3, cast.operations, "applied")
    assert "The file is in." in client.get(f"/imports/{upload.pk}/").content.decode()
    assert f"/imports/batches/{batch.pk}/" in client.get(f"/imports/{upload.pk}/").content.decode()
    assert "Take it back" in client.get(f"/imports/batches/{batch.pk}/").content.decode()
    assert "kunden.csv" in client.get("/imports/").content.decode()
    assert Job.objects.filter(kind="import", state="done").count() == 2
    assert StoredFile.objects.get().sha256 == batch.sha256
    assert client.post(f"/imports/batches/{batch.pk}/undo/").status_code == 302
    back = client.get(f"/imports/{upload.pk}/").content.decode()
    assert f"{cast.operations.user.name} took this import back on" in back
    assert "The file is in." not in back
    assert "take it back" not in back


def test_faulty_rows_are_told_with_their_place_and_keep_the_file_out(cast, sign_in):
    client = sign_in(cast.operations)
    send(client, CSV + "B4;Nowhere;ZZ;many;msp\n")
    upload = ImportUpload.objects.get()
    client.post(f"/imports/{upload.pk}/", NAMED)
    work(cast, CHECK_TASK)
    page = client.get(f"/imports/{upload.pk}/").content.decode()
    assert "many" in page
    assert "Staff" in page
    assert client.post(f"/imports/{upload.pk}/apply/").status_code == 400
    client.post(f"/imports/{upload.pk}/", NAMED | {"skip": "on"})
    work(cast, CHECK_TASK)
    client.post(f"/imports/{upload.pk}/apply/")
    work(cast, APPLY_TASK)
    assert imported().count() == 3
    assert ImportBatch.objects.get().failed == 1


DOUBLES = "\n".join(
    (
        "Account ID;Company name;Country;Staff",
        "B1;Northwind GmbH;DE;12",
        "B2;Northwind;DE;13",
        "B3;Northwind;DE;14",
        "B4;New Co;US;15",
        "",
    )
)
DOUBLED = {name: column for name, column in NAMED.items() if "type" not in name}


def test_rows_that_may_be_there_are_left_out_unless_one_says_otherwise(cast, sign_in):
    client, before = sign_in(cast.operations), Partner.objects.count()
    send(client, DOUBLES)
    upload = ImportUpload.objects.get()
    client.post(f"/imports/{upload.pk}/", DOUBLED)
    work(cast, CHECK_TASK)
    upload.refresh_from_db()
    assert [double["line"] for double in upload.report["doubles"]] == [2, 3, 4]
    assert (upload.report["created"], upload.report["left_out"]) == (1, 3)
    page = client.get(f"/imports/{upload.pk}/").content.decode()
    assert f"/partners/{cast.northwind.pk}/" in page
    assert "Add it anyway" in page
    wrong = client.post(f"/imports/{upload.pk}/apply/", {"double-2": str(cast.rival.pk)})
    assert wrong.status_code == 400  # not one of those that it may be
    client.post(
        f"/imports/{upload.pk}/apply/", {"double-2": "leave", "double-3": "create", "double-4": str(cast.northwind.pk)}
    )
    assert work(cast, APPLY_TASK) == "done"
    assert set(imported().values_list("external_id", flat=True)) == {"B2", "B3", "B4"}
    assert Partner.objects.count() == before + 2
    assert Partner.objects.get(external_id="B3").pk == cast.northwind.pk
    assert PartnerProfile.objects.get(partner=cast.northwind).employees == 14
    batch = ImportBatch.objects.get()
    assert (batch.rows, batch.created, batch.updated) == (3, 2, 1)


def test_the_downloaded_profile_does_the_same_by_command(cast, sign_in, tmp_path):
    client = sign_in(cast.operations)
    send(client)
    upload = ImportUpload.objects.get()
    client.post(f"/imports/{upload.pk}/", NAMED)
    text = client.get(f"/imports/{upload.pk}/profile/").content.decode()
    assert yaml.safe_load(text)["files"][0]["columns"]["type"]["map"] == {"Händler": "reseller"}
    folder = tmp_path / "command"
    folder.mkdir()
    (folder / "kunden.csv").write_text(CSV, encoding="utf-8")
    Path(folder / "profile.yaml").write_text(text, encoding="utf-8")
    report = run(load_profile(folder / "profile.yaml", folder), cast.acme, by=None)[0]
    assert (report.state, report.created) == ("applied", 3)
    work(cast, CHECK_TASK)
    upload.refresh_from_db()
    assert upload.report["unchanged"] == 3  # the same engine finds nothing to change


def test_a_mapping_is_kept_for_the_next_file(cast, sign_in):
    client = sign_in(cast.operations)
    send(client)
    upload = ImportUpload.objects.get()
    client.post(f"/imports/{upload.pk}/", NAMED | {"constant-source": "Old system"})
    assert client.post(f"/imports/{upload.pk}/keep/", {"name": "ERP"}).status_code == 302
    mapping = ImportMapping.objects.get()
    send(client, name="next.csv", mapping=str(mapping.pk))
    again = ImportUpload.objects.get(file_name="next.csv")
    assert again.mapping["fields"]["type"]["map"] == {"Händler": "reseller"}
    assert again.mapping["fields"]["source"] == {"constant": "Old system"}


def spreadsheet():
    book = openpyxl.Workbook()
    book.active.append(["External ID", "Name", "Country"])
    book.active.append(["X1", "Sheet & Co", "DE"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", spreadsheet()), ("a.csv.gz", gzip.compress(CSV.encode())), ("a.tsv", "Id\tName\n")]
)
def test_kinds_of_files(cast, sign_in, name, content):
    assert send(sign_in(cast.operations), content, name).status_code == 302
    assert ImportUpload.objects.get().mapping["fields"]["name"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.xlsx", b"PK\x03\x04 no sheet"),
        ("a.xlsx", b"hello"),
        ("a.csv.gz", b"\x1f\x8bnothing"),
        ("a.exe", b"MZ"),
        ("a.csv", b"Name,Name\n1,2\n"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_not_kept(cast, sign_in, name, content):
    answer = send(sign_in(cast.operations), content, name)
    assert answer.status_code == 422
    assert not ImportUpload.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_value_that_names_no_pair_and_a_missing_column_come_back(cast, sign_in):
    client = sign_in(cast.operations)
    send(client)
    upload = ImportUpload.objects.get()
    answer = client.post(f"/imports/{upload.pk}/", NAMED | {"map-type": "Händler reseller"})
    assert answer.status_code == 422
    assert "theirs = ours" in answer.content.decode()
    missing = {k: v for k, v in NAMED.items() if k != "column-country"}
    answer = client.post(f"/imports/{upload.pk}/", missing)
    assert answer.status_code == 422
    assert "Say which column is the country" in answer.content.decode()
    with pytest.raises(ValueError, match="theirs"):
        value_map("no sign")


def test_who_may_import_what(cast, sign_in):
    assert sign_in(cast.marketing).get("/imports/").status_code == 403
    assert sign_in(cast.technician).get("/imports/upload/").status_code == 403
    for registers in (cast.cam, cast.champion):  # deals, and nothing else
        assert send(sign_in(registers)).status_code == 422
        assert "Deal registrations" in sign_in(registers).get("/imports/upload/").content.decode()
    assert send(sign_in(cast.finance)).status_code == 422  # bookings, but no partners
    client = sign_in(cast.operations)
    send(client)
    upload = ImportUpload.objects.get()
    assert sign_in(cast.chief).get(f"/imports/{upload.pk}/").status_code == 404
    assert sign_in(cast.chief).get(f"/files/{upload.file_id}/").status_code == 404


def test_columns_are_proposed_by_what_others_call_them():
    found = proposed(importer_of("partners"), ["Account Number", "Company Name", "Land", "ZIP", "City", "Turnover"])
    assert found == {
        "name": "Company Name",
        "country": "Land",
        "postal_code": "ZIP",
        "city": "City",
        "annual_revenue": "Turnover",
    }


def test_the_same_way_in_the_api(cast):
    client = token_client(cast.operations)
    file = SimpleUploadedFile("kunden.csv", CSV.encode())
    sent = client.post("/api/v1/import-files/", {"entity": "partners", "file": file})
    assert sent.status_code == 201, sent.content
    at, fields = f"/api/v1/import-files/{sent.json()['id']}", sent.json()["mapping"]["fields"]
    assert fields["name"] == {"column": "Company name"}
    unknown = client.post(f"{at}/check/", {"fields": {"nothing": {"column": "Staff"}}}, "application/json")
    assert unknown.status_code == 400
    both = {"fields": {"name": {"column": "Staff", "constant": "A"}}}
    assert client.post(f"{at}/check/", both, "application/json").status_code == 400
    said = fields | {"type": {"column": "Kind", "map": {"Händler": "reseller"}}}
    assert client.post(f"{at}/apply/").status_code == 400  # not checked yet
    assert client.post(f"{at}/check/", {"fields": said}, "application/json").status_code == 202
    work(cast, CHECK_TASK)
    assert client.get(f"{at}/").json()["report"]["created"] == 3
    assert client.post(f"{at}/apply/").status_code == 202
    work(cast, APPLY_TASK)
    assert imported().count() == 3
    file = SimpleUploadedFile("kunden.csv", CSV.encode())
    assert (
        token_client(cast.finance).post("/api/v1/import-files/", {"entity": "partners", "file": file}).status_code
        == 400
    )
    assert token_client(cast.chief).get(f"{at}/").status_code == 404
