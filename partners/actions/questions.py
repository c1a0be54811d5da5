"""What candidates ask the vendor: asked by them or for them, answered, or left unanswered on purpose."""

from __future__ import annotations

from django.db import transaction

from partners.models import Partner, VendorQuestion
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.outbox import later
from prm.kernel.policies import require
from prm.kernel.text import clean_text


@transaction.atomic
def ask_vendor(partner: Partner, text: str, *, by: Membership | None) -> VendorQuestion:
    """Put a question to the vendor: the candidate's people, or the account manager for them."""
    require(by, "partners.ask_vendor", partner)
    question = VendorQuestion(partner=partner, text=_said(text, "text", 1000), asked_by=by, asked_on=clock.today())
    question.save()
    return record(question, "question.asked", by=by, text=question.text)


@transaction.atomic
def answer_vendor_question(question: VendorQuestion, text: str, *, by: Membership | None) -> VendorQuestion:
    """Answer for the candidate to read; one that asked on the page of its application is told by mail."""
    require(by, "partners.answer_vendor_question", question)
    answer = _said(text, "text", 2000)
    # The text first: the database wants one in the state "answered".
    VendorQuestion.objects.filter(pk=question.pk, version=question.version).update(answer=answer)
    move(question, VendorQuestion.State.ANSWERED)
    question.answer, question.answered_by, question.answered_on = answer, by, clock.today()
    question.save(update_fields=["answered_by", "answered_on", "updated_at"])
    if question.application_id is not None:
        later("partners.send_answer_letter", by=by, key=f"answer:{question.pk}", vendor_question_id=question.pk)
    return record(question, "question.answered", by=by)


@transaction.atomic
def waive_vendor_question(question: VendorQuestion, *, by: Membership | None, reason: str) -> VendorQuestion:
    """Leave a question unanswered, and say why; the reason is the vendor's alone."""
    require(by, "partners.waive_vendor_question", question)
    why = _said(reason, "reason", 500)
    move(question, VendorQuestion.State.WAIVED)
    return record(question, "question.waived", by=by, vendor_only=True, reason=why)


def _said(text: str, field: str, longest: int) -> str:
    said = clean_text(text, field=field, max_length=longest)
    if not said:
        raise Invalid("Write something.", field=field)
    return said
