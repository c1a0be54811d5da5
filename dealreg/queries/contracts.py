"""Contracts that end: which stand before a registration (rule 5), and which are to be renewed.

What stands before a registration is asked in the vendor's scope only; its answer never reaches a partner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, Exists, Func, OuterRef, Q, QuerySet, Value

from dealreg.models import Contract, ContractLine, DealRegistration, DealRules, Opportunity, RenewalClaim
from dealreg.queries.conflicts import line_ids_of
from dealreg.queries.rules import deal_rules
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import Text, prepared

USUAL = DealRules._meta.get_field("renewal_days").default
MOST = 50  # contracts of one customer


class LastDay(Func):
    """The last end of a contract whose time to be renewed has begun on a day, by the vendor's rules or the usual ones.

    They are read in the same statement: the page of a deal asks for nothing else of them.
    """

    template = "(%(expressions)s + coalesce((select renewal_days from dealreg_dealrules), %(usual)s))"
    output_field = DateField()

    def __init__(self, day: dt.date) -> None:
        super().__init__(Value(day, output_field=DateField()), usual=USUAL)


def contracts_ending(deal: DealRegistration, line_ids: Collection[UUID]) -> list[Contract]:
    """Contracts of this customer with a common line, of any partner, in whose last days the registration falls.

    One query by two indexes. A contract that has ended since the registration was sent still counts.
    """
    today = clock.today()
    since = min(today, clock.day_of(deal.submitted_at)) if deal.submitted_at else today
    texts = map(Text, (deal.normalised_name, deal.customer_country, deal.normalised_domain))
    return _ending(list(line_ids), since, today, *texts) if line_ids else []


@prepared
def _ending(
    line_ids: list[UUID], since: dt.date, today: dt.date, name: Text, country: Text, domain: Text
) -> QuerySet[Contract]:
    same = Q(normalised_name=name, customer_country=country) & ~Q(normalised_name="")
    if domain:
        same |= Q(normalised_domain=domain)
    common = ContractLine.objects.filter(contract=OuterRef("pk"), line_id__in=line_ids)
    return (
        Contract.objects.filter(same, Exists(common), ends_on__gte=since, renewed_on=None)
        .filter(ends_on__lte=LastDay(today))
        .annotate(line_ids=ArrayAgg("lines__line_id", default=[]))
        .select_related("partner")
        .order_by("ends_on", "pk")[:MOST]
    )


def of_others(deal: DealRegistration, ending: Iterable[Contract]) -> list[Contract]:
    """Those whose partner of record is somebody else; a distributor and those it sponsors are one side."""
    mine, sponsor = deal.partner_id, deal.partner.sponsor_id
    return [
        one
        for one in ending
        if one.partner_id not in (mine, sponsor) and getattr(one.partner, "sponsor_id", None) != mine
    ]


def claim_of_record(deal: DealRegistration, ending: Iterable[Contract], line_ids: Collection[UUID]) -> Any:
    """Since when the partner of record claims its customer: the first moment of the window. None where it is not.

    Only where its contracts cover all lines of the registration: for the others it is as late as anybody.
    """
    own = [one for one in ending if one.partner_id == deal.partner_id]
    covered = {pk for one in own for pk in one.line_ids}  # type: ignore[attr-defined]
    if not own or not set(line_ids) <= covered:
        return None
    first = add_days(max(one.ends_on for one in own), -deal_rules().renewal_days)
    return dt.datetime.combine(first, dt.time(), tzinfo=ZoneInfo(current_tenant().time_zone))


def renewals_before(deal: DealRegistration, line_ids: Collection[UUID] | None = None) -> list[Contract]:
    """Contracts of other partners that stand before a registration that was sent."""
    lines = line_ids_of(deal, granted_only=True) if line_ids is None else line_ids
    return of_others(deal, contracts_ending(deal, lines))


def undecided_renewals(deal: DealRegistration) -> bool:
    """Whether one of them still waits for operations."""
    live = [one.pk for one in renewals_before(deal)]
    waiting = RenewalClaim.objects.filter(candidate=deal, decision=RenewalClaim.Decision.PENDING)
    return bool(live) and waiting.filter(contract_id__in=live).exists()


@dataclass(frozen=True)
class RenewalShown:
    """A contract beside the registration that is looked at."""

    contract: Contract
    claim: RenewalClaim | None
    is_live: bool

    @property
    def is_undecided(self) -> bool:
        return self.is_live and (self.claim is None or self.claim.decision == RenewalClaim.Decision.PENDING)


def renewals_shown(deal: DealRegistration, line_ids: Collection[UUID]) -> list[RenewalShown]:
    """What stands beside a registration: the contracts of now, and those that were decided about."""
    noted = {
        claim.contract_id: claim
        for claim in RenewalClaim.objects.filter(candidate=deal).select_related("contract__partner", "paper")
    }
    live = {one.pk: one for one in renewals_before(deal, line_ids)} if deal.is_open else {}
    decided = {
        pk: claim.contract
        for pk, claim in noted.items()
        if pk not in live and claim.decision != RenewalClaim.Decision.PENDING
    }
    return [RenewalShown(one, noted.get(pk), pk in live) for pk, one in {**live, **decided}.items()]


# --- what is to be renewed ----------------------------------------------------------------------------------------


def ending_soon(member: Membership) -> QuerySet[Contract]:
    """The contracts that this member may know of whose last days have begun, the nearest end first."""
    today = clock.today()
    found = Contract.objects.visible_to(member).filter(ends_on__gte=today, ends_on__lte=LastDay(today), renewed_on=None)
    return found.select_related("partner").order_by("ends_on", "pk")


def with_line_names(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    """Each with `line_names`, in the same statement."""
    names = ContractLine.objects.filter(contract=OuterRef("pk")).order_by("line__name").values("line__name")
    return contracts.annotate(line_names=ArraySubquery(names))


def without_renewal(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    """Those that nobody has begun to renew."""
    begun = Opportunity.objects.filter(renews=OuterRef("pk"), state=Opportunity.State.OPEN)
    return contracts.filter(~Exists(begun))


@dataclass(frozen=True)
class ContractPage:
    """One contract with its lines, and the business that renews it."""

    contract: Contract
    lines: list[ContractLine]
    renewals: list[Opportunity]


def contract_page(contract: Contract, member: Membership) -> ContractPage:
    lines = ContractLine.objects.filter(contract=contract).select_related("line").order_by("line__name")
    begun = Opportunity.objects.visible_to(member).filter(renews=contract).order_by("-opened_on", "pk")
    return ContractPage(contract, list(lines), list(begun))
