"""Configures a tenant's identity provider: `manage.py oidc --tenant acme --issuer URL --client-id ID`."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from prm.kernel.errors import Invalid
from prm.kernel.models import Tenant
from prm.kernel.signin.providers import callback_of, configure_provider, remove_provider


class Command(BaseCommand):
    help = "Set a tenant's OpenID Connect provider. The client secret is read from standard input or asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="the tenant's short name, as in /t/NAME/")
        parser.add_argument("--issuer", help="the provider's address, without /.well-known/")
        parser.add_argument("--client-id")
        parser.add_argument("--name", default="", help="what the button on the sign-in page says")
        parser.add_argument("--remove", action="store_true", help="sign in by password and passkey only again")

    def handle(self, *args: Any, tenant: str, issuer: str, client_id: str, name: str, remove: bool, **kw: Any) -> None:
        found = Tenant.objects.filter(slug=tenant).first()
        if found is None:
            raise CommandError(f"There is no tenant {tenant}.")
        if remove:
            self.stdout.write("Removed." if remove_provider(found) else "There was none.")
            return
        if not issuer or not client_id:
            raise CommandError("Give --issuer and --client-id, or --remove.")
        secret = getpass.getpass("Client secret: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
        if not secret:
            raise CommandError("No client secret was given.")
        try:
            app = configure_provider(found, issuer=issuer, client_id=client_id, secret=secret, name=name)
        except Invalid as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Enter this redirect address at the provider:\n{callback_of(app)}")
