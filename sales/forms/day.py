"""Forms of sales: the day for which figures are shown."""

from __future__ import annotations

import datetime as dt

from django import forms

from prm.kernel import clock


class AsOfForm(forms.Form):
    """The day the figures are for."""

    as_of = forms.DateField(required=False, label="As of", widget=forms.DateInput(attrs={"type": "date"}))

    def day(self) -> dt.date:
        today = clock.today()
        chosen = self.cleaned_data.get("as_of") if self.is_valid() else None
        return min(chosen, today) if chosen and chosen.year >= 1990 else today
