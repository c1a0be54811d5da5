"""What people fill in about a review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from qbr.queries import last_closed_quarter, offered_quarters


def quarter_choices() -> list[tuple[str, str]]:
    last = last_closed_quarter()
    notes = {last: ", closed last", last.next: ", still running"}
    return [(q.start.isoformat(), f"{q.label}{notes.get(q, '')}") for q in offered_quarters()]


class StartForm(forms.Form):
    """Which quarter; the partner is named by the address."""

    quarter = forms.ChoiceField(label="Fiscal quarter")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quarter"].choices = quarter_choices()  # type: ignore[attr-defined]
        self.fields["quarter"].initial = last_closed_quarter().start.isoformat()

    def clean_quarter(self) -> FiscalQuarter:
        import datetime as dt

        first_day = dt.date.fromisoformat(self.cleaned_data["quarter"])
        return FiscalQuarter.containing(first_day, current_tenant().fy_start_month)


class OpenForm(StartForm):
    """Partner and quarter. The partners offered are those found by the search."""

    partner = forms.UUIDField(label="Partner", widget=forms.Select(attrs={"id": "partner-options"}))

    field_order = ["partner", "quarter"]

    def __init__(self, *args: Any, found: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].widget.choices = [(str(pk), name) for pk, name in found]


class MeetingForm(forms.Form):
    """When the meeting is, and who takes part."""

    meeting_on = forms.DateField(
        required=False, label="Meeting on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    attendees = forms.CharField(
        required=False, max_length=1000, label="People", widget=forms.Textarea(attrs={"rows": 2})
    )
