"""Files that come with a request: cut off at the limit while they stream in, and handed on as plain content."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from rest_framework import serializers

from prm.kernel.uploads import OFFICE_PARTS, Upload


class CutOffHandler(FileUploadHandler):
    """First in the row: keeps one piece more than allowed of each file, so that too large is seen and never stored."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.MAX_UPLOAD_BYTES else None

    def file_complete(self, file_size: int) -> None:
        return None


def as_upload(uploaded: UploadedFile) -> Upload:
    return Upload(uploaded.name or "", uploaded.read())


class UploadField(forms.FileField):
    """A file of a form, as an `Upload`; what it is and whether it may be kept is asked by the action."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "File")
        kwargs.setdefault("help_text", "PDF, Word, Excel, PowerPoint, PNG or JPEG, up to 20 MB")
        kwargs.setdefault("allow_empty_file", True)  # the action says what is wrong with it
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ",".join(f".{e}" for e in ("pdf", *OFFICE_PARTS, "png", "jpg", "jpeg"))

    def clean(self, data: Any, initial: Any = None) -> Any:
        uploaded = super().clean(data, initial)
        return as_upload(uploaded) if isinstance(uploaded, UploadedFile) else None


class UploadInput(serializers.FileField):
    """A file of an API request (multipart/form-data), as an `Upload`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return as_upload(super().to_internal_value(data))
