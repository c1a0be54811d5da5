"""Targets as grids: of one partner by line or in total, of many partners in total; and what is proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.money import currency_places
from prm.kernel.numbers import ZERO, round_value
from prm.kernel.periods import month_start
from prm.kernel.policies import permits
from prm.kernel.web.format import Formatter, formatter
from sales.forms import Cell, GridRow, cell_name
from sales.models import ProductLine, TargetProposal

Amounts = Mapping[dt.date, Decimal]


@dataclass(frozen=True)
class ShownProposal:
    """A proposal as a page shows it, with what this member may do about it."""

    id: UUID
    scope: str
    total: str
    months: tuple[tuple[str, str], ...]
    who: str
    side: str
    at: str
    note: str
    state: str
    tone: str
    reason: str
    may_decide: bool
    may_withdraw: bool


TONES = {"proposed": "yellow", "confirmed": "green", "declined": "red", "withdrawn": "grey"}


def plain_amount(write: Formatter, amount: Decimal | None, *, whole: bool) -> str:
    """As one types it: no thousands, and no decimals in a row of whole amounts."""
    if amount is None:
        return ""
    places = 0 if whole else currency_places(write.currency)
    return format(round_value(amount, places), "f").replace(".", write.separators[1])


def plain_sum(write: Formatter, amounts: Amounts) -> str:
    """Without the currency, which the head of the column names: twelve months stand beside it."""
    return write.number(sum(amounts.values(), ZERO), currency_places(write.currency))


def _row(
    key: Any,
    title: str,
    months: Sequence[str],
    amounts: Amounts,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    **more: Any,
) -> GridRow:
    write = formatter()
    cells, whole = [], all(amount == amount.to_integral_value() for amount in amounts.values())
    for month in months:
        first = month_start(month)
        name = cell_name(key, first)
        text = typed.get(name, plain_amount(write, amounts.get(first), whole=whole))
        cells.append(Cell(name, f"{title}, {month}", text, problems.get(name, ""), month))
    return GridRow(title, more.pop("url", ""), tuple(cells), plain_sum(write, amounts), **more)


def grid_of_lines(
    lines: Sequence[ProductLine | None],
    months: Sequence[str],
    targets: Mapping[UUID | None, Amounts],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> list[GridRow]:
    """One row a product line, or one for the total."""
    return [
        _row(
            line.pk if line else "total",
            line.name if line else _("In total"),
            months,
            targets.get(line.pk if line else None, {}),
            typed,
            problems,
        )
        for line in lines
    ]


def grid_of_partners(
    partners: Sequence[Partner],
    months: Sequence[str],
    targets: Mapping[UUID, Amounts],
    by_line: set[UUID],
    year: int,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> list[GridRow]:
    """One row a partner; of those with targets by product line the sums, which are changed on their own page."""
    return [
        _row(
            partner.pk,
            partner.name,
            months,
            targets.get(partner.pk, {}),
            typed,
            problems,
            url=f"{reverse('sales:partner_targets', args=[partner.pk])}?year={year}",
            note=_("by product line") if partner.pk in by_line else problems.get(str(partner.pk), ""),
            locked=partner.pk in by_line,
        )
        for partner in partners
    ]


def scope_of(proposal: TargetProposal) -> str:
    """What a proposal is for: "FY2028, in total", or with the product line."""
    years = ", ".join(year.label for year in proposal.years)
    return f"{years}, {proposal.line.name if proposal.line else _('in total')}"


def places_of(proposals: Sequence[TargetProposal]) -> list[dict[str, str]]:
    """Where proposals wait: each fiscal year and basis once, with its page."""
    names = {"line": _("by product line"), "total": _("in total")}
    places = {
        one.get_absolute_url(): f"{', '.join(year.label for year in one.years)}, {names[one.basis]}"
        for one in proposals
    }
    return [{"url": url, "label": label} for url, label in places.items()]


def present_proposals(proposals: Sequence[TargetProposal], member: Membership) -> list[ShownProposal]:
    """The latest first, with the months' amounts and what may be done."""
    write = formatter()
    shown = []
    for one in proposals:
        amounts = {dt.date.fromisoformat(month): Decimal(amount) for month, amount in sorted(one.months.items())}
        is_open, own = one.state == TargetProposal.State.PROPOSED, one.side == member.side
        shown.append(
            ShownProposal(
                id=one.pk,
                scope=one.line.name if one.line else _("In total"),
                total=write.money(sum(amounts.values(), ZERO), one.currency),
                months=tuple(
                    (f"{month:%Y-%m}", write.money(amount, one.currency)) for month, amount in amounts.items()
                ),
                who=one.proposed_by.user.name if one.proposed_by else _("System"),
                side=_("the vendor") if one.side == "vendor" else _("the partner"),
                at=write.moment(one.created_at),
                note=one.comment,
                state=str(one.get_state_display()),
                tone=TONES[one.state],
                reason=one.reason,
                may_decide=is_open and not own and permits(member, "sales.confirm_targets", one),
                may_withdraw=is_open and own and permits(member, "sales.withdraw_targets", one),
            )
        )
    return shown
