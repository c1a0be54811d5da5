"""`manage.py seed_demo`: the two vendors of the demo, once; `--people` prints who may sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from prm.demo.cast import PASSWORD, VENDORS
from prm.demo.story import Story
from prm.kernel.models import Tenant


class Command(BaseCommand):
    help = "Seed the demo's vendors that are not there yet, or print the demo's people."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--people", action="store_true", help="only print who may sign in")

    def handle(self, *args: Any, people: bool, **options: Any) -> None:
        if people:
            self.print_people()
            return
        for vendor in VENDORS:
            if Tenant.objects.filter(slug=vendor.slug).exists():
                continue
            Story(vendor, lambda text: self.stdout.write(f"  {text}")).tell()

    def print_people(self) -> None:
        for vendor in VENDORS:
            if not Tenant.objects.filter(slug=vendor.slug).exists():
                continue
            self.stdout.write(f"{vendor.name}  (/t/{vendor.slug}/)")
            for person in vendor.people:
                where = f"{person.title}, {person.partner}" if person.partner else person.title
                self.stdout.write(f"  {person.email:<26} {PASSWORD}   {person.name}: {where}")
