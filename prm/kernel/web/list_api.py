"""Lists of the interface: narrowed, searched and sorted as the pages with the same records are.

A viewset says in `listing` which page lists the same records, and in `filterset_fields` by which columns its list is
narrowed besides. What is asked and does not fit is refused with the name of the parameter; nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.filters import BaseFilterBackend

from prm.kernel.web.described import UnknownParameters
from prm.kernel.web.lists import ListFilter, lent_filters, listing_of, sorted_by

YES_NO = [("true", "true"), ("false", "false")]
TYPES: tuple[tuple[type, dict[str, Any]], ...] = (
    (forms.UUIDField, {"type": "string", "format": "uuid"}),
    (forms.DateField, {"type": "string", "format": "date"}),
    (forms.BooleanField, {"type": "boolean"}),
    (forms.DecimalField, {"type": "number"}),
)


class ListFilters(BaseFilterBackend):
    """Narrows and sorts what a viewset lists; other addresses of the viewset are left alone."""

    def filter_queryset(self, request: Any, queryset: QuerySet, view: Any) -> QuerySet:
        if view.action != "list":
            return queryset
        asked = request.query_params
        kind: Any = filters_of(view.__class__)
        given = asked.copy()
        for name, value in getattr(kind, "unasked", {}).items():
            given.setdefault(name, value)  # a page shows what is open unless asked otherwise; a list of rows shows all
        found = kind(given, queryset=queryset, request=request._request)
        gone = [name for name in kind.base_filters if name in asked and name not in found.filters]
        if gone:  # a filter that is not for whoever calls
            raise UnknownParameters(gone, list(found.filters))
        if not found.is_valid():
            wrong = {name: said for name, said in found.errors.items() if not _is_of_rows(found.filters.get(name))}
            if not wrong:
                return queryset.none()
            raise serializers.ValidationError(wrong)
        return _sorted(_in_lent(found.qs, view, asked), view, asked)

    def parameters(self, view: Any) -> list[str]:
        names = [*filters_of(view.__class__).base_filters, *(one.name for one in _lent_to(view))]
        return [*names, "sort"] if sorts_of(view) else names

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """How the description tells of it."""
        if view.action != "list":
            return []
        kind = filters_of(view.__class__)
        found = [_described(name, one, kind) for name, one in kind.base_filters.items()]
        found += [_parameter(one.name, {"type": "string", "format": "uuid"}) for one in _lent_to(view)]
        if sorts := sorts_of(view):
            wanted = [f"{sign}{name}" for name in sorts for sign in ("", "-")]
            found.append(_parameter("sort", {"type": "string", "enum": wanted}, "A minus in front: downwards."))
        return found


@cache
def filters_of(viewset: Hashable) -> type[django_filters.FilterSet]:
    """The filters of the page's list, and one for each of the `filterset_fields`; of a partner's records by partner."""
    kind: Any = viewset
    model = kind.queryset.model
    listing = listing_of(kind.listing) if kind.listing else None
    page = (listing.filterset if listing else None) or django_filters.FilterSet
    own = {name: _exactly(model._meta.get_field(name)) for name in _fields_of(kind, model)}
    own = {name: one for name, one in own.items() if name not in page.base_filters}
    meta = type("Meta", (), {"model": model, "fields": []})
    return type(f"{kind.__name__}Filters", (page,), {**own, "Meta": meta})


def sorts_of(view: Any) -> list[str]:
    columns = listing_of(view.listing).columns if view.listing else ()
    return [column.name for column in columns if column.order]


def _fields_of(viewset: Any, model: Any) -> list[str]:
    named = list(getattr(viewset, "filterset_fields", ()))
    has_partner = any(field.name == "partner" for field in model._meta.fields)
    return [*named, "partner"] if has_partner and "partner" not in named and viewset.is_listed else named


def _exactly(field: models.Field) -> django_filters.Filter:
    """One value of that column. An id is no question to the table it is of: a foreign one finds nothing."""
    if isinstance(field, models.ForeignKey):
        return django_filters.UUIDFilter(field_name=field.attname)
    if field.choices:
        return django_filters.ChoiceFilter(field_name=field.name, choices=field.flatchoices, label=field.verbose_name)
    if isinstance(field, models.BooleanField):
        return django_filters.TypedChoiceFilter(
            field_name=field.name, choices=YES_NO, coerce=lambda text: text == "true"
        )
    if isinstance(field, models.DateField):
        return django_filters.DateFilter(field_name=field.name)
    return django_filters.CharFilter(field_name=field.name)


def _is_of_rows(one: Any) -> bool:
    """Whether the choices are rows of a table: an id that is none of them finds nothing, whoever's it is."""
    return one is not None and callable(one.extra.get("choices"))


def _lent_to(view: Any) -> list[ListFilter]:
    return lent_filters(view.queryset.model) if view.is_listed else []


def _in_lent(queryset: QuerySet, view: Any, asked: Any) -> QuerySet:
    for one in _lent_to(view):
        if not (value := asked.get(one.name)):
            continue
        field = one.field(view.member, queryset.model)
        try:
            chosen = field.clean(value) if field is not None else None
        except forms.ValidationError:  # none of those that this member may choose
            chosen = None
        queryset = one.narrow(queryset, chosen) if chosen else queryset.none()
    return queryset


def _sorted(queryset: QuerySet, view: Any, asked: Any) -> QuerySet:
    sort = asked.get("sort", "")
    if not sort:
        return queryset
    if sort.removeprefix("-") not in sorts_of(view):
        raise serializers.ValidationError({"sort": [f"One of: {', '.join(sorts_of(view))}; with - downwards."]})
    return sorted_by(queryset, sort, listing_of(view.listing).columns)


def _described(name: str, one: Any, kind: Any) -> dict[str, Any]:
    choices = one.extra.get("choices")
    schema: dict[str, Any]
    if not choices or callable(choices):
        schema = next((said for field, said in TYPES if issubclass(one.field_class, field)), {"type": "string"})
    else:
        schema = {"type": "string", "enum": [str(value) for value, _label in choices]}
    is_many = isinstance(one, django_filters.MultipleChoiceFilter)
    schema = {"type": "array", "items": schema} if is_many else dict(schema)
    unasked = getattr(kind, "unasked", {}).get(name)
    if unasked:
        schema["default"] = unasked == "true" if schema["type"] == "boolean" else unasked
    return _parameter(name, schema, "" if one.label is None else str(one.label))


def _parameter(name: str, schema: dict[str, Any], said: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "in": "query", "required": False, "schema": schema}
    return found | {"description": said} if said else found
