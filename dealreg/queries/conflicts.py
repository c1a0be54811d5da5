"""Which registrations compete (F37). Asked in the vendor's scope only: its answer never reaches a partner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from dealreg.formulas import deal_conflict
from dealreg.models import DealConflict, DealLine, DealProtection, DealRegistration
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import Text, prepared

MOST = 200  # of one customer; more would be a fault of the data
TWO_PART_ENDINGS = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})


@dataclass(frozen=True)
class Rival:
    """A registration that competes with another; `similar` ones only look like it (a subdomain, other lines)."""

    deal_id: UUID
    match: str  # domain, name, subdomain, other_lines
    shared_lines: tuple[str, ...]
    existing_first: bool
    is_own: bool
    similar: bool = False


def root_of(domain: str) -> str:
    """The part of a host that a company has: shop.acme.example and acme.example are both acme.example."""
    parts = domain.split(".")
    size = 3 if len(parts) > 2 and parts[-2] in TWO_PART_ENDINGS and len(parts[-1]) == 2 else 2
    return ".".join(parts[-size:])


def keys_of(deal: DealRegistration) -> list[str]:
    """The marks by which F37 knows the customer: what two deals share here is the same business."""
    return keys_by(deal.normalised_domain, deal.normalised_name, deal.customer_country)


def keys_by(domain: str, name: str, country: str) -> list[str]:
    keys = []
    if domain:
        keys.append(f"domain:{domain}")
    if name:
        keys.append(f"name:{name}|{country}")
    return keys


def line_ids_of(deal: DealRegistration, *, granted_only: bool = False) -> list[UUID]:
    lines = DealLine.objects.filter(deal=deal)
    if granted_only:
        lines = lines.filter(granted=True)
    return sorted(lines.values_list("line_id", flat=True))


def claim_of(deal: DealRegistration) -> dt.datetime:
    """Since when it claims its customer: the acceptance of the lead that the vendor gave (rule 8), or its sending."""
    return deal.claimed_at or deal.submitted_at or clock.now()


def rivals_of(deal: DealRegistration, line_ids: Collection[UUID], at: dt.datetime) -> list[Rival]:
    """All registrations that may be about the same business, in one query by three partial indexes."""
    texts = deal.normalised_name, deal.customer_country, deal.normalised_domain, deal.domain_root
    return _judged(deal, line_ids, at, _competing(deal.pk, *map(Text, texts)))


@prepared
def _competing(pk: UUID, name: Text, country: Text, domain: Text, root: Text) -> QuerySet:
    same = Q(normalised_name=name, customer_country=country)
    if domain:
        same |= Q(normalised_domain=domain) | Q(domain_root=root)
    return (
        DealRegistration.objects.competing()
        .filter(same)
        .exclude(pk=pk)
        .annotate(line_ids=ArrayAgg("lines__line_id", filter=Q(lines__granted=True), default=[]))
        .annotate(since=Coalesce("claimed_at", "submitted_at"))
        .order_by("since", "pk")
        .values(
            "pk", "partner_id", "partner__sponsor_id", "customer_name", "customer_domain", "customer_country", "state",
            "expires_on", "partner__state", "since", "line_ids", "normalised_domain",
        )[:MOST]
    )  # fmt: skip


def _judged(deal: DealRegistration, line_ids: Collection[UUID], at: dt.datetime, rows: list[Any]) -> list[Rival]:
    """What F37 says of the rows that were found."""
    candidate = {
        "id": str(deal.pk),
        "partner": str(deal.partner_id),
        "sponsor": _text(deal.partner.sponsor_id),
        "customer": deal.customer_name,
        "domain": deal.customer_domain,
        "country": deal.customer_country,
        "product_lines": [str(pk) for pk in line_ids],
        "submitted_at": at,
    }
    existing = [
        {
            "id": str(row["pk"]),
            "partner": str(row["partner_id"]),
            "sponsor": _text(row["partner__sponsor_id"]),
            "customer": row["customer_name"],
            "domain": row["customer_domain"],
            "country": row["customer_country"],
            "product_lines": [str(pk) for pk in row["line_ids"]],
            "submitted_at": row["since"],
            "status": row["state"],
            # While its partner is suspended a protection does not run out.
            "expires_on": None if row["partner__state"] == Partner.State.SUSPENDED else row["expires_on"],
        }
        for row in rows
    ]
    outcome = deal_conflict(candidate=candidate, existing=existing, time_zone=current_tenant().time_zone)
    found = {conflict["id"]: conflict for conflict in outcome["conflicts"]}
    return [
        Rival(
            UUID(entry["id"]),
            hit["match"] if hit else _likeness(deal, row),
            tuple(hit["shared_lines"]) if hit else (),
            bool(hit and hit["existing_first"]),
            entry["partner"] == candidate["partner"],
            similar=hit is None,
        )
        for entry, row in zip(existing, rows, strict=True)
        for hit in [found.get(entry["id"])]
    ]


def _likeness(deal: DealRegistration, row: dict[str, Any]) -> str:
    is_subdomain = deal.normalised_domain and row["normalised_domain"] != deal.normalised_domain
    return "subdomain" if is_subdomain and row["normalised_domain"] else "other_lines"


def _text(value: Any) -> str | None:
    return str(value) if value else None


def real_rivals(deal: DealRegistration, line_ids: Collection[UUID] | None = None) -> list[Rival]:
    """Those that F37 calls a conflict with a submitted registration, for the lines that are still granted."""
    lines = line_ids_of(deal, granted_only=True) if line_ids is None else line_ids
    return [rival for rival in rivals_of(deal, lines, claim_of(deal)) if not rival.similar]


def own_duplicate(deal: DealRegistration, line_ids: Collection[UUID]) -> DealRegistration | None:
    """An active registration of the same partner for the same customer and a common line. Asked in any scope."""
    texts = deal.normalised_name, deal.customer_country, deal.normalised_domain
    return next(iter(_own(deal.pk, deal.partner_id, list(line_ids), *map(Text, texts))), None)


@prepared
def _own(pk: UUID, partner_id: UUID, line_ids: list[UUID], name: Text, country: Text, domain: Text) -> QuerySet:
    same = Q(normalised_name=name, customer_country=country)
    if domain:
        same |= Q(normalised_domain=domain)
    active = DealRegistration.objects.competing().filter(same, partner_id=partner_id).exclude(pk=pk)
    overdue = Q(state="approved", expires_on__lt=clock.today())
    lines = DealLine.objects.filter(line_id__in=line_ids).values("deal_id")
    return active.exclude(overdue).filter(pk__in=lines).order_by("submitted_at", "pk")[:1]


def holders_of(deal: DealRegistration, line_ids: Collection[UUID], project_key: str) -> list[DealProtection]:
    """The active protections that this deal would collide with."""
    held = DealProtection.objects.filter(
        customer_key__in=keys_of(deal), line_id__in=line_ids, project_key=project_key, active=True
    )
    return list(held.exclude(deal=deal).select_related("deal__partner").order_by("pk"))


def undecided_of(deal: DealRegistration) -> list[DealConflict]:
    """The conflicts with earlier registrations that nobody has decided yet; bids for a tender exclude none."""
    waiting = [DealConflict.Decision.PENDING, DealConflict.Decision.TRANSFER_PROPOSED]
    live = {rival.deal_id for rival in real_rivals(deal) if rival.existing_first}
    rows = DealConflict.objects.filter(candidate=deal, existing_id__in=live, decision__in=waiting)
    if deal.tender:
        rows = rows.exclude(existing__tender=True)
    return list(rows.select_related("existing__partner").order_by("created_at", "pk"))
