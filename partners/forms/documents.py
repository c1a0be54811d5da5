"""What people fill in about documents: keeping one, a newer version, signing, declining."""

from __future__ import annotations

from django import forms

from partners.models import Document
from prm.kernel.web.uploads import UploadField


class VersionForm(forms.Form):
    """A newer version of a document."""

    file = UploadField()
    signed_by = forms.CharField(
        max_length=160, required=False, label="Signed by", help_text="Only if it was signed on paper"
    )
    signed_on = forms.DateField(required=False, label="Signed on", widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(required=False, label="Valid until", widget=forms.DateInput(attrs={"type": "date"}))


class DocumentForm(VersionForm):
    """A document of a partner; the file may follow later."""

    kind = forms.ChoiceField(choices=Document.Kind.choices)
    title = forms.CharField(max_length=160)
    file = UploadField(required=False)
    field_order = ("kind", "title", "file", "signed_by", "signed_on", "valid_to")


class SignForm(forms.Form):
    """The signature of the partner."""

    name = forms.CharField(
        max_length=160, label="Your full name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    agreed = forms.BooleanField(
        required=False, label="I have read the document and sign it for my company; I am entitled to do so."
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(max_length=500, label="Why not?", widget=forms.Textarea(attrs={"rows": 3}))
