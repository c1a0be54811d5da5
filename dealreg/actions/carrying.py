"""What the verbs on opportunities share: how one begins with a registration, its amounts by line, what is recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from dealreg.models import DealLine, DealRegistration, Opportunity, OpportunityCredit, OpportunityLine
from dealreg.queries.rules import submission_day
from prm.kernel import clock
from prm.kernel.errors import IllegalMove, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.money import currency_places, fits_currency, format_money
from prm.kernel.numbers import apportion, total_of
from prm.kernel.tenancy.context import vendor_scope

LARGEST = Decimal("1e12")
OVER = (DealRegistration.State.REJECTED, DealRegistration.State.WITHDRAWN, DealRegistration.State.EXPIRED,
        DealRegistration.State.CANCELLED)  # fmt: skip


def told(
    opportunity: Opportunity, event: str, /, *, by: Membership | None, vendor_only: bool = False, **data: Any
) -> Opportunity:
    """Record what happened to an opportunity; of one without a partner only the vendor reads it."""
    if isinstance(data.get("amount"), Decimal):
        data["money"] = format_money(data["amount"], opportunity.currency)
    name, number = opportunity.name, opportunity.number
    return record(opportunity, event, by=by, vendor_only=vendor_only, name=name, number=number, **data)


def claim(opportunity: Opportunity, *, seen_version: int | None = None) -> None:
    """The right to change an open opportunity, and that somebody worked on it."""
    if opportunity.state != Opportunity.State.OPEN:
        raise IllegalMove("This opportunity is closed. Operations can open it again.")
    touch(opportunity, seen_version=seen_version)
    opportunity.worked_at = clock.now()
    Opportunity.objects.filter(pk=opportunity.pk).update(worked_at=opportunity.worked_at)


def refuse_bad_amount(amount: Decimal, currency: str, *, field: str = "amount") -> None:
    if not amount.is_finite() or not 0 <= amount < LARGEST or not fits_currency(amount, currency):
        places = currency_places(currency)
        decimals = f"with at most {places} decimals" if places else "without decimals"
        raise Invalid(f"Give an amount from 0 to below a million millions {currency}, {decimals}.", field=field)


# --- lines --------------------------------------------------------------------------------------------------------


def amounts_of(opportunity: Opportunity) -> dict[UUID, Decimal]:
    rows = OpportunityLine.objects.filter(opportunity=opportunity).order_by("created_at", "pk")
    return dict(rows.values_list("line_id", "amount"))


def spread(total: Decimal, lines: Sequence[UUID], known: Mapping[UUID, Decimal], currency: str) -> dict[UUID, Decimal]:
    """A total over lines: by what is known of them; a line that is new gets the rest. No cent is lost."""
    places = currency_places(currency)
    fixed = {line: known[line] for line in lines if line in known}
    new = [line for line in lines if line not in known]
    rest = total - total_of(fixed.values())
    if new and rest >= 0:
        parts = apportion(rest, places, [1] * len(new)) or []
        return fixed | dict(zip(new, parts, strict=True))
    weights = [known.get(line, Decimal(0)) for line in lines]
    parts = apportion(total, places, weights) or apportion(total, places, [1] * len(lines)) or []
    return dict(zip(lines, parts, strict=True))


def write_lines(opportunity: Opportunity, amounts: Mapping[UUID, Decimal]) -> None:
    """These lines with these amounts; the opportunity's own amount is their sum."""
    total = total_of(amounts.values())
    refuse_bad_amount(total, opportunity.currency)
    OpportunityLine.objects.filter(opportunity=opportunity).delete()
    OpportunityLine.objects.bulk_create(
        OpportunityLine(
            partner_id=opportunity.partner_id,
            opportunity=opportunity,
            line_id=line,
            amount=amount,
            currency=opportunity.currency,
        )
        for line, amount in amounts.items()
    )
    Opportunity.objects.filter(pk=opportunity.pk).update(amount=total)
    opportunity.amount = total


# --- the opportunity of a registration ----------------------------------------------------------------------------


def opportunity_of(deal: DealRegistration) -> Opportunity | None:
    return Opportunity.objects.select_related("partner", "registration").filter(registration=deal).first()


def open_for(deal: DealRegistration, *, by: Membership | None) -> Opportunity:
    """The opportunity of a registration: the one it has, an open one of the same business, or a new one.

    It begins with what was approved; from then on it goes its own way, and the registration keeps the snapshot.
    """
    found = opportunity_of(deal) or _of_the_same_business(deal)
    is_new = found is None
    opportunity = found or Opportunity(
        partner_id=deal.partner_id,
        source=deal.source,
        owner_id=deal.owner_id,
        created_by_id=deal.created_by_id,
        opened_on=submission_day(deal) if deal.submitted_at else clock.today(),
        next_step=deal.next_step,
        next_step_due=deal.next_step_due,
        currency=deal.currency,
    )
    for name in ("customer_name", "customer_domain", "customer_country", "normalised_name", "normalised_domain"):
        setattr(opportunity, name, getattr(deal, name))
    opportunity.name = opportunity.name or deal.customer_name
    opportunity.registration, opportunity.worked_at = deal, clock.now()
    if deal.lead_id is not None:
        opportunity.lead_id, opportunity.campaign = deal.lead_id, deal.campaign
    opportunity.expected_close = deal.expected_close or clock.today()
    if is_new:
        opportunity.save(force_insert=True)
    else:
        touch(opportunity)
        opportunity.save(update_fields=[
            "customer_name", "customer_domain", "customer_country", "normalised_name", "normalised_domain",
            "registration", "lead", "campaign", "worked_at", "expected_close", "updated_at",
        ])  # fmt: skip
    lines = list(
        DealLine.objects.filter(deal=deal, granted=True).order_by("created_at").values_list("line_id", flat=True)
    )
    write_lines(opportunity, spread(deal.amount or Decimal(0), lines, {}, deal.currency))
    with vendor_scope("whom a business is credited to: written by the vendor alone"):
        credit_of(opportunity, deal.credit_share)
    event = "opportunity.opened" if is_new else "opportunity.registered"
    return told(opportunity, event, by=by, amount=opportunity.amount, registration=deal.number)


def _of_the_same_business(deal: DealRegistration) -> Opportunity | None:
    """An open one of the same partner with the same customer and a common line, whose own registration is over."""
    lines = DealLine.objects.filter(deal=deal, granted=True).values("line_id")
    free = Q(registration=None) | Q(registration__state__in=OVER)
    return (
        Opportunity.objects.select_related("partner", "registration")
        .filter(free, same_customer(deal), partner_id=deal.partner_id, state=Opportunity.State.OPEN)
        .filter(pk__in=OpportunityLine.objects.filter(line_id__in=lines).values("opportunity_id"))
        .order_by("opened_on", "pk")
        .first()
    )


def same_customer(known: Any) -> Q:
    """By what F37 knows a customer: its web domain, else its name in its country."""
    same = Q(normalised_name=known.normalised_name, customer_country=known.customer_country)
    same &= ~Q(normalised_name="")
    return same | Q(normalised_domain=known.normalised_domain) if known.normalised_domain else same


def credit_of(opportunity: Opportunity, share: Decimal) -> None:
    """What its own partner is credited with; what others were given before stands where there is room for it."""
    if opportunity.partner_id is None:
        return
    if share > 0:
        OpportunityCredit.objects.update_or_create(
            opportunity=opportunity, partner_id=opportunity.partner_id, defaults={"share": share, "kind": "source"}
        )
    Opportunity.objects.filter(pk=opportunity.pk).update(credit=share)
    opportunity.credit = share


def refuse_past(day: dt.date, field: str) -> None:
    if day < clock.today():
        raise Invalid("Choose a date from today on.", field=field)
