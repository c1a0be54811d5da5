"""The 25 KPIs of 10,000 partners at the ends of twelve months, beside hand-written SQL for the same values.

The SQL side is one statement a source (scorecards, targets and bookings, deals, tasks, entered values), each giving one
row a partner and month with a column a KPI, fetched; fences on, in the same scope. Ours is what pages call: the
catalogue, the same sources, and a value or None for every KPI, partner and month.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection

from bench.crowd import crowd, settle
from bench.measure import in_turn, show
from dealreg.models import Opportunity
from partners.models import Partner, Task
from prm.kernel import clock
from prm.kernel.models import Membership, Tenant
from prm.kernel.periods import FiscalQuarter, add_days, add_months
from prm.kernel.tenancy.context import member_scope, tenant_scope
from prm.kernel.tenancy.remember import memory
from scorecards.models import Assessment, QuestionBank, Topic
from scorecards.queries import KpiGrid, kpi_table, settings_on
from scorecards.starter.kpis import copy_kpis, starter_topics

TOPIC_SQL = """
with days as (select unnest(%s::date[]) as day)
select p.id, d.day, {columns}
  from partners_partner p cross join days d
  left join lateral (
    select a.result from scorecards_assessment a
     where a.tenant_id = p.tenant_id and a.partner_id = p.id and a.kind = 'partner'
       and a.state in ('submitted', 'reviewed', 'superseded')
       and a.submitted_at::date between d.day - interval '12 months' and d.day
     order by a.submitted_at desc limit 1) a on true
 where p.tenant_id = %s and p.merged_into_id is null and p.taken_back_at is null"""

PLAN_SQL = """
with days as (select unnest(%s::date[]) as day),
actual as (select partner_id, date_trunc('month', booked_on)::date as month, round(sum(amount), 2) as total
  from sales_salesactual where tenant_id = %s and booked_on between %s and %s group by 1, 2),
target as (select partner_id, month, round(sum(amount), 2) as total
  from sales_target where tenant_id = %s and month between %s and %s group by 1, 2),
spans as (select day, date_trunc('year', day)::date as first, date_trunc('month', day + 1)::date as open from days)
select t.partner_id, s.day, round(sum(coalesce(a.total, 0)) / nullif(sum(t.total), 0), 4)
  from spans s join target t on t.month >= s.first and t.month < s.open
  left join actual a on a.partner_id = t.partner_id and a.month = t.month
 group by 1, 2"""

TASK_SQL = """
with days as (select unnest(%s::date[]) as day)
select t.partner_id, d.day, round(count(*) filter (where t.done_at < d.day + 1)::numeric / count(*), 4)
  from days d join partners_task t on t.due_on <= d.day
 where t.tenant_id = %s and t.required and t.side = 'partner' and t.state <> 'cancelled'
 group by 1, 2"""

DEALS_SQL = """
with d as (select * from unnest(%(days)s::date[], %(quarters)s::date[], %(years)s::date[], %(ends)s::date[])
           as d (day, quarter, year, year_end)),
registered as (select r.partner_id, d.day, count(*) as n from d join dealreg_dealregistration r
    on r.approved_on between d.quarter and d.day and r.state not in ('withdrawn', 'cancelled')
  where r.tenant_id = %(tenant)s group by 1, 2),
deals as (select o.partner_id, d.day,
    sum(round(o.amount * o.credit, 2)) filter (where o.opened_on <= d.day
        and (o.closed_on is null or o.closed_on > d.day) and o.expected_close between d.day and d.year_end) as open,
    count(*) filter (where o.opened_on <= d.day and (o.closed_on is null or o.closed_on > d.day)) as all_open,
    count(*) filter (where o.opened_on <= d.day and (o.closed_on is null or o.closed_on > d.day)
        and o.next_step_due between d.day and d.day + 30) as moving,
    sum(o.amount) filter (where o.state = 'won' and o.closed_on between d.quarter and d.day) as won_amount,
    count(*) filter (where o.state = 'won' and o.closed_on between d.quarter and d.day) as won
  from d join dealreg_opportunity o on o.opened_on <= d.day and (o.closed_on is null or o.closed_on >= d.quarter)
  where o.tenant_id = %(tenant)s group by 1, 2),
target as (select t.partner_id, d.day, sum(t.amount) as total from d join sales_target t
    on t.month between d.year and d.year_end where t.tenant_id = %(tenant)s group by 1, 2),
booked as (select s.partner_id, d.day, round(sum(s.amount), 2) as total from d join sales_salesactual s
    on s.booked_on between d.year and d.day where s.tenant_id = %(tenant)s group by 1, 2)
select p.id, d.day, coalesce(registered.n, 0), round(deals.moving::numeric / nullif(deals.all_open, 0), 4),
    round(coalesce(deals.open, 0) / nullif(round(
      greatest(0, coalesce(target.total, 0) - coalesce(booked.total, 0)) * 3, 2), 0), 4),
    round(deals.won_amount / nullif(deals.won, 0), 2)
  from partners_partner p cross join d
  left join registered on (registered.partner_id, registered.day) = (p.id, d.day)
  left join deals on (deals.partner_id, deals.day) = (p.id, d.day)
  left join target on (target.partner_id, target.day) = (p.id, d.day)
  left join booked on (booked.partner_id, booked.day) = (p.id, d.day)
 where p.tenant_id = %(tenant)s and p.merged_into_id is null and p.taken_back_at is null"""

ENTERED_SQL = "select kpi_id, partner_id, month, value from scorecards_kpiactual where tenant_id = %s and month <= %s"


def main(partners: int = 10_000) -> None:
    tenant, chief = crowd(partners)
    _fill(tenant)
    with member_scope(chief):
        today = clock.today()
        ids = list(Partner.objects.values_list("pk", flat=True))
    days = [add_days(add_months(today.replace(day=1), -back), -1) for back in reversed(range(12))]

    def ours() -> dict[Any, Any]:
        with member_scope(chief), memory():
            kpis = [setting.kpi for setting in settings_on(today)]
            grid = KpiGrid.read(kpis, ids, days)
            return {kpi.code: grid.table(kpi, ids) for kpi in kpis}

    def raw() -> list[Any]:
        with member_scope(chief), connection.cursor() as cursor:
            return [_fetched(cursor, sql, values) for sql, values in _statements(tenant, days)]

    timings = in_turn({"the same in SQL": raw, "measures": ours}, rounds=5, warm=1)
    show(f"25 KPIs x {partners:,} partners x 12 months", timings, against="the same in SQL", goal="<= 1.3 x")

    def page() -> None:
        with member_scope(chief), memory():
            kpi_table(ids[:50], on=today)

    def one() -> None:
        with member_scope(chief), memory():
            kpi_table(ids[:1], on=today)

    show("Sheets on a page", in_turn({"one partner": one, "50 partners": page}), against="one partner")
    _compare(ours(), raw(), days)


def _statements(tenant: Tenant, days: list[dt.date]) -> list[tuple[str, Any]]:
    columns = ", ".join(f"(a.result->'topics'->>'{code}')::numeric" for code, _name in starter_topics())
    first = dt.date(days[0].year, 1, 1)
    span = [tenant.pk, first, days[-1]]
    return [
        (TOPIC_SQL.format(columns=columns), [days, tenant.pk]),
        (PLAN_SQL, [days, *span, *span]),
        (DEALS_SQL, _deal_values(tenant, days)),
        (TASK_SQL, [days, tenant.pk]),
        (ENTERED_SQL, [tenant.pk, days[-1]]),
    ]


def _deal_values(tenant: Tenant, days: list[dt.date]) -> dict[str, Any]:
    quarters = [FiscalQuarter.containing(day, tenant.fy_start_month) for day in days]
    return {
        "tenant": tenant.pk,
        "days": days,
        "quarters": [quarter.start for quarter in quarters],
        "years": [quarter.fiscal_year.start for quarter in quarters],
        "ends": [quarter.fiscal_year.end for quarter in quarters],
    }


def _fetched(cursor: Any, sql: str, values: Any) -> list[Any]:
    cursor.execute(sql, values)
    return cursor.fetchall()


def _compare(values: dict[str, Any], rows: list[Any], days: list[dt.date]) -> None:
    """The two sides agree to the last digit."""
    topics, plan, deals, tasks, _entered = rows
    differ = 0
    for number, (code, _name) in enumerate(starter_topics()):
        kpi = code_of_topic(code)
        by_key = {(row[0], row[1]): row[2 + number] for row in topics}
        differ += _differing(values[kpi], by_key, days)
    differ += _differing(values["performance_to_plan"], {(r[0], r[1]): r[2] for r in plan}, days)
    for place, kpi in enumerate(("deal_registrations", "deal_progression", "pipeline_to_target"), start=2):
        differ += _differing(values[kpi], {(r[0], r[1]): r[place] for r in deals}, days)
    differ += _differing(values["required_tasks"], {(r[0], r[1]): r[2] for r in tasks}, days)
    print(f"  values that differ between the two sides: {differ}")


def _differing(series: dict[Any, list[Any]], by_key: dict[Any, Any], days: list[dt.date]) -> int:
    return sum(
        number != by_key.get((pk, day))
        for pk, numbers in series.items()
        for day, number in zip(days, numbers, strict=True)
    )


def code_of_topic(topic: str) -> str:
    from scorecards.starter.kpis import catalogue

    return next(k["code"] for group in catalogue()["categories"] for k in group["kpis"] if k.get("topic") == topic)


def _result(topics: dict[str, str], bank: QuestionBank) -> dict[str, Any]:
    """What submitting would have frozen, as far as pages read it."""
    same = lambda value: dict.fromkeys(topics, value)
    return {
        "edition": bank.edition, "overall": "60.0", "overall_status": "yellow", "topics": topics, "categories": {},
        "statuses": same("yellow"), "names": {code: code for code in topics}, "order": list(topics),
        "best_practice": same("80.0"), "category_of": same(""), "best_overall": "80.0",
        "lenses": {}, "lens_names": {}, "lens_statuses": {}, "best_lenses": {},
    }  # fmt: skip


def _deals(partners: list[Any], today: dt.date, now: dt.datetime) -> None:
    """Of each partner one deal that is open with a next step, one that was won and one that was lost."""
    line = {"currency": "USD", "worked_at": now, "opened_on": add_days(today, -200)}
    Opportunity.objects.bulk_create(
        [
            Opportunity(partner_id=pk, name=f"Deal {n}", amount=Decimal(1000 + n % 900), **line, **more)
            for n, pk in enumerate(partners)
            for more in (
                {"expected_close": add_days(today, n % 90 - 10), "next_step_due": add_days(today, n % 60)},
                {"state": "won", "expected_close": today, "closed_on": add_days(today, -(n % 180))},
                {
                    "state": "lost",
                    "expected_close": today,
                    "closed_on": add_days(today, -(n % 180)),
                    "loss_reason": "price",
                },
            )
        ],
        batch_size=2000,
    )


def _fill(tenant: Tenant) -> None:
    """Scorecards, deals and required tasks for the crowd; made once."""
    with tenant_scope(tenant):
        if Assessment.objects.exists():
            return
        copy_kpis()
        bank = QuestionBank.objects.get(state="active")
        codes = list(Topic.objects.filter(bank=bank).values_list("code", flat=True))
        member = Membership.objects.filter(partner=None).first()
        now = clock.now()
        partners = list(Partner.objects.values_list("pk", flat=True))
        Assessment.objects.bulk_create(
            [
                Assessment(
                    partner_id=pk, bank=bank, kind="partner", state=state, started_by=member,
                    opened_at=now - dt.timedelta(days=age), submitted_at=now - dt.timedelta(days=age),
                    overall=Decimal(60),
                    result=_result({c: f"{40 + (n + i + age) % 60}.0" for i, c in enumerate(codes)}, bank),
                )
                for n, pk in enumerate(partners)
                for state, age in (("superseded", 300 + n % 60), ("submitted", 20 + n % 60))
            ],
            batch_size=1000,
        )  # fmt: skip
        today = clock.today()
        _deals(partners, today, now)
        Task.objects.bulk_create(
            [
                Task(
                    partner_id=pk, title=f"Task {k}", kind="bench", side="partner", required=True,
                    due_on=today - dt.timedelta(days=40 * k + n % 30), state="done" if k % 2 else "open",
                    done_at=now - dt.timedelta(days=40 * k) if k % 2 else None,
                )
                for n, pk in enumerate(partners)
                for k in range(6)
            ],
            batch_size=2000,
        )  # fmt: skip
    settle()
