"""How the board of partners is narrowed; segments are lent to every list of partners."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners.filters import tier_choices
from partners.models import ManagerAssignment, Partner
from partners.queries.managers import main_managers
from prm.kernel import clock
from prm.kernel.periods import add_days
from prm.kernel.text import sort_key
from prm.kernel.words import own
from scorecards.models import PartnerStanding
from scorecards.queries.board import NEAR_DAYS


class BoardFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or number")}),
    )
    status = django_filters.ChoiceFilter(
        choices=PartnerStanding.Status.choices, label=_("Status"), method="with_status", empty_label=_("All")
    )
    due = django_filters.ChoiceFilter(
        choices=[
            ("now", _("Due now")),
            ("overdue", _("Overdue")),
            ("soon", _("Due in 30 days")),
            ("never", _("Never scored")),
        ],
        label=_("Scorecard due"),
        method="when_due",
        empty_label=_("All"),
    )
    manager = django_filters.ChoiceFilter(
        choices=main_managers, label="Account manager", method="managed_by", empty_label=_("All")
    )
    tier = django_filters.ChoiceFilter(choices=tier_choices, label=own("Tier"), empty_label=_("All"))
    life_stage = django_filters.ChoiceFilter(
        choices=Partner.LifeStage.choices, label=_("Life-stage"), empty_label=_("All")
    )

    class Meta:
        model = Partner
        fields: list[str] = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        words = Q()
        for word in sort_key(value).split()[:5]:
            words &= Q(sort_name__contains=word)
        return queryset.filter(words | Q(number=value.strip().upper()))

    def with_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The colour of the composite score, else of all KPIs; a partner without figures yet has none."""
        wanted = Q(standing_status=value)
        if value == PartnerStanding.Status.GREY:
            wanted |= Q(standing_status=None)
        return queryset.filter(wanted)

    def when_due(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = clock.today()
        overdue, never = Q(standing_due_on__lte=today), Q(standing_due_on=None)
        soon = Q(standing_due_on__gt=today, standing_due_on__lte=add_days(today, NEAR_DAYS))
        return queryset.filter({"now": overdue | never, "overdue": overdue, "never": never, "soon": soon}[value])

    def managed_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        held = ManagerAssignment.objects.filter(manager_id=value, kind=ManagerAssignment.Kind.MAIN, to_date=None)
        return queryset.filter(pk__in=held.values("partner_id"))
