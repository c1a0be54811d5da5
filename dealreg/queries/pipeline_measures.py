"""Figures of the pipeline for many partners on many days: F8 and F9, what is registered, what moves on.

One statement reads opportunities, registrations, targets and bookings and gives one row a partner with a column a
figure and day; sums, ratios and roundings are those of the formulas, which SQL keeps exactly. Opened and closed are
dated, so a past day knows what was open then; amount, stage and expected order count as they are now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from dealreg.models import DealRegistration, DealRules, Opportunity
from dealreg.queries.measures import known
from partners.registries import Readings
from prm.kernel.money import currency_places
from prm.kernel.periods import FiscalQuarter, add_days, add_months
from prm.kernel.tenancy.context import current_tenant, current_tenant_id
from prm.kernel.tenancy.planned import rows_of
from prm.kernel.tenancy.remember import FEW, recall_few, remember_few

# What is summed up of opportunities: by name an aggregate and which rows it takes. {day}, {year_end} and {quarter} are
# days of the figure; {likely} is the probability.
IS_OPEN = "opened_on <= {day} and (closed_on is null or closed_on > {day})"
COUNTS = f"{IS_OPEN} and expected_close between {{day}} and {{year_end}}"
IS_LATE = f"{IS_OPEN} and expected_close < {{day}}"
IN_QUARTER = "closed_on between {quarter} and {day}"
SUMS = {
    "open": ("sum(credited)", COUNTS),
    "weighted": ("sum(round(credited * likely, {places}))", COUNTS),
    "late": ("count(*)", IS_LATE),
    "late_amount": ("sum(credited)", IS_LATE),
    "all_open": ("count(*)", IS_OPEN),
    "moving": ("count(*)", f"{IS_OPEN} and next_step_due between {{day}} and {{month_on}}"),
    "won": ("count(*)", f"state = 'won' and {IN_QUARTER}"),
    "lost": ("count(*)", f"state = 'lost' and loss_reason <> 'transferred' and {IN_QUARTER}"),
    "won_amount": ("sum(amount)", f"state = 'won' and {IN_QUARTER}"),
    "won_days": ("sum(closed_on - least(opened_on, closed_on))", f"state = 'won' and {IN_QUARTER}"),
}
TAKEN_BACK = "state not in ('withdrawn', 'cancelled')"
REGISTERED = {  # of registrations
    "registered": ("count(*)", f"{TAKEN_BACK} and approved_on between {{quarter}} and {{day}}"),
    "registered_year": ("count(*)", f"{TAKEN_BACK} and approved_on > {{back}} and approved_on <= {{day}}"),
}
LEFT = "round(greatest(0, coalesce(t.{target}, 0) - round(coalesce(b.{booked}, 0), {places})), {places})"
NEEDED = f"nullif(round({LEFT} * {{index}}, {{places}}), 0)"
# Without any opportunity ever kept a partner's pipeline is not zero but unknown.
BASE = "case when k.known then coalesce({open}, 0) end"
RULES = (*(f"{stage}_probability" for stage in Opportunity.Stage.values), "coverage_index")
# By measure: how it is made of these sums, and which of them.
FIGURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "pipeline_to_target": (f"round({BASE} / {NEEDED}, 4)", ("open",)),
    "open_pipeline": ("coalesce({open}, 0)", ("open",)),
    "weighted_pipeline": ("coalesce({weighted}, 0)", ("weighted",)),
    "remaining_target": (f"case when coalesce(t.{{target}}, 0) > 0 then {LEFT} end", ()),
    "pipeline_coverage": (f"round({BASE} / nullif({LEFT}, 0), 2)", ("open",)),
    "pipeline_gap": (
        f"case when k.known and coalesce(t.{{target}}, 0) > 0 then "
        f"greatest(0, round({LEFT} * {{index}}, {{places}}) - coalesce({{open}}, 0)) end",
        ("open",),
    ),
    "overdue_deals": ("coalesce({late}, 0)", ("late",)),
    "overdue_pipeline": ("coalesce({late_amount}, 0)", ("late_amount",)),
    "deal_progression": ("round({moving}::numeric / nullif({all_open}, 0), 4)", ("moving", "all_open")),
    "registered_deals_quarter": ("coalesce({registered}, 0)", ("registered",)),
    "registered_deals_12m": ("coalesce({registered_year}, 0)", ("registered_year",)),
    "won_deals": ("coalesce({won}, 0)", ("won",)),
    "win_rate": ("round({won}::numeric / nullif({won} + {lost}, 0), 4)", ("won", "lost")),
    "average_deal_size": ("round({won_amount} / nullif({won}, 0), {places})", ("won_amount", "won")),
    "average_cycle_days": ("round({won_days}::numeric / nullif({won}, 0), 1)", ("won_days", "won")),
}

RULES_SQL = (
    "r as (select "  # noqa: S608 - written here
    + ", ".join(f"coalesce(max({name}), %(usual_{name})s::numeric) as {name}" for name in RULES)
    + " from dealreg_dealrules where tenant_id = %(tenant)s)"
)
RATES = " ".join(f"when '{stage}' then r.{stage}_probability" for stage in Opportunity.Stage.values)
OURS = "tenant_id = %(tenant)s and partner_id = any(%(ids)s)"
PARTS = {
    "o": f""", o as (select partner_id, {{columns}} from (
      select partner_id, state, loss_reason, amount, opened_on, closed_on, expected_close, next_step_due,
             round(amount * credit, {{places}}) as credited, greatest(opened_on, closed_on, worked_at::date) as touched,
             coalesce(probability, case stage {{rates}} end) as likely
      from dealreg_opportunity cross join r
      where {OURS} and opened_on <= %(last)s and (closed_on is null or closed_on >= %(since)s)
    ) deals group by partner_id)""",  # noqa: S608 - written here
    "g": f""", g as (select partner_id, {{columns}} from dealreg_dealregistration
      where {OURS} and approved_on between %(approved_since)s and %(last)s group by partner_id)""",  # noqa: S608 - written here
    "t": f""", t as (select partner_id, {{columns}} from sales_target
      where {OURS} and month between %(first_year)s and %(last_year)s group by partner_id)""",  # noqa: S608 - written here
    "b": f""", b as (select partner_id, {{columns}} from sales_salesactual
      where {OURS} and booked_on between %(first_year)s and %(last)s group by partner_id)""",  # noqa: S608 - written here
}
LATEST = {  # the day of the latest data that counted
    "o": "max(touched) filter (where touched <= %(day_{n})s) as l{n}",
    "g": "max(approved_on) filter (where approved_on <= %(day_{n})s) as l{n}",
}
KNOWN = """left join lateral (
  select true as known from dealreg_opportunity x where x.tenant_id = %(tenant)s and x.partner_id = p.id limit 1
) k on true"""


def read_pipeline(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: Sequence[str]) -> Readings:
    """The figures of these partners on these days.

    Who asks several of the partners of a page, or one after another, is given all of them at once.
    """
    wanted = [name for name in FIGURES if name in names]
    if len(partner_ids) > FEW:
        return _read(partner_ids, days, wanted)
    if len(wanted) == 1 and recall_few("pipeline", partner_ids, tuple(days)) is None:
        first = remember_few("pipeline, one", partner_ids, tuple(days), lambda: _read(partner_ids, days, wanted))
        if wanted[0] in first.numbers:
            return first
    everything = remember_few("pipeline", partner_ids, tuple(days), lambda: _read(partner_ids, days, list(FIGURES)))
    return Readings({name: everything.numbers[name] for name in wanted}, everything.last)


def _read(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: list[str]) -> Readings:
    ids = known(partner_ids)
    if not ids or not days or not names:
        return Readings({name: {} for name in names}, {})
    sql, values = _statement(days, names)
    rows = rows_of(sql, {**values, "tenant": current_tenant_id(), "ids": ids})
    width = len(days)
    numbers: dict[str, dict[UUID, Sequence[Any]]] = {name: {} for name in names}
    last: dict[UUID, Sequence[dt.date | None]] = {}
    for partner_id, *found in rows:
        for place, name in enumerate(names):
            numbers[name][partner_id] = found[place * width : (place + 1) * width]
        last[partner_id] = found[len(names) * width :]
    return Readings(numbers, last)


def _statement(days: Sequence[dt.date], names: list[str]) -> tuple[str, dict[str, Any]]:
    """What the figures need of opportunities, registrations, targets and bookings, each read once; then the columns."""
    places = currency_places(current_tenant().currency)
    slots = range(len(days))
    figures = [(name, *FIGURES[name]) for name in names]
    used = sorted({one for _name, _text, sums in figures for one in sums})
    needs = lambda mark: any(mark in text for _name, text, _sums in figures)
    parts, joins = [], []
    for table, columns, is_needed in (
        ("o", [_sum(one, n, places) for one in used if one in SUMS for n in slots], True),
        ("g", [_sum(one, n, places) for one in used if one in REGISTERED for n in slots], True),
        ("t", [f"sum(amount) filter (where month between %(year_{n})s and %(year_end_{n})s) as t{n}" for n in slots],
         needs("t.")),
        ("b", [f"sum(amount) filter (where booked_on between %(year_{n})s and %(day_{n})s) as b{n}" for n in slots],
         needs("b.")),
    ):  # fmt: skip
        if columns and is_needed:
            latest = [LATEST[table].format(n=n) for n in slots] if table in LATEST else []
            parts.append(PARTS[table].format(columns=", ".join([*columns, *latest]), places=places, rates=RATES))
            joins.append(f"left join {table} on {table}.partner_id = p.id")
    if needs("k.known"):
        joins.append(KNOWN)
    dated = [table for table in LATEST if f"left join {table} on {table}.partner_id = p.id" in joins]
    seen = [f"greatest({', '.join(f'{table}.l{n}' for table in dated) or 'null::date'})" for n in slots]
    columns = [_figure(name, text, n, places) for name, text, _sums in figures for n in slots]
    return (
        f"with {RULES_SQL} {' '.join(parts)} select p.id, {', '.join([*columns, *seen])} "  # noqa: S608 - written here
        f"from unnest(%(ids)s::uuid[]) as p (id) cross join r {' '.join(joins)}",
        _values(days),
    )


def _values(days: Sequence[dt.date]) -> dict[str, Any]:
    quarters = [FiscalQuarter.containing(day, current_tenant().fy_start_month) for day in days]
    years, back, usual = [one.fiscal_year for one in quarters], [add_months(day, -12) for day in days], DealRules()
    values: dict[str, Any] = {
        "last": max(days),
        "since": min(quarter.start for quarter in quarters),
        "approved_since": min([*back, *(quarter.start for quarter in quarters)]),
        "first_year": min(year.start for year in years),
        "last_year": max(year.end for year in years),
        **{f"usual_{name}": getattr(usual, name) for name in RULES},
    }
    for n, day in enumerate(days):
        values |= {f"day_{n}": day, f"quarter_{n}": quarters[n].start, f"back_{n}": back[n]}
        values |= {f"year_{n}": years[n].start, f"year_end_{n}": years[n].end, f"month_on_{n}": add_days(day, 30)}
    return values


def _sum(one: str, n: int, places: int) -> str:
    aggregate, condition = (SUMS | REGISTERED)[one]
    marks = {name: f"%({name}_{n})s" for name in ("day", "quarter", "year_end", "month_on", "back")}
    return f"{aggregate.format(places=places)} filter (where {condition.format(**marks)}) as {one}_{n}"


def _figure(name: str, text: str, n: int, places: int) -> str:
    marks = {one: f"o.{one}_{n}" for one in SUMS} | {one: f"g.{one}_{n}" for one in REGISTERED}
    return text.format(**marks, target=f"t{n}", booked=f"b{n}", places=places, index="r.coverage_index")


def open_rows(partner_id: UUID, on: dt.date, *, late: bool = False, most: int = 0) -> list[dict[str, Any]]:
    """The open deals behind a figure, the largest first: without the customers, whom not every reader may know."""
    year = FiscalQuarter.containing(on, current_tenant().fy_start_month).fiscal_year
    found = Opportunity.objects.filter(partner_id=partner_id, opened_on__lte=on).exclude(closed_on__lte=on)
    if late:
        found = found.filter(expected_close__lt=on)
    else:
        found = found.filter(expected_close__range=(on, year.end))
    stages = dict(Opportunity.Stage.choices)
    rows = found.order_by("-amount", "pk").values_list("number", "stage", "amount", "credit", "expected_close")
    return [
        {"number": number, "stage": str(stages[stage]), "amount": amount * credit, "expected_close": close}
        for number, stage, amount, credit, close in (rows[:most] if most else rows)
    ]


def closed_rows(partner_id: UUID, start: dt.date, end: dt.date) -> list[dict[str, Any]]:
    """The deals that were won and lost in a time."""
    closed = Opportunity.objects.filter(
        partner_id=partner_id, state__in=["won", "lost"], closed_on__range=(start, end)
    ).exclude(loss_reason=DealRegistration.LossReason.TRANSFERRED)
    words = dict(Opportunity.State.choices)
    rows = closed.order_by("closed_on", "pk").values("closed_on", "number", "amount", "state", "opened_on")
    return [{**row, "state": str(words[row["state"]])} for row in rows]
