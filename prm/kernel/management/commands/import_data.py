"""Bring a vendor's data in from files, as a profile says."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from prm.kernel.errors import Refused
from prm.kernel.imports.profiles import Profile, load_profile
from prm.kernel.imports.registry import importers
from prm.kernel.imports.reports import Report
from prm.kernel.imports.run import run
from prm.kernel.members import found_tenant, furnish_tenant
from prm.kernel.models import ImportBatch, Tenant
from prm.kernel.tenancy.context import tenant_scope

COLUMNS = ("rows", "created", "updated", "unchanged", "failed", "left_out")
TOLD_AT_ONCE = 20


class Command(BaseCommand):
    help = (
        "Imports CSV and XLSX files into a vendor's tenant, as a profile (YAML) says. Every file is checked to its "
        "last row before the first is written, and comes in whole or not at all; the same file twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose data it is")
        parser.add_argument("--profile", required=True, type=Path, metavar="PROFILE.yaml", help="what the files hold")
        parser.add_argument("--from", required=True, type=Path, dest="folder", metavar="DIR", help="where they are")
        parser.add_argument("--dry-run", action="store_true", help="check everything, change nothing")
        parser.add_argument("--create-tenant", action="store_true", help="found the tenant if there is none")
        parser.add_argument("--skip", action="store_true", help="leave faulty rows out instead of refusing their file")
        parser.add_argument("--errors", type=int, default=TOLD_AT_ONCE, metavar="N", help="errors shown per file")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["folder"].is_dir():
            raise CommandError(f"{options['folder']} is no folder.")
        try:
            profile = load_profile(options["profile"], options["folder"])
            reports = self._import(profile, options)
        except Refused as error:
            raise CommandError(str(error)) from error
        failed = [report for report in reports if report.is_refused or (report.problem_count and options["dry_run"])]
        skipped = sum(report.failed for report in reports if not report.is_refused)
        if failed:
            raise CommandError(_verdict(failed, len(profile.plans) - len(reports), dry_run=options["dry_run"]))
        if skipped:
            self.stdout.write(f"{skipped} faulty rows were left out, as asked.")

    def _import(self, profile: Profile, options: dict[str, Any]) -> list[Report]:
        dry_run = options["dry_run"]
        with transaction.atomic() if dry_run else nullcontext():
            tenant = self._tenant(profile, options)
            reports = run(
                profile,
                tenant,
                by=None,
                dry_run=dry_run,
                skip=options["skip"],
                progress=_Progress(self.stderr, interactive=sys.stderr.isatty()),
            )
            self._tell(reports, options["errors"])
            if dry_run:
                self.stdout.write("Dry run: nothing was written.")
                transaction.set_rollback(True)
            else:
                self._sum_up(tenant, reports)
        return reports

    def _tenant(self, profile: Profile, options: dict[str, Any]) -> Tenant:
        slug = options["tenant"]
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is not None:
            return tenant
        if not options["create_tenant"]:
            raise CommandError(f"There is no tenant {slug}. With --create-tenant it is founded.")
        settings = {"name": slug.title(), **profile.tenant}
        try:
            with transaction.atomic():
                tenant = found_tenant(settings.pop("name"), slug, **settings)
                if not options["dry_run"]:
                    furnish_tenant(tenant)
        except ValidationError as error:
            raise CommandError(f"The tenant cannot be founded so: {' '.join(error.messages)}") from error
        self.stdout.write(f"Founded {tenant.name} ({tenant.slug}).")
        return tenant

    def _tell(self, reports: list[Report], most: int) -> None:
        for report in reports:
            where = report.file if report.problems else ""
            for problem in report.problems[:most]:
                line = f", line {problem.line}" if problem.line else ""
                column = f", column {problem.column}" if problem.column else ""
                self.stderr.write(f"{where}{line}{column}: {problem.reason}")
            if report.problem_count > most:
                self.stderr.write(f"{where}: {report.problem_count - most} more errors.")
            for warning in report.warnings[:most]:
                self.stderr.write(f"{report.file}, line {warning.line}: warning: {warning.reason}")
            if len(report.warnings) > most:
                self.stderr.write(f"{report.file}: {len(report.warnings) - most} more warnings.")
        heads = ["file", "entity", *(name.replace("_", " ") for name in COLUMNS), "state", "read as"]
        rows = [[r.file, r.entity, *(str(getattr(r, name)) for name in COLUMNS), r.state, r.read_as] for r in reports]
        widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
        for row in (heads, *rows):
            cells = [c.rjust(w) if 2 <= i < 8 else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
            self.stdout.write("  ".join(cells).rstrip())

    def _sum_up(self, tenant: Tenant, reports: list[Report]) -> None:
        """What the tenant holds now of the entities that were imported."""
        with tenant_scope(tenant):
            found = [importers()[entity].total() for entity in dict.fromkeys(report.entity for report in reports)]
            batches = ImportBatch.objects.filter(state=ImportBatch.State.APPLIED).count()
        self.stdout.write(
            f"{tenant.name} now holds {'; '.join(each for each in found if each)}; {batches} imported files."
        )


class _Progress:
    """Tells on stderr how far it is: in place on a terminal, else a line now and then."""

    def __init__(self, stream: Any, *, interactive: bool) -> None:
        self._stream, self._interactive = stream, interactive
        self._what = ("", "")
        self._since = self._told = 0.0

    def __call__(self, file: str, doing: str, rows: int) -> None:
        now = time.monotonic()
        if (file, doing) != self._what:
            self._what, self._since, self._told = (file, doing), self._told or now, 0.0
        if now - self._told < (0.2 if self._interactive else 2):
            return
        rate = f", {rows / (now - self._since):,.0f} rows/s" if now > self._since + 0.5 else ""
        end = "\r" if self._interactive else "\n"
        self._stream.write(f"{file}: {rows:,} {doing}{rate}   ", ending=end)
        self._stream.flush()
        self._told = now


def _verdict(failed: list[Report], not_tried: int, *, dry_run: bool) -> str:
    parts = []
    for report in failed:
        faulty = f"{report.faulty_rows} of {report.rows} rows are faulty" if report.faulty_rows else "it was refused"
        parts.append(f"{report.file}: {faulty}; nothing of this file {'would be' if dry_run else 'was'} written.")
    if not_tried:
        parts.append(f"{not_tried} further files of the profile were not tried.")
    return " ".join(parts)
