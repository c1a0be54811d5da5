"""How candidates and applications are searched and filtered."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from partners.countries import COUNTRIES
from partners.filters import manager_choices
from partners.models import Application, Candidate, ManagerAssignment
from partners.queries import over_limit
from prm.kernel import clock
from prm.kernel.text import sort_key
from prm.kernel.words import own


class BoardFilter(django_filters.FilterSet):
    """By account manager, country and source: the choices are those that exist."""

    manager = django_filters.ChoiceFilter(
        choices=manager_choices, label="Account manager", method="managed_by", empty_label=own("All account managers")
    )
    country = django_filters.ChoiceFilter(
        field_name="partner__country", label="Country", choices=(), empty_label="All countries"
    )
    source = django_filters.ChoiceFilter(
        field_name="partner__source", label="Source", choices=(), empty_label="All sources"
    )

    class Meta:
        model = Candidate
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = set(self.queryset.order_by().values_list("partner__country", "partner__source").distinct())
        codes = sorted({country for country, _ in pairs}, key=lambda code: COUNTRIES.get(code, code))
        sources = sorted({source for _, source in pairs if source})
        self.filters["country"].extra["choices"] = [(code, COUNTRIES.get(code, code)) for code in codes]
        self.filters["source"].extra["choices"] = [(source, source) for source in sources]

    def managed_by(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        mine = ManagerAssignment.objects.filter(manager=value, kind="main", to_date=None).values("partner_id")
        return queryset.filter(partner_id__in=mine)


class CandidateFilter(BoardFilter):
    unasked = {"closed": "true"}

    q = django_filters.CharFilter(
        method="search", label="Search", widget=forms.TextInput(attrs={"type": "search", "placeholder": "Company"})
    )
    stage = django_filters.ChoiceFilter(choices=Candidate.Stage.choices, label="Stage", empty_label="All stages")
    late = django_filters.BooleanFilter(method="over_limit", label="Over the limit", widget=forms.CheckboxInput)
    closed = django_filters.BooleanFilter(method="as_it_is", label="Show closed", widget=forms.CheckboxInput)

    field_order = ("q", "stage", "manager", "country", "source", "late", "closed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters = {name: self.filters[name] for name in (*self.field_order, *self.filters)}

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("closed") else found.filter(closed=False)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        words = Q()
        for word in sort_key(value).split()[:5]:
            words &= Q(partner__sort_name__contains=word)
        return queryset.filter(words)

    def over_limit(self, queryset: QuerySet, name: str, value: bool | None) -> QuerySet:
        return over_limit(queryset, clock.today()) if value else queryset

    def as_it_is(self, queryset: QuerySet, name: str, value: bool | None) -> QuerySet:
        return queryset


class ApplicationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search",
        label="Search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Company or person"}),
    )
    state = django_filters.ChoiceFilter(choices=Application.State.choices, label="State", empty_label="All states")

    class Meta:
        model = Application
        fields: list[str] = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(company__icontains=value) | Q(name__icontains=value) | Q(email__startswith=value.strip().lower())
        )
