"""How good a partner is: the questionnaire's score, its place among peers, the composite and the ranking."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from partners.formulas import score_status
from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    HUNDRED,
    ZERO,
    Number,
    clamp,
    divide,
    mean,
    ratio,
    round_down,
    round_value,
    to_decimal,
    to_whole,
    total_of,
    weighted_mean,
)
from prm.kernel.numbers import score as to_score

Weighted = list[tuple[Decimal, Decimal | None]]


@formula("F5")
def capability_score(*, categories: Sequence[Record]) -> Outputs:
    """The 1 to 100 score of a questionnaire: by topic, category, lens and overall.

    Weighted means carried unrounded, each output 1 place; null where nothing was scored, and then its
    weight goes to the others. Answers are numbers, "na" (answered, not scored) or null (not answered).
    progress is a ratio, null without questions. Source: domain formulas F5.
    """
    topic_scores: dict[str, Decimal | None] = {}
    category_scores: dict[str, Decimal | None] = {}
    lenses: dict[str, Weighted] = {}
    overall: Weighted = []
    for category in categories:
        topics: Weighted = []
        for topic in category["topics"]:
            entry = (to_decimal(topic["weight"]), _topic_score(topic["questions"]))
            topic_scores[topic["id"]] = entry[1]
            topics.append(entry)
            if topic.get("lens") is not None:
                lenses.setdefault(topic["lens"], []).append(entry)
        category_scores[category["id"]] = weighted_mean(topics)
        overall.append((to_decimal(category["weight"]), category_scores[category["id"]]))
    answers = [q["answer"] for c in categories for t in c["topics"] for q in t["questions"]]
    answered = sum(answer is not None for answer in answers)
    shown = to_score(weighted_mean(overall))
    return {
        "topics": {key: to_score(value) for key, value in topic_scores.items()},
        "categories": {key: to_score(value) for key, value in category_scores.items()},
        "lenses": {key: to_score(weighted_mean(topics)) for key, topics in lenses.items()},
        "overall": shown,
        "overall_status": score_status(shown),
        "answered": answered,
        "questions": len(answers),
        "progress": ratio(divide(answered, len(answers))),
    }


def _topic_score(questions: Sequence[Record]) -> Decimal | None:
    return weighted_mean(
        (to_decimal(q["weight"]), None if q["answer"] in (None, "na") else to_decimal(q["answer"])) for q in questions
    )


@formula("F6")
def peer_comparison(*, score: Number, peers: Sequence[Number], best_practice: Number, min_peers: Number = 5) -> Outputs:
    """Where a partner's score stands among its peers and against best practice.

    Scores with 1 place; the difference is taken from the rounded average. All peer figures are null
    below min_peers, so that no peer can be guessed. Source: domain formulas F6.
    """
    own = to_decimal(score)
    others = sorted(to_decimal(peer) for peer in peers)
    outputs: Outputs = {
        "peer_count": len(others),
        "gap_to_best_practice": to_score(to_decimal(best_practice) - own),
        "peer_average": None,
        "vs_peer_average": None,
        "percentile": None,
        "top_quartile": None,
    }
    if len(others) < max(1, to_whole(min_peers)):
        return outputs
    average = to_score(mean(others) or ZERO)
    below, equal = sum(peer < own for peer in others), sum(peer == own for peer in others)
    outputs["peer_average"] = average
    outputs["vs_peer_average"] = to_score(own - average)
    outputs["percentile"] = to_score(HUNDRED * (2 * below + equal) / (2 * len(others)))
    outputs["top_quartile"] = to_score(_interpolated(others, Decimal("0.75")))
    return outputs


def _interpolated(ascending: Sequence[Decimal], share: Decimal) -> Decimal:
    position = (len(ascending) - 1) * share
    lower = round_down(position)
    upper = min(lower + 1, len(ascending) - 1)
    return ascending[lower] + (position - lower) * (ascending[upper] - ascending[lower])


def peer_quarter(*, score: Number, peers: Sequence[Number]) -> int | None:
    """In which quarter of its peers a score lies: 1 is the upper one, 4 the lowest; null without peers.

    The borders are F6's quartiles rounded to steps of five points. Exact ones would be scores of single peers, and
    whoever may fill in again as often as he likes could feel for them.
    """
    ascending = sorted(to_decimal(peer) for peer in peers)
    if not ascending:
        return None
    own = to_decimal(score)
    borders = (_interpolated(ascending, Decimal(share)) for share in ("0.75", "0.5", "0.25"))
    return next((place for place, border in enumerate(borders, start=1) if own >= 5 * round_value(border / 5, 0)), 4)


@formula("F11")
def composite_score(*, components: Sequence[Record], min_weight_share: Number = "0.5") -> Outputs:
    """One figure for a partner: the weighted mean of its components, each kept within 0 and 100.

    score has 1 place, weight_covered is a ratio (4 places). A null component gives its weight to the
    others; score is null when too little weight is covered. Source: domain formulas F11.
    """
    weighted = [
        (
            to_decimal(c["weight"]),
            None if c["value"] is None else clamp(to_decimal(c["value"]), ZERO, HUNDRED),
        )
        for c in components
    ]
    covered = ratio(
        divide(
            total_of(weight for weight, value in weighted if value is not None),
            total_of(weight for weight, _ in weighted),
        )
    )
    enough = covered is not None and covered >= to_decimal(min_weight_share)
    return {"score": to_score(weighted_mean(weighted)) if enough else None, "weight_covered": covered}


@formula("F12")
def rank_partners(*, partners: Sequence[Record]) -> Outputs:
    """The vendor's own order of partners by score, and each one's rank.

    Ties share a rank and are listed by revenue, name without case, id; partners without a score come
    last and have no rank. Source: domain formulas F12.
    """

    def place(partner: Record) -> tuple[Any, ...]:
        own = partner["score"]
        return (
            own is None,
            ZERO if own is None else -to_decimal(own),
            -to_decimal(partner["revenue"]),
            partner["name"].lower(),
            partner["id"],
        )

    ordered = sorted(partners, key=place)
    scores = [to_decimal(p["score"]) for p in ordered if p["score"] is not None]
    first_position: dict[Decimal, int] = {}
    for position, value in enumerate(scores, start=1):
        first_position.setdefault(value, position)
    return {
        "order": [p["id"] for p in ordered],
        "ranks": {p["id"]: None if p["score"] is None else first_position[to_decimal(p["score"])] for p in partners},
    }
