"""Working on open business: begin one of the vendor's own, its stage, its lines and amounts, the next step, credits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from dealreg.actions.carrying import (
    amounts_of,
    claim,
    credit_of,
    refuse_bad_amount,
    refuse_past,
    told,
    write_lines,
)
from dealreg.actions.keeping import ask_change, needs_recheck, note_step
from dealreg.actions.steps import lines_of, reason_of
from dealreg.models import Contract, DealRegistration, Opportunity, OpportunityCredit
from dealreg.queries.conflicts import root_of
from dealreg.queries.engaged import protections_against
from partners.countries import COUNTRIES
from partners.formulas import normalise_domain, normalise_name
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership
from prm.kernel.numbers import places_of, total_of
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text
from sales.models import ProductLine

EDITED = ("name", "customer_name", "customer_domain", "customer_country", "expected_close", "probability", "owner")
Amounts = Mapping[ProductLine, Decimal]


class ProtectedElsewhere(Conflict):
    """A registration protects this customer for one of these product lines. While that runs, the vendor's own sales opens no deal there."""  # noqa: E501

    code = "protected_elsewhere"


class NobodyCredited(Invalid):
    """Nobody would be credited, and the business would count as 0 for its partner. Say so if that is meant."""

    code = "nobody_credited"


class TooMuchCredit(Invalid):
    """The shares add up to more than the whole."""

    code = "too_much_credit"


@transaction.atomic
def open_opportunity(
    *,
    by: Membership | None,
    name: str,
    lines: Amounts,
    expected_close: dt.date,
    partner: Partner | None = None,
    renews: Contract | None = None,
    stage: str = Opportunity.Stage.QUALIFIED,
    **fields: Any,
) -> Opportunity:
    """The vendor's own sales begins a deal, alone or with a partner; not where somebody else is protected."""
    require(by, "dealreg.open_opportunity", partner)
    if renews is not None and (partner is None or renews.partner_id != partner.pk):
        raise Invalid("A contract is renewed with its partner of record.", field="partner")
    opportunity = Opportunity(
        partner=partner,
        source=Opportunity.Source.VENDOR_LED,
        currency=current_tenant().currency,
        renews=renews,
        created_by=by,
        opened_on=clock.today(),
        worked_at=clock.now(),
    )
    _write(opportunity, {"name": name, "expected_close": expected_close, **fields})
    if stage not in Opportunity.Stage.values:
        raise Invalid("Choose a stage.", field="stage")
    opportunity.stage = stage
    refuse_past(expected_close, "expected_close")
    _refuse_bad_lines(lines, opportunity.currency)
    if not opportunity.customer_name:
        raise Invalid("Which customer is it?", field="customer_name")
    if protections_against(opportunity, [line.pk for line in lines]).exists():
        raise ProtectedElsewhere(field="customer_name")
    opportunity.save(force_insert=True)
    write_lines(opportunity, {line.pk: amount for line, amount in lines.items()})
    credit_of(opportunity, Decimal(1))
    return told(opportunity, "opportunity.opened", by=by, amount=opportunity.amount)


@transaction.atomic
def edit_opportunity(
    opportunity: Opportunity, *, by: Membership, seen_version: int | None = None, **fields: Any
) -> Opportunity:
    """Its name, the expected order, a probability of its own, and whose it is at the partner."""
    require(by, "dealreg.edit_opportunity", opportunity)
    before = {name: getattr(opportunity, name) for name in fields}
    claim(opportunity, seen_version=seen_version)
    if opportunity.registration_id is not None:  # who the customer is was registered, and is what is protected
        fields = {name: value for name, value in fields.items() if not name.startswith("customer_")}
    _write(opportunity, fields)
    if fields.get("expected_close") and fields["expected_close"] != before["expected_close"]:
        refuse_past(fields["expected_close"], "expected_close")
    opportunity.save(update_fields=[*EDITED, "normalised_name", "normalised_domain", "updated_at"])
    changed = {name: [before[name], getattr(opportunity, name)] for name in fields}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    return told(opportunity, "opportunity.edited", by=by, changed=sorted(changed))


@transaction.atomic
def set_stage(opportunity: Opportunity, *, by: Membership, stage: str, seen_version: int | None = None) -> Opportunity:
    """To another stage, both ways, while it is open. To the same one is nothing."""
    require(by, "dealreg.set_stage", opportunity)
    if stage not in Opportunity.Stage.values:
        raise Invalid("Choose a stage.", field="stage")
    if stage == opportunity.stage and opportunity.state == Opportunity.State.OPEN:
        return opportunity
    before = opportunity.stage
    claim(opportunity, seen_version=seen_version)
    opportunity.stage = stage
    opportunity.save(update_fields=["stage", "updated_at"])
    return told(
        opportunity,
        "opportunity.staged",
        by=by,
        stage=str(Opportunity.Stage(stage).label),
        stage_before=str(Opportunity.Stage(before).label),
    )


@transaction.atomic
def set_opportunity_lines(
    opportunity: Opportunity,
    *,
    by: Membership,
    lines: Amounts,
    explanation: str = "",
    seen_version: int | None = None,
) -> Opportunity:
    """Its product lines with their amounts.

    Of a protected registration: a fifth more or less than was approved counts at once; further away, or with a line
    that was not registered, it is decided anew, and until then the old amounts stand.
    """
    require(by, "dealreg.set_opportunity_lines", opportunity)
    _refuse_bad_lines(lines, opportunity.currency)
    amounts = {line.pk: amount for line, amount in lines.items()}
    before, total = amounts_of(opportunity), total_of(amounts.values())
    if amounts == before:
        return opportunity
    claim(opportunity, seen_version=seen_version)
    deal = opportunity.registration
    if deal is not None and deal.state == DealRegistration.State.APPROVED:
        known = lines_of(deal)
        new = [line for line in lines if line.pk not in known]
        if new or needs_recheck(deal, total):
            ask_change(deal, by, total, explanation, new, amounts)
            return opportunity
    write_lines(opportunity, amounts)
    return told(opportunity, "opportunity.lines_set", by=by, amount=total, amount_before=total_of(before.values()))


@transaction.atomic
def plan_next_step(opportunity: Opportunity, *, by: Membership, next_step: str, next_step_due: dt.date) -> Opportunity:
    """What happens next and when: keeps it fresh, and its registration with it."""
    require(by, "dealreg.plan_next_step", opportunity)
    said = reason_of(next_step, field="next_step", limit=300, ask="What happens next?")
    refuse_past(next_step_due, "next_step_due")
    claim(opportunity)
    opportunity.next_step, opportunity.next_step_due = said, next_step_due
    opportunity.save(update_fields=["next_step", "next_step_due", "updated_at"])
    deal = opportunity.registration
    if deal is not None and deal.state in (DealRegistration.State.APPROVED, DealRegistration.State.EXPIRED):
        note_step(deal, by, said, next_step_due)
    return told(opportunity, "opportunity.step_planned", by=by, next_step=said, next_step_due=next_step_due)


@transaction.atomic
def set_credits(
    opportunity: Opportunity,
    *,
    by: Membership,
    credits: Sequence[tuple[Partner, Decimal, str]],
    nobody: bool = False,
    seen_version: int | None = None,
) -> Opportunity:
    """Who is credited with which share; together never more than the whole. That it is `nobody` is said, not left out.

    All are written at once by whoever claims the opportunity's version: of two at once the other one is told so.
    """
    require(by, "dealreg.set_credits", opportunity)
    claim(opportunity, seen_version=seen_version)
    _refuse_bad_credits(credits)
    if not credits and not nobody and OpportunityCredit.objects.filter(opportunity=opportunity).exists():
        raise NobodyCredited(field="nobody")
    if credits and nobody:
        raise Invalid("Either nobody is credited, or those named here.", field="nobody")
    OpportunityCredit.objects.filter(opportunity=opportunity).delete()
    OpportunityCredit.objects.bulk_create(
        OpportunityCredit(partner=partner, opportunity=opportunity, share=share, kind=kind)
        for partner, share, kind in credits
    )
    own = next((share for partner, share, _kind in credits if partner.pk == opportunity.partner_id), Decimal(0))
    Opportunity.objects.filter(pk=opportunity.pk).update(credit=own)
    opportunity.credit = own
    said = {str(partner.pk): share for partner, share, _kind in credits}
    return told(opportunity, "opportunity.credited", by=by, vendor_only=True, credits=said)


# --- what may be written ------------------------------------------------------------------------------------------


def _refuse_bad_credits(credits: Sequence[tuple[Partner, Decimal, str]]) -> None:
    if len({partner.pk for partner, _share, _kind in credits}) < len(credits):
        raise Invalid("A company is credited once.", field="credits")
    for _partner, share, kind in credits:
        if not share.is_finite() or not 0 < share <= 1 or places_of(share.normalize()) > 4:
            raise Invalid("A share lies above 0 and is 100 % at most, with two decimals.", field="credits")
        if kind not in OpportunityCredit.Kind.values:
            raise Invalid("Choose what the credit is for.", field="credits")
    if total_of(share for _partner, share, _kind in credits) > 1:
        raise TooMuchCredit(field="credits")


def _refuse_bad_lines(lines: Amounts, currency: str) -> None:
    if not lines:
        raise Invalid("Which product lines is it about?", field="lines")
    for amount in lines.values():
        refuse_bad_amount(amount, currency, field="lines")
    refuse_bad_amount(total_of(lines.values()), currency, field="lines")


def _write(opportunity: Opportunity, fields: Mapping[str, Any]) -> None:
    """Take what was typed, and derive by what the customer is known."""
    unknown = set(fields) - set(EDITED)
    if unknown:
        raise TypeError(f"an opportunity has no {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        if name in ("name", "customer_name"):
            value = clean_text(value or "", field=name, max_length=200)
        setattr(opportunity, name, value)
    if not opportunity.name:
        raise Invalid("Give it a name.", field="name")
    owner = fields.get("owner")
    if owner is not None and (owner.partner_id != opportunity.partner_id or not owner.active):
        raise Invalid("The owner is one of the partner's own people.", field="owner")
    if opportunity.probability is not None and places_of(opportunity.probability.normalize()) > 4:
        raise Invalid("Give whole percents, or two decimals at most.", field="probability")
    opportunity.normalised_name = normalise_name(opportunity.customer_name)
    typed = opportunity.customer_domain or ""
    domain = normalise_domain(typed) or ""
    if typed and "." not in root_of(domain):
        raise Invalid("This is no web domain of a company. Write it such as example.com.", field="customer_domain")
    opportunity.customer_domain = opportunity.normalised_domain = domain
    opportunity.customer_country = (opportunity.customer_country or "").upper()
    if opportunity.customer_country and opportunity.customer_country not in COUNTRIES:
        raise Invalid("This is no country: give its two letters, such as DE.", field="customer_country")
    if opportunity.probability is not None and not 0 <= opportunity.probability <= 1:
        raise Invalid("A probability lies between 0 and 100 %.", field="probability")
    try:
        opportunity.full_clean(
            exclude=["tenant", "partner", "owner", "created_by", "registration"],
            validate_unique=False,
            validate_constraints=False,
        )
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise Invalid(reasons[0], field=field) from error
