"""`manage.py lifecycles`: the table of the code, as docs/tour.md shows it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from prm.kernel.house_tables import lifecycles


class Command(BaseCommand):
    help = "Print every lifecycle and its moves."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for line in lifecycles():
            self.stdout.write(line)
