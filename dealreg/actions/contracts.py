"""Contracts and renewals: written by hand, arisen from won business, and what stands before a registration (rule 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dealreg.actions.carrying import amounts_of, refuse_bad_amount, spread
from dealreg.actions.deciding import _open, _reject
from dealreg.actions.freezing import refuse_frozen
from dealreg.actions.steps import enter, forget_review, reason_of
from dealreg.models import Contract, ContractLine, DealRegistration, Opportunity, RenewalClaim
from dealreg.queries.conflicts import root_of
from partners.countries import COUNTRIES
from partners.formulas import normalise_domain, normalise_name
from partners.models import Partner
from prm.kernel import clock, files
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.periods import add_days, add_months
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text
from prm.kernel.uploads import Upload
from sales.models import ProductLine

Decision = RenewalClaim.Decision
EDITED = ("customer_name", "customer_domain", "customer_country", "ends_on")
KEPT_FOR, LONGEST = "dealreg.renewal", 240  # months


class NoPaper(Conflict):
    """No paper came with this decision: the customer had not chosen in writing."""

    code = "no_paper"


@transaction.atomic
def add_contract(
    partner: Partner,
    *,
    by: Membership,
    lines: Sequence[ProductLine],
    amount: Decimal | None = None,
    **fields: Any,
) -> Contract:
    """Enter a contract of a customer: its partner comes first in the last days before it ends."""
    require(by, "dealreg.add_contract", partner)
    contract = Contract(partner=partner, source=Contract.Source.HAND)
    write_contract(contract, fields)
    contract.save(force_insert=True)
    _write_lines(contract, [line.pk for line in lines], amount, {})
    return contract_told(contract, "contract.added", by=by)


@transaction.atomic
def edit_contract(
    contract: Contract,
    *,
    by: Membership,
    lines: Sequence[ProductLine] | None = None,
    amount: Decimal | None = None,
    seen_version: int | None = None,
    **fields: Any,
) -> Contract:
    """Another end, other lines, another spelling of the customer; what is left out stays.

    An end that is past takes its claim away.
    """
    require(by, "dealreg.edit_contract", contract)
    before = contract.ends_on
    touch(contract, seen_version=seen_version)
    write_contract(contract, fields)
    contract.save(update_fields=[*EDITED, "normalised_name", "normalised_domain", "updated_at"])
    if lines is not None or amount is not None:
        known = dict(ContractLine.objects.filter(contract=contract).values_list("line_id", "amount"))
        _write_lines(contract, list(known) if lines is None else [line.pk for line in lines], amount, known)
    return contract_told(contract, "contract.edited", by=by, ends_before=before)


def contract_told(contract: Contract, event: str, /, *, by: Membership | None, **data: Any) -> Contract:
    data |= {"customer": contract.customer_name, "number": contract.number, "ends_on": contract.ends_on}
    return record(contract, event, by=by, **data)


def write_contract(contract: Contract, fields: Mapping[str, Any]) -> None:
    """Take what was typed, and derive by what the customer is known."""
    unknown = set(fields) - set(EDITED)
    if unknown:
        raise TypeError(f"a contract has no {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        value = clean_text(value or "", field=name, max_length=200) if name == "customer_name" else value
        setattr(contract, name, value)
    if not contract.customer_name:
        raise Invalid("Which customer is it?", field="customer_name")
    if contract.ends_on is None:
        raise Invalid("When does it end?", field="ends_on")
    contract.normalised_name = normalise_name(contract.customer_name)
    typed = contract.customer_domain or ""
    domain = normalise_domain(typed) or ""
    if typed and "." not in root_of(domain):
        raise Invalid("This is no web domain of a company. Write it such as example.com.", field="customer_domain")
    contract.customer_domain = contract.normalised_domain = domain
    contract.customer_country = (contract.customer_country or "").upper()
    if contract.customer_country not in COUNTRIES:
        raise Invalid("In which country is the customer? Give its two letters, such as DE.", field="customer_country")
    try:
        contract.clean_fields(exclude=["tenant", "partner", "owner", "opportunity"])
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise Invalid(reasons[0], field=field) from error


def _write_lines(
    contract: Contract, lines: Sequence[UUID], amount: Decimal | None, known: Mapping[UUID, Decimal | None]
) -> None:
    if not lines:
        raise Invalid("Which product lines is it about?", field="lines")
    parts: Mapping[UUID, Decimal | None] = {line: known.get(line) for line in lines}
    if amount is not None:
        currency = current_tenant().currency
        refuse_bad_amount(amount, currency)
        parts = spread(amount, lines, {line: part for line, part in known.items() if part is not None}, currency)
    put_lines(contract, parts)


def put_lines(contract: Contract, amounts: Mapping[UUID, Decimal | None]) -> None:
    ContractLine.objects.filter(contract=contract).delete()
    ContractLine.objects.bulk_create(contract_lines(contract, amounts))


def contract_lines(contract: Contract, amounts: Mapping[UUID, Decimal | None]) -> list[ContractLine]:
    currency, partner_id = current_tenant().currency, contract.partner_id
    return [
        ContractLine(partner_id=partner_id, contract=contract, line_id=line, amount=amount, currency=currency)
        for line, amount in amounts.items()
    ]


# --- won and opened again -----------------------------------------------------------------------------------------


def contract_of_won(
    opportunity: Opportunity, *, by: Membership | None, order_on: dt.date, term_months: int | None
) -> Contract | None:
    """What was won runs for some months: a contract, whose partner is the one that sold it.

    The contract that it renews is renewed, and the new one begins when that one ends.
    """
    if opportunity.renews_id is not None:
        Contract.objects.filter(pk=opportunity.renews_id, renewed_on=None).update(renewed_on=order_on)
    if term_months is None:
        return None
    if not 1 <= term_months <= LONGEST:
        raise Invalid(f"A contract runs from 1 to {LONGEST} months.", field="term_months")
    if opportunity.partner_id is None or not opportunity.customer_name:
        raise Invalid("A contract is kept of a partner and a customer.", field="term_months")
    begins = order_on
    if opportunity.renews is not None:
        begins = max(begins, add_days(opportunity.renews.ends_on, 1))
    contract = Contract(
        partner_id=opportunity.partner_id,
        source=Contract.Source.WON,
        opportunity=opportunity,
        owner_id=opportunity.owner_id,
        ends_on=add_days(add_months(begins, term_months), -1),
    )
    for name in ("customer_name", "customer_domain", "customer_country", "normalised_name", "normalised_domain"):
        setattr(contract, name, getattr(opportunity, name))
    contract.save(force_insert=True)
    put_lines(contract, dict(amounts_of(opportunity)))
    return contract_told(contract, "contract.added", by=by)


def forget_contract_of(opportunity: Opportunity) -> None:
    """Won business goes on after all: there is no contract, and what it renewed waits to be renewed again."""
    for contract in Contract.objects.filter(opportunity=opportunity):
        contract_told(contract, "contract.dropped", by=None)
        Opportunity.objects.filter(renews=contract).update(renews=None)
        contract.delete()
    if opportunity.renews_id is not None:
        Contract.objects.filter(pk=opportunity.renews_id).update(renewed_on=None)


# --- before a registration ----------------------------------------------------------------------------------------


@transaction.atomic
def decide_renewal(
    claim: RenewalClaim, *, by: Membership, decision: str, reason: str, paper: Upload | None = None
) -> RenewalClaim:
    """The partner of record comes first, and the registration is rejected; or the customer has chosen in writing.

    What the customer wrote is kept with the decision, for the vendor alone.
    """
    deal = claim.candidate
    require(by, "dealreg.decide_renewal", deal)
    refuse_frozen(deal)
    if decision not in (Decision.RECORD_FIRST, Decision.CUSTOMER_CHOSE):
        raise Invalid("Choose how it is decided.", field="decision")
    said = reason_of(reason)
    chose = decision == Decision.CUSTOMER_CHOSE
    if chose and paper is None:
        raise Invalid("Attach what the customer wrote.", field="paper")
    kept = files.store_upload(paper, made_by=by, partner_id=None, kept_for=KEPT_FOR) if chose and paper else None
    won = RenewalClaim.objects.filter(pk=claim.pk, decision=Decision.PENDING, version=claim.version).update(
        decision=decision,
        decided_by=by,
        decided_at=clock.now(),
        reason=said,
        paper=kept,
        version=claim.version + 1,
    )
    if not won:
        raise Conflict("This was decided meanwhile. Reload to see how.", code="stale")
    claim.refresh_from_db()
    if deal.state == DealRegistration.State.SUBMITTED:
        _open(deal, by)
    forget_review(deal)
    told: dict[str, Any] = {"decision": decision, "reason": said, "contract": claim.contract.number}
    enter(deal, "deal.renewal_decided", by=by, inner=True, paper=kept.name if kept else "", **told)
    if not chose:
        # Somebody sells to this customer already: true, and no word of a contract, of when it ends or of whose it is.
        _reject(deal, by, DealRegistration.RejectReason.EXISTING_CUSTOMER, "")
    return claim
