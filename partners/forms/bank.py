"""What a champion fills in about the company's account."""

from __future__ import annotations

from django import forms

from partners.forms.company import COUNTRY_CHOICES
from prm.kernel.web.whole import WholeField

_PRIVATE = {"autocomplete": "off", "spellcheck": "false"}


class BankDetailsForm(forms.Form):
    """An IBAN, or an account number with its routing number."""

    holder = forms.CharField(max_length=160, label="Account holder")
    bank = forms.CharField(max_length=160, label="Bank")
    country = forms.ChoiceField(choices=COUNTRY_CHOICES, label="Country of the bank")
    iban = forms.CharField(max_length=60, required=False, label="IBAN", widget=forms.TextInput(attrs=_PRIVATE))
    account = forms.CharField(
        max_length=40,
        required=False,
        label="Account number",
        help_text="Where there is no IBAN",
        widget=forms.TextInput(attrs=_PRIVATE),
    )
    routing = forms.CharField(
        max_length=40,
        required=False,
        label="Routing number",
        help_text="Routing number, sort code or BSB",
        widget=forms.TextInput(attrs=_PRIVATE),
    )
    version = WholeField(required=False, widget=forms.HiddenInput)


class VerifyForm(forms.Form):
    """The version that finance looked at: what changed in between is not verified."""

    version = WholeField(widget=forms.HiddenInput)
