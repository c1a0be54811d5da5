"""What people fill in about partners and their contacts."""

from __future__ import annotations

from django import forms

from partners.countries import COUNTRIES
from partners.models import Contact, Partner

COUNTRY_CHOICES = [("", "Choose a country"), *sorted(COUNTRIES.items(), key=lambda pair: pair[1])]


class PartnerForm(forms.Form):
    """The company record, as the vendor keeps it."""

    name = forms.CharField(max_length=200)
    country = forms.ChoiceField(choices=COUNTRY_CHOICES)
    domain = forms.CharField(max_length=253, required=False, label="Web domain", help_text="example.com")
    type = forms.ChoiceField(choices=Partner.Type.choices)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ProfileForm(forms.Form):
    """What the partner says of itself."""

    website = forms.URLField(max_length=300, required=False, assume_scheme="https")
    phone = forms.CharField(max_length=60, required=False)
    about = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    employees = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)
    relevant_headcount = forms.IntegerField(
        min_value=0,
        max_value=10_000_000,
        required=False,
        label="People who work with our products",
    )
    founded = forms.IntegerField(min_value=1500, max_value=2200, required=False, label="Founded in")


class ContactForm(forms.Form):
    """A person at a partner."""

    name = forms.CharField(max_length=160, required=False)
    email = forms.EmailField(max_length=254, required=False, label="E-mail")
    phone = forms.CharField(max_length=60, required=False)
    function = forms.ChoiceField(choices=Contact.Function.choices)
    title = forms.CharField(max_length=120, required=False, label="Job title")
