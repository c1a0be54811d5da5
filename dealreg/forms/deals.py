"""What people fill in about deals: the registration itself, and a word or two for each verb."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.models import DealRegistration
from partners.forms import COUNTRY_CHOICES
from prm.kernel.numbers import HUNDRED
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own
from sales.forms import NumberField


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class RateField(NumberField):
    """A share, typed and shown as percent."""

    def prepare_value(self, value: Any) -> Any:
        return (value * HUNDRED).normalize().__format__("f") if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return None if typed is None else typed / HUNDRED


def _long(label: Any, limit: int, *, required: bool = True, help_text: Any = "", rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget, help_text=help_text)


class DealForm(forms.Form):
    """A registration. Only the customer is needed for a draft; what is missing is asked for when it is sent."""

    customer_name = forms.CharField(
        label=_("Customer"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Which customer is it?")},
    )
    customer_country = forms.ChoiceField(label=_("Country"), choices=COUNTRY_CHOICES, required=False)
    customer_domain = forms.CharField(
        label=_("Its web domain"),
        max_length=253,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "example.com", "inputmode": "url", "autocapitalize": "none"}),
    )
    contact_name = forms.CharField(label=_("Contact there"), max_length=160, required=False)
    contact_email = forms.EmailField(label=_("E-mail of the contact"), max_length=254, required=False)
    lines = forms.MultipleChoiceField(
        label=_("Product lines"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    amount = NumberField(label=_("Amount"), required=False)
    expected_close = DayField(label=_("Expected order"), required=False)
    need = _long(_("What the customer needs"), 2000, required=False)
    next_step = forms.CharField(label=_("Next step"), max_length=300, required=False)
    next_step_due = DayField(label=_("On"), required=False)
    source = forms.ChoiceField(
        label=_("Who found it"), choices=DealRegistration.Source.choices, initial="partner_led", required=False
    )
    tender = forms.BooleanField(label=_("It is a public tender"), required=False)
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: list[Any], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = [(str(line.pk), line.name) for line in lines]
        self.fields["amount"].label = f"{_('Amount')} ({currency})"
        self._lines = {str(line.pk): line for line in lines}

    def clean_source(self) -> str:
        return self.cleaned_data.get("source") or DealRegistration.Source.PARTNER_LED

    def clean_lines(self) -> list[Any]:
        return [self._lines[pk] for pk in self.cleaned_data["lines"]]


class NothingForm(forms.Form):
    """A verb that needs no words."""


class QuestionForm(forms.Form):
    question = _long(_("Your question"), 1000, help_text=_("The decision clock stands still until it is answered."))


class AnswerForm(forms.Form):
    answer = _long(_("Your answer"), 2000)


class RejectForm(forms.Form):
    reject_reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *DealRegistration.RejectReason.choices]
    )
    reason = _long(
        _("In your words"), 500, required=False, help_text=own("The partner reads this. Name no other partner."), rows=2
    )


class AppealForm(forms.Form):
    text = _long(_("Why it should be looked at again"), 2000)


class OptionalReasonForm(forms.Form):
    reason = _long(_("Reason"), 500, required=False, rows=2)


class NeededReasonForm(forms.Form):
    reason = _long(_("Reason"), 500, rows=2)


class NextStepForm(forms.Form):
    next_step = forms.CharField(label=_("What happens next"), max_length=300)
    next_step_due = DayField(label=_("On"))


class ExtensionForm(forms.Form):
    evidence = _long(_("What shows that the deal moves"), 1000)


class ChangeForm(forms.Form):
    amount = NumberField(label=_("New amount"))
    lines = forms.MultipleChoiceField(
        label=_("Product lines that come in"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    explanation = _long(_("What has changed"), 1000, rows=2)

    def __init__(self, *args: Any, lines: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = {str(line.pk): line for line in lines}
        self.fields["lines"].choices = [(pk, line.name) for pk, line in self._lines.items()]

    def clean_lines(self) -> list[Any]:
        return [self._lines[pk] for pk in self.cleaned_data["lines"]]


def term_field() -> WholeField:
    return WholeField(
        label=_("Runs for (months)"),
        required=False,
        min_value=1,
        max_value=240,
        help_text=own("If it is a contract: before it ends its partner comes first."),
    )


class WinForm(forms.Form):
    order_on = DayField(label=_("Order of"))
    amount = NumberField(label=_("Amount of the order"), required=False)
    term_months = term_field()
    reason = _long(_("Why it counts, if the order came after the protection"), 500, required=False, rows=2)


class LoseForm(forms.Form):
    loss_reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *DealRegistration.LossReason.by_people()]
    )
    reason = _long(_("In your words"), 500, required=False, rows=2)


class CancelForm(forms.Form):
    cancel_reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *DealRegistration.CancelReason.choices]
    )
    reason = _long(_("In your words"), 400, required=False, help_text=own("The partner reads this."), rows=2)


class ConflictForm(forms.Form):
    """How a conflict is decided; the share is asked for a joint deal only."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("reject_duplicate", _("Reject the later one as duplicate (the rule)")),
            ("approve_other_lines", _("Let it go on for the other product lines")),
            ("separate_project", _("Accept as a separate project: other contact, site and scope")),
            ("joint", _("Make it a joint deal with shared credit")),
        ],
        widget=forms.RadioSelect,
        initial="reject_duplicate",
    )
    share = NumberField(label=own("Share of the later partner in a joint deal (%)"), required=False)
    reason = _long(_("Reason and evidence"), 500, rows=2)


class TransferForm(forms.Form):
    statement = _long(
        _("What the customer states in writing"),
        1000,
        help_text=own("The first partner reads this and has three business days to answer. Name no other partner."),
    )


class TransferDecisionForm(forms.Form):
    is_transferred = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", own("Transfer it to the later partner")), ("no", own("It stays with the first partner"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    reason = _long(_("Reason"), 500, rows=2)


class RulesForm(forms.Form):
    """The vendor's rules of registration."""

    review_days = WholeField(label=_("Business days for a decision"), min_value=1, max_value=60)
    escalate_days = WholeField(label=_("Business days until the next one is asked"), min_value=1, max_value=60)
    answer_days = WholeField(label=_("Business days for an answer"), min_value=1, max_value=60)
    appeal_days = WholeField(label=_("Business days for an appeal"), min_value=1, max_value=60)
    hearing_days = WholeField(label=_("Business days of a hearing"), min_value=1, max_value=60)
    warn_days = WholeField(label=_("First warning, days before the end"), min_value=2, max_value=90)
    last_warn_days = WholeField(label=_("Last warning, days before the end"), min_value=1, max_value=60)
    reinstate_days = WholeField(label=_("Days in which an expired deal may come back"), min_value=1, max_value=90)
    renewal_days = WholeField(
        label=own("Days before a contract ends in which its partner comes first"), min_value=1, max_value=366
    )
    min_amount = NumberField(label=_("Smallest amount"))
    manager_band = NumberField(label=own("Account managers approve up to"))
    operations_band = NumberField(
        label=_("Operations approves up to"), help_text=_("Above it the channel chief as well.")
    )
    auto_approve = forms.BooleanField(
        label=_("Approve small registrations automatically"),
        required=False,
        help_text=own("An approval that comes by itself tells the partner that nobody else holds the customer."),
    )
    auto_max_amount = NumberField(label=_("Up to"))
    auto_after_hours = WholeField(label=_("After hours"), min_value=1, max_value=240)
    registered_probability = RateField(label=_("Registered (%)"))
    qualified_probability = RateField(label=_("Qualified (%)"))
    proposed_probability = RateField(label=_("Proposed (%)"))
    committed_probability = RateField(label=_("Committed (%)"))
    coverage_index = NumberField(label=_("Pipeline needed for what is left to sell, times"))
    stale_days = WholeField(label=_("Without news after days"), min_value=1, max_value=365)
    reopen_days = WholeField(label=_("Days in which closed business can be opened again"), min_value=1, max_value=365)
