"""What people fill in about opportunities: a new one, its lines with amounts, and a word or two for each verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.forms.deals import DayField, LoseForm, NeededReasonForm, NextStepForm, _long, term_field
from dealreg.models import DealEngagement, Opportunity, OpportunityCredit, OpportunityDocument
from partners.forms import COUNTRY_CHOICES
from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.numbers import HUNDRED
from prm.kernel.web.format import formatter
from prm.kernel.web.uploads import UploadField
from prm.kernel.web.whole import WholeField
from prm.kernel.words import own
from sales.forms import NumberField
from sales.models import ProductLine, SalesActual

CREDITS = 4
LATER, NEW = "later", "new"


def _rate(value: Decimal | None) -> Decimal | None:
    return None if value is None else value / HUNDRED


class LinesForm(forms.Form):
    """An amount for each product line it is about; a line left empty is not part of it."""

    def __init__(
        self, *args: Any, lines: Sequence[ProductLine], amounts: Mapping[UUID, Decimal] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lines = {f"line_{line.pk}": line for line in lines}
        known, write = amounts or {}, formatter()
        for name, line in self._lines.items():
            initial = known.get(line.pk)
            said = write.number(initial, 2) if initial is not None else None
            self.fields[name] = NumberField(label=line.name, required=False, initial=said)

    @property
    def line_fields(self) -> list[Any]:
        return [self[name] for name in self._lines]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amounts = {line: cleaned.pop(name, None) for name, line in self._lines.items()}
        cleaned["lines"] = {line: amount for line, amount in amounts.items() if amount is not None}
        return cleaned


class OpportunityLinesForm(LinesForm):
    explanation = _long(
        _("What has changed"),
        1000,
        required=False,
        help_text=_("Needed where it is a fifth away from what was approved, or a line comes in."),
        rows=2,
    )


class NewOpportunityForm(LinesForm):
    """A deal of the vendor's own sales."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    customer_name = forms.CharField(label=_("Customer"), max_length=200)
    customer_country = forms.ChoiceField(label=_("Country"), choices=COUNTRY_CHOICES, required=False)
    customer_domain = forms.CharField(
        label=_("Its web domain"),
        max_length=253,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "example.com", "inputmode": "url", "autocapitalize": "none"}),
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=Opportunity.Stage.choices, initial=Opportunity.Stage.QUALIFIED)
    expected_close = DayField(label=_("Expected order"))
    renews = forms.UUIDField(required=False, widget=forms.HiddenInput)


class EditOpportunityForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    expected_close = DayField(label=_("Expected order"))
    probability = NumberField(
        label=_("Probability of its own (%)"), required=False, help_text=_("Empty: that of the stage.")
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False, choices=())

    def __init__(self, *args: Any, owners: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owners = {str(one.pk): one for one in owners}
        if not owners:
            del self.fields["owner"]
            return
        choices = [(pk, one.user.name) for pk, one in self._owners.items()]
        self.fields["owner"].choices = [("", _("Nobody yet")), *choices]  # type: ignore[attr-defined]

    def clean_probability(self) -> Decimal | None:
        return _rate(self.cleaned_data["probability"])

    def clean_owner(self) -> Membership | None:
        return self._owners.get(self.cleaned_data["owner"])


class StageForm(forms.Form):
    stage = forms.ChoiceField(label=_("Stage"), choices=Opportunity.Stage.choices)


class PaperForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=OpportunityDocument.Kind.choices)
    dated_on = DayField(label=_("Of"), required=False)
    file = UploadField()


class BookingForm(forms.Form):
    """One of the bookings that belong to no opportunity yet."""

    booking = forms.ChoiceField(label=_("Booking"), choices=())

    def __init__(self, *args: Any, bookings: Sequence[SalesActual], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        write = formatter()
        self._bookings = {str(row.pk): row for row in bookings}
        self.fields["booking"].choices = [  # type: ignore[attr-defined]
            (pk, f"{write.day(row.booked_on)}, {row.line.name}: {write.money(row.amount, row.currency)}")
            for pk, row in self._bookings.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {"actual": self._bookings.get(cleaned.get("booking", ""))}


class WinOpportunityForm(forms.Form):
    order_on = DayField(label=_("Order of"))
    amount = NumberField(label=_("Amount of the order"), required=False)
    booking = forms.ChoiceField(label=_("Booked revenue"), choices=(), required=False, initial=LATER)
    term_months = term_field()
    reason = _long(_("Why it counts, if the order came after the protection"), 500, required=False, rows=2)

    def __init__(self, *args: Any, bookings: Sequence[SalesActual], may_book: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        write = formatter()
        self._bookings = {str(row.pk): row for row in bookings}
        choices: list[tuple[str, Any]] = [(LATER, _("Comes in later, and is linked then"))]
        if may_book:
            choices.append((NEW, _("Book it now, line by line")))
        choices += [
            (pk, f"{write.day(row.booked_on)}, {row.line.name}: {write.money(row.amount, row.currency)}")
            for pk, row in self._bookings.items()
        ]
        self.fields["booking"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.pop("booking", LATER)
        return {**cleaned, "books": chosen == NEW, "actual": self._bookings.get(chosen)}


class CreditsForm(forms.Form):
    """Up to four companies with their shares. A company is named by its number or its name."""

    nobody = forms.BooleanField(
        label=_("Nobody is credited"), required=False, help_text=own("The business then counts as 0 for its partner.")
    )
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, credits: Sequence[OpportunityCredit] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        write = formatter()
        for place in range(CREDITS):
            one = credits[place] if place < len(credits) else None
            share = write.number(one.share * HUNDRED, 2) if one else None
            number = one.partner.number if one else None
            self.fields[f"partner_{place}"] = forms.CharField(
                label=_("Company (number or name)"), max_length=200, required=False, initial=number
            )
            self.fields[f"share_{place}"] = NumberField(label=_("Share (%)"), required=False, initial=share)
            self.fields[f"kind_{place}"] = forms.ChoiceField(
                label=_("For"),
                choices=OpportunityCredit.Kind.choices,
                required=False,
                initial=one.kind if one else ("influence" if place else "source"),
            )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"partner_{n}"], self[f"share_{n}"], self[f"kind_{n}"]) for n in range(CREDITS)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        credits = []
        for place in range(CREDITS):
            typed, share = cleaned.get(f"partner_{place}") or "", cleaned.get(f"share_{place}")
            if not typed and share is None:
                continue
            if not typed or share is None:
                self.add_error(f"partner_{place}", _("Give both the company and its share."))
                continue
            found = Partner.objects.filter(number=typed.upper()).first() or _by_name(typed)
            if found is None:
                self.add_error(f"partner_{place}", _("There is no company of this number or name."))
                continue
            credits.append((found, share / HUNDRED, cleaned.get(f"kind_{place}") or "source"))
        return {"credits": credits, "nobody": cleaned.get("nobody", False), "seen_version": cleaned.get("version")}


def _by_name(typed: str) -> Partner | None:
    found = list(Partner.objects.filter(name=typed)[:2])
    return found[0] if len(found) == 1 else None


class EngagementForm(forms.Form):
    """How a registration that meets the vendor's own sales is decided."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (DealEngagement.Decision.REJECT, _("Reject: the vendor's own sales is engaged (the rule)")),
            (DealEngagement.Decision.JOINT, _("Accept it as a joint deal with an agreed credit")),
        ],
        widget=forms.RadioSelect,
        initial=DealEngagement.Decision.REJECT,
    )
    share = NumberField(label=own("Share of the partner in a joint deal (%)"), required=False)
    reason = _long(_("Reason and evidence"), 500, rows=2)


__all__ = [
    "BookingForm",
    "CreditsForm",
    "EditOpportunityForm",
    "EngagementForm",
    "LoseForm",
    "NeededReasonForm",
    "NewOpportunityForm",
    "NextStepForm",
    "OpportunityLinesForm",
    "PaperForm",
    "StageForm",
    "WinOpportunityForm",
]
