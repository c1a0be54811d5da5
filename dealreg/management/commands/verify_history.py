"""`manage.py verify_history`: whether every step in the life of every deal is as it was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dealreg.actions.steps import hash_of
from dealreg.models import DealHistory
from dealreg.queries.histories import broken_histories
from prm.kernel.models import Tenant
from prm.kernel.tenancy.context import tenant_scope


class Command(BaseCommand):
    help = "Recompute the chained history of every deal; exits with 1 when a step was changed or is missing."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--tenant", help="only this vendor, by its short name")
        parser.add_argument("--number", default="", help="only the deal of this number")

    def handle(self, *args: Any, tenant: str | None, number: str, **options: Any) -> None:
        found, steps, number = [], 0, number.strip().upper()
        tenants = Tenant.objects.filter(active=True).order_by("slug")
        for one in tenants.filter(slug=tenant) if tenant else tenants:
            with tenant_scope(one):
                found += [f"{one.slug}: {fault}" for fault in broken_histories(hash_of, number)]
                links = DealHistory.objects.filter(deal__number=number) if number else DealHistory.objects.all()
                steps += links.count()
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(f"{len(found)} faults found.")
        if number and not steps:
            raise CommandError(f"There is no deal {number} with a history; nothing was verified.")
        self.stdout.write(f"All histories are whole ({steps} steps).")
