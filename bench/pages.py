"""The partner list and the partner page at 10,000 partners, beside the bare view, raw SQL and a reference page."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, override_settings
from django.urls import include, path

from bench.crowd import crowd
from bench.measure import in_turn, show
from partners.models import Partner
from partners.registries import TABS
from prm.kernel.tenancy.context import member_scope
from prm.kernel.web.access import for_members, public

LIST_SQL = """select p.id, p.name, p.number, p.state, p.country, t.name,
    (select u.name from partners_managerassignment a join kernel_membership m on m.id = a.manager_id
       join kernel_user u on u.id = m.user_id
      where a.tenant_id = p.tenant_id and a.partner_id = p.id and a.kind = 'main' and a.to_date is null),
    (select sum(amount) from sales_salesactual s where s.tenant_id = p.tenant_id and s.partner_id = p.id
        and s.booked_on > current_date - interval '12 months')
  from partners_partner p left join partners_tier t on t.id = p.tier_id
  where p.tenant_id = %s order by p.sort_name, p.id limit 50"""


DETAIL_SQL = (
    "select * from partners_partner where tenant_id = %s and id = %s",
    "select * from partners_contact where tenant_id = %s and partner_id = %s order by sort_name limit 20",
    "select sum(amount) from sales_salesactual where tenant_id = %s and partner_id = %s",
)


@public
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@for_members
def reference(request: HttpRequest) -> HttpResponse:
    """What the same address costs at least: all middleware, eight statements, the page frame, a table of 50 rows."""
    with connection.cursor() as cursor:
        cursor.execute(LIST_SQL, [request.member.tenant_id])  # type: ignore[attr-defined]
        rows = cursor.fetchall()
        for _ in range(7):
            cursor.execute("select count(*) from partners_tier where tenant_id = %s", [request.member.tenant_id])  # type: ignore[attr-defined]
            cursor.fetchall()
    return render(request, "bench/reference.html", {"rows": rows})


@for_members
def reference_detail(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """The same for one record: one row, up to twenty children, one sum."""
    found = []
    with connection.cursor() as cursor:
        for statement in DETAIL_SQL:
            cursor.execute(statement, [request.member.tenant_id, partner_id])  # type: ignore[attr-defined]
            found.append(cursor.fetchall())
    return render(request, "bench/reference_detail.html", {"partner": found[0][0], "rows": found[1], "sum": found[2]})


urlpatterns = [
    path("bare/", bare),
    path("reference/", reference),
    path("reference/<uuid:partner_id>/", reference_detail),
    path("", include("prm.urls")),
]


def main(partners: int = 10_000) -> None:
    tenant, chief = crowd(partners)
    with member_scope(chief):
        one = str(Partner.objects.order_by("sort_name")[partners // 2].pk)
    with override_settings(ROOT_URLCONF="bench.pages"):
        client = Client()
        client.force_login(chief.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        prefix = f"/t/{tenant.slug}"

        def get(address: str) -> Any:
            answer = client.get(prefix + address)
            assert answer.status_code == 200, (address, answer.status_code)
            return answer

        def raw_list() -> None:
            with member_scope(chief), connection.cursor() as cursor:
                cursor.execute(LIST_SQL, [tenant.pk])
                cursor.fetchall()

        lists = in_turn(
            {
                "bare view": lambda: client.get("/bare/"),
                "raw SQL of the list, fences on": raw_list,
                "reference page (8 statements, 50 rows)": lambda: get("/reference/"),
                "partner list, by name": lambda: get("/partners/"),
                "partner list, searched": lambda: get("/partners/?q=00042"),
                "partner list, filtered, sorted, page 20": lambda: get("/partners/?state=active&sort=-name&page=20"),
                "home": lambda: get("/"),
            }
        )
        details = in_turn(
            {
                "reference detail (1 row, 20 children, 1 sum)": lambda: get(f"/reference/{one}/"),
                "partner page, overview": lambda: get(f"/partners/{one}/"),
                **{f"partner page, {tab}": partial(get, f"/partners/{one}/?tab={tab}") for tab in list(TABS)[1:]},
            }
        )
    show(
        f"Lists at {partners:,} partners",
        lists,
        against="reference page (8 statements, 50 rows)",
        goal="<= 1.7 x the reference page",
    )
    show(
        f"One partner of {partners:,}",
        details,
        against="reference detail (1 row, 20 children, 1 sum)",
        goal="<= 1.8 x the reference detail page",
    )
