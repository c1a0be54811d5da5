"""What people type on the pages of scorecards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from prm.kernel import clock
from prm.kernel.periods import add_months
from scorecards.models import ActionItem
from scorecards.queries import SheetLine


class AnswerForm(forms.Form):
    """One answer: ticked options, "not applicable" or words. What fits the question is the action's to say."""

    question = forms.CharField(max_length=80)
    is_na = forms.BooleanField(required=False)
    text = forms.CharField(max_length=4000, required=False, strip=False)


class UnchangedForm(forms.Form):
    topic = forms.CharField(max_length=80)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


GOALS_AT_REVIEW = 6  # topics with the largest gaps; the others get theirs on the page


def _date(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ReviewForm(forms.Form):
    """The conclusion, and a goal for the topics that need one most; or none at all."""

    comment = forms.CharField(max_length=2000, label=_("Your conclusion"), widget=forms.Textarea(attrs={"rows": 3}))
    due_on = _date(_("Goals are to be reached by"))
    none_needed = forms.BooleanField(label=_("No goals are needed"), required=False)

    def __init__(self, *args: Any, topics: Sequence[SheetLine] = (), **kwargs: Any) -> None:
        kwargs["initial"] = {"due_on": add_months(clock.today(), 6), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.topics = {f"goal_{line.code}": line for line in topics if line.gap is not None and line.gap > 0}
        self.fields["due_on"].required = False
        for name, line in list(self.topics.items())[:GOALS_AT_REVIEW]:
            self.fields[name] = forms.DecimalField(
                label=line.name, required=False, min_value=1, max_value=100, max_digits=4, decimal_places=1
            )

    @property
    def goal_rows(self) -> list[tuple[SheetLine, Any]]:
        return [(self.topics[name], self[name]) for name in self.topics if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """As the action wants it: a list of goals."""
        data = super().clean() or {}
        wanted = [(line.code, data.pop(name, None)) for name, line in self.topics.items()]
        due_on = data.pop("due_on", None)
        goals = [{"topic": code, "goal_score": score, "due_on": due_on} for code, score in wanted if score is not None]
        if goals and due_on is None and "due_on" not in self.errors:
            self.add_error("due_on", _("Say until when the goals are to be reached."))
        return {**data, "goals": goals}


class GoalForm(forms.Form):
    """The score that one topic is to reach."""

    topic = forms.ChoiceField(label=_("Topic"))
    goal_score = forms.DecimalField(
        label=_("Goal"), min_value=1, max_value=100, max_digits=4, decimal_places=1, help_text=_("1 to 100")
    )
    due_on = _date(_("To be reached by"))

    def __init__(self, *args: Any, topics: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = list(topics)  # type: ignore[attr-defined]


class AddItemForm(forms.Form):
    """An action of one's own."""

    text = forms.CharField(max_length=1000, label=_("What is to be done"), widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label=_("Kind"), choices=ActionItem.Kind.choices)
    topic = forms.ChoiceField(label=_("Topic it improves"), required=False)
    owner = forms.ChoiceField(label=_("Owner"))
    due_on = _date(_("Due"))

    def __init__(
        self, *args: Any, owners: Sequence[tuple[str, str]], topics: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = list(owners)  # type: ignore[attr-defined]
        self.fields["topic"].choices = [("", _("None in particular")), *topics]  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """Who owns an action, and until when."""

    owner = forms.ChoiceField()
    due_on = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, item_id: UUID, owners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"a{item_id.hex[:12]}_%s", **kwargs)
        self.item_id = item_id
        self.fields["owner"].choices = list(owners)  # type: ignore[attr-defined]


class EditItemForm(AcceptForm):
    """Another owner, or another day with the reason."""

    reason = forms.CharField(
        max_length=500, required=False, label=_("Why"), widget=forms.TextInput(attrs={"placeholder": _("Why")})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, item_id: UUID, owners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, item_id=item_id, owners=owners, **kwargs)
        self.auto_id = f"e{item_id.hex[:12]}_%s"
