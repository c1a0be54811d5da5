"""What people fill in about tasks and about the blueprint of onboarding."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import STEP_ROLES, Partner, Task
from partners.queries import owners_for
from prm.kernel.models import Membership
from prm.kernel.roles import Side
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TaskForm(forms.Form):
    """What is to be done, by whom and until when. The partner is chosen before; its people can be owners."""

    title = forms.CharField(max_length=300, label=_("What is to be done"))
    owner = forms.ChoiceField(label=_("Owner"))
    due_on = forms.DateField(required=False, label=_("Due"), widget=_day())

    def __init__(self, *args: Any, by: Membership, partner: Partner | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        ours = list(owners_for(Side.VENDOR, partner))
        theirs = list(owners_for(Side.PARTNER, partner)) if partner else []
        self.people = {str(member.pk): member for member in [*ours, *theirs]}
        choices: list[Any] = [(_("Us"), [(str(m.pk), m.user.name) for m in ours])]
        if partner is not None:
            choices.append((partner.name, [(str(m.pk), m.user.name) for m in theirs]))
            choices.append((_("Nobody yet"), [("partner", _("Anybody at %s") % partner.name)]))
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial.setdefault("owner", str(by.pk))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.pop("owner", "")
        data["owner"] = self.people.get(chosen)
        data["side"] = Side.PARTNER if chosen == "partner" else Side.VENDOR
        return data


class AssignForm(forms.Form):
    """Who does it; empty gives it back to the role it is for."""

    owner = forms.ChoiceField(required=False, label=_("Owner"))

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(owners_for(task.side, task.partner))
        self.people = {str(member.pk): member for member in people}
        self.fields["owner"].choices = [("", _("Nobody yet")), *((str(m.pk), m.user.name) for m in people)]  # type: ignore[attr-defined]
        self.initial.setdefault("owner", str(task.owner_id or ""))

    def clean_owner(self) -> Membership | None:
        return self.people.get(self.cleaned_data["owner"])


class CancelForm(forms.Form):
    reason = forms.CharField(max_length=500, label=_("Why it is not needed"))


class StepForm(forms.Form):
    """One step of the blueprint."""

    text = forms.CharField(max_length=200, label=_("What is to be done"))
    role = forms.ChoiceField(choices=STEP_ROLES, label=_("Who does it"))
    due_days = WholeField(min_value=1, max_value=365, label=_("Due after days"), initial=30)
    required = forms.BooleanField(required=False, label=own("Required before a partner is active"))
    for_newcomers = forms.BooleanField(
        required=False, label=own("Also for each new person of this role at an active partner")
    )
    active = forms.BooleanField(required=False, initial=True, label=_("In use"))
    version = WholeField(required=False, widget=forms.HiddenInput)
