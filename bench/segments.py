"""A segment of 10,000 partners evaluated, and the list exported whole, beside the same in raw SQL."""

from __future__ import annotations

import csv
import io

from django.db import connection, transaction
from django.test import Client

from bench.crowd import crowd
from bench.measure import in_turn, show
from partners.actions import add_segment, recompute_segment
from partners.models import Segment
from prm.kernel.tenancy.context import member_scope

RULE = {
    "join": "all",
    "groups": [
        {"join": "any", "conditions": [{"field": "country", "op": "in", "value": ["DE"]}]},
        {"join": "any", "conditions": [{"field": "state", "op": "in", "value": ["active"]}]},
    ],
}
SEGMENT_SQL = "select id from partners_partner where tenant_id = %s and country = 'DE' and state = 'active'"
EXPORT_SQL = """select p.name, p.number, p.type, p.state, p.country, p.domain, t.name, u.name
  from partners_partner p left join partners_tier t on t.id = p.tier_id
  left join partners_managerassignment a on a.tenant_id = p.tenant_id and a.partner_id = p.id and a.kind = 'main'
    and a.to_date is null
  left join kernel_membership m on m.id = a.manager_id left join kernel_user u on u.id = m.user_id
  where p.tenant_id = %s and p.sort_name like '%%00%%' order by p.sort_name, p.id"""


def main(partners: int = 10_000) -> None:
    tenant, chief = crowd(partners)
    client = Client()
    client.force_login(chief.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with member_scope(chief):
        segment = Segment.objects.filter(name="bench").first() or add_segment("bench", by=chief, rule=RULE)

    def evaluate() -> None:
        with member_scope(chief):
            recompute_segment(segment, by=chief)

    def export(kind: str) -> None:  # what a list answers at once; more is a job
        answer = client.get(f"/t/{tenant.slug}/partners/?q=00&format={kind}")
        assert answer.status_code == 200, answer.status_code

    def raw(statement: str, *, write: bool = False) -> None:
        with member_scope(chief), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [tenant.pk])
            rows = cursor.fetchall()
        if write:
            csv.writer(io.StringIO()).writerows(rows)

    show(
        f"A segment of {partners:,} partners, two conditions",
        in_turn({"raw SQL": lambda: raw(SEGMENT_SQL), "evaluated, nothing changed": evaluate}, rounds=10, warm=1),
        against="raw SQL",
    )
    show(
        f"Those of {partners:,} partners with 00 in their name as a file",
        in_turn(
            {
                "raw SQL and csv": lambda: raw(EXPORT_SQL, write=True),
                "CSV": lambda: export("csv"),
                "XLSX": lambda: export("xlsx"),
            },
            rounds=5,
            warm=1,
        ),
        against="raw SQL and csv",
    )
