"""The board and the performance scorecard at 10,000 partners, beside raw SQL; and what it costs to renew the board."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection
from django.test import Client

from bench.crowd import crowd, settle
from bench.measure import in_turn, show
from partners.models import Partner
from prm.kernel.tenancy.context import member_scope
from scorecards.actions.standings import renew_standings

BOARD_SQL = """select p.id, p.name, t.name, s.composite, s.kpis, s.fit, s.customer, s.capabilities, s.activation,
    s.performance, s.capability, s.plan, s.scored_on, s.due_on
  from partners_partner p left join partners_tier t on t.id = p.tier_id
  left join scorecards_partnerstanding s on s.tenant_id = p.tenant_id and s.partner_id = p.id
  where p.tenant_id = %s order by s.composite nulls last, s.kpis nulls last, p.sort_name, p.id limit 50"""
COUNT_SQL = "select count(*) from partners_partner where tenant_id = %s"
# What the scorecard reads of one partner, as plain statements.
CARD_SQL = (
    "select * from partners_partner where tenant_id = %s and id = %s",
    """select date_trunc('month', booked_on), sum(amount), max(booked_on) from sales_salesactual
       where tenant_id = %s and partner_id = %s group by 1""",
    "select month, sum(amount) from sales_target where tenant_id = %s and partner_id = %s group by 1",
    """select submitted_at, overall, result from scorecards_assessment
       where tenant_id = %s and partner_id = %s and kind = 'partner'""",
    """select count(*) filter (where done_at is not null), count(*) from partners_task
       where tenant_id = %s and partner_id = %s and required""",
    "select kpi_id, month, value from scorecards_kpiactual where tenant_id = %s and partner_id = %s",
    "select kpi_id, month, value from scorecards_partnerkpitarget where tenant_id = %s and partner_id = %s",
    "select kind, signed_on from partners_document where tenant_id = %s and partner_id = %s",
    "select tier_id, from_date from partners_partnertier where tenant_id = %s and partner_id = %s",
)
BULK_SQL = """select p.id, t.total, a.total from partners_partner p
  left join (select partner_id, sum(amount) total from sales_target where tenant_id = %s group by 1) t
    on t.partner_id = p.id
  left join (select partner_id, sum(amount) total from sales_salesactual where tenant_id = %s group by 1) a
    on a.partner_id = p.id
  where p.tenant_id = %s"""


def main(partners: int = 10_000) -> None:
    tenant, chief = crowd(partners)
    with member_scope(chief):
        one = str(Partner.objects.order_by("sort_name")[partners // 2].pk)
        began = time.perf_counter()
        renewed = renew_standings()
        taken = time.perf_counter() - began
    settle()
    with member_scope(chief):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(BULK_SQL, [tenant.pk] * 3)
            cursor.fetchall()
        raw = time.perf_counter() - began
    print(f"\nThe board renewed for {renewed:,} partners: {taken:.1f} s (raw sums of targets and bookings {raw:.2f} s)")
    client = Client()
    client.force_login(chief.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(address: str) -> Any:
        answer = client.get(f"/t/{tenant.slug}{address}")
        assert answer.status_code == 200, (address, answer.status_code)
        return answer

    def run(statements: dict[str, list[Any]]) -> None:
        with member_scope(chief), connection.cursor() as cursor:
            for statement, values in statements.items():
                cursor.execute(statement, values)
                cursor.fetchall()

    boards = {
        "raw SQL of the board, fences on": lambda: run({COUNT_SQL: [tenant.pk], BOARD_SQL: [tenant.pk]}),
        "partner list, by name": lambda: get("/partners/"),
        "board, weakest first": lambda: get("/scorecards/board/"),
        "board, narrowed to red, by performance to plan": lambda: get("/scorecards/board/?status=red&sort=plan"),
        "board, page 20": lambda: get("/scorecards/board/?page=20"),
    }
    cards = {
        "raw SQL of the scorecard, fences on": lambda: run({s: [tenant.pk, one] for s in CARD_SQL}),
        "partner page": lambda: get(f"/partners/{one}/"),
        "performance scorecard": lambda: get(f"/scorecards/partner/{one}/performance/"),
        "performance scorecard in the API": lambda: get(f"/api/v1/performance-scorecards/{one}/"),
    }
    show(f"The board at {partners:,} partners", in_turn(boards), against="partner list, by name")
    show(f"One of {partners:,} partners", in_turn(cards), against="partner page")
