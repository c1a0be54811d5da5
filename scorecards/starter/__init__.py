"""The questionnaire a new vendor starts with; from then on it is the vendor's own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from scorecards.models import Category, Option, Question, QuestionBank, Topic

STARTER = Path(__file__).with_name("question_bank.yaml")


@transaction.atomic
def copy_bank(by: Membership | None = None) -> QuestionBank:
    """Copy the starter questionnaire into the tenant of the moment and put it in use; once is enough."""
    content = yaml.safe_load(STARTER.read_text(encoding="utf-8"))
    there = QuestionBank.objects.filter(code=content["code"]).order_by("edition").last()
    if there is not None:
        return there
    bank = QuestionBank.objects.create(
        **{key: content[key] for key in ("code", "edition", "name", "lenses", "min_peers", "peer_months")},
        green_from=Decimal(content["green_from"]),
        yellow_from=Decimal(content["yellow_from"]),
    )
    parts = _parts(bank, content)
    for model in (Category, Topic, Question, Option):
        model.objects.bulk_create([part for part in parts if type(part) is model])
    move(bank, QuestionBank.State.ACTIVE)
    return record(bank, "bank.copied", by=by, edition=bank.edition, vendor_only=True)


def _parts(bank: QuestionBank, content: dict[str, Any]) -> list[Any]:
    """Every part of the bank, unsaved, each after the one it belongs to."""
    parts: list[Any] = []
    for c_order, c in enumerate(content["categories"], start=1):
        category = Category(
            bank=bank,
            code=c["code"],
            order=c_order,
            name=c["name"],
            weight=Decimal(c["weight"]),
            screening=c.get("screening", False),
            vendor_only=c.get("vendor_only", False),
        )
        parts.append(category)
        for t_order, t in enumerate(c["topics"], start=1):
            topic = Topic(
                bank=bank,
                category=category,
                code=t["code"],
                order=t_order,
                name=t["name"],
                weight=Decimal(t["weight"]),
                best_practice=Decimal(t["best_practice"]),
                lens=t.get("lens", ""),
                life_stages=t["life_stages"],
                action_text=t["action"]["text"],
                action_owner=t["action"]["owner"],
                action_days=t["action"]["days"],
                vendor_only=category.vendor_only,
            )
            parts.append(topic)
            for q_order, q in enumerate(t["questions"], start=1):
                parts += _question(bank, topic, q_order, q)
    return parts


def _question(bank: QuestionBank, topic: Topic, order: int, q: dict[str, Any]) -> list[Any]:
    question = Question(
        bank=bank,
        topic=topic,
        code=q["code"],
        order=order,
        text=q["text"],
        help_text=q.get("help", ""),
        kind=q["kind"],
        scored=q.get("scored", True),
        weight=Decimal(q.get("weight", "1")),
        required=q.get("required", True),
        allow_na=q.get("allow_na", False),
        vendor_only=topic.vendor_only,
    )
    options = [
        Option(
            question=question,
            code=o["code"],
            order=number,
            text=o["text"],
            score=Decimal(o["score"]),
            vendor_only=topic.vendor_only,
        )
        for number, o in enumerate(q.get("options", []), start=1)
    ]
    return [question, *options]
