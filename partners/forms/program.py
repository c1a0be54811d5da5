"""What people fill in about the programme: settings of a version, a tier's terms, a tier override, a decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import ProgramTier, Tier
from partners.program_shape import COUNTS, is_flag, known_metrics
from prm.kernel.numbers import HUNDRED
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own

SHARES = ("base_discount", "registration_discount", "mdf_vendor_share", "mdf_prepay_max_share")
KIND_CHOICES = [("at_least", _("at least")), ("at_most", _("at most")), ("flag", _("must be so"))]
DATE = forms.DateInput(attrs={"type": "date"})


class ProgramForm(forms.Form):
    """Name and evaluation settings of a version."""

    name = forms.CharField(max_length=120)
    entry_resale = forms.ModelChoiceField(
        Tier.objects.none(), required=False, label=own("Entry tier"), empty_label=_("None")
    )
    entry_referral = forms.ModelChoiceField(
        Tier.objects.none(), required=False, label=own("Entry tier of referral partners")
    )
    entry_months = WholeField(min_value=0, max_value=60, label=own("Months an entry tier is held"))
    demotion_notice_days = WholeField(min_value=0, max_value=366, label=_("Days of notice before a demotion"))
    override_max_months = WholeField(min_value=1, max_value=60, label=_("Months an override may last"))
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("entry_resale", "entry_referral"):
            self.fields[name].queryset = Tier.objects.order_by("level")  # type: ignore[attr-defined]


class RequirementForm(forms.Form):
    """One requirement of a tier; an empty line asks nothing."""

    metric = forms.ChoiceField(required=False, label=_("Figure"))
    kind = forms.ChoiceField(choices=KIND_CHOICES, required=False, label=_("Condition"))
    target = forms.DecimalField(min_value=0, max_digits=18, decimal_places=4, required=False, label=_("Target"))
    weight = forms.DecimalField(max_digits=8, decimal_places=2, required=False, initial=1, label=_("Weight"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [("", "–"), *known_metrics().items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        metric = data.get("metric")
        if metric and is_flag(metric):
            data["kind"], data["target"] = "flag", None
        elif metric and (data.get("kind") == "flag" or not data.get("kind")):
            data["kind"] = "at_least"
        if metric and not is_flag(metric) and data.get("target") is None and "target" not in self.errors:
            self.add_error("target", _("How much is asked?"))
        return data


RequirementFormSet = forms.formset_factory(RequirementForm, extra=2, max_num=40, absolute_max=60)


def wanted_of(formset: Any) -> list[dict[str, str]]:
    """Requirements as an action takes them."""
    found = []
    for row in formset.cleaned_data:
        if not row.get("metric"):
            continue
        wanted = {"metric": row["metric"], "kind": row["kind"], "weight": f"{row.get('weight') or Decimal(1):f}"}
        if row["kind"] != "flag":
            wanted["target"] = f"{row['target']:f}"
        found.append(wanted)
    return found


def _percent(label: Any) -> forms.DecimalField:
    return forms.DecimalField(min_value=0, max_value=100, decimal_places=2, max_digits=5, label=label)


class BenefitsForm(forms.Form):
    """What a tier gives. Shares are entered in percent."""

    base_discount = _percent(_("Base discount, %"))
    registration_discount = _percent(_("Discount on registered deals, %"))
    can_register_deals = forms.BooleanField(required=False, label=_("May register deals"))
    protection_days = WholeField(min_value=0, max_value=3660, label=_("Protection of a deal, days"))
    max_extensions = WholeField(min_value=0, max_value=20, label=_("Extensions, at most"))
    extension_days = WholeField(min_value=0, max_value=3660, label=_("Days of an extension"))
    can_refer = forms.BooleanField(required=False, label=_("May refer"))
    can_receive_leads = forms.BooleanField(required=False, label=_("Receives leads"))
    mdf_eligible = forms.BooleanField(required=False, label=_("May ask for market development funds"))
    mdf_vendor_share = _percent(_("Vendor’s share of an activity, %"))
    mdf_activity_cap = forms.DecimalField(
        min_value=0, max_digits=14, decimal_places=2, required=False, label=_("Cap per activity")
    )
    mdf_quarter_cap = forms.DecimalField(
        min_value=0, max_digits=14, decimal_places=2, required=False, label=_("Cap per quarter")
    )
    mdf_prepay = forms.BooleanField(required=False, label=_("May be paid ahead"))
    mdf_prepay_max_share = _percent(_("Paid ahead at most, %"))
    locator = forms.BooleanField(required=False, label=own("Listed in the partner locator"))
    account_manager = forms.ChoiceField(choices=ProgramTier.AccountManager.choices, label=own("Account manager"))
    version = WholeField(required=False, widget=forms.HiddenInput)

    @classmethod
    def initial_of(cls, rung: ProgramTier) -> dict[str, Any]:
        values = {name: getattr(rung, name) for name in cls.base_fields}
        return values | {name: _plain(values[name] * HUNDRED) for name in SHARES}

    def values(self) -> dict[str, Any]:
        """Benefits as an action takes them."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        found |= {name: found[name] / HUNDRED for name in SHARES}
        return {name: int(value) if name in COUNTS else value for name, value in found.items()}


def _plain(number: Decimal) -> Decimal:
    return Decimal(f"{number.normalize():f}")


class TierAddForm(forms.Form):
    """A tier for a draft: one there is, or a new one."""

    tier = forms.ModelChoiceField(
        Tier.objects.none(), required=False, empty_label=own("A new tier, above all others"), label=own("Tier")
    )
    code = forms.CharField(max_length=40, required=False, help_text=own("For a new tier: letters, such as diamond"))
    name = forms.CharField(max_length=80, required=False, label=own("Name of the new tier"))
    kind = forms.ChoiceField(choices=Tier.Kind.choices, initial="resale", label=own("Kind of the new tier"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].queryset = Tier.objects.order_by("level")  # type: ignore[attr-defined]


class ImportProgramForm(forms.Form):
    """A version from a file, or pasted."""

    name = forms.CharField(max_length=120, required=False, label=_("Name of the draft"))
    file = forms.FileField(required=False, label=_("YAML file"))
    text = forms.CharField(
        max_length=100_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        label=_("Or paste it"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.get("file")
        if upload and upload.size > 100_000:
            self.add_error("file", _("The file is too large for a program."))
        elif upload:
            try:
                data["text"] = upload.read().decode("utf-8")
            except UnicodeDecodeError:
                self.add_error("file", _("The file is no text in UTF-8."))
        if not self.errors and not (data.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file, or paste its text."))
        return data


class PublishForm(forms.Form):
    """From when on a version holds."""

    valid_from = forms.DateField(widget=DATE, label=_("In force from"))


class OverrideForm(forms.Form):
    """Another tier than the figures give, with reason and end."""

    tier = forms.ModelChoiceField(Tier.objects.none(), label=own("Tier"), empty_label=_("Choose"))
    until = forms.DateField(widget=DATE, label=_("Ends on"))
    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=own("The partner can read it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].queryset = Tier.objects.order_by("level")  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Why a proposal is declined."""

    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("It stays with the vendor.")
    )
