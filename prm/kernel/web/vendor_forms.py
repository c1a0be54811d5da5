"""The forms of a vendor's settings: shapes only, the rules are the actions'."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from prm.kernel.models import Tenant
from prm.kernel.periods import FiscalYear
from prm.kernel.vendor import LOCALES, LONGEST_WORD
from prm.kernel.words import TERMS


class LookForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    brand = forms.CharField(
        label=_("Main colour"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color", "data-colour": "brand"}),
        help_text=_("Buttons, links and the bar of letters. Text on it must be readable: contrast 4.5 or more."),
    )
    accent = forms.CharField(
        label=_("Second colour"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color", "data-colour": "accent"}),
        help_text=_("The second series of charts, and accents in decks."),
    )

    @classmethod
    def of(cls, tenant: Tenant) -> LookForm:
        return cls(initial={"name": tenant.name, "brand": tenant.brand, "accent": tenant.accent})


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=_("Picture"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
        help_text=_(
            "PNG, JPEG, WebP or GIF, at most 1 MB. It stands in the header, on the sign-in page and in letters."
        ),
    )


class WordsForm(forms.Form):
    """Two fields for each word: one, and several."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for term, (one, many) in TERMS.items():
            for number, plain in (("one", one), ("many", many)):
                self.fields[f"{term}_{number}"] = forms.CharField(
                    label=_("“%(word)s” is called") % {"word": plain},
                    max_length=LONGEST_WORD,
                    required=False,
                    widget=forms.TextInput(attrs={"placeholder": plain}),
                )

    @classmethod
    def of(cls, tenant: Tenant) -> WordsForm:
        stored = {term: forms for term, forms in tenant.words.items() if isinstance(forms, dict)}
        return cls(initial={f"{term}_{n}": text for term, words in stored.items() for n, text in words.items()})

    def words(self) -> dict[str, dict[str, str]]:
        return {term: {n: self.cleaned_data[f"{term}_{n}"] for n in ("one", "many")} for term in TERMS}


class CalendarForm(forms.Form):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=lambda: [(z, z) for z in sorted(available_timezones())])
    locale = forms.ChoiceField(label=_("Numbers and dates as in"), choices=list(LOCALES.items()))
    holidays = forms.CharField(
        label=_("Holidays"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "2027-01-01"}),
        help_text=_("One day a line, as 2027-12-25. They do not count as business days in deadlines."),
    )
    public_pages = forms.BooleanField(
        label=_("Visitors may see us"),
        required=False,
        help_text=_(
            "Name and logo on the sign-in page, and the pages you publish. Off: nobody learns that you are here."
        ),
    )

    @classmethod
    def of(cls, tenant: Tenant) -> CalendarForm:
        days = "\n".join(day.isoformat() for day in tenant.holidays)
        names = ("time_zone", "locale", "public_pages")
        return cls(initial={"holidays": days} | {name: getattr(tenant, name) for name in names})

    def clean_holidays(self) -> list[dt.date]:
        days = []
        for line in self.cleaned_data["holidays"].split():
            try:
                days.append(dt.date.fromisoformat(line))
            except ValueError:
                raise forms.ValidationError(
                    _("“%(line)s” is no date such as 2027-12-25.") % {"line": line[:20]}
                ) from None
        return days


class FiscalYearForm(forms.Form):
    """The first month of a future year; nothing chosen takes a plan back."""

    begins = forms.TypedChoiceField(
        label=_("From then on, fiscal years begin in"), required=False, empty_value=None, coerce=dt.date.fromisoformat
    )

    def __init__(self, *args: Any, tenant: Tenant, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = FiscalYear.containing(today, tenant.fy_start_month).end + dt.timedelta(days=1)
        days = [after.replace(year=after.year + (after.month - 1 + n) // 12, month=(after.month - 1 + n) % 12 + 1)
                for n in range(1, 24)]  # fmt: skip
        offered = [(d.isoformat(), f"{MONTHS[d.month]} {d.year}") for d in days if d.month != tenant.fy_start_month]
        self.fields["begins"].choices = [("", _("No change")), *offered]  # type: ignore[attr-defined]
        if tenant.next_fy_from:
            self.initial.setdefault("begins", tenant.next_fy_from.isoformat())


class DomainForm(forms.Form):
    host = forms.CharField(
        label=_("Host"),
        max_length=253,
        widget=forms.TextInput(attrs={"placeholder": "partners.example.com", "autocapitalize": "none"}),
    )
