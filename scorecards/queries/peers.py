"""Where a partner stands among its peers, without telling who they are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.numbers import ZERO, mean, to_decimal
from prm.kernel.numbers import score as to_score
from prm.kernel.periods import add_months
from prm.kernel.tenancy.context import vendor_scope
from scorecards.formulas import peer_comparison
from scorecards.models import Assessment, QuestionBank
from scorecards.queries.results import COUNTED
from scorecards.queries.scores import OVERALL


@dataclass(frozen=True)
class Peers:
    """Averages over the peers by code, each from `min_peers` scores or more. Never who they are."""

    count: int
    min_peers: int
    averages: dict[str, Decimal]
    overall: dict[str, Any] = field(default_factory=dict)  # F6, where the partner has a score

    def average(self, code: str) -> Decimal | None:
        return self.averages.get(code)


def peers_kind(assessment: Assessment) -> str:
    """A screening is compared with screenings, everything else with the partners' own scorecards."""
    is_screening = assessment.kind == Assessment.Kind.SCREENING
    return Assessment.Kind.SCREENING if is_screening else Assessment.Kind.PARTNER


def peer_figures(
    partner: Partner,
    bank: QuestionBank,
    *,
    score: Decimal | None = None,
    best_practice: Decimal | None = None,
    kind: str = Assessment.Kind.PARTNER,
) -> Peers:
    """Where the partner stands among the others of its type and tier, else of the whole programme (F6).

    Nothing but averages over `min_peers` or more leaves this function, also for the vendor's own view.
    """
    since = add_months(clock.today(), -bank.peer_months)
    with vendor_scope("peer averages of a scorecard"):
        others = (
            Assessment.objects.filter(
                kind=kind, state__in=COUNTED, submitted_at__date__gte=since, overall__isnull=False
            )
            .exclude(partner=partner)
            .values_list("overall", "result__categories", "result__topics")
        )
        rows = list(others.filter(partner__type=partner.type, partner__tier=partner.tier_id))
        if len(rows) < bank.min_peers:
            rows = list(others)
    scores: dict[str, list[Decimal]] = defaultdict(list)
    for overall, categories, topics in rows:
        scores[OVERALL].append(overall or ZERO)  # null is left out by the query
        for code, value in {**categories, **topics}.items():
            if value is not None:
                scores[code].append(to_decimal(value))
    enough = {code: values for code, values in scores.items() if len(values) >= max(1, bank.min_peers)}
    compared = {}
    if score is not None and best_practice is not None:
        compared = peer_comparison(
            score=score, peers=scores[OVERALL], best_practice=best_practice, min_peers=bank.min_peers
        )
    averages = {code: to_score(mean(values) or ZERO) for code, values in enough.items()}
    return Peers(len(rows) if OVERALL in enough else 0, bank.min_peers, averages, compared)
