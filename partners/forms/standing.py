"""What is asked before a partnership is interrupted, ended or revived."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from prm.kernel.words import own


class ReasonForm(forms.Form):
    """Why: read by the partner, kept in the history."""

    reason = forms.CharField(
        max_length=500,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=own("The partner reads it."),
    )


class OptionalReasonForm(forms.Form):
    """A word on it, if there is one."""

    reason = forms.CharField(
        max_length=500, required=False, label=_("What did they say?"), widget=forms.Textarea(attrs={"rows": 3})
    )


class TerminationForm(ReasonForm):
    """Why, and from which day on."""

    ends_on = forms.DateField(
        label=_("Ends on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("On this day its people lose access. Today ends it at once; until then notice can be withdrawn."),
    )
    field_order = ["ends_on", "reason"]
