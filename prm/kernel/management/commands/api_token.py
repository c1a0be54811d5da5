"""Prints a new API token for a member: `manage.py api_token --email E --tenant T`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from prm.kernel.models import Tenant, User
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.web.tenancy import find_member
from prm.kernel.web.tokens import issue_token


class Command(BaseCommand):
    help = "Print a new API token for a member of a tenant. It is shown once; only its hash is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="whose rights the token carries")
        parser.add_argument("--tenant", required=True, help="the tenant's short name, as in /t/NAME/")
        parser.add_argument("--name", default="command line", help="what the token is for")

    def handle(self, *args: Any, email: str, tenant: str, name: str, **options: Any) -> None:
        found = Tenant.objects.filter(slug=tenant, active=True).first()
        if found is None:
            raise CommandError(f"There is no tenant {tenant}.")
        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        member = find_member(user, tenant) if user else None
        if member is None:
            raise CommandError(f"{email} is not a member of {tenant}.")
        with tenant_scope(found):
            self.stdout.write(issue_token(member, name=name))
