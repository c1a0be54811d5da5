"""What people type on the pages of scorecards."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, Tier
from partners.registries import measures
from prm.kernel import clock
from prm.kernel.numbers import HUNDRED
from prm.kernel.periods import add_months
from prm.kernel.web.format import formatter
from prm.kernel.web.uploads import UploadField
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own
from sales.forms import NumberField
from scorecards.models import ActionItem, KpiDefinition, KpiSetting
from scorecards.queries import SheetLine

LONGEST_WAIT = 90 * 24 * 3600  # seconds: after that a scorecard in progress is set aside


class AnswerForm(forms.Form):
    """One answer: ticked options, "not applicable" or words. What fits the question is the action's to say."""

    question = forms.CharField(max_length=80)
    is_na = forms.BooleanField(required=False)
    text = forms.CharField(max_length=4000, required=False, strip=False)
    age = WholeField(min_value=0, max_value=LONGEST_WAIT, required=False)  # seconds it could not be sent


class UnchangedForm(forms.Form):
    topic = forms.CharField(max_length=80)
    age = WholeField(min_value=0, max_value=LONGEST_WAIT, required=False)


class EvidenceForm(forms.Form):
    """A file for a question or, without one, for a whole topic."""

    topic = forms.CharField(max_length=80)
    question = forms.CharField(max_length=80, required=False)
    file = UploadField(label="File", help_text="PDF, Word, Excel, PowerPoint, PNG or JPEG, up to 10 MB")


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
    version = WholeField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, item_id: UUID, owners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, item_id=item_id, owners=owners, **kwargs)
        self.auto_id = f"e{item_id.hex[:12]}_%s"


def typed(value: Decimal | None, unit: str) -> str:
    """A number as it stands in a form: shares in percent, no needless zeros."""
    if value is None:
        return ""
    shown = value * HUNDRED if unit == "ratio" else value
    text = format(shown.normalize(), "f")
    return text.replace(".", formatter().separators[1])


def untyped(value: Decimal | None, unit: str) -> Decimal | None:
    return value / HUNDRED if value is not None and unit == "ratio" else value


class KpiSettingForm(forms.Form):
    """How a KPI is judged from a day on. Shares are typed in percent."""

    valid_from = forms.DateField(label=_("Holds from"), widget=forms.DateInput(attrs={"type": "date"}))
    in_use = forms.BooleanField(required=False, label=_("In use"))
    life_stages = forms.MultipleChoiceField(
        choices=Partner.LifeStage.choices, required=False, label=own("In focus for partners in"),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    target_kind = forms.ChoiceField(choices=KpiSetting.TargetKind.choices, label=_("Target"))
    target = NumberField(required=False, label=_("Target for all"))
    green = NumberField(label=_("Green from"))
    yellow = NumberField(label=_("Yellow from"))

    def __init__(self, *args: Any, unit: str, lower: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.fields["valid_from"].widget.attrs["min"] = clock.today().isoformat()
        mark = _("in percent") if unit == "ratio" else _("as the KPI is written")
        self.fields["target"].help_text = mark
        borders = _("With a target: in percent of it. Without one: %(mark)s.") % {"mark": mark}
        self.fields["green"].help_text = borders
        if lower:
            self.fields["green"].label, self.fields["yellow"].label = _("Green up to"), _("Yellow up to")

    @staticmethod
    def of(kpi: KpiDefinition, setting: KpiSetting | None) -> dict[str, Any]:
        """What stands in the form when it opens."""
        if setting is None:
            return {"valid_from": clock.today()}
        border = kpi.unit if setting.target_kind == KpiSetting.TargetKind.NONE else "ratio"
        return {
            "valid_from": clock.today().isoformat(),
            "in_use": setting.in_use,
            "life_stages": setting.life_stages,
            "target_kind": setting.target_kind,
            "target": typed(setting.target, kpi.unit),
            "green": typed(setting.green, border),
            "yellow": typed(setting.yellow, border),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        border = self.unit if data.get("target_kind") == KpiSetting.TargetKind.NONE else "ratio"
        data["target"] = untyped(data.get("target"), self.unit)
        for name in ("green", "yellow"):
            if name in data:
                data[name] = untyped(data[name], border)
        return data


class KpiAddForm(KpiSettingForm):
    """A KPI of the vendor's own."""

    name = forms.CharField(max_length=120)
    category = forms.ChoiceField(choices=KpiDefinition.Category.choices)
    measure = forms.ChoiceField(required=False, label=_("Value"))
    unit_of = forms.ChoiceField(
        choices=KpiDefinition.Unit.choices, label=_("Unit"), help_text=_("A measure brings its own.")
    )
    direction = forms.ChoiceField(choices=KpiDefinition.Direction.choices)
    formula = forms.CharField(max_length=300, required=False, help_text=_("In words, for those who read the figure."))
    field_order = ("name", "category", "measure", "unit_of", "direction", "formula")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, unit="", **kwargs)
        del self.fields["valid_from"]
        lent = sorted(((one.name, str(one.label)) for one in measures.values()), key=lambda pair: pair[1])
        self.fields["measure"].choices = [("", _("Entered by hand or imported")), *lent]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        chosen = measures.get((self.cleaned_data or {}).get("measure", ""))
        self.unit = chosen.unit if chosen else self.cleaned_data.get("unit_of", "count")
        data = super().clean()
        data.pop("unit_of", None)
        data |= {"unit": self.unit, "kind": "metric" if chosen else "entered"}
        if chosen and not data.get("formula"):
            data["formula"] = chosen.formula
        return data


class SharedTargetForm(forms.Form):
    """What is asked of all partners, or of a tier, in a fiscal year."""

    tier = forms.ModelChoiceField(Tier.objects.none(), required=False, empty_label=own("All partners"))
    fiscal_year = WholeField(min_value=1991, max_value=2999)
    value = NumberField(required=False, help_text=_("Empty takes the target away."))

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.fields["tier"].queryset = Tier.objects.order_by("level")  # type: ignore[attr-defined]

    def clean_value(self) -> Decimal | None:
        return untyped(self.cleaned_data["value"], self.unit)


class KpiValueForm(forms.Form):
    """The value of a KPI for a month, entered by hand."""

    month = forms.DateField(
        input_formats=["%Y-%m", "%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )
    value = NumberField(required=False, help_text=_("Empty takes the value away."))

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="enter_%s", **kwargs)
        self.unit = unit

    def clean_month(self) -> Any:
        return self.cleaned_data["month"].replace(day=1)

    def clean_value(self) -> Decimal | None:
        return untyped(self.cleaned_data["value"], self.unit)


class AsOfFuture(forms.Form):
    """The day from which a change holds."""

    valid_from = forms.DateField()
