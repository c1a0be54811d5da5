"""The questionnaire a new vendor starts with; from then on it is the vendor's own."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from prm.kernel import clock
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from scorecards.actions.bank import save_built
from scorecards.bank_shape import build
from scorecards.bank_yaml import read_yaml
from scorecards.models import QuestionBank

STARTER = Path(__file__).with_name("question_bank.yaml")
CODE = "capabilities"


@transaction.atomic
def copy_bank(by: Membership | None = None) -> QuestionBank:
    """Copy the starter questionnaire into the tenant of the moment and put it in use; once is enough."""
    there = QuestionBank.objects.filter(code=CODE).order_by("edition").last()
    if there is not None:
        return there
    bank = save_built(build(read_yaml(STARTER.read_bytes())))
    move(bank, QuestionBank.State.ACTIVE)
    bank.activated_at = clock.now()
    bank.save(update_fields=["activated_at", "updated_at"])
    return record(bank, "bank.copied", by=by, edition=bank.edition, vendor_only=True)
