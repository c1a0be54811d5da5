"""What is sent twice under one key is done once: the second time the first answer is given again.

A key is the caller's own name for one request, good for seven days. The answer is kept in the transaction of what was
done, so there is never the one without the other; what was refused is not kept and may be sent again, corrected.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.models import KeptAnswer, Membership
from prm.kernel.sealing import seal, unseal

KEY_LIVES = dt.timedelta(days=7)


class KeyUsed(Conflict):
    """This Idempotency-Key was sent before with another content. Nothing was done."""

    code = "key_reused"


class InProgress(Conflict):
    """The same request is being answered at this moment. Send it again."""

    code = "in_progress"


def take_key(principal: str, key: str, *, by: Membership) -> None:
    """Hold the key until the end of the transaction; refused while a twin of the request holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"once {by.tenant_id} {principal} {key}"]
        )
        if not cursor.fetchone()[0]:
            raise InProgress()


def answer_before(principal: str, key: str, digest: str) -> tuple[int, Any] | None:
    """Status and content of what was answered under that key; refused when something else was asked then."""
    found = KeptAnswer.objects.filter(principal=principal, key=key).first()
    if found is None:
        return None
    if found.at <= clock.now() - KEY_LIVES:
        KeptAnswer.objects.filter(pk=found.pk).delete()
        return None
    if found.digest != digest:
        raise KeyUsed()
    return found.status, unseal(found.sealed, row=found.pk)["answer"]


def keep_answer(principal: str, key: str, digest: str, *, status: int, answer: Any, by: Membership) -> None:
    kept = KeptAnswer(
        partner_id=by.partner_id,
        member=by,
        principal=principal,
        key=key,
        digest=digest,
        status=status,
        at=clock.now(),
    )
    kept.sealed = seal({"answer": answer}, row=kept.pk)
    kept.save(force_insert=True)


def forget_answers() -> int:
    """Drop what nobody may ask for any more."""
    return KeptAnswer.objects.filter(at__lte=clock.now() - KEY_LIVES).delete()[0]
