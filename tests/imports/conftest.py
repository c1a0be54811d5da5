"""Small files of a made-up vendor, and a profile that names them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from prm.kernel.imports.limits import DEFAULT, Limits
from prm.kernel.imports.profiles import load_profile
from prm.kernel.imports.reports import Report
from prm.kernel.imports.run import run

PARTNER_COLUMNS = {"external_id": "Id", "name": "Name", "country": "Country", "employees": "Staff", "city": "City"}
SALE_COLUMNS = {"external_id": "No", "partner": "Partner", "line": "Line", "booked_on": "Day", "amount": "Amount"}
PARTNERS = (
    "Id,Name,Country,Staff,City\nP1,Alpenrad GmbH,DE,12,Köln\nP2,Vélo Québec,CA,,Québec\nP3,Bike & Co,US,3,Reno\n"
)
SALES = """No,Partner,Line,Day,Amount
S1,P1,bikes,2026-01-31,1430.4420
S2,P2,bikes,2026-02-28,-20.5
S3,P1,bikes,2026-03-01,0
"""
LINES = {"entity": "product_lines", "rows": [{"c": "bikes", "n": "Bikes"}], "columns": {"code": "c", "name": "n"}}


class Desk:
    """A folder with files, and the profile that says what they hold."""

    def __init__(self, folder: Path, tenant: Any) -> None:
        self.folder, self.tenant = folder, tenant

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def profile(self, *files: dict[str, Any], **top: Any) -> Path:
        return self.put(
            "profile.yaml", yaml.safe_dump({"files": list(files), **top}, sort_keys=False, allow_unicode=True)
        )

    def bring_in(self, *files: dict[str, Any], limits: Limits = DEFAULT, **options: Any) -> list[Report]:
        top = {word: options.pop(word) for word in ("lookups", "encoding", "delimiter") if word in options}
        profile = load_profile(self.profile(*files, **top), self.folder, limits=limits)
        return run(profile, self.tenant, by=options.pop("by", None), **options)

    def partners(self, content: str | bytes = PARTNERS, *, name: str = "partners.csv", **options: Any) -> Report:
        """Bring in one file of partners."""
        self.put(name, content)
        plan = {"file": name, "entity": "partners", "columns": options.pop("columns", PARTNER_COLUMNS)}
        for word in ("where", "newest", "on_error", "encoding", "delimiter", "sheet"):
            if word in options:
                plan[word] = options.pop(word)
        return self.bring_in(plan, **options)[0]

    def sales(self, content: str | bytes = SALES, **options: Any) -> Report:
        """Bring in one file of sales, for the partners P1 to P3 and the line bikes."""
        self.partners()
        self.put("sales.csv", content)
        return self.bring_in(
            LINES, {"file": "sales.csv", "entity": "sales_actuals", "columns": SALE_COLUMNS}, **options
        )[-1]


@pytest.fixture
def desk(cast: SimpleNamespace, tmp_path: Path) -> Desk:
    return Desk(tmp_path, cast.acme)


def counts(report: Report) -> tuple[int, int, int, int]:
    assert report.created + report.updated + report.unchanged + report.failed == report.rows
    return report.created, report.updated, report.unchanged, report.failed
