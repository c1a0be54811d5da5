"""Keys to the API: made by an administrator for the own rights, shown once, withdrawn at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.models import ApiToken, Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from prm.kernel.web.tokens import issue_token


class TokenRevoked(Conflict):
    """This key was withdrawn before."""

    code = "token_revoked"


key_scopes: dict[str, Any] = {}  # permission to words: what a key may be made for alone


def lend_key_scope(permission: str, label: Any) -> None:
    """Lend a permission for which keys can be made that can do nothing else."""
    key_scopes[permission] = label


@transaction.atomic
def create_token(name: str, *, by: Membership, scope: str = "") -> str:
    """Make a key that may do what its maker may in this tenant, or `scope` alone. It is never shown again."""
    require(by, "kernel.create_token")
    if scope and scope not in key_scopes:
        raise Invalid("Choose what the key may do.", field="scope")
    called = clean_text(name, field="name", max_length=80)
    if not called:
        raise Invalid("Say what the key is for.", field="name")
    secret = issue_token(by, name=called, scopes=[scope] if scope else [])
    record(by, "token.created", by=by, vendor_only=True, name=called, scope=scope)
    return secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Membership) -> ApiToken:
    """Withdraw a key: the next call with it is refused."""
    require(by, "kernel.revoke_token", token)
    if not ApiToken.objects.filter(pk=token.pk, tenant_id=by.tenant_id, revoked_at=None).update(revoked_at=clock.now()):
        raise TokenRevoked()
    record(by, "token.revoked", by=by, vendor_only=True, name=token.name, key=token.prefix)
    return token
