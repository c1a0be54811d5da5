"""What the vendor fills in about a partner company."""

from __future__ import annotations

from django import forms

from partners.countries import COUNTRIES
from partners.models import Partner
from prm.kernel.web.whole import WholeField

COUNTRY_CHOICES = [("", "Choose a country"), *sorted(COUNTRIES.items(), key=lambda pair: pair[1])]


class NewPartnerForm(forms.Form):
    """A company to add; the last two are asked when it looks like one that is there already."""

    name = forms.CharField(max_length=200)
    country = forms.ChoiceField(choices=COUNTRY_CHOICES)
    domain = forms.CharField(max_length=253, required=False, label="Web domain", help_text="example.com")
    type = forms.ChoiceField(choices=Partner.Type.choices)
    create_anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)


class PartnerForm(forms.Form):
    """The company record, as the vendor keeps it."""

    name = forms.CharField(max_length=200)
    country = forms.ChoiceField(choices=COUNTRY_CHOICES)
    domain = forms.CharField(max_length=253, required=False, label="Web domain", help_text="example.com")
    type = forms.ChoiceField(choices=Partner.Type.choices)
    version = WholeField(required=False, widget=forms.HiddenInput)
