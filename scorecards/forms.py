"""What people type on the pages of scorecards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from prm.kernel.web.uploads import UploadField

LONGEST_WAIT = 90 * 24 * 3600  # seconds: after that a scorecard in progress is set aside


class AnswerForm(forms.Form):
    """One answer: ticked options, "not applicable" or words. What fits the question is the action's to say."""

    question = forms.CharField(max_length=80)
    is_na = forms.BooleanField(required=False)
    text = forms.CharField(max_length=4000, required=False, strip=False)
    age = forms.IntegerField(min_value=0, max_value=LONGEST_WAIT, required=False)  # seconds it could not be sent


class UnchangedForm(forms.Form):
    topic = forms.CharField(max_length=80)
    age = forms.IntegerField(min_value=0, max_value=LONGEST_WAIT, required=False)


class EvidenceForm(forms.Form):
    """A file for a question or, without one, for a whole topic."""

    topic = forms.CharField(max_length=80)
    question = forms.CharField(max_length=80, required=False)
    file = UploadField(label="File", help_text="PDF, Word, Excel, PowerPoint, PNG or JPEG, up to 10 MB")


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ReviewForm(forms.Form):
    comment = forms.CharField(max_length=2000, label="Your conclusion", widget=forms.Textarea(attrs={"rows": 4}))


class AcceptForm(forms.Form):
    """Who owns an action, and until when."""

    owner = forms.ChoiceField()
    due_on = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, item_id: UUID, owners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"a{item_id.hex[:12]}_%s", **kwargs)
        self.item_id = item_id
        self.fields["owner"].choices = list(owners)  # type: ignore[attr-defined]
