"""Partners, contacts, requirements and events as a page shows them: every figure and date written once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from partners.models import Partner
from partners.queries import RequirementRow, list_choices, manager_names
from partners.queries.directory import Card
from partners.queries.home import Change
from partners.registries import Value, measured
from partners.timeline_rows import present_event
from prm.kernel.languages import SPOKEN
from prm.kernel.periods import FiscalQuarter
from prm.kernel.templatetags.kit import statuses
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.cells import addresses
from prm.kernel.web.format import Formatter, formatter

STATE_TONES = {"active": "green", "onboarding": "blue", "lapsed": "yellow", "suspended": "red", "terminated": "grey"}


@dataclass(frozen=True)
class PartnerRow:
    """One line of the partner list. The `raw_` figures are for exports."""

    partner: Partner
    id: str
    url: str
    name: str
    number: str
    tier: str
    state: str
    state_tone: str
    type: str
    country: str
    manager: str
    revenue: str
    raw_revenue: Decimal | None
    performance_mark: str
    raw_performance: Decimal | None
    capability_mark: str
    raw_capability: Decimal | None


def present_partners(partners: list[Partner], as_of: dt.date) -> list[PartnerRow]:
    """The rows of a page of partners, every measure asked once for all of them."""
    ids = [partner.pk for partner in partners]
    quarter = FiscalQuarter.containing(as_of, current_tenant().fy_start_month)
    managers, tiers = manager_names(ids), dict(list_choices()["tier"])  # the choices of the list's filters
    revenue = measured("net_revenue_12m", ids, [quarter], as_of)
    performance = measured("performance_to_plan", ids, [quarter], as_of)
    capability = measured("capability_score", ids, [quarter], as_of)
    write, address, mark = formatter(), addresses("partners:partner"), statuses()
    # The stock get_..._display builds its table of translated labels anew for each call.
    states = {value: str(label) for value, label in Partner.State.choices}
    types = {value: str(label) for value, label in Partner.Type.choices}
    rows = []
    for partner in partners:
        key = partner.pk, quarter
        rows.append(
            PartnerRow(
                partner=partner,
                id=str(partner.pk),
                url=address(partner.pk),
                name=partner.name,
                number=partner.number,
                tier=tiers.get(str(partner.tier_id), ""),
                state=states[partner.state],
                state_tone=STATE_TONES.get(partner.state, "grey"),
                type=types[partner.type],
                country=partner.country,
                manager=managers.get(partner.pk, ""),
                revenue=write.money(revenue[key].number),
                raw_revenue=revenue[key].number,
                performance_mark=mark(performance[key].status, write.percent(performance[key].number)),
                raw_performance=performance[key].number,
                capability_mark=mark(_score_status(capability[key]), write.score(capability[key].number)),
                raw_capability=capability[key].number,
            )
        )
    return rows


def _score_status(value: Value) -> str:
    from partners.formulas import score_status

    return value.status if value.status != "grey" else score_status(value.number)


@dataclass(frozen=True)
class ShownRequirement:
    """One requirement with its figures in words; `gap` is in units people count in."""

    tier: str
    label: str
    target: str
    actual: str
    gap: str
    is_met: bool
    why: str


def present_requirement(row: RequirementRow) -> ShownRequirement:
    write = formatter()
    return ShownRequirement(
        tier=row.tier,
        label=row.label,
        target=_in_unit(write, row.target, row.unit) if row.kind != "flag" else "yes",
        actual=("yes" if row.actual else "no") if row.kind == "flag" else _in_unit(write, row.actual, row.unit),
        gap="" if row.gap is None or row.kind == "flag" else _in_unit(write, row.gap, row.unit),
        is_met=row.is_met,
        why=row.why,
    )


def _in_unit(write: Formatter, value: Decimal | None, unit: str) -> str:
    by_unit = {"money": write.money, "ratio": write.percent, "score": write.score, "multiple": write.multiple}
    return by_unit.get(unit, write.count)(value)


@dataclass(frozen=True)
class ShownCard:
    """One of the vendor's people as a partner sees them."""

    name: str
    role: str
    title: str
    asks: str
    languages: str
    email: str
    phone: str
    tel: str
    companies: str
    is_second: bool
    is_stand_in: bool


def present_card(card: Card) -> ShownCard:
    return ShownCard(
        name=card.name,
        role=card.role,
        title=card.title,
        asks=card.asks,
        languages=", ".join(SPOKEN.get(code, code) for code in card.languages),
        email=card.email,
        phone=card.phone,
        tel="tel:" + "".join(c for c in card.phone if c.isdigit() or c == "+"),
        companies=", ".join(card.companies),
        is_second=card.is_second,
        is_stand_in=card.is_stand_in,
    )


@dataclass(frozen=True)
class ShownChange:
    """One line of what changed since the last visit."""

    moment: str
    who: str
    text: str
    where: str
    url: str
    more: int


def present_changes(changes: list[Change], names: dict[Any, str], *, with_company: bool) -> list[ShownChange]:
    shown = []
    for change in changes:
        line = present_event(change.event, names)
        partner = change.event.partner
        shown.append(
            ShownChange(
                moment=line.moment,
                who=line.who,
                text=line.text,
                where=change.companies[0] if with_company else "",
                url=partner.get_absolute_url() if partner and partner.taken_back_at is None else "",
                more=change.times - 1,
            )
        )
    return shown
