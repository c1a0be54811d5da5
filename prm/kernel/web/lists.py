"""The list of a page: filtered, sorted, paged, saved on the address, and exported as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse

from prm.kernel.exports import EXPORT_LIMIT, csv_response, xlsx_response

PER_PAGE = 50


@dataclass(frozen=True)
class Column:
    """A column that can be sorted by (`order`: fields, nulls last) and exported (`export`: row to value)."""

    name: str
    label: str
    order: tuple[str, ...] = ()
    export: Callable[[Any], Any] | None = None


@dataclass
class ListPage:
    """What a list template needs. `rows` are the presented records of this page."""

    request: HttpRequest
    page: Page
    columns: Sequence[Column]
    sort: str
    filterset: Any = None
    rows: list[Any] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @property
    def is_filtered(self) -> bool:
        return any(value for name, value in self.request.GET.items() if name not in {"sort", "page"})

    def address(self, **changes: str) -> str:
        """This list's address with some parameters changed; an empty value removes one."""
        query = {k: v for k, v in self.request.GET.dict().items() if k not in changes} | changes
        return "?" + urlencode({k: v for k, v in query.items() if v})

    def sort_address(self, name: str) -> str:
        return self.address(sort=f"-{name}" if self.sort == name else name, page="")

    def direction(self, name: str) -> str:
        """`ascending`, `descending` or `none`, as aria-sort wants it."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.sort, "none")


def list_page(
    request: HttpRequest,
    queryset: QuerySet,
    columns: Sequence[Column],
    *,
    default_sort: str,
    filterset: Any = None,
    present: Callable[[list[Any]], list[Any]] = list,
    file_name: str = "list",
) -> ListPage | HttpResponse:
    """Filter, sort and page; `?format=csv` or `xlsx` answers the export of all rows that match instead.

    `filterset` is a django-filter class; `present` turns the records of the page into rows with formatted text
    (also asked page by page for exports, so it may query in bulk for what it is given).
    """
    chosen = filterset(request.GET, queryset=queryset, request=request) if filterset else None
    if chosen is not None:
        queryset = chosen.qs if chosen.is_valid() else queryset.none()
    sort = _known_sort(request.GET.get("sort", ""), columns) or default_sort
    queryset = queryset.order_by(*_ordering(sort, columns), "-pk" if sort.startswith("-") else "pk")
    wanted = request.GET.get("format")
    if wanted in {"csv", "xlsx"}:
        rows = present(list(queryset[:EXPORT_LIMIT]))
        exported = [c for c in columns if c.export]
        table = [[c.label for c in exported], *([c.export(row) for c in exported] for row in rows)]  # type: ignore[misc]
        return (csv_response if wanted == "csv" else xlsx_response)(table, file_name)
    page = Paginator(queryset, PER_PAGE).get_page(request.GET.get("page"))
    return ListPage(request, page, columns, sort, chosen, present(list(page.object_list)))


def _known_sort(wanted: str, columns: Sequence[Column]) -> str:
    return wanted if wanted.removeprefix("-") in {c.name for c in columns if c.order} else ""


def _ordering(sort: str, columns: Sequence[Column]) -> list[Any]:
    """By the column's fields; what may be empty (a field of another table) stands last either way."""
    column = next(c for c in columns if c.name == sort.removeprefix("-"))
    down = sort.startswith("-")
    return [_ordered(name, down) for name in column.order]


def _ordered(name: str, down: bool) -> Any:
    if "__" not in name:  # an index in plain order serves both directions
        return f"-{name}" if down else name
    return F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
