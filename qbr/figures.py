"""The figures of a review, collected once and frozen: everything a deck says comes from this one value.

Plain JSON: decimals and dates are text. A figure without data is `{"value": None, "why": reason}` and is listed on
the last slide; a part without any data carries its reason in `why`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from partners.formulas import attainment_status, tier_attainment
from partners.models import Partner
from partners.queries import RequirementRow, TierStanding, managers_of, standing_on
from partners.registries import measured, measures
from prm.kernel import clock
from prm.kernel.events import plain
from prm.kernel.models import Tenant
from prm.kernel.numbers import divide, ratio, total_of
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from qbr.models import Review
from sales.queries import LineFigure, PeriodFigure, actuals_by_month, performance
from scorecards.models import ActionItem, Assessment
from scorecards.queries import (
    OPEN_STATES,
    Line,
    Result,
    completion_of,
    history,
    no_opportunities,
    peer_figures,
    registered_deals,
)

LINES_SHOWN = 5
ROWS_KEPT = 30
DEALS = (
    ("registered_deals_quarter", "Deals registered", "count"),
    ("won_deals", "Deals won", "count"),
    ("win_rate", "Win rate", "ratio"),
    ("average_deal_size", "Average deal size", "money"),
    ("average_cycle_days", "Average sales cycle", "days"),
)

Figure = dict[str, Any]


def collect(review: Review, as_of: dt.date) -> dict[str, Any]:
    """All figures of the review.

    Money, targets and the program level are as of `as_of`. The scorecard and the actions are the latest ones, with
    their dates: a review is about what was agreed since, and a deck is frozen in any case.
    """
    tenant, partner = current_tenant(), review.partner
    quarter = quarter_of(review, tenant)
    standing = standing_on(partner, as_of)
    sales = _performance(partner, quarter, as_of)
    capabilities = _capabilities(partner, tenant)
    no_pipeline = no_opportunities(registered_deals([partner.pk], as_of).get(partner.pk))
    return plain(
        {
            "format": 1,
            "as_of": as_of,
            "made_on": clock.today(),
            "vendor": {
                "name": tenant.name,
                "brand": tenant.brand,
                "accent": tenant.accent,
                "currency": tenant.currency,
            },
            "partner": _partner(partner, standing),
            "review": _review(review, quarter),
            "commitments": _commitments(partner, tenant, quarter),
            "summary": _summary(partner, quarter, as_of, sales, standing, capabilities, no_pipeline),
            "performance": sales,
            "pipeline": {"label": "Pipeline to target", "why": no_pipeline},
            "deals": {
                "label": "Deals won and lost",
                "why": "",
                "tiles": [_measure(*one, partner, quarter, as_of) for one in DEALS],
            },
            "program": _program(standing),
            "capabilities": capabilities,
            "action_plan": _action_plan(partner),
            "people": {
                "label": "People and engagement",
                "why": "engagement, contacts and satisfaction are not measured yet",
            },
        }
    )


def quarter_of(review: Review, tenant: Tenant) -> FiscalQuarter:
    return FiscalQuarter.containing(review.period_start, tenant.fy_start_month)


def figure(
    label: str, value: Decimal | int | None, unit: str, *, status: str = "", why: str = "", hint: str = ""
) -> Figure:
    """One figure with its name, its unit and, where there is none, the reason."""
    return {
        "label": label,
        "value": None if value is None else str(value),
        "unit": unit,
        "status": status,
        "why": why if value is None else "",
        "hint": hint,
    }


def _partner(partner: Partner, standing: TierStanding) -> dict[str, Any]:
    manager = managers_of([partner.pk]).get(partner.pk)
    return {
        "name": partner.name,
        "number": partner.number,
        "tier": standing.held,
        "life_stage": str(partner.get_life_stage_display()),
        "manager": manager.user.name if manager else "",
    }


def _review(review: Review, quarter: FiscalQuarter) -> dict[str, Any]:
    year = quarter.fiscal_year
    return {
        "label": quarter.label,
        "next_label": quarter.next.label,
        "fiscal_year": year.label,
        "start": quarter.start,
        "end": quarter.end,
        "year_start": year.start,
        "year_end": year.end,
        "meeting_on": review.meeting_on,
        "attendees": review.attendees,
    }


# --- sales ---------------------------------------------------------------------------------------------


def _performance(partner: Partner, quarter: FiscalQuarter, as_of: dt.date) -> dict[str, Any]:
    found = performance(partner.pk, as_of)
    if not found.has_figures:
        nothing = f"nothing is booked and no target is agreed in {found.fiscal_year}"
        return {
            "label": "Performance to plan",
            "why": nothing,
            "quarters": [],
            "periods": [],
            "months": [],
            "lines": [],
        }
    quarters = [_period(period) for period in found.quarters]
    before = quarter.previous
    earlier = actuals_by_month([partner.pk], before.start, before.end)[partner.pk]
    return {
        "label": "Performance to plan",
        "why": "",
        "year": _period(found.year),
        "quarter": _period(found.quarter),
        "quarter_before": {"label": before.label, "actual": total_of(earlier.values()) if earlier else None},
        "months": [
            {
                "month": month.month,
                "target": figure(
                    f"Target of {month.month}", month.target, "money", why="no target is agreed for these months"
                ),
                "actual": figure("Actual", month.actual if month.is_closed or month.actual else None, "money"),
            }
            for month in found.months
        ],
        "periods": [*quarters, {**_period(found.year), "period": "Year to date", "is_total": True}],
        "lines": _lines(found.by_line),
    }


def _period(period: PeriodFigure) -> dict[str, Any]:
    name = f"Performance to plan, {period.label}"
    return {
        "period": period.label,
        "is_total": False,
        "target": figure(f"Target, {period.label}", period.target, "money", why=period.why),
        "actual": figure("Actual", period.actual, "money"),
        "variance": figure(f"Variance, {period.label}", period.variance, "money", why=period.why),
        "performance": figure(name, period.performance, "ratio", status=period.status, why=period.why),
    }


def _lines(by_line: tuple[LineFigure, ...]) -> list[dict[str, Any]]:
    """The largest lines; the others as one row, so that the table adds up."""
    shown = list(by_line)
    if len(shown) > LINES_SHOWN + 1:
        rest = shown[LINES_SHOWN:]
        targets = [line.target for line in rest if line.target is not None]
        together = LineFigure("Other lines", total_of(targets) if targets else None, total_of(x.actual for x in rest))
        shown = [*shown[:LINES_SHOWN], together]
    return [
        {
            "line": line.line,
            "target": figure(f"Target of {line.line}", line.target, "money", why="no target is agreed by product line"),
            "actual": figure(line.line, line.actual, "money"),
        }
        for line in shown
    ]


# --- program -------------------------------------------------------------------------------------------


def _program(standing: TierStanding) -> dict[str, Any]:
    levels = [("To keep" if standing.holds_more else "Present level", standing.held)]
    if standing.next and standing.next != standing.held and not standing.holds_more:
        levels.append(("Next to reach", standing.next))
    tiers = [
        {"role": role, "name": name, "rows": [_requirement(row) for row in standing.requirements if row.tier == name]}
        for role, name in levels
        if name
    ]
    return {
        "label": "Program level",
        "why": "" if tiers else "the program has no levels",
        "held": standing.held,
        "qualifying": standing.qualifying,
        "next": standing.next,
        "next_attainment": _next_attainment(standing),
        "progress": figure("Progress through all levels", standing.progress, "ratio", why="the program has no levels"),
        "tiers": tiers,
        "absent": [
            figure("Certifications by kind", None, "count", why="certifications are not kept yet"),
            figure("Required tasks by state", None, "count", why="required tasks are not kept yet"),
        ],
    }


def _next_attainment(standing: TierStanding) -> Figure:
    """How far the next level is; of a partner that holds more than its figures give, how far it fulfils that."""
    if standing.holds_more:
        attained = standing.held_attainment
        hint = f"the figures of that day qualify for {standing.qualifying or 'no level'}"
        status = attainment_status(attained)
        return figure(f"Attainment of {standing.held}, held now", attained, "ratio", status=status, hint=hint)
    if not standing.next:
        return figure("Attainment of the next level", None, "ratio", why="the highest level is reached")
    attained = standing.next_attainment
    return figure(f"Attainment of {standing.next}", attained, "ratio", status=attainment_status(attained))


def _requirement(row: RequirementRow) -> dict[str, Any]:
    attained, gap = _judged(row)
    status = "green" if row.is_met else attainment_status(attained)
    return {
        "label": row.label,
        "target": figure(row.label, 1 if row.kind == "flag" else row.target, row.unit),
        "actual": figure(row.label, row.actual, row.unit, why=row.why or "not measured yet"),
        "attainment": figure(row.label, attained, "ratio", status=status),
        "gap": figure(row.label, gap, "count" if row.kind == "flag" else row.unit),
        "is_met": row.is_met,
    }


def _judged(row: RequirementRow) -> tuple[Decimal, Decimal | None]:
    """F10 for a single requirement: how far it is attained, and what is missing."""
    wanted = {"metric": row.metric, "kind": row.kind, "weight": "1", "target": row.target}
    actual: Any = bool(row.actual) if row.kind == "flag" and row.actual is not None else row.actual
    judged = tier_attainment(tiers=[{"tier": "it", "requirements": [wanted]}], actuals={row.metric: actual})
    return judged["tiers"]["it"]["attainment"], judged["gaps"].get(row.metric)


# --- capabilities --------------------------------------------------------------------------------------


def _capabilities(partner: Partner, tenant: Tenant) -> dict[str, Any]:
    results = history(partner)
    if not results:
        return {"label": "Capabilities scorecard", "why": "no capabilities scorecard has been submitted yet"}
    latest, previous = results[-1], results[-2] if len(results) > 1 else None
    bank = Assessment.objects.select_related("bank").get(pk=latest.assessment_id).bank
    peers = peer_figures(partner, bank)
    few = f"fewer than {peers.min_peers} peers have been scored, or one of them would carry the figure"
    zone = ZoneInfo(tenant.time_zone)
    gaps = sorted((t for t in latest.topics if t.gap is not None and t.gap > 0), key=lambda t: (-(t.gap or 0), t.name))
    return {
        "label": "Capabilities scorecard",
        "why": "",
        "assessed_on": latest.submitted_at.astimezone(zone).date(),
        "previous_on": previous.submitted_at.astimezone(zone).date() if previous else None,
        "overall": figure(
            "Capabilities score", latest.overall, "score", status=latest.status, why="nothing was scored"
        ),
        "previous_overall": figure("Capabilities score before", previous.overall if previous else None, "score"),
        "categories": [
            {
                "category": category.name,
                "score": figure(
                    category.name, category.score, "score", status=category.status, why="nothing was scored"
                ),
                "previous": figure(category.name, _score_in(previous, category.code), "score"),
            }
            for category in latest.categories
        ],
        "topics": [_topic(topic, peers.average(topic.code), few) for topic in gaps[:ROWS_KEPT]],
    }


def _score_in(result: Result | None, code: str) -> Decimal | None:
    line = result.category(code) if result else None
    return line.score if line else None


def _topic(topic: Line, peers: Decimal | None, few: str) -> dict[str, Any]:
    return {
        "topic": topic.name,
        "score": figure(topic.name, topic.score, "score", status=topic.status),
        "best_practice": figure(topic.name, topic.best_practice, "score"),
        "gap": figure(topic.name, topic.gap, "score"),
        "peer_average": figure("Peer averages", peers, "score", why=few),
    }


# --- actions and commitments ---------------------------------------------------------------------------


def _action_plan(partner: Partner) -> dict[str, Any]:
    """Accepted actions that are open, the most urgent first; how much is done as on the pages of scorecards.

    Commitments of the quarter under review stand on a slide of their own.
    """
    today = clock.today()
    items = list(
        ActionItem.objects.filter(partner=partner)
        .exclude(kind=ActionItem.Kind.COMMITMENT)
        .exclude(state=ActionItem.State.DROPPED)
        .select_related("topic", "owner__user")
        .order_by("due_on", "topic__order", "id")
    )
    running = [item for item in items if item.state in OPEN_STATES]
    found = completion_of(items)
    tiles = [
        figure("Open actions", found.open, "count"),
        figure("Late", found.overdue, "count", status="red" if found.overdue else "green"),
        figure("Proposed, not decided", found.proposed, "count"),
        figure(
            "Completion",
            found.share,
            "ratio",
            status=attainment_status(found.share),
            why="no action has fallen due yet",
        ),
    ]
    return {
        "label": "Improvement plan",
        "why": "no action has been agreed or proposed yet" if found.is_empty else "",
        "tiles": tiles,
        "rows": [_action(item, today) for item in running[:ROWS_KEPT]],
        "open": len(running),
    }


def _action(item: ActionItem, today: dt.date) -> dict[str, Any]:
    late = _is_late(item, today)
    state = str(item.get_state_display())
    colours = {ActionItem.State.DONE: "green", ActionItem.State.IN_PROGRESS: "yellow"}
    return {
        "topic": item.topic.name if item.topic else "",
        "text": item.text,
        "owner": item.owner.user.name if item.owner else "",
        "due": item.due_on,
        "state": f"{state}, late" if late else state,
        "status": "red" if late else colours.get(ActionItem.State(item.state), "grey"),
    }


def _is_late(item: ActionItem, today: dt.date) -> bool:
    return item.due_on is not None and item.due_on < today and item.state != ActionItem.State.DONE


def _commitments(partner: Partner, tenant: Tenant, quarter: FiscalQuarter) -> dict[str, Any]:
    """What both sides promised: for the quarter under review and, where it is open still, before; and for the next.

    Kept means done by its day. What was promised earlier and is open counts as not kept until it is done.
    """
    today = clock.today()
    promised = (
        ActionItem.objects.filter(partner=partner, kind=ActionItem.Kind.COMMITMENT)
        .exclude(state__in=[ActionItem.State.DROPPED, ActionItem.State.RECOMMENDED])
        .select_related("topic", "owner__user")
        .order_by("side", "due_on", "id")
    )
    items = list(
        promised.filter(due_on__lte=quarter.end).filter(Q(due_on__gte=quarter.start) | Q(state__in=OPEN_STATES))
    )
    coming = list(promised.filter(due_on__gt=quarter.end, state__in=OPEN_STATES))
    kept = sum(item.done_on is not None and item.due_on is not None and item.done_on <= item.due_on for item in items)
    share = ratio(divide(kept, len(items)))
    why = "no commitments of an earlier review fall into this quarter"
    sides = {ActionItem.Side.PARTNER: partner.name, ActionItem.Side.VENDOR: tenant.name}
    rows = lambda some: [{"side": sides[ActionItem.Side(i.side)], **_action(i, today)} for i in some[:ROWS_KEPT]]
    return {
        "label": "Last commitments",
        "why": "" if items else why,
        "kept": figure("Commitments kept", share, "ratio", status=attainment_status(share), why=why),
        "rows": rows(items),
        "next": rows(coming),
    }


# --- the quarter on one page ---------------------------------------------------------------------------


def _summary(
    partner: Partner,
    quarter: FiscalQuarter,
    as_of: dt.date,
    sales: dict[str, Any],
    standing: TierStanding,
    capabilities: dict[str, Any],
    no_pipeline: str,
) -> dict[str, Any]:
    """Composite score and rank are the vendor's own; a deck is given to the partner (decision 0016)."""
    plan = sales["year"]["performance"] if not sales["why"] else figure("", None, "ratio", why=sales["why"])
    scored = capabilities.get("overall") or figure("Capabilities score", None, "score", why=capabilities["why"])
    return {
        "headline": [
            {**plan, "label": f"Performance to plan, {quarter.fiscal_year.label} to date"},
            _measure(
                "pipeline_to_target", "Pipeline to target", "ratio", partner, quarter, as_of, otherwise=no_pipeline
            ),
            _next_attainment(standing),
            scored,
        ],
        "changes": _largest_changes(sales, capabilities),
    }


def _measure(
    name: str,
    label: str,
    unit: str,
    partner: Partner,
    quarter: FiscalQuarter,
    as_of: dt.date,
    *,
    otherwise: str = "not measured yet",
) -> Figure:
    """A figure that another app lends; nobody lends it: that is the reason."""
    if name not in measures:
        return figure(label, None, unit, why=otherwise)
    value = measured(name, [partner.pk], [quarter], as_of)[partner.pk, quarter]
    return figure(label, value.number, unit, status=value.status, why=value.why.rstrip("."))


def _largest_changes(sales: dict[str, Any], capabilities: dict[str, Any]) -> list[dict[str, Any]]:
    """The three largest differences to the time before: revenue by its share, scores by their points of 100."""
    found: list[tuple[Decimal, dict[str, Any]]] = [
        *_revenue_change(sales),
        *_score_changes(capabilities.get("categories", ())),
    ]
    found.sort(key=lambda entry: -entry[0])
    return [change for _, change in found[:3]]


def _revenue_change(sales: dict[str, Any]) -> Iterable[tuple[Decimal, dict[str, Any]]]:
    if sales["why"] or not sales["quarter_before"]["actual"]:
        return
    before, now = sales["quarter_before"]["actual"], Decimal(sales["quarter"]["actual"]["value"])
    share = ratio(divide(now - before, abs(before)))
    if share:
        label = f"Net revenue ({sales['quarter_before']['label']} to {sales['quarter']['period']})"
        yield abs(share), {"label": label, "unit": "money", "before": before, "now": now, "share": abs(share)}


def _score_changes(categories: Iterable[dict[str, Any]]) -> Iterable[tuple[Decimal, dict[str, Any]]]:
    to_number: Callable[[Figure], Decimal | None] = lambda f: None if f["value"] is None else Decimal(f["value"])
    for row in categories:
        before, now = to_number(row["previous"]), to_number(row["score"])
        if before and now is not None and now != before:
            label = f"Capabilities, {row['category']},"
            yield abs(now - before) / 100, {"label": label, "unit": "score", "before": before, "now": now}
