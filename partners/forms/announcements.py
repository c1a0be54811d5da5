"""What people fill in to announce something."""

from __future__ import annotations

from typing import Any

from django import forms

from partners.models import Segment
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own


class AnnouncementForm(forms.Form):
    title = forms.CharField(max_length=120)
    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    segment = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label=own("All partners"),
        label="For",
        help_text=own("Partners never see for whom."),
    )
    from_date = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    to_date = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    link_label = forms.CharField(max_length=40, required=False, label="Button", help_text="What the button is called")
    link = forms.CharField(
        max_length=300, required=False, help_text="https://… or a page of the portal such as /deals/"
    )
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = Segment.objects.visible_to(member).order_by("name")  # type: ignore[attr-defined]
