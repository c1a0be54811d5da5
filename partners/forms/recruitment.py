"""What people fill in about candidates, applications and the public page of the programme."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners.forms.company import COUNTRY_CHOICES
from partners.models import Candidate, Contact, DocumentVersion, Partner
from partners.queries import STAGES
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.uploads import UploadField
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own

LONG = forms.Textarea(attrs={"rows": 3})


class ApplicationForm(forms.Form):
    """The short application on the public page. `homepage` is for those who fill in whatever they find."""

    company = forms.CharField(
        max_length=200, label=_("Company"), widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    country = forms.ChoiceField(
        choices=COUNTRY_CHOICES, label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"})
    )
    website = forms.CharField(
        max_length=300, required=False, label=_("Website"), widget=forms.TextInput(attrs={"autocomplete": "url"})
    )
    type = forms.ChoiceField(choices=Partner.Type.choices, label=_("What do you do?"))
    name = forms.CharField(max_length=160, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        max_length=254,
        label=_("Your e-mail address at work"),
        help_text=_("We write to it to confirm the application."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        max_length=60, required=False, label=_("Phone"), widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    message = forms.CharField(
        max_length=2000, required=False, label=_("What would you like to do together?"), widget=LONG
    )
    accepts_terms = forms.BooleanField(label=_("I agree to the terms above"))
    homepage = forms.CharField(required=False, max_length=300, widget=forms.TextInput(attrs={"tabindex": "-1"}))
    stamp = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def point_at_first_error(self) -> None:
        """The form stands below the program: who comes back with an error goes on at the field."""
        wrong = next((bound for bound in self.visible_fields() if bound.errors), None)
        if wrong is not None:
            wrong.field.widget.attrs["autofocus"] = True


class QuestionForm(forms.Form):
    text = forms.CharField(max_length=1000, label=_("Question"), widget=LONG)


class AnswerForm(forms.Form):
    text = forms.CharField(max_length=2000, label=_("Answer"), widget=LONG)


class WhyForm(forms.Form):
    reason = forms.CharField(max_length=500, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=1000, required=False, label=_("What was said"), widget=forms.Textarea(attrs={"rows": 2})
    )


class QualifyForm(forms.Form):
    """Nothing to fill in where everything is in order; else why it is done all the same."""

    reason = forms.CharField(
        max_length=500,
        required=False,
        label=_("Why without the fit score"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    waive = forms.CharField(
        max_length=500,
        required=False,
        label=_("Why the open questions stay unanswered"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        asks_reason: bool = True,
        asks_waive: bool = True,
        lacking: Mapping[str, str] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, is_asked in (("reason", asks_reason), ("waive", asks_waive)):
            if not is_asked:
                del self.fields[name]
                continue
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = lacking.get(name) or _("Say why.")


class SignerForm(forms.Form):
    """Who signs, and what: a file from those who keep documents, else what is `on_file` already."""

    signer = forms.ModelChoiceField(
        queryset=Contact.objects.none(),
        label=_("Who signs"),
        empty_label=_("Choose"),
        help_text=_("Whoever has no login yet is invited as a champion."),
    )
    file = UploadField(required=False, label=_("Agreement"))

    def __init__(
        self,
        partner: Partner,
        member: Membership,
        contacts: QuerySet[Contact],
        on_file: DocumentVersion | None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, auto_id="send_%s", **kwargs)
        self.fields["signer"].queryset = contacts  # type: ignore[attr-defined]
        if not permits(member, "partners.record_document", partner):
            del self.fields["file"]
        elif on_file is not None:
            told = {"title": on_file.document.title}
            self.fields["file"].help_text = _("Leave it empty to send “%(title)s”, which is on file.") % told


class CommitForm(forms.Form):
    vouched = forms.BooleanField(
        required=False, label=_("I have looked into it: the person who signed may sign for the company")
    )

    def __init__(self, *args: Any, asks: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["vouched"]


class CommunityForm(forms.Form):
    accepted_by = forms.CharField(max_length=160, label=_("Who accepted the community terms for the company"))


class DeclineForm(forms.Form):
    by_partner = forms.ChoiceField(
        choices=[("", _("We say no")), ("yes", _("The company says no"))], required=False, label=_("Who")
    )
    reason = forms.ChoiceField(choices=[("", _("Choose")), *Candidate.Reason.choices], label=_("Reason"))
    text = forms.CharField(
        max_length=500, required=False, label=_("In more words"), widget=forms.Textarea(attrs={"rows": 2})
    )


class AttachForm(forms.Form):
    company = forms.ModelChoiceField(
        queryset=Partner.objects.none(), label=own("Which partner it is"), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = partners  # type: ignore[attr-defined]


class ProgramPageForm(forms.Form):
    """The public page. Questions are written one after the other: the question, below it the answer, an empty line."""

    is_open = forms.BooleanField(
        required=False,
        label=_("Show this page to the world"),
        help_text=_("While it is off, nobody outside sees the page and nobody can apply."),
    )
    headline = forms.CharField(max_length=160, label=_("Headline"))
    intro = forms.CharField(
        max_length=3000, required=False, label=_("What it is about"), widget=forms.Textarea(attrs={"rows": 5})
    )
    shows_tiers = forms.BooleanField(required=False, label=own("Show what each tier gives"))
    questions = forms.CharField(
        max_length=30000,
        required=False,
        label=_("Questions and answers"),
        help_text=_("The question on a line of its own, below it the answer, then an empty line."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    terms = forms.CharField(
        max_length=3000, label=_("Terms an applicant accepts"), widget=forms.Textarea(attrs={"rows": 4})
    )
    version = WholeField(required=False, widget=forms.HiddenInput)

    def clean_questions(self) -> list[dict[str, str]]:
        return read_questions(self.cleaned_data["questions"])


def read_questions(text: str) -> list[dict[str, str]]:
    pairs = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        question, _nothing, answer = block.strip().partition("\n")
        if question:
            pairs.append({"question": question.strip(), "answer": answer.strip()})
    return pairs


def write_questions(pairs: list[dict[str, str]]) -> str:
    return "\n\n".join(f"{pair['question']}\n{pair['answer']}" for pair in pairs)


class RulesForm(forms.Form):
    """What is asked of candidates; a stage without days has no limit."""

    min_fit_score = forms.DecimalField(min_value=0, max_value=100, decimal_places=1, label=_("Fit score needed"))
    reopen_after_days = WholeField(min_value=0, max_value=730, label=_("Days until a declined one may return"))
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage in STAGES[:-1]:
            self.fields[f"limit_{stage}"] = WholeField(
                min_value=1,
                max_value=730,
                required=False,
                label=_("Days as %(stage)s") % {"stage": str(Candidate.Stage(stage).label).lower()},
            )

    @property
    def age_limits(self) -> dict[str, int | None]:
        return {stage: self.cleaned_data.get(f"limit_{stage}") for stage in STAGES[:-1]}
