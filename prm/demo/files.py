"""Files that the demo's operations brought in: the list of imports has something to show, and to take back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from prm.kernel import clock
from prm.kernel.imports.profiles import load_profile
from prm.kernel.imports.run import run
from prm.kernel.models import Membership, Tenant

PROFILE = """name: Sales territories
files:
  - file: {file}
    entity: territories
    columns: {{code: Code, name: Territory, country: Country, region: Region}}
"""
FILES = (  # how many days ago, and what it held
    (
        "sales-territories.csv",
        60,
        "N-NORD;Nordics North;SE;Nordics\nN-SUED;Nordics South;DK;Nordics\nW-FR;France;FR;West\n",
    ),
    (
        "sales-territories-new-year.csv",
        2,
        "N-NORD;Nordics North;SE;North\nN-SUED;Nordics South;DK;North\nW-FR;France;FR;West\nW-IB;Iberia;ES;West\n",
    ),
)


def bring_in(tenant: Tenant, *, by: Membership | None) -> None:
    for name, days, rows in FILES:
        with TemporaryDirectory() as folder, clock.travel(days=-days):
            (Path(folder) / name).write_text(f"Code;Territory;Country;Region\n{rows}", encoding="utf-8")
            profile = Path(folder) / "profile.yaml"
            profile.write_text(PROFILE.format(file=name), encoding="utf-8")
            run(load_profile(profile, Path(folder)), tenant, by=by)
