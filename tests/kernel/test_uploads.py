"""What people upload is judged by its content; what is kept is never run by a browser."""

import io
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from prm.kernel import files, scanning, uploads
from prm.kernel.models import StoredFile
from prm.kernel.outbox import run_delivery
from prm.kernel.uploads import BadFile, Upload, accept, safe_name
from tests.papers import TYPES, docx, paper, pdf, picture

HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def exif() -> bytes:
    from PIL import Image

    data = Image.Exif()
    data[0x010F] = "SECRETCAMERA"
    return data.tobytes()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", pdf(), "pdf"),
        ("A.PDF", pdf(), "pdf"),
        ("no ending", pdf(), "pdf"),
        ("contract v1.2 final", pdf(), "pdf"),
        ("a.docx", docx(), "docx"),
        ("a.png", picture(), "png"),
        ("a.jpeg", picture("JPEG"), "jpg"),
    ],
)
def test_honest_files_are_accepted(name, content, kind):
    assert accept(Upload(name, content)).kind == kind


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "file_empty"),
        ("page.pdf", HTML, "file_type"),
        ("drawing.svg", SVG, "file_type"),
        ("drawing.png", SVG, "file_type"),
        ("run.exe", b"MZ" + b"\0" * 64, "file_type"),
        ("run.exe", pdf(), "file_type"),
        ("page.html", pdf(), "file_type"),
        ("tool.pdf", b"PK\x03\x04" + b"\0" * 30, "file_type"),
        ("two.pdf", pdf() + HTML, "file_two_things"),
        ("two.pdf", pdf() + docx(), "file_two_things"),
        ("front.pdf", HTML + pdf(), "file_type"),
        ("cut.pdf", pdf()[:20], "file_broken"),
        ("alive.pdf", pdf("x").replace(b"/Title", b"/JavaScript"), "file_active"),
        ("bomb.docx", docx({"word/media/a.bin": b"\0" * 30_000_000}), "file_bomb"),
        ("many.docx", docx({f"x{n}": b"" for n in range(5_001)}), "file_bomb"),
        ("climbs.docx", docx({"../../etc/passwd": b"x"}), "file_bomb"),
        ("macro.docx", docx({"word/vbaProject.bin": b"x"}), "file_active"),
        ("macro.docx", docx(types=TYPES.replace(b"word/doc", b"macroEnabled/word/doc")), "file_active"),
        ("broken.png", picture()[:40], "file_broken"),
    ],
)
def test_dishonest_files_are_refused(name, content, code):
    with pytest.raises(BadFile) as refused:
        accept(Upload(name, content))
    assert refused.value.code == code


def test_too_large_and_too_many_pixels(monkeypatch):
    with pytest.raises(BadFile, match="larger") as refused:
        accept(Upload("a.pdf", pdf()), limit=10)
    assert refused.value.code == "file_size"
    monkeypatch.setattr(uploads, "MAX_PIXELS", 63)
    with pytest.raises(BadFile):
        accept(Upload("a.png", picture()))


def test_pictures_are_drawn_anew():
    sent = picture("JPEG", exif=exif())
    assert b"SECRETCAMERA" in sent
    kept = accept(Upload("photo.jpg", sent + HTML)).content
    assert b"SECRETCAMERA" not in kept
    assert b"<script>" not in kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\a.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a__Set-Cookie_ x.pdf"),
        ("gpj\u202efdp.pdf", "gpj_fdp.pdf"),
        ("Übersicht «Süd».pdf", "Übersicht «Süd».pdf"),
        (".htaccess", "htaccess"),
        ("", "file"),
    ],
)
def test_a_name_is_data(name, kept):
    assert safe_name(name) == kept
    assert len(safe_name("x" * 400 + ".pdf")) <= 150


def test_a_request_is_cut_off_at_the_limit(settings):
    settings.MAX_UPLOAD_BYTES = 100_000
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.pdf", b"x" * 5_000_000)})
    assert 100_000 < request.FILES["file"].size < 200_000


def keep(cast, upload=None):
    return files.store_upload(upload or paper(), made_by=cast.operations, partner_id=cast.northwind.pk, kept_for="x")


def test_a_stored_file_is_an_attachment_that_runs_nothing(cast):
    answer = files.serve(keep(cast, Upload('Ü"x.pdf', pdf())))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_kept_for_a_record_is_not_handed_out_by_its_own_address(cast, sign_in):
    stored = keep(cast)
    client = sign_in(cast.chief)
    assert client.get(f"/files/{stored.pk}/").status_code == 404
    StoredFile.objects.filter(pk=stored.pk).update(kept_for="")
    answer = client.get(f"/files/{stored.pk}/")
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_harmful_file_is_not_handed_out(cast):
    stored = keep(cast, Upload("virus.pdf", pdf(scanning.TEST_FILE.decode())))
    assert stored.scan == StoredFile.Scan.BLOCKED
    with pytest.raises(files.Blocked):
        files.serve(stored)


@pytest.mark.parametrize(("ends_with", "found"), [(0, "clean"), (1, "blocked"), (2, "pending")])
def test_a_scanner_that_is_silent_is_no_permission(cast, settings, ends_with, found):
    from prm.kernel.models import Delivery

    settings.FILE_SCAN_COMMAND = [sys.executable, "-c", f"import sys; sys.stdin.buffer.read(); sys.exit({ends_with})"]
    stored = keep(cast)
    with pytest.raises(files.NotChecked):
        files.serve(stored)
    run_delivery(cast.acme.pk, Delivery.objects.get(task="kernel.scan_file").pk)
    stored.refresh_from_db()
    assert stored.scan == found
    assert (io.BytesIO(files.serve(stored).content).read(5) == b"%PDF-") if found == "clean" else True
