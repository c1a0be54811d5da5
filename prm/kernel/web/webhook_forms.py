"""Forms of webhooks: an endpoint with its events, and the period that is to be sent again."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from prm.kernel.egress import checked_url
from prm.kernel.errors import Refused
from prm.kernel.events import announced, announced_words
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.whole import WholeField


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Where your program listens, such as https://hooks.example.com/prm"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}),
    )
    description = forms.CharField(label=_("What it is for"), max_length=120, required=False)
    events = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(name, name) for name in announced()]  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """What is wrong with the address is said together with what else is missing; the action asks again."""
        try:
            return checked_url(self.cleaned_data["url"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def groups(self) -> list[dict[str, Any]]:
        """The events by what they are about, each in words with its code, and how many of each are chosen."""
        chosen = set(self["events"].value() or ())
        options = [(name, words, name in chosen) for name, words in announced_words().items()]
        return [
            {
                "noun": noun.replace("_", " ").replace("kpi", "KPI"),
                "options": found,
                "chosen": sum(is_chosen for *_, is_chosen in found),
            }
            for noun, found in (
                (noun, list(part)) for noun, part in groupby(options, key=lambda option: option[0].partition(".")[0])
            )
        ]


class PeriodForm(forms.Form):
    """Whole days at the vendor's, both of them included."""

    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def period(self) -> dict[str, dt.datetime]:
        zone, data = ZoneInfo(current_tenant().time_zone), self.cleaned_data
        since = dt.datetime.combine(data["since"], dt.time(), zone)
        until = dt.datetime.combine(data["until"] + dt.timedelta(days=1), dt.time(), zone)
        return {"since": since.astimezone(dt.UTC), "until": until.astimezone(dt.UTC)}
