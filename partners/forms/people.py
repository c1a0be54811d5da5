"""What people fill in about contacts, and what an account manager notes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from partners.models import Activity, Contact, Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.words import own

CONSENT = ("consent_mail", "consent_call", "consent_source")


class ContactForm(forms.Form):
    """A person at a partner, with what the person agreed to."""

    name = forms.CharField(max_length=160, required=False)
    email = forms.EmailField(max_length=254, required=False, label="E-mail")
    phone = forms.CharField(max_length=60, required=False)
    function = forms.ChoiceField(choices=Contact.Function.choices)
    title = forms.CharField(max_length=120, required=False, label="Job title")
    is_champion = forms.BooleanField(required=False, label="The champion: looks after the work with us here")
    headcount_relevant = forms.BooleanField(required=False, label="Works with our products")
    consent_mail = forms.BooleanField(required=False, label="Agreed to mail")
    consent_call = forms.BooleanField(required=False, label="Agreed to calls")
    consent_source = forms.CharField(
        max_length=120,
        required=False,
        label="Where that was said",
        help_text="For example: trade fair, form on the website, in the meeting of May.",
    )

    def own_values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in CONSENT}

    def consent(self) -> dict[str, Any]:
        return {name.removeprefix("consent_"): self.cleaned_data[name] for name in CONSENT}


class LeaveForm(forms.Form):
    """When the person left."""

    on = forms.DateField(label="Left on", widget=forms.DateInput(attrs={"type": "date"}))


class ActivityForm(forms.Form):
    """A call, visit, mail or meeting, noted in seconds: what was said, with whom; the rest has its usual value."""

    kind = forms.ChoiceField(choices=Activity.Kind.choices, widget=forms.RadioSelect, initial=Activity.Kind.CALL)
    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), label="What was it about?")
    contact = forms.ModelChoiceField(
        queryset=Contact.objects.none(), required=False, empty_label="Nobody in particular"
    )
    at = forms.DateTimeField(
        required=False,
        label="When",
        help_text="Empty: now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    intent = forms.ChoiceField(
        choices=[("", "Nothing new"), *Activity.Intent.choices], required=False, label="How do they stand with us?"
    )
    vendor_only = forms.BooleanField(
        required=False, initial=True, label=own("For us only; the partner does not see it")
    )

    def __init__(self, partner: Partner, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at = self.initial.get("at")
        if at is not None:
            self.initial["at"] = at.astimezone(ZoneInfo(current_tenant().time_zone)).replace(tzinfo=None)
        people = Contact.objects.visible_to(member).filter(partner=partner)
        self.fields["contact"].queryset = people.order_by("sort_name", "pk")  # type: ignore[attr-defined]

    def clean_at(self) -> dt.datetime:
        """The time as the vendor's clock shows it."""
        at = self.cleaned_data["at"]
        return at.replace(tzinfo=ZoneInfo(current_tenant().time_zone)) if at else clock.now()


class NoteForm(forms.Form):
    """A private note."""

    text = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), label="Note")
