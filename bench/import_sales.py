"""Import of 10,000 partners and 60,000 sales lines, beside bulk_create of the same partners in the same run.

Ours: read, validated, deduplicated, with profiles, places and one event each, row-level security on, as the
application's plain role. Everything is taken back at the end.
"""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from django.db import connection, transaction

from partners.formulas import normalise_name
from partners.models import Partner
from prm.kernel.imports.profiles import load_profile
from prm.kernel.imports.reports import Report
from prm.kernel.imports.run import run
from prm.kernel.members import found_tenant
from prm.kernel.models import Tenant
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.text import sort_key
from sales.models import SalesActual

COUNTRIES = ("DE", "FR", "US", "GB", "CA", "AU")
DAY = dt.date(2025, 1, 1)
PARTNERS = {
    "file": "partners.csv",
    "entity": "partners",
    "columns": {
        "external_id": "Id",
        "name": "Name",
        "country": "Country",
        "domain": "Domain",
        "employees": "Staff",
        "annual_revenue": "Revenue",
        "city": "City",
    },
}
LINES = {
    "entity": "product_lines",
    "rows": [{"code": "bikes", "name": "Bikes"}],
    "columns": {"code": "code", "name": "name"},
}
SALES = {
    "file": "sales.csv",
    "entity": "sales_actuals",
    "columns": {
        "external_id": {"text": "{Order}-{Position}"},
        "partner": "Partner",
        "line": {"constant": "bikes"},
        "booked_on": "Day",
        "amount": "Amount",
        "quantity": "Quantity",
    },
}


def write_files(folder: Path, partners: int, lines: int) -> None:
    with (folder / "partners.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["Id", "Name", "Country", "Domain", "Staff", "Revenue", "City"])
        for n in range(partners):
            country = COUNTRIES[n % len(COUNTRIES)]
            out.writerow(
                [f"P{n:06}", f"Händler {n:06} GmbH", country, f"p{n}.example", n % 500, f"{n}.50", f"Stadt {n % 90}"]
            )
    with (folder / "sales.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["Order", "Position", "Partner", "Day", "Amount", "Quantity"])
        for n in range(lines):
            day = DAY + dt.timedelta(days=n % 540)
            out.writerow([f"SO{n // 5}", n % 5, f"P{n % partners:06}", day, f"{n % 9000}.{n % 10000:04}", n % 12])


def bulk(partners: int) -> None:
    Partner.objects.bulk_create(
        [
            Partner(
                external_id=f"B{n:06}",
                name=f"Händler {n:06} GmbH",
                sort_name=sort_key(f"Händler {n:06} GmbH"),
                normalised_name=normalise_name(f"Händler {n:06} GmbH"),
                country=COUNTRIES[n % len(COUNTRIES)],
                domain=f"p{n}.example",
                state=Partner.State.ACTIVE,
            )
            for n in range(partners)
        ],
        batch_size=1000,
    )
    connection.check_constraints()


def taken(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(partners: int = 10_000, lines: int = 60_000) -> None:
    with tempfile.TemporaryDirectory() as name, transaction.atomic():
        folder = Path(name)
        write_files(folder, partners, lines)
        tenant = found_tenant("Bench", "bench-import")
        bare, ours, again, sales, sales_again = _measured(folder, tenant, partners)
        with tenant_scope(tenant):
            assert SalesActual.objects.count() == lines
        transaction.set_rollback(True)
    print(f"\nimport of {partners:,} partners and {lines:,} sales lines (goal: 15 x bulk_create; 60 s)")
    print(f"  {'':<44}{'seconds':>10}{'rows/s':>10}{'ratio':>8}")
    for what, seconds, rows in (
        (f"bulk_create of {partners:,} partners", bare, partners),
        ("import: partners, profiles, places, events", ours, partners),
        ("import of the same file again (no change)", again, partners),
    ):
        print(f"  {what:<44}{seconds:>10.2f}{rows / seconds:>10,.0f}{seconds / bare:>8.2f}")
    for what, seconds in (
        (f"import of {lines:,} sales lines", sales),
        ("the same file again (no change)", sales_again),
    ):
        print(f"  {what:<44}{seconds:>10.2f}{lines / seconds:>10,.0f}")


def _measured(folder: Path, tenant: Tenant, partners: int) -> tuple[float, float, float, float, float]:
    def bring_in(*plans: dict) -> None:
        (folder / "profile.yaml").write_text(yaml.safe_dump({"files": list(plans)}), encoding="utf-8")
        reports: list[Report] = run(load_profile(folder / "profile.yaml", folder), tenant, by=None)
        assert all(report.state == "applied" for report in reports), [report.problems[:3] for report in reports]

    with tenant_scope(tenant):
        bare = taken(lambda: bulk(partners))
        Partner.objects.filter(external_id__startswith="B").delete()
    return (
        bare,
        taken(lambda: bring_in(PARTNERS)),
        taken(lambda: bring_in(PARTNERS)),
        taken(lambda: bring_in(LINES, SALES)),
        taken(lambda: bring_in(LINES, SALES)),
    )
