"""Contracts as pages print them: every day and amount written once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dealreg.models import Contract, Opportunity, RenewalClaim
from dealreg.queries.contracts import ContractPage, RenewalShown
from dealreg.queries.rules import deal_rules
from partners.countries import COUNTRIES
from prm.kernel import clock
from prm.kernel.numbers import total_of
from prm.kernel.web.format import Formatter, formatter


@dataclass(frozen=True)
class ContractRow:
    """One line of the list of contracts. The `raw_` values are for exports."""

    url: str
    number: str
    customer: str
    partner: str
    partner_url: str
    lines: str
    ends: str
    raw_ends: dt.date
    state: str
    tone: str
    source: str


def present_contracts(found: Sequence[Contract]) -> list[ContractRow]:
    """Of contracts that were asked for with the names of their lines."""
    write = formatter()
    return [_row(one, write, ", ".join(one.line_names)) for one in found]  # type: ignore[attr-defined]


def _row(one: Contract, write: Formatter, lines: str) -> ContractRow:
    state, tone = _state(one)
    return ContractRow(
        url=one.get_absolute_url(),
        number=one.number,
        customer=one.customer_name,
        partner=one.partner.name,
        partner_url=one.partner.get_absolute_url(),
        lines=lines,
        ends=write.day(one.ends_on),
        raw_ends=one.ends_on,
        state=state,
        tone=tone,
        source=str(one.get_source_display()),  # type: ignore[attr-defined]
    )


def _state(one: Contract) -> tuple[str, str]:
    """Where it stands, in a word or two: renewed, ended, how many days are left."""
    left = (one.ends_on - clock.today()).days
    if one.renewed_on is not None:
        return _("renewed"), "green"
    if left < 0:
        return _("ended"), "grey"
    if left == 0:
        return _("ends today"), "red"
    text = ngettext("ends in %(n)s day", "ends in %(n)s days", left) % {"n": left}
    if left > deal_rules().renewal_days:
        return text, "grey"
    return text, "yellow" if left > 30 else "red"


@dataclass(frozen=True)
class ShownContract:
    """The page of one contract, written."""

    row: ContractRow
    facts: list[tuple[str, str]]
    lines: list[tuple[str, str]]
    renewals: list[dict[str, str]]
    can_renew: bool


def present_contract(page: ContractPage) -> ShownContract:
    one, write = page.contract, formatter()
    amounts = [row.amount for row in page.lines if row.amount is not None]
    currency = page.lines[0].currency if page.lines else ""
    pairs = [
        (_("Web domain"), one.customer_domain),
        (_("Country"), COUNTRIES.get(one.customer_country, one.customer_country)),
        (_("Ends on"), write.day(one.ends_on)),
        (_("Amount"), write.money(total_of(amounts), currency) if amounts else ""),
        (_("Comes from"), str(one.get_source_display())),  # type: ignore[attr-defined]
        (_("Renewed on"), write.day(one.renewed_on) if one.renewed_on else ""),
    ]
    return ShownContract(
        row=_row(one, write, ", ".join(row.line.name for row in page.lines)),
        facts=[(str(label), value) for label, value in pairs if value],
        lines=[
            (row.line.name, write.money(row.amount, row.currency) if row.amount is not None else "")
            for row in page.lines
        ],
        renewals=[
            {"url": found.get_absolute_url(), "name": found.name, "state": str(Opportunity.State(found.state).label)}
            for found in page.renewals
        ],
        can_renew=one.renewed_on is None and not any(found.closed_on is None for found in page.renewals),
    )


def present_renewals(found: Sequence[RenewalShown]) -> list[dict[str, Any]]:
    """Contracts that stand before a registration; for those who may know of the other partner."""
    write, pending = formatter(), RenewalClaim.Decision.PENDING
    shown = []
    for one in found:
        claim, contract = one.claim, one.contract
        is_pending = claim is not None and claim.decision == pending
        shown.append(
            {
                "claim_id": str(claim.pk) if claim else "",
                "url": contract.get_absolute_url(),
                "customer": contract.customer_name,
                "number": contract.number,
                "partner": contract.partner.name,
                "ends": write.day(contract.ends_on),
                "is_pending": is_pending and one.is_live,
                "decision": str(claim.get_decision_display()) if claim and not is_pending else "",  # type: ignore[attr-defined]
                "reason": claim.reason if claim else "",
                "paper": claim.paper.name if claim and claim.paper else "",
                "paper_url": reverse("dealreg:renewal_paper", args=[claim.pk]) if claim and claim.paper else "",
            }
        )
    return shown


def prefill_of(page: ContractPage) -> dict[str, Any]:
    """What the renewal of a contract begins with."""
    one = page.contract
    amounts: dict[Any, Decimal] = {row.line_id: row.amount for row in page.lines if row.amount is not None}
    return {
        "name": _("Renewal %(customer)s") % {"customer": one.customer_name},
        "customer_name": one.customer_name,
        "customer_country": one.customer_country,
        "customer_domain": one.customer_domain,
        "expected_close": one.ends_on,
        "renews": str(one.pk),
        "lines": [row.line_id for row in page.lines],
        "amounts": amounts,
    }
