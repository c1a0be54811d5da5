"""What is filled in about the public locator: the search, a partner's profile, a visitor's inquiry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms.company import COUNTRY_CHOICES
from partners.profile_fields import VERTICALS
from partners.registries import choices_of
from prm.kernel.languages import SPOKEN
from prm.kernel.web.whole import WholeField

RADII = [(25, "25 km"), (50, "50 km"), (100, "100 km"), (250, "250 km"), (500, "500 km")]
ANY = [("", _("Any"))]


def _with_any(choices: Any) -> Any:
    return [*ANY, *choices]


def _lines() -> list[tuple[str, str]]:
    return choices_of("product_lines")


class LocatorSearchForm(forms.Form):
    """What a visitor looks for. Everything may be left open."""

    place = forms.CharField(
        max_length=120,
        required=False,
        label=_("Town"),
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    country = forms.ChoiceField(choices=[("", _("Any")), *COUNTRY_CHOICES[1:]], required=False, label=_("Country"))
    radius = forms.TypedChoiceField(
        choices=RADII, coerce=int, empty_value=100, required=False, label=_("Within"), initial=100
    )
    product_line = forms.ChoiceField(choices=lambda: _with_any(_lines()), required=False, label=_("Product line"))
    vertical = forms.ChoiceField(choices=_with_any(VERTICALS.items()), required=False, label=_("Industry"))
    language = forms.ChoiceField(choices=_with_any(SPOKEN.items()), required=False, label=_("Language"))


class LocatorProfileForm(forms.Form):
    """What a partner says of itself on the locator."""

    text = forms.CharField(
        max_length=2000,
        label=_("What do you do for your customers?"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Everybody can read it. Up to 2,000 characters."),
    )
    website = forms.URLField(max_length=300, required=False, assume_scheme="https", label=_("Website"))
    city = forms.CharField(
        max_length=120, required=False, label=_("Town"), help_text=_("By it you are found within a radius.")
    )
    country = forms.ChoiceField(choices=COUNTRY_CHOICES, label=_("Country"))
    product_lines = forms.MultipleChoiceField(
        choices=_lines, required=False, label=_("Product lines"), widget=forms.CheckboxSelectMultiple
    )
    verticals = forms.MultipleChoiceField(
        choices=list(VERTICALS.items()), required=False, label=_("Industries"), widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        choices=list(SPOKEN.items()), required=False, label=_("Languages"), widget=forms.CheckboxSelectMultiple
    )
    version = WholeField(required=False, widget=forms.HiddenInput)


class InquiryForm(forms.Form):
    """What a visitor writes to a partner. `homepage` is for those who fill in whatever they find."""

    name = forms.CharField(max_length=160, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    company = forms.CharField(
        max_length=200,
        required=False,
        label=_("Company"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = forms.EmailField(
        max_length=254, label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.CharField(
        max_length=60, required=False, label=_("Phone"), widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    message = forms.CharField(max_length=2000, label=_("What do you need?"), widget=forms.Textarea(attrs={"rows": 4}))
    consents = forms.BooleanField(label=_("You may pass this on to the company so that it can answer me."))
    homepage = forms.CharField(required=False, max_length=300, widget=forms.TextInput(attrs={"tabindex": "-1"}))
    stamp = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
