"""What people fill in about a review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from qbr.queries import Found, last_closed_quarter, offered_quarters


def quarter_choices(first: dt.date | None) -> list[tuple[str, str]]:
    last = last_closed_quarter()
    notes = {last: ", closed last", last.next: ", still running"}
    return [(q.start.isoformat(), f"{q.label}{notes.get(q, '')}") for q in offered_quarters(first)]


class StartForm(forms.Form):
    """Which quarter; the partner is named by the address."""

    quarter = forms.ChoiceField(label="Fiscal quarter")

    def __init__(self, *args: Any, first: dt.date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quarter"].choices = quarter_choices(first)  # type: ignore[attr-defined]
        self.fields["quarter"].initial = last_closed_quarter().start.isoformat()

    def clean_quarter(self) -> FiscalQuarter:
        first_day = dt.date.fromisoformat(self.cleaned_data["quarter"])
        return FiscalQuarter.containing(first_day, current_tenant().fy_start_month)


class OpenForm(StartForm):
    """Partner and quarter. The partners offered are those found by the search."""

    partner = forms.UUIDField(label="Partner", widget=forms.Select(attrs={"id": "partner-options"}))

    field_order = ["partner", "quarter"]

    def __init__(self, *args: Any, found: Sequence[Found] = (), **kwargs: Any) -> None:
        super().__init__(*args, first=min((each.since for each in found if each.since), default=None), **kwargs)
        self.fields["partner"].widget.choices = [(str(each.pk), each.name) for each in found]


class MeetingForm(forms.Form):
    """When the meeting is, and who takes part."""

    meeting_on = forms.DateField(
        required=False, label="Meeting on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    attendees = forms.CharField(
        required=False, max_length=1000, label="People", widget=forms.Textarea(attrs={"rows": 2})
    )
