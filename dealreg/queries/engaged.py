"""What the vendor itself has with a customer: open deals of its own sales, and whether it has bought before.

Asked in the vendor's scope only; its answer never reaches a partner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from dealreg.models import DealEngagement, DealProtection, DealRegistration, Opportunity, OpportunityLine
from dealreg.queries.conflicts import keys_by, line_ids_of
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.periods import add_days
from prm.kernel.tenancy.prepared import Text, prepared

ENGAGED_DAYS, SHOWN = 90, 10


def vendor_deals_of(deal: DealRegistration, line_ids: Collection[UUID], at: dt.datetime) -> QuerySet:
    """Deals of the vendor's own sales with this customer and a common line, open in the 90 days before a submission.

    One that it has together with the same partner does not compete with that partner's registration.
    """
    day = clock.day_of(at)
    return _vendor_deals(deal.partner_id, list(line_ids), day, add_days(day, -ENGAGED_DAYS), *_texts(deal))


def _vendor_deals(
    partner_id: UUID, line_ids: list[UUID], day: dt.date, since: dt.date, name: Text, country: Text, domain: Text
) -> QuerySet:
    was_open = Q(state=Opportunity.State.OPEN) | Q(closed_on__gte=since)
    return (
        Opportunity.objects.filter(
            _same(name, country, domain), was_open, source=Opportunity.Source.VENDOR_LED, opened_on__lte=day
        )
        .filter(Q(partner=None) | ~Q(partner_id=partner_id))
        .filter(Exists(OpportunityLine.objects.filter(opportunity=OuterRef("pk"), line_id__in=line_ids)))
    )


@prepared
def _one_vendor_deal(
    partner_id: UUID, line_ids: list[UUID], day: dt.date, since: dt.date, name: Text, country: Text, domain: Text
) -> QuerySet:
    return _vendor_deals(partner_id, line_ids, day, since, name, country, domain).values_list("pk")[:1]


def _texts(deal: DealRegistration) -> tuple[Text, Text, Text]:
    return Text(deal.normalised_name), Text(deal.customer_country), Text(deal.normalised_domain)


def _same(name: str, country: str, domain: str) -> Q:
    same = Q(normalised_name=name, customer_country=country) & ~Q(normalised_name="")
    return same | Q(normalised_domain=domain) if domain else same


def is_engaged(deal: DealRegistration, line_ids: Collection[UUID]) -> bool:
    """Asked once for each registration that is sent, in one query, whatever else is found."""
    day = clock.day_of(deal.submitted_at or clock.now())
    lines, since = list(line_ids), add_days(day, -ENGAGED_DAYS)
    return bool(_one_vendor_deal(deal.partner_id, lines, day, since, *_texts(deal)))


def undecided_engagements(deal: DealRegistration) -> bool:
    """Whether one of them still waits for operations."""
    lines = line_ids_of(deal, granted_only=True)
    live = vendor_deals_of(deal, lines, deal.submitted_at or clock.now()).values("pk")
    waiting = DealEngagement.objects.filter(candidate=deal, decision=DealEngagement.Decision.PENDING)
    return waiting.filter(opportunity_id__in=live).exists()


def protections_against(opportunity: Opportunity, line_ids: Collection[UUID]) -> QuerySet:
    """Registrations of others that protect this customer for one of these lines today."""
    keys = keys_by(opportunity.normalised_domain, opportunity.normalised_name, opportunity.customer_country)
    runs = Q(until_on__gte=clock.today()) | Q(deal__partner__state=Partner.State.SUSPENDED)
    held = DealProtection.objects.filter(runs, customer_key__in=keys, line_id__in=list(line_ids), active=True)
    return held.exclude(deal__partner_id=opportunity.partner_id) if opportunity.partner_id else held


@dataclass(frozen=True)
class Bought:
    """That a customer has bought before: when, how much, through whom."""

    customer: str
    partner: str
    amount: Decimal
    currency: str
    on: dt.date | None
    url: str


def bought_before(deal: DealRegistration) -> list[Bought]:
    """Won business with this customer: an existing customer is no new one."""
    won = Opportunity.objects.filter(_same(*_texts(deal)), state=Opportunity.State.WON).exclude(registration=deal)
    return [
        Bought(
            one.customer_name,
            one.partner.name if one.partner else "",
            one.amount,
            one.currency,
            one.closed_on,
            one.get_absolute_url(),
        )
        for one in won.select_related("partner").order_by("-closed_on", "pk")[:SHOWN]
    ]
