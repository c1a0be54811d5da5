"""The list of a page: filtered, sorted, paged, kept as a view, and exported as it stands. The address says it all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from prm.kernel.models import Membership, SavedView
from prm.kernel.saved_views import kept_query
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.web.list_exports import KINDS, answer_export
from prm.kernel.words import own_word

PER_PAGE = 50
MOST_COUNTED = 10_000
NO_FILTERS = frozenset({"sort", "page", "columns", "view", "format", "bom"})


@dataclass(frozen=True)
class Column:
    """A column that can be sorted by (`order`: fields, nulls last) and exported (`export`: row to value).

    One that is `optional` may be left away: its template asks `{% if list.shows.<name> %}`. Where all columns say
    their `cell` (row to text or markup), `{% table list %}` draws the list, and no template repeats its columns;
    `look` are the classes of its cells.
    """

    name: str
    label: str
    order: tuple[str, ...] = ()
    export: Callable[[Any], Any] | None = None
    optional: bool = False
    cell: Callable[[Any], Any] | None = None
    numeric: bool = False
    look: str = ""

    @property
    def title(self) -> str:
        """The head of the column, in the vendor's own word where it has one."""
        return own_word(self.label)


@dataclass(frozen=True)
class ListFilter:
    """A filter lent to every list whose rows it fits (an app's segment of partners, for one).

    `fits` says of which models; `field` gives its form field for a member and a model, or None; `narrow` keeps the
    rows of the chosen value.
    """

    name: str
    field: Callable[[Membership, Any], forms.Field | None]
    narrow: Callable[[QuerySet, Any], QuerySet]
    fits: Callable[[Any], bool] = lambda model: True


_lent: list[ListFilter] = []


def lend_filter(one: ListFilter) -> ListFilter:
    _lent.append(one)
    return one


@dataclass(frozen=True)
class Listing:
    """How the list of a page is filtered and sorted, for the interface's list of the same records."""

    columns: Sequence[Column]
    filterset: Any = None


_listings: dict[str, Listing] = {}


def lend_list(name: str, columns: Sequence[Column], filterset: Any = None) -> Listing:
    """Let the interface list as the page of that name does; a viewset names it as its `listing`."""
    _listings[name] = Listing(columns, filterset)
    return _listings[name]


def listing_of(name: str) -> Listing:
    return _listings[name]


class CountingPaginator(Paginator):
    """Pages of a list that may be of any length: it counts up to MOST_COUNTED, and whoever has more filters."""

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        """There are more rows than are counted and paged."""
        return self._counted > MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: MOST_COUNTED + 1].count()


@dataclass
class ListPage:
    """What a list template needs. `rows` are the presented records of this page."""

    request: HttpRequest
    page: Page
    columns: Sequence[Column]
    sort: str
    filterset: Any = None
    rows: list[Any] = field(default_factory=list)
    narrowing: Any = None  # the form of the lent filters
    views: list[SavedView] | None = None  # None: this list keeps none

    @property
    def total(self) -> int:
        """How many rows match, at most MOST_COUNTED; see `has_more`."""
        return self.page.paginator.count

    @property
    def has_more(self) -> bool:
        return getattr(self.page.paginator, "has_more", False)

    @property
    def is_filtered(self) -> bool:
        return any(value for name, value in self.request.GET.items() if name not in NO_FILTERS)

    @property
    def name(self) -> str:
        match = self.request.resolver_match
        return match.view_name if match else ""

    @property
    def query(self) -> str:
        """What of the address a saved view would keep."""
        return kept_query(self.request.GET.urlencode())

    @property
    def shows(self) -> dict[str, bool]:
        """By column whether it is shown: all, unless the address chooses among the optional ones."""
        chosen = chosen_columns(self.request, self.columns)
        return {column.name: not chosen or not column.optional or column.name in chosen for column in self.columns}

    @property
    def optional(self) -> list[tuple[Column, bool]]:
        shows = self.shows
        return [(column, shows[column.name]) for column in self.columns if column.optional]

    def address(self, **changes: str) -> str:
        """This list's address with some parameters changed; an empty value removes one."""
        query = {name: values for name, values in self.request.GET.lists() if name not in changes and any(values)}
        return "?" + urlencode(query | {name: [value] for name, value in changes.items() if value}, doseq=True)

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
    (also asked piece by piece for exports, so it may query in bulk for what it is given). Opened without any
    question, the list goes to the member's default view.
    """
    views = _views(request)
    default = next((view for view in views or () if view.is_default and view.query), None)
    if default is not None and not request.GET and request.method == "GET":
        return HttpResponseRedirect(f"{request.path}?{default.query}")
    found = matching(request, queryset, columns, default_sort=default_sort, filterset=filterset)
    wanted = request.GET.get("format", "")
    if wanted in KINDS:
        chosen = chosen_columns(request, columns)
        out = [c for c in columns if c.export and (not chosen or not c.optional or c.name in chosen)]
        return answer_export(request, found.rows, out, present, kind=wanted, name=file_name)
    page = CountingPaginator(found.rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = present(list(page.object_list))
    return ListPage(request, page, columns, found.sort, found.filterset, shown, found.narrowing, views)


@dataclass(frozen=True)
class Matching:
    """All rows that match what the address asks, in its order, with the forms that asked."""

    rows: QuerySet
    sort: str
    filterset: Any
    narrowing: Any


def matching(
    request: HttpRequest, queryset: QuerySet, columns: Sequence[Column], *, default_sort: str, filterset: Any = None
) -> Matching:
    """What the address asks of a list, without its pages: for exports, and for work on all rows that match."""
    chosen = filterset(request.GET, queryset=queryset, request=request) if filterset else None
    if chosen is not None:
        queryset = chosen.qs if chosen.is_valid() else queryset.none()
    narrowing, queryset = _narrowed(request, queryset)
    sort = _known_sort(request.GET.get("sort", ""), columns) or default_sort
    return Matching(sorted_by(queryset, sort, columns), sort, chosen, narrowing)


def sorted_by(queryset: QuerySet, sort: str, columns: Sequence[Column]) -> QuerySet:
    return queryset.order_by(*_ordering(sort, columns), "-pk" if sort.startswith("-") else "pk")


def lent_filters(model: Any) -> list[ListFilter]:
    """The filters that fit lists of these records, for those who may use them."""
    return [one for one in _lent if one.fits(model)]


def chosen_columns(request: HttpRequest, columns: Sequence[Column]) -> set[str]:
    """The optional columns that the address asks for; empty: all."""
    return set(request.GET.getlist("columns")) & {column.name for column in columns if column.optional}


def _views(request: HttpRequest) -> list[SavedView] | None:
    """The member's views of this list; none for lists that hang under a record."""
    member, match = getattr(request, "member", None), request.resolver_match
    if member is None or match is None or match.kwargs:
        return None
    return _views_of(member, match.view_name)


@prepared
def _views_of(member: Membership, list_name: str) -> QuerySet[SavedView]:
    return SavedView.objects.visible_to(member).filter(list_name=list_name).order_by("name", "pk")


def _narrowed(request: HttpRequest, queryset: QuerySet) -> tuple[Any, QuerySet]:
    member = getattr(request, "member", None)
    fields = {one: found for one in _lent if member and (found := one.field(member, queryset.model)) is not None}
    if not fields:
        return None, queryset
    form = forms.Form(request.GET)
    form.fields.update({one.name: made for one, made in fields.items()})
    if not form.is_valid():
        return form, queryset.none()
    for one in fields:
        if value := form.cleaned_data[one.name]:
            queryset = one.narrow(queryset, value)
    return form, queryset


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
