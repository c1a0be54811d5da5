"""Which table is fenced how, read from the models themselves; nobody keeps a list by hand.

Only tables that hold identity and no business data may go without a fence, each with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import Error
from django.db import models

from prm.kernel.tenancy.models import Record

GLOBAL = {
    "kernel.Tenant": "needed to find the tenant before there is a context",
    "kernel.TenantDomain": "needed to find the tenant by host",
    "kernel.User": "a person is one login over all tenants; holds identity only",
    "kernel.ApiToken": "looked up by its hash before there is a context; holds no business data",
    "kernel.CalendarFeed": "looked up by its hash before there is a context; holds no business data",
    "kernel.Wakeup": "what the relay polls over all tenants; holds ids and times only",
    "sessions.Session": "sign-in, before a tenant is known",
    "contenttypes.ContentType": "the framework's list of models",
    "auth.Permission": "the framework's; unused",
    "auth.Group": "the framework's; unused",
    "auth.Group_permissions": "the framework's; unused",
    "account.EmailAddress": "identity",
    "account.EmailConfirmation": "identity",
    "mfa.Authenticator": "identity: second factors",
    "socialaccount.SocialAccount": "identity at an outside provider",
    "socialaccount.SocialApp": "an outside provider's address and client id",
    "usersessions.UserSession": "which sessions a person has; looked up with the login alone",
    "socialaccount.SocialToken": "identity at an outside provider",
}


def fenced_models() -> list[type[Record]]:
    """All concrete models with a fence, in a stable order."""
    found = [m for m in apps.get_models(include_auto_created=True) if issubclass(m, Record)]
    return sorted(found, key=lambda m: m._meta.db_table)


def unclassified_models() -> list[type[models.Model]]:
    return [
        m
        for m in apps.get_models(include_auto_created=True)
        if not issubclass(m, Record) and m._meta.label not in GLOBAL and m._meta.managed
    ]


def tenant_references(model: type[Record]) -> Iterator[Any]:
    """The foreign keys of a fenced model that stay inside the tenant."""
    for field in model._meta.local_concrete_fields:
        related = field.related_model
        if isinstance(related, type) and issubclass(related, Record):
            yield field


def check_models(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """System check: everything classified, every inner reference composite, every unique rule within a tenant."""
    problems = [
        Error(f"{m._meta.label} is neither fenced nor listed as global with a reason", id="kernel.E001")
        for m in unclassified_models()
    ]
    for model in fenced_models():
        for field in tenant_references(model):
            if field.db_constraint:
                problems.append(Error(f"{field} must be a TenantForeignKey", id="kernel.E002"))
        if any(f.many_to_many for f in model._meta.local_many_to_many):
            problems.append(Error(f"{model._meta.label}: name the through model", id="kernel.E003"))
        for field in model._meta.local_concrete_fields:
            if field.unique and not field.primary_key:
                problems.append(Error(f"{field}: unique without the tenant is an oracle", id="kernel.E004"))
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields[:1] != ("tenant",):
                problems.append(Error(f"{constraint.name} must start with the tenant", id="kernel.E005"))
    return problems
