"""The board and the list of 50,000 opportunities, and the figures of the pipeline for 10,000 partners."""

from __future__ import annotations

from typing import Any

from django.db import connection, connections
from django.test import Client, override_settings

from bench.crowd import crowd
from bench.measure import in_turn, show
from dealreg.models import Opportunity
from dealreg.queries.pipeline_measures import read_pipeline
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.periods import add_days, add_months
from prm.kernel.tenancy.context import member_scope, tenant_scope
from prm.kernel.tenancy.remember import memory
from sales.models import ProductLine

FILL = """
with numbered as (
  select id, row_number() over (order by sort_name, id) - 1 as place from partners_partner where tenant_id = %(tenant)s
), made as (
  insert into dealreg_opportunity (id, tenant_id, partner_id, version, created_at, updated_at, number, state, stage,
    name, source, external_id, customer_name, customer_domain, customer_country, normalised_name, normalised_domain,
    amount, currency, credit, opened_on, expected_close, next_step, worked_at, closed_on, loss_reason, reason,
    campaign)
  select gen_random_uuid(), %(tenant)s, p.id, 1, now(), now(), upper(substr(md5('o' || n), 1, 8)),
    case when n %% 5 < 3 then 'open' when n %% 5 = 3 then 'won' else 'lost' end,
    (array['registered', 'qualified', 'proposed', 'committed'])[1 + n %% 4], 'Deal ' || lpad(n::text, 6, '0'),
    'vendor_led', 'B' || n, 'Customer ' || n, '', 'DE', 'customer ' || n, '', 1000 + n, 'USD', 1,
    current_date - 200 + (n %% 100), current_date + (n %% 120) - 20, '', now() - (n %% 90) * interval '1 day',
    case when n %% 5 >= 3 then current_date - (n %% 80) end, case when n %% 5 = 4 then 'price' else '' end, '', ''
  from generate_series(0, %(opportunities)s - 1) n join numbered p on p.place = n %% %(partners)s
  on conflict do nothing returning id, partner_id, amount
)
insert into dealreg_opportunityline (id, tenant_id, partner_id, version, created_at, updated_at, opportunity_id,
  line_id, amount, currency)
select gen_random_uuid(), %(tenant)s, partner_id, 1, now(), now(), id, %(line)s, amount, 'USD' from made
"""

BOARD_SQL = (
    """select stage, count(*), sum(amount) filter (where expected_close >= %(today)s),
      sum(round(amount * coalesce(probability, case stage when 'registered' then .2 when 'qualified' then .4
        when 'proposed' then .6 else .8 end), 2)) filter (where expected_close >= %(today)s),
      count(*) filter (where expected_close < %(today)s), sum(amount) filter (where expected_close < %(today)s)
    from dealreg_opportunity where tenant_id = %(tenant)s and state = 'open' group by 1""",
    """select state, count(*), sum(amount), sum(closed_on - opened_on),
      percentile_cont(0.5) within group (order by closed_on - opened_on)
    from dealreg_opportunity where tenant_id = %(tenant)s and state in ('won', 'lost')
      and closed_on between %(start)s and %(today)s group by 1""",
)

SQL = """
with days as (select unnest(%s::date[]) as day),
t as (select partner_id, sum(amount) as target from sales_target
  where tenant_id = %s and month between %s and %s group by 1),
b as (select partner_id, d.day, sum(amount) as booked from days d join sales_salesactual a
  on a.booked_on between %s and d.day where tenant_id = %s group by 1, 2),
o as (select partner_id, d.day, sum(amount * credit) filter (where expected_close between d.day and %s) as open
  from days d join dealreg_opportunity o on o.opened_on <= d.day and (o.closed_on is null or o.closed_on > d.day)
  where tenant_id = %s group by 1, 2)
select o.partner_id, o.day, round(o.open / nullif(round(greatest(0, t.target - coalesce(b.booked, 0)) * 3, 2), 0), 4)
  from o join t using (partner_id) left join b on b.partner_id = o.partner_id and b.day = o.day"""


def main(partners: int = 10_000, opportunities: int = 50_000) -> None:
    tenant, chief = crowd(partners)
    with tenant_scope(tenant):
        if Opportunity.objects.count() < opportunities * 0.9:
            line = ProductLine.objects.order_by("pk")[0]
            sizes = {"tenant": tenant.pk, "opportunities": opportunities, "partners": partners, "line": line.pk}
            with connections["owner"].cursor() as cursor:
                cursor.execute(FILL, sizes)
                cursor.execute("analyze")
        today = clock.today()
        ids = list(Partner.objects.values_list("pk", flat=True))
    client = Client()
    client.force_login(chief.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    prefix = f"/t/{tenant.slug}"

    def get(address: str) -> None:
        answer = client.get(prefix + address)
        assert answer.status_code == 200, (address, answer.status_code)

    def raw_sums() -> None:
        with member_scope(chief), connection.cursor() as cursor:
            for sql in BOARD_SQL:
                cursor.execute(sql, {"tenant": tenant.pk, "today": today, "start": today.replace(month=1, day=1)})
                cursor.fetchall()

    with override_settings(ROOT_URLCONF="bench.pages"):
        lists = in_turn(
            {
                "reference page (8 statements, 50 rows)": lambda: get("/reference/"),
                "list of the open ones": lambda: get("/deals/pipeline/list/?show=open&sort=close"),
                "list, searched by number": lambda: get("/deals/pipeline/list/?q=NOSUCHNO"),
            },
            rounds=15,
        )
        boards = in_turn(
            {"the sums of the board in SQL": raw_sums, "board": lambda: get("/deals/pipeline/")}, rounds=15
        )
    title = f"The pipeline at {opportunities:,} opportunities"
    show(title, lists, against="reference page (8 statements, 50 rows)", goal="<= 1.7 x the reference page")
    show(title, boards, against="the sums of the board in SQL", goal="<= 1.3 x, or under 300 ms")

    days = [add_days(add_months(today.replace(day=1), -back), -1) for back in reversed(range(12))]

    def ours() -> None:
        with member_scope(chief), memory():
            read_pipeline(ids, days, ["pipeline_to_target"])

    def all_of_them() -> None:
        with member_scope(chief), memory():
            read_pipeline(ids, days, ["pipeline_to_target", "deal_progression", "average_deal_size"])

    def raw() -> None:
        first, last = today.replace(month=1, day=1), today.replace(month=12, day=31)
        values: list[Any] = [days, tenant.pk, first, last, first, tenant.pk, last, tenant.pk]
        with member_scope(chief), connection.cursor() as cursor:
            cursor.execute(SQL, values)
            cursor.fetchall()

    timings = in_turn(
        {"the same in SQL": raw, "pipeline to target": ours, "three figures": all_of_them}, rounds=5, warm=1
    )
    show(f"{partners:,} partners x 12 months", timings, against="the same in SQL", goal="<= 1.3 x")
