"""The dates of a candidate, kept in step with the state of its partner."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from partners.models import Candidate, Partner
from prm.kernel import clock
from prm.kernel.events import record

S = Partner.State
ON_THE_WAY = (S.IDENTIFIED, S.CONTACTED, S.ENGAGED, S.QUALIFIED, S.COMMITTED)


def note_stage(partner: Partner, *, on: dt.date | None = None) -> Candidate | None:
    """Keep the candidate in step with the state its partner has just reached; called wherever a state is set.

    None for partners that never were candidates: those that came in by import as active.
    """
    today = on or clock.today()
    candidate = Candidate.objects.select_for_update(of=("self",)).filter(partner=partner).first()
    if candidate is None and partner.state not in ON_THE_WAY:
        return None
    candidate = candidate or Candidate(partner=partner, entered_on=today)
    if partner.state in ON_THE_WAY:
        _reach(candidate, partner.state, today)
    elif partner.state == S.ACTIVE and candidate.stage == Candidate.Stage.COMMITTED:
        _reach(candidate, Candidate.Stage.ONBOARDED, today)
    elif partner.state in {S.DECLINED, S.TERMINATED} and not candidate.closed:
        candidate.closed, candidate.closed_on = True, today
    candidate.save()
    return candidate


def _reach(candidate: Candidate, stage: str, on: dt.date) -> None:
    """Enter a stage; coming back to it (a suspension lifted) keeps the first day."""
    if stage not in candidate.entered:
        candidate.entered[stage] = on.isoformat()
    candidate.stage, candidate.entered_on = stage, dt.date.fromisoformat(candidate.entered[stage])


@transaction.atomic
def note_first_revenue(candidate: Candidate, *, on: dt.date) -> Candidate:
    """The first order after it committed: the end of the pathway."""
    _reach(candidate, Candidate.Stage.FIRST_REVENUE, on)
    candidate.save(update_fields=["entered", "stage", "entered_on", "updated_at"])
    return record(candidate, "candidate.first_revenue", by=None, vendor_only=True, on=on)
