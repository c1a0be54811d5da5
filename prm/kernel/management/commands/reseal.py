"""Seals all encrypted text anew under the newest key of FIELD_KEYS. Exit 1 when some of it cannot be opened."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from prm.kernel.resealing import reseal_all


class Command(BaseCommand):
    help = (
        "After a new key was put in front of FIELD_KEYS: seal everything anew with it. When this ends without a "
        "complaint, the old keys can be taken out. Exit 1 when something cannot be opened by any of the keys."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        columns = reseal_all()
        for column in columns:
            self.stdout.write(f"{column.tenant}  {column.name}  {column.resealed} sealed anew")
            for row in column.unreadable:
                self.stdout.write(
                    self.style.ERROR(f"{column.tenant}  {column.name}  {row} opens with none of the keys")
                )
        if any(column.unreadable for column in columns):
            self.stdout.write(self.style.ERROR("Keep the old keys until these rows are restored or entered anew."))
            raise SystemExit(1)
