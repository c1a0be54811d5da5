"""`manage.py roles`: the table of the code, as docs/tour.md shows it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from prm.kernel.house_tables import roles_table


class Command(BaseCommand):
    help = "Print every permission and the roles that hold it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for line in roles_table():
            self.stdout.write(line)
