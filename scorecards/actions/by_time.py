"""What becomes of a scorecard that nobody goes on with: after thirty days a reminder, after ninety it is set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from partners.queries import managers_of
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.notifications import notify
from prm.kernel.roles import Role
from scorecards.actions.assessments import discard_assessment
from scorecards.models import Assessment

REMINDED_AFTER = dt.timedelta(days=30)
ABANDONED_AFTER = dt.timedelta(days=90)


def resting(since: dt.timedelta) -> QuerySet[Assessment]:
    """In progress, and neither answered nor given a file for so long."""
    return Assessment.objects.annotate(touched_at=Coalesce("last_answer_at", "opened_at")).filter(
        state=Assessment.State.IN_PROGRESS, touched_at__lte=clock.now() - since
    )


def remind_of_resting(*, write: Callable[[dt.date], str]) -> int:
    """Tell the champions and the account manager once for each time a scorecard has come to rest."""
    told = 0
    found = list(resting(REMINDED_AFTER).select_related("partner", "started_by__user"))
    champions = _champions_of([a.partner_id for a in found])
    managers = managers_of([a.partner_id for a in found])
    for assessment in found:
        touched: dt.datetime = assessment.touched_at  # type: ignore[attr-defined]
        people = {manager} if (manager := managers.get(assessment.partner_id)) else set()
        if not assessment.vendor_only:
            people |= champions.get(assessment.partner_id, set())
        if assessment.started_by is not None and assessment.started_by.is_vendor >= assessment.vendor_only:
            people.add(assessment.started_by)
        until = clock.day_of(touched + ABANDONED_AFTER)
        told += notify(
            people,
            _("The scorecard of %(name)s has waited for thirty days. On %(day)s it is set aside.")
            % {"name": assessment.partner.name, "day": write(until)},
            about=assessment,
            url=f"/scorecards/{assessment.pk}/",
            key=f"scorecard-rests:{assessment.pk}:{touched:%Y%m%d%H%M%S}",
            mail=True,
        )
    return told


def discard_abandoned() -> int:
    """Set aside what has rested for ninety days. Whoever answers at this very moment keeps it going."""
    done = 0
    for pk in list(resting(ABANDONED_AFTER).values_list("pk", flat=True)):
        with transaction.atomic():
            still = resting(ABANDONED_AFTER).select_for_update(of=("self",)).filter(pk=pk).first()
            if still is not None:
                discard_assessment(still, by=None, reason=_("Ninety days without an answer."))
                done += 1
    return done


def _champions_of(partner_ids: Sequence[UUID]) -> dict[UUID, set[Membership]]:
    found: dict[UUID, set[Membership]] = {}
    members = Membership.objects.filter(partner__in=partner_ids, active=True, roles__contains=[Role.CHAMPION.value])
    for member in members.select_related("user"):
        found.setdefault(member.partner_id, set()).add(member)  # type: ignore[arg-type]
    return found
