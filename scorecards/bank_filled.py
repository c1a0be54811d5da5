"""What stands in the editor of a question bank before anything is typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scorecards.bank_fields import as_text
from scorecards.bank_forms import FLAGS, SEVERAL, Shape
from scorecards.models import Category, QuestionBank
from scorecards.queries import NO_TIER, TopicPart


def bank_shape(bank: QuestionBank, categories: Iterable[Category]) -> Shape:
    names = ("name", "green_from", "yellow_from", "min_peers", "peer_months", "version")
    return {
        **{name: as_text(getattr(bank, name)) for name in names},
        "lenses": [dict(lens) for lens in bank.lenses],
        "categories": [
            {"id": str(c.pk), "version": str(c.version), "name": c.name, "weight": as_text(c.weight)}
            | {"screening": c.screening, "vendor_only": c.vendor_only}
            for c in categories
        ],
    }


def category_shape(category: Category, topics: Iterable[Any]) -> Shape:
    return {
        **{name: as_text(getattr(category, name)) for name in ("name", "weight", "version")},
        "screening": category.screening,
        "vendor_only": category.vendor_only,
        "topics": [
            {"id": str(t.pk), "version": str(t.version), "lens": t.lens}
            | {name: as_text(getattr(t, name)) for name in ("name", "best_practice", "weight")}
            for t in topics
        ],
    }


def topic_shape(part: TopicPart) -> Shape:
    topic = part.topic
    names = ("name", "best_practice", "weight", "version", "action_text", "action_owner", "action_days")
    return {
        **{name: as_text(getattr(topic, name)) for name in names},
        "lens": topic.lens,
        **{name: list(getattr(topic, name)) for name in SEVERAL},
        "resources": [{"code": r.code, "title": r.title, "url": r.url} for r in part.resources],
        "questions": [
            {
                **{name: getattr(q.question, name) for name in ("code", "text", "kind", "help_text")},
                "weight": as_text(q.question.weight),
                **{name: getattr(q.question, name) for name in FLAGS["questions"]},
                "options": [{"code": o.code, "text": o.text, "score": as_text(o.score)} for o in q.options],
            }
            for q in part.questions
        ],
    }


def tier_choices(tiers: Iterable[Any], without: Any) -> list[tuple[str, str]]:
    return [(NO_TIER, str(without)), *[(tier.code, tier.name) for tier in tiers]]
