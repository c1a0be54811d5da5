"""How the partner list is searched and filtered; the choices are the tenant's own."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners.formulas import normalise_domain
from partners.models import BulkEditRow, Contact, ManagerAssignment, Partner
from partners.queries import list_choices, qualifying_for
from prm.kernel.text import sort_key
from prm.kernel.words import own


def tier_choices() -> list[tuple[str, str]]:
    return list_choices()["tier"]


def manager_choices() -> list[tuple[str, str]]:
    return list_choices()["manager"]


def with_domain(typed: str) -> Q:
    """Partners whose web domain, or a label of it, begins so: "globex" finds globex.example and shop.globex.example.

    The names are looked through anyway; at 10,000 partners the labels add about a millisecond to a search, and
    nothing to a list without one.
    """
    text = typed.strip().lower()
    start = normalise_domain(text, ()) or text
    return Q(domain__startswith=start) | Q(domain__contains=f".{start}")


class PartnerFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search",
        label="Search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, number, domain"}),
    )
    state = django_filters.MultipleChoiceFilter(choices=Partner.State.choices, label="State", distinct=False)
    tier = django_filters.ChoiceFilter(choices=tier_choices, label="Tier", empty_label=own("All tiers"))
    type = django_filters.ChoiceFilter(choices=Partner.Type.choices, label="Type", empty_label="All types")
    country = django_filters.CharFilter(label="Country", method="in_country", max_length=2)
    manager = django_filters.ChoiceFilter(
        choices=manager_choices, label="Account manager", method="managed_by", empty_label=own("All account managers")
    )

    qualifies = django_filters.ChoiceFilter(
        choices=[("up", "Qualifies higher"), ("down", "Below what it holds")],
        label="Figures",
        method="placed",
        empty_label="All figures",
    )

    class Meta:
        model = Partner
        fields: list[str] = []

    def placed(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By the latest evaluation of each partner."""
        return qualifying_for(queryset, value)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Words anywhere in the name, a number, or the start of a domain or of one of its labels."""
        words = Q()
        for word in sort_key(value).split()[:5]:
            words &= Q(sort_name__contains=word)
        number = value.strip().upper()
        merged = Partner.with_merged.filter(number=number).exclude(merged_into=None).values("merged_into")
        return queryset.filter(words | Q(number=number) | with_domain(value) | Q(pk__in=merged))

    def in_country(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(country=value.strip().upper())

    def managed_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(
            pk__in=ManagerAssignment.objects.filter(manager_id=value, kind="main", to_date=None).values("partner_id")
        )


class ContactFilter(django_filters.FilterSet):
    unasked = {"left": "all"}

    q = django_filters.CharFilter(
        method="search",
        label="Search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, e-mail, job title"}),
    )
    function = django_filters.ChoiceFilter(
        choices=Contact.Function.choices, label="Function", empty_label="All functions"
    )
    left = django_filters.ChoiceFilter(
        choices=[("yes", "Left"), ("all", "All")], label="Who", method="who_left", empty_label="Here now"
    )

    class Meta:
        model = Contact
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet:
        """Without a word on it, those who have left are left out."""
        found = super().qs
        return found if self.form.cleaned_data.get("left") else found.filter(left_on=None)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        words = Q()
        for word in sort_key(value).split()[:5]:
            words &= Q(sort_name__contains=word)
        return queryset.filter(words | Q(email__startswith=value.strip().lower()) | Q(title__icontains=value.strip()))

    def who_left(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.exclude(left_on=None) if value == "yes" else queryset


class BulkRowFilter(django_filters.FilterSet):
    outcome = django_filters.ChoiceFilter(
        choices=BulkEditRow.Outcome.choices, label=_("Outcome"), empty_label=_("All outcomes")
    )
