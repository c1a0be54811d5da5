"""The questionnaire of a demo vendor with people for it: a second edition in use, and a third one in draft."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prm.demo.papers import leaflet
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from scorecards.actions import (
    activate_bank,
    add_category,
    add_document,
    add_topic,
    draft_bank,
    edit_bank,
    edit_topic,
)
from scorecards.bank_filled import topic_shape
from scorecards.models import QuestionBank, Topic
from scorecards.queries import topic_part

LIBRARY = "https://partners.acme.example/library/"
RESOURCES = {
    "fit_philosophy": [("Half-day workshop: agenda and template", "workshop")],
    "fit_verticals": [("Industry briefs", "industries"), ("How to choose two industries", "choose-two")],
    "cap_presales": [("Learning path for technical sales", "path-presales")],
    "cap_technical_sales": [("Demo kit and lab access", "demo-kit")],
    "act_plan": [("Joint business plan in one hour", "plan")],
    "mkt_plan": [("Campaigns that are ready to run", "campaigns")],
    "mkt_followup": [("The two-day contact rule", "follow-up")],
    "biz_recurring": [("Pricing a managed service: worksheet", "managed-service")],
}
OUR_VIEW = {
    "Trust and reliability": (
        "Does this partner do what it has said it would do?",
        ["Rarely", "Sometimes", "Mostly", "Always"],
    ),
    "Access to decision makers": (
        "Whom do we reach at this partner when it matters?",
        ["Nobody who decides", "The sales lead", "The owner, on request", "The owner, at any time"],
    ),
}
SHARES = ["Under 10 percent", "10 to 24 percent", "25 to 44 percent", "45 to 64 percent", "65 percent or more"]


def second_edition() -> QuestionBank | None:
    """In use for three months: with resources, a category of the vendor's own, one question asked anew."""
    writer, chief = _first(Role.OPERATIONS), _first(Role.CHANNEL_CHIEF)
    used = QuestionBank.objects.filter(state=QuestionBank.State.ACTIVE).first()
    if used is None or writer is None or chief is None:
        return None
    # The first one came with the vendor, long before the day on which the demo was told.
    QuestionBank.objects.filter(pk=used.pk).update(activated_at=clock.now() - dt.timedelta(days=400))
    bank = draft_bank(used, by=writer)
    for code, links in RESOURCES.items():
        resources = [{"title": title, "url": LIBRARY + page} for title, page in links]
        edit_topic(_topic(bank, code), by=writer, resources=resources)
    add_document(
        _topic(bank, "biz_profit"),
        by=writer,
        title="Profit levers on one page",
        upload=leaflet("Profit levers", "Attach rate, margin, cost: one at a time"),
    )
    _change(bank, "biz_recurring", writer, options=_graded(SHARES))
    said = "How openly do you share pipeline and plans with us, also when they are bad news?"
    _change(bank, "fit_openness", writer, text=said)
    own = add_category(bank, by=writer, name="How we see it", vendor_only=True)
    for name, (text, answers) in OUR_VIEW.items():
        topic = add_topic(own, by=writer, name=name, best_practice="75", lens="commitment")
        asked = {"text": text, "kind": "single", "options": _graded(answers)}
        edit_topic(topic, by=writer, questions=[asked])
    bank.refresh_from_db()
    return activate_bank(bank, by=chief)


def third_edition() -> QuestionBank | None:
    """What is being written: services in the cloud for those who deliver, and collaboration only where it matters."""
    writer = _first(Role.OPERATIONS)
    used = QuestionBank.objects.filter(state=QuestionBank.State.ACTIVE).first()
    if used is None or writer is None:
        return None
    bank = draft_bank(used, by=writer, name="Partner capabilities scorecard 2027")
    lenses = [{**lens, "name": "Strategic fit"} if lens["id"] == "compatibility" else lens for lens in bank.lenses]
    edit_bank(bank, by=writer, lenses=lenses)
    edit_topic(_topic(bank, "biz_collaboration"), by=writer, for_stages=["target", "pipeline", "success"])
    edit_topic(_topic(bank, "cap_deployment"), by=writer, best_practice="75")
    topic = add_topic(_topic(bank, "cap_support").category, by=writer, name="Services in the cloud", lens="capability")
    edit_topic(
        topic,
        by=writer,
        best_practice="65",
        for_types=["reseller", "msp", "si"],
        life_stages=["sell", "success"],
        action_text="Move one on-site service to the cloud and write down what it takes to run it.",
        action_owner="technical",
        action_days="60",
        resources=[{"title": "Reference design: managed service", "url": LIBRARY + "reference-design"}],
        questions=[
            {
                "text": "Which services do you run for customers in the cloud?",
                "kind": "multi",
                "options": [
                    {"text": "Backup and recovery", "score": "25"},
                    {"text": "Monitoring around the clock", "score": "25"},
                    {"text": "Security operations", "score": "25"},
                    {"text": "The whole of our product as a service", "score": "25"},
                ],
            },
            {"text": "Which service would you like to offer next?", "kind": "text", "required": False},
        ],
    )
    return bank


def _first(role: str) -> Membership | None:
    return Membership.objects.filter(partner=None, active=True, roles__contains=[role]).order_by("created_at").first()


def _topic(bank: QuestionBank, code: str) -> Topic:
    return Topic.objects.select_related("bank", "category__bank").get(bank=bank, code=code)


def _change(bank: QuestionBank, code: str, by: Membership, **changes: Any) -> None:
    """Change the first question of a topic and leave the others as they are."""
    topic = _topic(bank, code)
    questions = topic_shape(topic_part(topic))["questions"]
    questions[0] |= changes
    edit_topic(topic, by=by, questions=questions)


def _graded(answers: list[str]) -> list[dict[str, str]]:
    """From 1 to 100 in even steps."""
    steps = len(answers) - 1
    return [{"text": text, "score": str(max(1, round(100 * n / steps)))} for n, text in enumerate(answers)]
