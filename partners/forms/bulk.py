"""The one value of a bulk edit, asked as its verb wants it."""

from __future__ import annotations

from typing import Any

from django import forms

from partners.actions.bulk import VERBS
from partners.models import Partner, Territory
from prm.kernel.models import Membership
from prm.kernel.roles import Role

Choices = list[tuple[str, str]]


def _managers(member: Membership) -> Choices:
    held = Membership.objects.filter(partner=None, active=True, roles__contains=[Role.ACCOUNT_MANAGER.value])
    return [(str(pk), name) for pk, name in held.order_by("user__name").values_list("pk", "user__name")]


def _territories(member: Membership) -> Choices:
    return [(str(pk), name) for pk, name in Territory.objects.order_by("name").values_list("pk", "name")]


def _sponsors(member: Membership) -> Choices:
    found = Partner.objects.visible_to(member).filter(type=Partner.Type.DISTRIBUTOR).order_by("sort_name")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")[:500]]


CHOICES: dict[str, Any] = {
    "manager": _managers,
    "territory": _territories,
    "sponsor": _sponsors,
    "type": lambda member: list(Partner.Type.choices),
    "life_stage": lambda member: list(Partner.LifeStage.choices),
}


class BulkForm(forms.Form):
    """`marks` are ids joined by commas; with `everything` the list is asked again by its `query`."""

    verb = forms.ChoiceField(choices=[(verb.name, verb.label) for verb in VERBS.values()], widget=forms.HiddenInput)
    marks = forms.CharField(required=False, max_length=400_000, widget=forms.HiddenInput)
    everything = forms.BooleanField(required=False, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Membership, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if verb in CHOICES:
            choices = [("", "Choose"), *CHOICES[verb](member)]
            self.fields["value"] = forms.ChoiceField(choices=choices, label=VERBS[verb].label)
        elif verb == "suspend":
            self.fields["value"] = forms.CharField(label="Reason", max_length=300)
        else:
            self.fields["value"] = forms.CharField(label="Region or tag", max_length=60)
