"""A table that is no list of records (figures, settings, what one was told) as a file: what its page shows, whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse

from prm.kernel.events import record
from prm.kernel.exports import EXPORT_LIMIT, as_file, attachment
from prm.kernel.web.list_exports import KINDS, TooLarge
from prm.kernel.words import own_word


def table_export(
    request: HttpRequest, name: str, heads: Sequence[Any], rows: Callable[[], Iterable[Sequence[Any]]]
) -> HttpResponse | None:
    """The file that `{% export_menu %}` of the page asks for; None when the page itself is asked for."""
    kind = request.GET.get("format", "")
    if kind not in KINDS or request.method != "GET":
        return None
    found = list(islice(rows(), EXPORT_LIMIT + 1))
    if len(found) > EXPORT_LIMIT:
        raise TooLarge()
    member: Any = request.member  # type: ignore[attr-defined]
    table = [[str(own_word(head)) for head in heads], *found]
    content = as_file(table, kind, marked=request.GET.get("bom") != "no")
    record(member, "list.exported", by=member, list=name, rows=len(found), format=kind)
    return attachment(content, name, kind)
