"""What changes the tier a partner holds: entry, override, confirmed proposals. The history is only added to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from partners.models import Partner, PartnerTier, Tier, TierEvaluation, TierProposal
from partners.queries.program import Ladder, judge, ladder_on, measure_all, values_of
from partners.queries.tiers import NOT_EVALUATED, day_of_effect, holdings_of, regular_tier
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import plain, record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.notifications import notify
from prm.kernel.numbers import places_of
from prm.kernel.periods import add_months
from prm.kernel.policies import require
from prm.kernel.roles import Role
from prm.kernel.text import clean_text

CHUNK = 1000


class HistoryIsWritten(Conflict):
    """The history already tells of a later day; tiers are not changed backwards."""

    code = "history_is_written"


class NotOverridden(Conflict):
    """This partner's tier is not overridden."""

    code = "not_overridden"


class BadOverride(Invalid):
    """This override cannot be."""

    code = "bad_override"


@transaction.atomic
def set_tier(
    partner: Partner, tier: Tier, *, by: Membership | None, cause: str, on: dt.date, reason: str = ""
) -> Partner:
    """Give the partner a tier from a day on; what it held before stays in the history."""
    _hold(partner, tier, on=on, cause=cause, reason=reason)
    return record(partner, "partner.tier_set", by=by, tier=tier.name, cause=cause)


@transaction.atomic
def give_entry_tier(partner: Partner, *, by: Membership | None, community: bool = False) -> Partner:
    """The tier a new partner begins with: held for the programme's entry months, in which it cannot fall.

    A community member begins with the lowest community tier. A partner that has held a tier keeps its history.
    """
    on = clock.today()
    ladder = ladder_on(on)
    if ladder.program is None or PartnerTier.objects.filter(partner=partner).exists():
        return partner
    is_referral = partner.type == Partner.Type.REFERRAL
    wanted = ladder.program.entry_referral_id if is_referral else ladder.program.entry_resale_id
    rung = next((r for r in ladder.rungs if r.kind == "community"), None) if community else ladder.of(wanted)
    if rung is None:
        return partner
    until = None if community else add_months(on, ladder.program.entry_months)
    _hold(partner, Tier.objects.get(pk=rung.id), on=on, cause=PartnerTier.Cause.ENTRY, until=until)
    return record(partner, "partner.tier_entered", by=by, tier=rung.name, until=until)


@transaction.atomic
def override_tier(partner: Partner, tier: Tier, *, by: Membership | None, until: dt.date, reason: str) -> Partner:
    """Give another tier than the figures do, with a reason and an end; it ends by itself on that day.

    The partner reads the reason. Afterwards it holds what it would hold without.
    """
    require(by, "partners.override_tier", partner)
    today = clock.today()
    ladder = ladder_on(today)
    text = clean_text(reason, field="reason", max_length=500)
    if not text:
        raise BadOverride("Say why: the partner and the history keep it.", field="reason")
    if ladder.program is None or ladder.of(tier.pk) is None:
        raise BadOverride("The program in force has no such tier.", field="tier")
    limit = ladder.program.override_max_months
    if not today < until <= add_months(today, limit):
        raise BadOverride(f"An override ends after today and within {limit} months.", field="until")
    if partner.state in NOT_EVALUATED:
        raise BadOverride("This partner takes no part in the program.")
    holding = _locked_holding(partner)
    if holding is not None and holding.tier_id == tier.pk:
        raise BadOverride(f"The partner holds {tier.name} already.", field="tier")
    _hold(
        partner,
        tier,
        on=today,
        cause=PartnerTier.Cause.OVERRIDE,
        reason=text,
        until=until,
        returns_to=regular_tier(holding),
    )
    return record(partner, "partner.tier_overridden", by=by, tier=tier.name, until=until, reason=text)


@transaction.atomic
def end_tier_override(partner: Partner, *, by: Membership | None) -> Partner:
    """End an override before its day: the partner holds from today what it would hold without."""
    require(by, "partners.override_tier", partner)
    holding = _locked_holding(partner)
    if holding is None or not holding.is_override:
        raise NotOverridden()
    return return_from_override(partner, holding, clock.today(), by=by)


def return_from_override(partner: Partner, holding: PartnerTier, on: dt.date, *, by: Membership | None) -> Partner:
    """The partner holds again what it would hold; an entry it came from keeps its protection."""
    tier = holding.returns_to
    earlier = Q(from_date__lt=holding.from_date) | Q(from_date=holding.from_date, turn__lt=holding.turn)
    before = PartnerTier.objects.filter(earlier, partner=partner).exclude(cause="override")
    regular = before.order_by("-from_date", "-turn").first()
    until = regular.until if regular is not None and regular.tier_id == holding.returns_to_id else None
    if tier is None:  # it held none before: the lowest one
        tier = Tier.objects.order_by("level").first()
    assert tier is not None
    _hold(partner, tier, on=on, cause=PartnerTier.Cause.RETURN, until=until)
    return record(partner, "partner.tier_override_ended", by=by, tier=tier.name)


# --- figures ---------------------------------------------------------------------------------------------


def evaluate_partners(partners: Iterable[Partner], as_of: dt.date) -> int:
    """Judge partners by the version in force (F10), each figure asked once for all of them.

    One row per partner and day: a second run on that day replaces what the first found. Returns how many.
    """
    ladder = ladder_on(as_of)
    everyone = list(partners)
    if ladder.program is None:
        return 0
    for start in range(0, len(everyone), CHUNK):
        some = everyone[start : start + CHUNK]
        figures = measure_all(ladder.metrics, [partner.pk for partner in some], as_of)
        rows = [_evaluation(ladder, partner, values_of(figures, partner.pk), as_of) for partner in some]
        TierEvaluation.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "partner", "as_of"],
            update_fields=["program", "qualifying", "progress", "result", "updated_at"],
            batch_size=500,
        )
    return len(everyone)


@transaction.atomic
def evaluate_tier(partner: Partner, *, by: Membership | None) -> TierEvaluation:
    """Judge one partner now, beside the nightly run."""
    require(by, "partners.evaluate_tier", partner)
    today = clock.today()
    if not evaluate_partners([partner], today):
        raise Invalid("There is no program in force to judge by.", code="no_program")
    found = TierEvaluation.objects.select_related("qualifying").get(partner=partner, as_of=today)
    tier = found.qualifying.name if found.qualifying else "no tier"
    record(partner, "partner.tier_evaluated", by=by, vendor_only=True, tier=tier)
    return found


def _evaluation(ladder: Ladder, partner: Partner, values: dict[str, Any], as_of: dt.date) -> TierEvaluation:
    assert ladder.program is not None
    result = judge(ladder, values)
    qualifying = ladder.coded(result["qualifying_tier"])
    kept = dict(result) | {
        "actuals": {name: _written(value.number) for name, value in values.items()},
        "why": {name: value.why for name, value in values.items() if value.why},
    }
    return TierEvaluation(
        partner=partner,
        program=ladder.program,
        as_of=as_of,
        qualifying_id=qualifying.id if qualifying else None,
        progress=result["progress"],
        result=plain(kept),
    )


def _written(number: Any) -> str | None:
    """A figure as text without a tail of zeros that no one measured."""
    if number is None:
        return None
    return f"{number:f}" if places_of(number) <= 12 else f"{number.normalize():f}"


# --- proposals -------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_tier_proposal(proposal: TierProposal, *, by: Membership | None) -> TierProposal:
    """Say yes to a change of tier. It takes effect on the planned day, or the next first of a month when that
    has passed: tiers do not change backwards. Of two who press the button, one is told it is decided.
    """
    require(by, "partners.decide_tier_proposal", proposal)
    today = clock.today()
    day = day_of_effect(proposal, today)
    move(proposal, TierProposal.State.CONFIRMED)
    proposal.effective_on = day
    _decided(proposal, by)
    words: dict[str, Any] = {
        "tier": proposal.to_tier.name,
        "kind": proposal.kind,
        "effective_on": proposal.effective_on,
    }
    record(proposal, f"tier.{proposal.kind}_confirmed", by=by, vendor_only=True, **words)
    if proposal.effective_on <= today:
        apply_proposal(proposal, by=by)
    return proposal


@transaction.atomic
def decline_tier_proposal(proposal: TierProposal, *, by: Membership | None, reason: str) -> TierProposal:
    """Say no, with a reason that stays with the vendor; the next month asks anew."""
    require(by, "partners.decide_tier_proposal", proposal)
    text = clean_text(reason, field="reason", max_length=500)
    if not text:
        raise Invalid("Say why: it stays with the vendor.", code="reason_needed", field="reason")
    move(proposal, TierProposal.State.DECLINED)
    proposal.reason = text
    _decided(proposal, by)
    tier = proposal.to_tier.name
    return record(proposal, f"tier.{proposal.kind}_declined", by=by, vendor_only=True, tier=tier, reason=text)


def confirm_tier_proposals(
    proposals: Iterable[TierProposal], *, by: Membership | None
) -> tuple[list[TierProposal], list[TierProposal]]:
    """Confirm several; those that somebody decided meanwhile are left and given back as the second list."""
    done, left = [], []
    for proposal in proposals:
        try:
            with transaction.atomic():
                done.append(confirm_tier_proposal(proposal, by=by))
        except Conflict:
            left.append(proposal)
    return done, left


def apply_proposal(proposal: TierProposal, *, by: Membership | None) -> None:
    """Put a confirmed proposal into effect on its day, once."""
    move(proposal, TierProposal.State.APPLIED)
    partner = proposal.partner
    holding = _locked_holding(partner)
    rises = proposal.kind == TierProposal.Kind.PROMOTION
    # A night that comes late finds changes of days after the planned one: the history goes on from there.
    on = max(proposal.effective_on, holding.from_date) if holding else proposal.effective_on
    data: dict[str, Any] = {"tier": proposal.to_tier.name, "from_date": on}
    if holding is not None and holding.is_override and not _outgrows(holding, proposal):
        # The override wins until its end; what it returns to changes.
        holding.returns_to = proposal.to_tier
        holding.save(update_fields=["returns_to", "updated_at"])
    else:
        _hold(partner, proposal.to_tier, on=on, cause=PartnerTier.Cause.EVALUATION)
    record(partner, "partner.tier_promoted" if rises else "partner.tier_demoted", by=by, **data)
    words = _("From now on you hold %(tier)s.") if rises else _("Your tier is %(tier)s by the yearly review.")
    tell_champions(partner, words % data, about=proposal.evaluation, key=f"tier:{proposal.pk}")


def tell_champions(partner: Partner, text: str, *, about: Any, key: str) -> None:
    """Tell the people who stand for the partner, and by mail those who want it."""
    people = Membership.objects.filter(partner_id=partner.pk, active=True, roles__contains=[Role.CHAMPION.value])
    url = f"/partners/{partner.pk}/?tab=programme"
    notify(people.select_related("user"), text, about=about, url=url, key=key, mail=True)


def _outgrows(holding: PartnerTier, proposal: TierProposal) -> bool:
    """Whether a promotion leads above an override that was itself a favour."""
    was_favour = holding.returns_to is None or holding.tier.level > holding.returns_to.level
    return was_favour and proposal.to_tier.level > holding.tier.level


def _decided(proposal: TierProposal, by: Membership | None) -> None:
    proposal.decided_by, proposal.decided_at = by, clock.now()
    proposal.save(update_fields=["decided_by", "decided_at", "reason", "effective_on", "updated_at"])


def _locked_holding(partner: Partner) -> PartnerTier | None:
    """The present row, with the partner locked: of two changes the second sees the first."""
    Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    return holdings_of([partner.pk]).get(partner.pk)


def _hold(
    partner: Partner,
    tier: Tier,
    *,
    on: dt.date,
    cause: str,
    reason: str = "",
    until: dt.date | None = None,
    returns_to: Tier | None = None,
) -> None:
    """Begin a row of the history. Of two changes on one day the later one holds, and both stay.

    The same tier from the same cause on the same day is the same change said again.
    """
    holding = _locked_holding(partner)
    if holding is not None and holding.from_date > on:
        raise HistoryIsWritten()
    values = {
        "tier": tier,
        "cause": cause,
        "reason": clean_text(reason, max_length=500),
        "until": until,
        "returns_to": returns_to,
    }
    today_too = holding is not None and holding.from_date == on
    if holding is not None and today_too and (holding.tier_id, holding.cause) == (tier.pk, cause):
        PartnerTier.objects.filter(pk=holding.pk).update(**values)
    else:
        turn = holding.turn + 1 if holding is not None and today_too else 1
        PartnerTier.objects.create(partner=partner, from_date=on, turn=turn, **values)
    partner.tier = tier
    partner.save(update_fields=["tier", "updated_at"])
