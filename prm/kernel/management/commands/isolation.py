"""Search every table and every address for data of others. Exit 1 when any is found."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from prm.kernel.isolation.run import Report, run
from prm.kernel.models import Tenant


class Command(BaseCommand):
    help = "Plants canaries in two throw-away vendors and looks for them where they must not be; exit 1 on any hit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--few", action="store_true", help="fewer roles: a quick look")

    def handle(self, *args: Any, **options: Any) -> None:
        if Tenant._meta.db_table not in connection.introspection.table_names():
            raise CommandError("There are no tables yet: run bin/dev, or bin/manage migrate --database owner, first.")
        logging.getLogger("django.request").setLevel(logging.CRITICAL)  # refusals are what we ask for
        report = run(all_roles=not options["few"], progress=self.stdout.write)
        self.stdout.write(table(report))
        if not report.is_clean:
            for fault in report.faults[:200]:
                self.stdout.write(self.style.ERROR(fault))
            raise SystemExit(1)
        self.stdout.write("No canary was found where it must not be. Everything planted was rolled back.")


def table(report: Report) -> str:
    width = max(len(line.what) for line in report.lines)
    rows = [f"{'what':<{width}}  {'checked':>8}  {'hits':>5}"]
    rows += [f"{line.what:<{width}}  {line.asked:>8}  {line.hits:>5}" for line in report.lines]
    return "\n".join(rows)
