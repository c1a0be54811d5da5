"""The header Idempotency-Key, for every POST of the interface."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from prm.kernel.errors import Invalid
from prm.kernel.once import answer_before, keep_answer, take_key

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
IN_DESCRIPTION = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Your name for this request: sent again within 7 days it is done once and answered the same. "
    "With another content it is refused (409).",
)


def key_of(request: Any) -> str:
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST_KEY or not key.isascii() or not (key.isprintable() or not key):
        raise Invalid(f"An {HEADER} has at most {LONGEST_KEY} plain characters.", code="bad_key")
    return key


def principal_of(request: Any) -> str:
    """The key of the interface that is used, or the person in a browser."""
    token = getattr(request._request, "api_token", None)
    return token.pk.hex if token is not None else request._request.member.pk.hex


def answered_once(handler: Callable[..., Any], key: str) -> Callable[..., Any]:
    """The handler, asked once for all requests with that key and content."""

    def answer(request: Any, *args: Any, **kwargs: Any) -> Any:
        member, principal, digest = request._request.member, principal_of(request), _digest(request)
        take_key(principal, key, by=member)
        before = answer_before(principal, key, digest)
        if before is not None:
            status, content = before
            return Response(content, status=status, headers={"Idempotent-Replayed": "true"})
        found = handler(request, *args, **kwargs)
        if isinstance(found, Response) and found.status_code < 300:
            content = json.loads(JSONRenderer().render(found.data) or b"null")
            keep_answer(principal, key, digest, status=found.status_code, answer=content, by=member)
        return found

    return answer


def _digest(request: Any) -> str:
    data = request.data
    if hasattr(data, "lists"):
        data = {name: [_plain(one) for one in values] for name, values in data.lists()}
    said = json.dumps([request.path, data], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256(value.read()).hexdigest()
    value.seek(0)
    return f"{value.name} {digest}"
