"""What people fill in about leads: a new one, the vendor's public form, and a word or two for each verb."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.forms.deals import DayField, NothingForm, _long
from dealreg.models import Lead, LeadClaim, LeadContact, LeadOffer
from dealreg.queries.pages import active_lines
from partners.forms import COUNTRY_CHOICES
from partners.models import Partner
from partners.profile_fields import VERTICALS
from prm.kernel import clock
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own
from sales.forms import NumberField

NOT_SAID = [("", _("Not known"))]
CHOOSE = [("", _("Choose"))]


def _lines() -> list[tuple[str, str]]:
    return [(line.code, line.name) for line in active_lines()]


class LeadForm(forms.Form):
    """A lead as somebody enters it."""

    company = forms.CharField(label=_("Company"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRY_CHOICES)
    line = forms.ChoiceField(label=_("Product line"), choices=lambda: [*CHOOSE, *_lines()])
    name = forms.CharField(label=_("Contact"), max_length=160, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    industry = forms.ChoiceField(label=_("Industry"), choices=[*NOT_SAID, *VERTICALS.items()], required=False)
    size_band = forms.ChoiceField(label=_("Size"), choices=[*NOT_SAID, *Lead.Size.choices], required=False)
    region = forms.CharField(label=_("Region"), max_length=60, required=False, help_text=_("As in your sales regions."))
    need = _long(_("What they need"), 2000, required=False)
    campaign = forms.CharField(
        label=_("Campaign"), max_length=120, required=False, help_text=_("It goes along to the registration.")
    )
    consented_at = DayField(label=_("Agreed to be contacted on"), initial=clock.today)
    consent = forms.CharField(
        label=_("How they agreed"), max_length=300, required=False, help_text=_("For example: at the fair, in writing.")
    )


class PublicLeadForm(forms.Form):
    """What a visitor writes to a vendor. `homepage` is for those who fill in whatever they find."""

    company = forms.CharField(
        max_length=200, label=_("Company"), widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    country = forms.ChoiceField(choices=COUNTRY_CHOICES, label=_("Country"))
    name = forms.CharField(max_length=160, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        max_length=254, label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.CharField(
        max_length=60, required=False, label=_("Phone"), widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    line = forms.ChoiceField(label=_("What is it about?"), choices=lambda: [*CHOOSE, *_lines()])
    industry = forms.ChoiceField(choices=[*NOT_SAID, *VERTICALS.items()], required=False, label=_("Industry"))
    size_band = forms.ChoiceField(choices=[*NOT_SAID, *Lead.Size.choices], required=False, label=_("Size"))
    need = forms.CharField(max_length=2000, label=_("What do you need?"), widget=forms.Textarea(attrs={"rows": 4}))
    consents = forms.BooleanField(label=own("You and one of your partners may contact me about this."))
    campaign = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)
    homepage = forms.CharField(required=False, max_length=300, widget=forms.TextInput(attrs={"tabindex": "-1"}))
    stamp = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)


class InquiryLeadForm(forms.Form):
    """What an inquiry of the locator does not say, and a lead has to."""

    line = forms.ChoiceField(label=_("Product line"), choices=lambda: [*CHOOSE, *_lines()])
    company = forms.CharField(label=_("Company"), max_length=200)
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRY_CHOICES)
    industry = forms.ChoiceField(label=_("Industry"), choices=[*NOT_SAID, *VERTICALS.items()], required=False)
    size_band = forms.ChoiceField(label=_("Size"), choices=[*NOT_SAID, *Lead.Size.choices], required=False)


# --- verbs --------------------------------------------------------------------------------------------------------


class RefuseLeadForm(forms.Form):
    refuse_reason = forms.ChoiceField(label=_("Reason"), choices=[*CHOOSE, *LeadOffer.RefuseReason.choices])
    reason = _long(_("In your words"), 500, required=False, rows=2)


class ContactLeadForm(forms.Form):
    note = _long(_("With whom you spoke, and what came of it"), 2000)


class NoteLeadForm(forms.Form):
    note = _long(_("What is new"), 2000)


class QualifyLeadForm(forms.Form):
    found_need = _long(_("Need"), 500, required=False, rows=2)
    found_budget = _long(_("Budget"), 500, required=False, rows=2)
    found_timing = _long(_("Timing"), 500, required=False, rows=2, help_text=_("One of the three is enough."))


class OpenLeadForm(forms.Form):
    amount = NumberField(label=_("Amount"))
    expected_close = DayField(
        label=_("Expected order"), help_text=_("Open business is not protected: register the deal if it should be.")
    )


class DisqualifyLeadForm(forms.Form):
    disqualify_reason = forms.ChoiceField(label=_("Reason"), choices=[*CHOOSE, *Lead.DisqualifyReason.choices])
    reason = _long(_("In your words"), 500, required=False, rows=2)


class TransferDealForm(forms.Form):
    """To whom a deal goes whose partner is gone."""

    to = forms.CharField(label=own("Partner (number or name)"), max_length=200)
    reason = _long(_("Reason"), 500, rows=2, help_text=own("Name no other partner."))

    def clean_to(self) -> Any:
        typed = self.cleaned_data["to"]
        found = Partner.objects.filter(number=typed.upper()).first()
        named = [found] if found else list(Partner.objects.filter(name=typed)[:2])
        if len(named) != 1:
            raise forms.ValidationError(own("There is no partner of this number or name, or more than one."))
        return named[0]


class WhyForm(forms.Form):
    reason = _long(_("Reason"), 500, rows=2)


class PickForm(forms.Form):
    """One of a few people or companies, given as (id, name)."""

    def __init__(self, *args: Any, name: str, label: Any, found: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name, self._found = name, found
        self.fields[name] = forms.ChoiceField(
            label=label, choices=[("", _("Choose")), *((pk, str(one)) for pk, one in found.items())]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self._name in data:
            data[self._name] = self._found[data[self._name]]
        return data


class ClaimForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[choice for choice in LeadClaim.Decision.choices if choice[0] != LeadClaim.Decision.PENDING],
        widget=forms.RadioSelect,
        initial=LeadClaim.Decision.LEAD_FIRST,
    )
    reason = _long(_("Reason and evidence"), 500, rows=2)


# --- rules and the bench -------------------------------------------------------------------------------------------


class LeadRulesForm(forms.Form):
    """The points of F38 and the days; a field for each tier is added."""

    auto_assign = forms.BooleanField(
        label=_("Give leads out automatically"),
        required=False,
        help_text=_("Otherwise every lead waits for somebody of operations or marketing."),
    )
    needs_certification = forms.BooleanField(
        label=own("Only to partners certified for the product line"),
        required=False,
        help_text=_("Certifications held, on the profile of the company, name the line."),
    )
    region_points = NumberField(label=_("Region of the lead is one of its regions"))
    vertical_points = NumberField(label=_("Industry of the lead is one of its industries"))
    composite_weight = NumberField(label=_("Times its composite score"), help_text=_("Unknown counts as 50."))
    load_points = NumberField(label=_("Taken off when it is full"), help_text=_("Half of it when half full."))
    accept_days = WholeField(label=_("Business days to accept"), min_value=1, max_value=366)
    contact_days = WholeField(label=_("Business days to the first contact"), min_value=1, max_value=366)
    return_days = WholeField(label=_("Then business days until it goes back"), min_value=1, max_value=366)
    max_reassignments = WholeField(label=_("Times it is offered again by itself"), min_value=0, max_value=20)
    default_capacity = WholeField(
        label=own("Open leads of a partner that has not said how many"), min_value=0, max_value=1000
    )
    warn_days = WholeField(label=_("Days without news until the warning"), min_value=1, max_value=366)
    recycle_days = WholeField(label=_("Days without news until it goes back"), min_value=1, max_value=366)
    merge_days = WholeField(label=_("Days in which the same company is one lead"), min_value=1, max_value=366)
    daily_quota = WholeField(label=_("Leads of the interface a day"), min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, tiers: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for tier in tiers:
            self.fields[f"tier_{tier.code}"] = NumberField(label=tier.name, required=False)
        self._tiers = [tier.code for tier in tiers]

    @property
    def tier_fields(self) -> list[Any]:
        return [self[f"tier_{code}"] for code in self._tiers]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = {code: data.pop(f"tier_{code}", None) for code in self._tiers}
        data["tier_points"] = {code: points for code, points in given.items() if points is not None}
        return data


class LeadRouteForm(forms.Form):
    """Which leads go past the points, and where."""

    line = forms.ChoiceField(label=_("Product line"), choices=lambda: [("", _("Any")), *_lines()], required=False)
    country = forms.ChoiceField(label=_("Country"), choices=[("", _("Any")), *COUNTRY_CHOICES[1:]], required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[("", _("Any")), *LeadContact.Source.choices], required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=120, required=False)
    to = forms.ChoiceField(label=_("Go to"), choices=())

    def __init__(self, *args: Any, partners: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._partners = partners
        self.fields["to"].choices = [
            ("operations", _("Operations")),
            *((pk, _("%(name)s first") % {"name": one}) for pk, one in partners.items()),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lines = {line.code: line for line in active_lines()}
        data["line"] = lines.get(data.get("line") or "")
        data["to_partner"] = self._partners.get(data.pop("to", ""))
        return data


class BenchForm(forms.Form):
    """A lead to try: what of it decides who gets it."""

    line = forms.ChoiceField(label=_("Product line"), choices=lambda: [*CHOOSE, *_lines()])
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRY_CHOICES)
    region = forms.CharField(label=_("Region"), max_length=60, required=False)
    industry = forms.ChoiceField(label=_("Industry"), choices=[*NOT_SAID, *VERTICALS.items()], required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[*NOT_SAID, *LeadContact.Source.choices], required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=120, required=False)

    def clean_line(self) -> Any:
        return next(line for line in active_lines() if line.code == self.cleaned_data["line"])


__all__ = [
    "BenchForm",
    "ClaimForm",
    "ContactLeadForm",
    "DisqualifyLeadForm",
    "InquiryLeadForm",
    "LeadForm",
    "LeadRouteForm",
    "LeadRulesForm",
    "NoteLeadForm",
    "NothingForm",
    "OpenLeadForm",
    "PickForm",
    "PublicLeadForm",
    "QualifyLeadForm",
    "RefuseLeadForm",
    "TransferDealForm",
    "WhyForm",
]
