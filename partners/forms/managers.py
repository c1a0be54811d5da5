"""What people fill in about account managers and sponsors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.actions.sponsors import SPONSORS
from partners.models import Partner
from partners.queries.managers import account_managers, managers_with_partners
from prm.kernel.models import Membership
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own

_DAY = {"type": "date"}


class _Named(forms.ModelChoiceField):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=_("Choose a person"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user.name}{'' if obj.active else ' (left)'}"


class ManagerForm(forms.Form):
    manager = _Named(queryset=Membership.objects.all(), label="Account manager")
    from_date = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs=_DAY))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = account_managers()  # type: ignore[attr-defined]


class SecondForm(forms.Form):
    manager = _Named(queryset=Membership.objects.all(), label=own("Second account manager"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="second_%s", **kwargs)
        self.fields["manager"].queryset = account_managers()  # type: ignore[attr-defined]


class StandInForm(forms.Form):
    manager = _Named(queryset=Membership.objects.all(), label="Stand-in")
    from_date = forms.DateField(label="First day", widget=forms.DateInput(attrs=_DAY))
    to_date = forms.DateField(label="Last day", widget=forms.DateInput(attrs=_DAY))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = account_managers()  # type: ignore[attr-defined]


class ReassignForm(forms.Form):
    """From whom to whom; `partners` are those that the preview showed and that stayed ticked."""

    manager = _Named(queryset=Membership.objects.all(), label=own("Partners of"))
    to = _Named(queryset=Membership.objects.all(), label="Go to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = managers_with_partners()  # type: ignore[attr-defined]
        self.fields["to"].queryset = account_managers()  # type: ignore[attr-defined]


class SponsorForm(forms.Form):
    sponsor = forms.ModelChoiceField(queryset=Partner.objects.all(), required=False, empty_label="No sponsor")
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Partner.objects.filter(type__in=SPONSORS, sponsor=None).order_by("sort_name", "pk")
        self.fields["sponsor"].queryset = offered  # type: ignore[attr-defined]
