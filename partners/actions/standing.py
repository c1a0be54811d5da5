"""What interrupts, ends and revives a partnership: suspending, terminating, lapsing, coming back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from partners.models import Partner, Suspension, Termination
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.members import end_memberships
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text

S = Partner.State


class ReasonNeeded(Invalid):
    """Say why: the partner reads it, and it stays in the history."""

    code = "reason_needed"


class EndInThePast(Invalid):
    """A partnership cannot end before today."""

    code = "end_in_the_past"


class NoticeGiven(Conflict):
    """Notice has been given already; withdraw it before another one is given."""

    code = "notice_given"


class NoNotice(Conflict):
    """No notice is open."""

    code = "no_notice"


@transaction.atomic
def suspend_partner(partner: Partner, *, by: Membership | None, reason: str) -> Partner:
    """Freeze the partnership: its people may read and do nothing else until it is lifted."""
    require(by, "partners.suspend_partner", partner)
    why = _reason(reason)
    before = partner.state
    move(partner, S.SUSPENDED)
    Suspension.objects.create(partner=partner, from_date=clock.today(), state_before=before, reason=why)
    return record(partner, "partner.suspended", by=by, before=before, reason=why)


@transaction.atomic
def lift_suspension(partner: Partner, *, by: Membership | None, reason: str) -> Partner:
    """End the suspension; the partner is again what it was before."""
    require(by, "partners.lift_suspension", partner)
    why = _reason(reason)
    open_one = Suspension.objects.select_for_update(of=("self",)).filter(partner=partner, to_date=None).first()
    # Suspended by an import, without a record of what was before: then it goes on as an active one.
    back = open_one.state_before if open_one else S.ACTIVE
    move(partner, back)
    if open_one:
        open_one.to_date, open_one.lift_reason = clock.today(), why
        open_one.save(update_fields=["to_date", "lift_reason", "updated_at"])
    since = open_one.from_date if open_one else None
    return record(partner, "partner.suspension_lifted", by=by, state=back, reason=why, since=since, until=clock.today())


@transaction.atomic
def terminate_partner(partner: Partner, *, by: Membership | None, reason: str, ends_on: dt.date) -> Termination:
    """Give notice: on `ends_on` (today: at once) the partnership ends and its people lose access."""
    require(by, "partners.terminate_partner", partner)
    why, today = _reason(reason), clock.today()
    if ends_on < today:
        raise EndInThePast(field="ends_on")
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    if S.TERMINATED not in Partner.MOVES[S(partner.state)]:
        move(partner, S.TERMINATED)  # says why this step does not exist
    if Termination.objects.filter(partner=partner, state=Termination.State.GIVEN).exists():
        raise NoticeGiven()
    notice = Termination.objects.create(partner=partner, given_on=today, ends_on=ends_on, reason=why)
    record(notice, "partner.termination_given", by=by, ends_on=ends_on, reason=why)
    if ends_on == today:
        end_partnership(notice, by=by)
    return notice


@transaction.atomic
def withdraw_termination(partner: Partner, *, by: Membership | None, reason: str) -> Termination:
    """Take the notice back before its day; the partnership goes on."""
    require(by, "partners.withdraw_termination", partner)
    why = _reason(reason)
    notice = Termination.objects.filter(partner=partner, state=Termination.State.GIVEN).first()
    if notice is None:
        raise NoNotice()
    move(notice, Termination.State.WITHDRAWN)
    return record(notice, "partner.termination_withdrawn", by=by, reason=why)


@transaction.atomic
def end_partnership(notice: Termination, *, by: Membership | None) -> Partner:
    """The day of the notice has come: the partner is terminated, its people lose access with their next request."""
    require(by, "partners.terminate_partner", notice)
    move(notice, Termination.State.DONE)
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=notice.partner_id)
    before = partner.state
    move(partner, S.TERMINATED)
    Suspension.objects.filter(partner=partner, to_date=None).update(to_date=clock.today())
    people = end_memberships(partner.pk, by=by)
    return record(partner, "partner.terminated", by=by, before=before, reason=notice.reason, people=people)


@transaction.atomic
def lapse_partner(partner: Partner, *, by: Membership | None, quarters: int = 2) -> Partner:
    """Two full fiscal quarters without net sales: the partner leaves the active count until it comes back."""
    require(by, "partners.lapse_partner", partner)
    move(partner, S.LAPSED)
    return record(partner, "partner.lapsed", by=by, quarters=quarters)


@transaction.atomic
def begin_reactivation(partner: Partner, *, by: Membership | None, reason: str = "") -> Partner:
    """A lapsed partner says it is coming back."""
    require(by, "partners.begin_reactivation", partner)
    move(partner, S.REACTIVATING)
    return record(partner, "partner.reactivating", by=by, reason=clean_text(reason, field="reason", max_length=500))


@transaction.atomic
def return_to_active(partner: Partner, *, by: Membership | None, cause: str) -> Partner:
    """A lapsed or reactivating partner sells again (`cause`: a net sale booked, a deal registered)."""
    require(by, "partners.return_to_active", partner)
    before = partner.state
    move(partner, S.ACTIVE)
    partner.life_stage = Partner.LifeStage.SELL
    partner.save(update_fields=["life_stage", "updated_at"])
    return record(partner, "partner.returned", by=by, before=before, cause=cause)


def _reason(text: str) -> str:
    why = clean_text(text, field="reason", max_length=500)
    if not why:
        raise ReasonNeeded(field="reason")
    return why
