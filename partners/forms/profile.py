"""What people fill in about a partner: its profile, its places, and the answer to one question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from partners.forms.company import COUNTRY_CHOICES
from partners.models import PartnerProfile, ProfileQuestion
from partners.profile_fields import FIELDS, GROUPS, ProfileField
from prm.kernel.web.whole import WholeField

MAX_COUNT = 10_000_000


class WordsField(forms.CharField):
    """Several short texts in one line, with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value) or ""
        words = [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
        if any(len(word) > 60 for word in words):
            raise forms.ValidationError("Each of them at most 60 characters.")
        return words


class CodesChoice(forms.MultipleChoiceField):
    """Boxes to tick. Codes that came by an import and are none of ours may stay."""

    def offer(self, codes: Iterable[str]) -> None:
        """Boxes for codes that are none of ours as well, so that saving does not take them off."""
        known = {code for code, _label in self.choices}  # type: ignore[union-attr]
        strange = [(code, str(code).replace("_", " ")) for code in codes if code not in known]
        self.choices = [*self.choices, *strange]

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or len(str(value)) <= 60


def form_field(spec: ProfileField) -> forms.Field:
    """The form field of one value of the profile."""
    common: dict[str, Any] = {"label": spec.label, "help_text": spec.help, "required": False}
    length = getattr(PartnerProfile._meta.get_field(spec.name), "max_length", None)
    choices = list((spec.choices or {}).items())
    match spec.kind:
        case "number":
            return WholeField(min_value=0, max_value=MAX_COUNT, **common)
        case "year":
            return WholeField(min_value=0, max_value=9999, **common)
        case "money":
            return forms.DecimalField(min_value=0, max_digits=14, decimal_places=2, **common)
        case "choice":
            return forms.ChoiceField(choices=[("", "–"), *choices], **common)
        case "codes":
            return CodesChoice(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        case "words" | "countries":
            return WordsField(max_length=2000, **common)
        case "flag":
            return forms.BooleanField(**common)
        case "url":
            return forms.URLField(max_length=length, assume_scheme="https", **common)
        case "long":
            return forms.CharField(max_length=length, widget=forms.Textarea(attrs={"rows": 3}), **common)
    return forms.CharField(max_length=length, **common)


def in_fields(spec: ProfileField, value: Any) -> list[str]:
    """A value as a form would send it."""
    if value in (None, "", [], False):
        return []
    if spec.kind == "codes":
        return list(value)
    if isinstance(value, list):
        return [", ".join(value)]
    return ["on" if value is True else str(value)]


class ProfileForm(forms.Form):
    """All that is known of a partner, in its groups."""

    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, CodesChoice):
                field.offer(self.initial.get(name) or ())

    def groups(self) -> list[dict[str, Any]]:
        return [{"label": label, "fields": [self[each.name] for each in fields]} for _code, label, fields in GROUPS]


ProfileForm.base_fields |= {name: form_field(spec) for name, spec in FIELDS.items()}  # type: ignore[attr-defined]


class LocationForm(forms.Form):
    """A place of a partner."""

    address = forms.CharField(max_length=300, required=False, label="Street")
    postal_code = forms.CharField(max_length=20, required=False)
    city = forms.CharField(max_length=120, required=False)
    state_province = forms.CharField(max_length=120, required=False, label="State or province")
    country = forms.ChoiceField(choices=COUNTRY_CHOICES)
    is_main = forms.BooleanField(required=False, label="This is the main place")


class AnswerForm(forms.Form):
    """The answer to one question of the profile."""

    def __init__(self, question: ProfileQuestion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spec = FIELDS[question.field]
        value = form_field(spec)
        if spec.kind == "choice":
            value = forms.ChoiceField(choices=list((spec.choices or {}).items()), widget=forms.RadioSelect)
        elif spec.kind == "flag":
            value = forms.TypedChoiceField(
                choices=[("yes", "Yes"), ("no", "No")], coerce=lambda word: word == "yes", widget=forms.RadioSelect
            )
        value.required, value.label = True, question.text
        self.fields["version"] = WholeField(required=False, widget=forms.HiddenInput)
        self.fields["value"] = value


class QuestionForm(forms.Form):
    """Whether a question is asked, when it comes, and after how many months it is asked again."""

    active = forms.BooleanField(required=False, label="Asked")
    order = WholeField(min_value=1, max_value=9999)
    refresh_months = WholeField(min_value=1, max_value=120, label="Asked again after months")
