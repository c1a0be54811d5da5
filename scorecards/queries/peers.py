"""Where a partner stands among its peers, without telling who they are or what one of them scored.

Figures are sums over whole groups as they were published last (`release_peers`); see decision 0014.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.numbers import ZERO, divide, to_decimal, total_of
from prm.kernel.numbers import score as to_score
from prm.kernel.periods import add_months
from prm.kernel.tenancy.context import vendor_scope
from scorecards.formulas import peer_comparison, peer_quarter
from scorecards.models import Assessment, PeerGroup, PeerShare, QuestionBank
from scorecards.queries.results import COUNTED
from scorecards.queries.scores import OVERALL

LEAST = 5  # a vendor may ask for more, never for fewer
LARGEST_SHARE = Decimal("0.4")  # of one peer in a published sum
REST = ""  # the group of those whose type and tier are too few


@dataclass(frozen=True)
class Peers:
    """Averages over the peers by code, each from `min_peers` scores or more. Never who they are."""

    count: int
    min_peers: int
    averages: dict[str, Decimal] = field(default_factory=dict)
    as_of: dt.datetime | None = None
    # F6 where the partner has a score, with the quarter (1 is the upper one) in place of percentile and top quartile.
    overall: dict[str, Any] = field(default_factory=dict)

    def average(self, code: str) -> Decimal | None:
        return self.averages.get(code)


@dataclass(frozen=True)
class Contribution:
    """What one partner's scorecard adds to its group of peers. Stays inside the vendor's scope."""

    partner_id: UUID
    assessment_id: UUID
    kind: str
    bank: str
    type: str
    tier_id: UUID | None
    scores: dict[str, Decimal]


def peers_kind(assessment: Assessment) -> str:
    """A screening is compared with screenings, everything else with the partners' own scorecards."""
    is_screening = assessment.kind == Assessment.Kind.SCREENING
    return Assessment.Kind.SCREENING if is_screening else Assessment.Kind.PARTNER


def group_name(type: str, tier_id: UUID | None) -> str:
    return f"{type} {tier_id or ''}".strip()


def lens_code(code: str) -> str:
    """Lenses stand beside categories and topics; a category may have the same code."""
    return f"lens:{code}"


def least_peers(bank: QuestionBank) -> int:
    return max(LEAST, bank.min_peers)


def least_by_bank() -> dict[str, int]:
    """How few peers are too few, by questionnaire: the strictest of its editions in use."""
    found: dict[str, int] = defaultdict(lambda: LEAST)
    for code, least in QuestionBank.objects.exclude(state=QuestionBank.State.DRAFT).values_list("code", "min_peers"):
        found[code] = max(found[code], least)
    return found


def contributions(on: dt.date) -> list[Contribution]:
    """Every partner's scorecard and screening that counts on that day. For publishing only."""
    months = dict(QuestionBank.objects.values_list("code", "peer_months"))
    counted = Assessment.objects.filter(
        kind__in=[Assessment.Kind.PARTNER, Assessment.Kind.SCREENING], state__in=COUNTED, overall__isnull=False
    )
    ids = ("partner", "pk", "kind", "bank__code", "partner__type", "partner__tier")
    results = ("result__categories", "result__topics", "result__lenses")
    rows = counted.values_list(*ids, "overall", "submitted_at__date", *results)
    found = []
    for *who, overall, day, categories, topics, lenses in rows.order_by("pk").iterator():
        if day < add_months(on, -months[who[3]]):
            continue
        scores = {**(categories or {}), **(topics or {}), **{lens_code(c): v for c, v in (lenses or {}).items()}}
        kept = {code: to_decimal(value) for code, value in scores.items() if value is not None}
        partner_id, pk, kind, bank, type_, tier_id = who
        found.append(Contribution(partner_id, pk, kind, bank, type_, tier_id, {OVERALL: overall, **kept}))
    return found


def peer_figures(
    partner: Partner,
    bank: QuestionBank,
    *,
    score: Decimal | None = None,
    best_practice: Decimal | None = None,
    kind: str = Assessment.Kind.PARTNER,
) -> Peers:
    """Where the partner stands among the others of its type and tier, else of the whole programme (F6).

    Nothing but averages over `min_peers` or more leaves this function, none of them carried by one peer, also for
    the vendor's own view. What the partner contributed itself is taken off.
    """
    least = least_peers(bank)
    since = add_months(clock.today(), -bank.peer_months)
    with vendor_scope("peer averages of a scorecard"):
        groups = list(PeerGroup.objects.filter(kind=kind, bank=bank.code, is_shown=True, released_at__date__gte=since))
        own = dict(
            PeerShare.objects.filter(partner=partner, group__kind=kind, group__bank=bank.code).values_list(
                "group", "scores"
            )
        )
    others = [_Others(group, own.get(group.pk, {})) for group in groups]
    usable = [one for one in others if one.is_enough(OVERALL, least)]
    name = group_name(partner.type, partner.tier_id)
    base = [one for one in usable if one.group.name == name] or usable
    overall = _compared(score, best_practice, [value for one in base for value in one.overalls], least)
    if not base:
        return Peers(0, least, overall=overall)
    codes = {code for one in base for code in one.group.figures}
    sums = {code: [one.of(code) for one in base if one.is_enough(code, least)] for code in codes}
    averages = {
        code: to_score(divide(total_of(total for _, total, _ in found), sum(count for count, _, _ in found)) or ZERO)
        for code, found in sums.items()
        if found
    }
    return Peers(
        count=sum(one.of(OVERALL)[0] for one in base),
        min_peers=least,
        averages=averages,
        as_of=min(one.group.released_at for one in base),
        overall=overall,
    )


def _compared(score: Decimal | None, best_practice: Decimal | None, peers: list[Decimal], least: int) -> dict[str, Any]:
    """F6 without what would tell single scores: at five peers the top quartile is one of them."""
    if score is None or best_practice is None:
        return {}
    found = peer_comparison(score=score, peers=peers, best_practice=best_practice, min_peers=least)
    told = ("peer_count", "gap_to_best_practice", "peer_average", "vs_peer_average")
    return {name: found[name] for name in told} | {"quarter": peer_quarter(score=score, peers=peers)}


class _Others:
    """A published group without what the looking partner itself contributed."""

    def __init__(self, group: PeerGroup, own: Mapping[str, str]) -> None:
        self.group = group
        self.own = {code: to_decimal(value) for code, value in own.items()}

    def of(self, code: str) -> tuple[int, Decimal, Decimal]:
        """How many there are, their sum, and the largest."""
        count, *values = self.group.figures.get(code, (0, "0"))
        total, *largest = (to_decimal(value) for value in values)
        mine = self.own.get(code)
        if mine is None:
            return count, total, largest[0] if largest else ZERO
        left = [*largest]
        if mine in left:
            left.remove(mine)
        return count - 1, total - mine, left[0] if left else ZERO

    def is_enough(self, code: str, least: int) -> bool:
        """Enough peers, and none of them carries more than its share of the sum."""
        count, total, largest = self.of(code)
        return count >= least and largest <= total * LARGEST_SHARE

    @property
    def overalls(self) -> list[Decimal]:
        found = [to_decimal(value) for value in self.group.overalls]
        mine = self.own.get(OVERALL)
        if mine in found:
            found.remove(mine)
        return found
