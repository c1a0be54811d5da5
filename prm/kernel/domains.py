"""A vendor's own hosts: claimed by its administrator, proven by DNS or a file, then answering with its portal."""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http.request import validate_host

from prm.kernel import clock, proofs
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership, TenantDomain
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant

HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
MOST = 10  # hosts of one vendor


class NotProven(Conflict):
    """The proof was found neither in the DNS record nor in the file. New records can take an hour to be seen."""

    code = "not_proven"


class ProvenElsewhere(Conflict):
    """This host is proven already."""

    code = "proven_elsewhere"


@transaction.atomic
def claim_domain(host: str, *, by: Membership | None) -> TenantDomain:
    """Write down a host that is to answer with our portal. It does so only once it is proven."""
    require(by, "kernel.edit_settings")
    name, tenant = clean_host(host), current_tenant()
    hosts = TenantDomain.objects.filter(tenant=tenant)
    if hosts.filter(host=name).exists():
        raise Conflict("This host is in your list already.", code="claimed", field="host")
    if hosts.count() >= MOST:
        raise Conflict(f"At most {MOST} hosts. Remove one that you no longer use.", code="too_many", field="host")
    domain = TenantDomain.objects.create(tenant=tenant, host=name)
    return record(domain, "domain.claimed", by=by, vendor_only=True, host=name)


def prove_domain(domain: TenantDomain, *, by: Membership | None) -> TenantDomain:
    """Look for the proof; with it the host answers from now on, and the first one stands in letters."""
    require(by, "kernel.edit_settings", domain)
    if domain.verified_at is not None:
        return domain
    if not proofs.is_proven(domain.host, domain.proof):
        raise NotProven()
    is_first = not TenantDomain.objects.filter(tenant_id=domain.tenant_id, is_main=True).exists()
    try:
        with transaction.atomic():
            domain.verified_at, domain.is_main = clock.now(), is_first
            domain.save(update_fields=["verified_at", "is_main"])
            record(domain, "domain.proven", by=by, vendor_only=True, host=domain.host)
    except IntegrityError:
        domain.verified_at, domain.is_main = None, False
        raise ProvenElsewhere() from None
    return domain


@transaction.atomic
def choose_main_domain(domain: TenantDomain, *, by: Membership | None) -> TenantDomain:
    """Let this host stand in letters from now on. The others go on answering."""
    require(by, "kernel.edit_settings", domain)
    if domain.verified_at is None:
        raise NotProven("Prove first that the host is yours.")
    TenantDomain.objects.filter(tenant_id=domain.tenant_id, is_main=True).exclude(pk=domain.pk).update(is_main=False)
    domain.is_main = True
    domain.save(update_fields=["is_main"])
    return record(domain, "domain.made_main", by=by, vendor_only=True, host=domain.host)


@transaction.atomic
def drop_domain(domain: TenantDomain, *, by: Membership | None) -> None:
    """The host no longer answers; letters carry another proven host, or our own address."""
    require(by, "kernel.edit_settings", domain)
    record(domain, "domain.dropped", by=by, vendor_only=True, host=domain.host)
    domain.delete()


def clean_host(host: str) -> str:
    """The host as browsers send it: small letters, international names in their wire form, no port, not one of ours."""
    name = host.strip().lower().removeprefix("https://").removeprefix("http://").split("/")[0].rstrip(".")
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError:
        raise Invalid("This is not a host name.", field="host") from None
    if not HOST.fullmatch(name) or _is_address(name):
        raise Invalid("Give a host name such as partners.example.com.", field="host")
    if validate_host(name, settings.OWN_HOSTS):
        raise Invalid("This host is ours.", field="host")
    return name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
