"""What people fill in about contracts: the contract itself, and how a registration before its end is decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.forms.deals import DayField, _long
from dealreg.models import RenewalClaim
from partners.forms import COUNTRY_CHOICES
from prm.kernel.web.uploads import UploadField
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own
from sales.forms import NumberField


class ContractForm(forms.Form):
    """A contract of a customer with its partner of record."""

    customer_name = forms.CharField(
        label=_("Customer"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    customer_country = forms.ChoiceField(label=_("Country"), choices=COUNTRY_CHOICES)
    customer_domain = forms.CharField(
        label=_("Its web domain"),
        max_length=253,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "example.com", "inputmode": "url", "autocapitalize": "none"}),
    )
    ends_on = DayField(label=_("Ends on"))
    lines = forms.MultipleChoiceField(label=_("Product lines"), widget=forms.CheckboxSelectMultiple, choices=())
    amount = NumberField(label=_("Amount"), required=False)
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: list[Any], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = {str(line.pk): line for line in lines}
        self.fields["lines"].choices = [(pk, line.name) for pk, line in self._lines.items()]  # type: ignore[attr-defined]
        self.fields["amount"].label = f"{_('Amount')} ({currency})"

    def clean_lines(self) -> list[Any]:
        return [self._lines[pk] for pk in self.cleaned_data["lines"]]


class RenewalForm(forms.Form):
    """How a registration is decided that meets the contract of another partner."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (RenewalClaim.Decision.RECORD_FIRST, own("Reject it: the partner of record comes first (the rule)")),
            (RenewalClaim.Decision.CUSTOMER_CHOSE, _("Let it go on: the customer has chosen in writing")),
        ],
        widget=forms.RadioSelect,
        initial=RenewalClaim.Decision.RECORD_FIRST,
    )
    paper = UploadField(label=_("What the customer wrote, if it has chosen"), required=False)
    reason = _long(_("Reason and evidence"), 500, rows=2)
