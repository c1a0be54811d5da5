"""What waits for a member: the worklists of all apps in one list, and the own company for partner users."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest

from partners.forms import AnswerForm
from partners.queries import next_profile_question
from partners.registries import worklists
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part

SHOWN_EACH = 5


@home_part(10, "partners/home/waiting.html")
def waiting(request: HttpRequest) -> dict[str, Any]:
    """The records that wait for this member, overdue ones first."""
    member = request.member  # type: ignore[attr-defined]
    today, write = clock.today(), formatter()
    items = []
    for worklist in worklists.values():
        for record in worklist.query(member)[:SHOWN_EACH]:
            due = worklist.due(record)
            items.append(
                {
                    "list": worklist.label,
                    "text": worklist.text(record),
                    "url": worklist.url(record),
                    "due": write.day(due) if due else "",
                    "is_overdue": due is not None and due < today,
                    "order": due or dt.date.max,
                }
            )
    items.sort(key=lambda item: (item["order"], item["text"]))
    return {"items": items}


@home_part(15, "partners/home/question.html")
def profile_question(request: HttpRequest) -> dict[str, Any] | None:
    """One question for a partner's person, now and then."""
    member = request.member  # type: ignore[attr-defined]
    if not permits(member, "partners.answer_profile_question"):
        return None
    question = next_profile_question(member, clock.today())
    return {"question": question, "form": AnswerForm(question)} if question else None
