"""What the board says of many partners on a day, computed in bulk.

Each source is asked once for all partners and days. Figures stay plain columns by partner: an object for each of 25
KPIs of each of 10,000 partners would cost more than all the queries.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max

from partners.formulas import score_status
from partners.registries import measures
from prm.kernel import clock
from prm.kernel.periods import add_months
from prm.kernel.tenancy.context import current_tenant
from scorecards.models import Assessment, PartnerStanding
from scorecards.queries.board import CATEGORY_CODES
from scorecards.queries.composite import composite_column, days_counted, parts_read
from scorecards.queries.kpi_values import Read, read_measures, read_of
from scorecards.queries.measures import KpiColumn, kpi_columns, life_stages, settings_on
from scorecards.queries.performance import category_points
from scorecards.queries.results import COUNTED, VALID_MONTHS
from scorecards.queries.topics import CAPABILITY_SCORE, TOPICS

MONTHS_BACK = 3  # the trend
PLAN = "performance_to_plan"
COLOURS = ("green", "yellow", "red")


def standings(partner_ids: Sequence[UUID], *, on: dt.date) -> list[PartnerStanding]:
    """The rows of the board of these partners, not kept yet."""
    ids, before = list(dict.fromkeys(partner_ids)), add_months(on, -MONTHS_BACK)
    days = list(dict.fromkeys([on, before, *days_counted(on), *days_counted(before)]))
    settings, stages = settings_on(on), life_stages(ids)
    capability, plan_read = (TOPICS, CAPABILITY_SCORE), (measures[PLAN].source, PLAN)
    asked: set[Read] = {*(read_of(setting.kpi) for setting in settings), *parts_read().values(), capability, plan_read}
    read = read_measures(asked, ids, days)
    columns = kpi_columns(settings, ids, on=on, read=read)
    now, then = (composite_column({pk: stages.get(pk, "") for pk in ids}, day, days, read) for day in (on, before))
    scores, plans = read[capability][0], read[plan_read][0]
    plan = next((column for column in columns if column.code == PLAN), None)
    points, last_scored, at = _points_by_partner(columns), _last_scored(ids), clock.now()
    nothing: Sequence[Decimal | None] = [None] * len(days)
    found = []
    for pk in ids:
        scored_on, own = last_scored.get(pk), points.get(pk, {})
        averages = {code: own[code][0] if code in own else None for code in ("kpis", *CATEGORY_CODES)}
        score, why = now[pk]
        found.append(
            PartnerStanding(
                partner_id=pk,
                on=on,
                computed_at=at,
                composite=score,
                composite_before=then[pk][0],
                why=why,
                status=score_status(averages["kpis"] if score is None else score),
                counts={code: list(own[code][1:]) if code in own else [0, 0] for code in averages},
                capability=scores.get(pk, nothing)[0],
                capability_before=scores.get(pk, nothing)[1],
                plan=plan.values.get(pk) if plan else plans.get(pk, nothing)[0],
                plan_before=plans.get(pk, nothing)[1],
                plan_status=plan.statuses.get(pk, "grey") if plan else "grey",
                scored_on=scored_on,
                due_on=add_months(scored_on, VALID_MONTHS) if scored_on else None,
                **averages,
            )
        )
    return found


def _points_by_partner(columns: Sequence[KpiColumn]) -> Mapping[UUID, Mapping[str, tuple[Any, int, int]]]:
    """By partner and category (`kpis` for all): mean points of its KPIs, how many are green, how many have a colour."""
    counted: dict[UUID, dict[str, Counter[str]]] = {}
    for column in columns:
        for pk, colour in column.statuses.items():
            own = counted.setdefault(pk, {})
            for code in ("kpis", column.category):
                own.setdefault(code, Counter())[colour] += 1
    points = cache(_points_of)  # few different counts, however many partners
    return {
        pk: {code: points(*(counts[colour] for colour in COLOURS)) for code, counts in own.items()}
        for pk, own in counted.items()
    }


def _points_of(green: int, yellow: int, red: int) -> tuple[Decimal | None, int, int]:
    statuses = ["green"] * green + ["yellow"] * yellow + ["red"] * red
    return category_points(statuses), green, len(statuses)


def _last_scored(partner_ids: Sequence[UUID]) -> dict[UUID, dt.date]:
    zone = ZoneInfo(current_tenant().time_zone)
    rows = Assessment.objects.filter(
        partner__in=list(partner_ids), kind=Assessment.Kind.PARTNER, state__in=COUNTED, submitted_at__isnull=False
    )
    latest = rows.values("partner_id").annotate(last=Max("submitted_at")).values_list("partner_id", "last")
    return {pk: at.astimezone(zone).date() for pk, at in latest}
