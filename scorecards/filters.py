"""How the list of actions is narrowed."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import ManagerAssignment
from partners.queries.managers import main_managers
from prm.kernel import clock
from prm.kernel.text import sort_key
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own
from scorecards.models import ActionItem
from scorecards.queries import OPEN_STATES


class ActionFilter(django_filters.FilterSet):
    """Open unless asked otherwise."""

    unasked = {"show": "all"}

    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": own("Partner or action")}),
    )
    show = django_filters.ChoiceFilter(
        method="by_state",
        label=_("State"),
        choices=[("overdue", _("Overdue")), *ActionItem.State.choices, ("all", _("All"))],
        empty_label=_("Open"),
    )
    side = django_filters.ChoiceFilter(choices=ActionItem.Side.choices, label=_("Side"), empty_label=_("Both sides"))
    whose = django_filters.ChoiceFilter(
        method="by_person", label=_("Whose"), choices=[("mine", _("Mine"))], empty_label=_("All I may see")
    )
    manager = django_filters.ChoiceFilter(
        choices=main_managers,
        label=own("Account manager"),
        method="managed_by",
        empty_label=own("All account managers"),
    )
    partner = django_filters.CharFilter(method="of_partner", label=own("Partner"), widget=forms.HiddenInput)

    class Meta:
        model = ActionItem
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not member_of(self.request).is_vendor:
            del self.filters["manager"]

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if not self.form.cleaned_data.get("show"):
            queryset = queryset.filter(state__in=OPEN_STATES)
        return super().filter_queryset(queryset)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Words of the partner's name, or of what is to be done."""
        words = Q()
        for word in sort_key(value).split()[:5]:
            words &= Q(partner__sort_name__contains=word)
        return queryset.filter(words | Q(text__icontains=value.strip()))

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == "overdue":
            return queryset.filter(state__in=OPEN_STATES, due_on__lt=clock.today())
        return queryset if value == "all" else queryset.filter(state=value)

    def by_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(owner=member_of(self.request))

    def managed_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        held = ManagerAssignment.objects.filter(manager_id=value, kind="main", to_date=None)
        return queryset.filter(partner__in=held.values("partner_id"))

    def of_partner(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        try:
            return queryset.filter(partner_id=uuid.UUID(value))
        except ValueError:
            return queryset.none()
