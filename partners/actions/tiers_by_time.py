"""What time alone does to tiers: the nightly evaluation, proposals of the month's last night, notices, the review.

Every step looks at the days up to `on`, so a night that was missed is made up for by the next one, and running
twice has one effect.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.actions.tiers import (
    apply_proposal,
    evaluate_partners,
    return_from_override,
    tell_champions,
)
from partners.models import Partner, PartnerTier, Tier, TierEvaluation, TierNotice, TierProposal
from partners.queries.program import ladder_on
from partners.queries.tiers import MAY_RISE, NOT_EVALUATED, first_of_month, holdings_of, next_review, regular_tier
from prm.kernel.events import record, record_many
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.notifications import notify
from prm.kernel.periods import FiscalYear
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant

DAY = dt.timedelta(days=1)
NOTICE_WINDOW = 14  # days before the last possible one on which notices go out: a missed night costs no year
KEPT_DAYS = 35  # evaluations of every night; those of a month's first and last day are kept for good


@transaction.atomic
def run_night(on: dt.date) -> None:
    """Everything that is due by the night that begins the day `on`."""
    end_overrides(on)
    apply_confirmed(on)
    month_end = on if (on + DAY).day == 1 else on.replace(day=1) - DAY
    if not TierEvaluation.objects.filter(as_of=month_end).exists():
        evaluate_everyone(month_end)
    if on != month_end:
        evaluate_everyone(on)
    propose_promotions(month_end, on)
    give_notices(on)
    review_notices(on)
    drop_outlived_demotions(on)
    thin_out(on)


def evaluate_everyone(as_of: dt.date) -> int:
    return evaluate_partners(Partner.objects.exclude(state__in=NOT_EVALUATED).order_by("pk"), as_of)


def end_overrides(on: dt.date) -> None:
    """Overrides whose day has come; the history says that day, also when the night comes late."""
    ended = PartnerTier.objects.filter(cause="override", until__lte=on).values_list("partner_id", flat=True)
    holdings = holdings_of(list(ended))
    for partner in Partner.objects.filter(pk__in=holdings).order_by("pk"):
        holding = holdings[partner.pk]
        if holding.is_override and holding.until is not None and holding.until <= on:
            return_from_override(partner, holding, holding.until, by=None)


def apply_confirmed(on: dt.date) -> None:
    due = TierProposal.objects.filter(state=TierProposal.State.CONFIRMED, effective_on__lte=on)
    for proposal in due.select_related("partner__tier", "to_tier").order_by("effective_on", "pk"):
        if proposal.partner.state in NOT_EVALUATED:
            _lapse(proposal)
        else:
            apply_proposal(proposal, by=None)


def propose_promotions(month_end: dt.date, on: dt.date) -> None:
    """Those whose figures of a month's last night qualify higher than what they hold, once per month."""
    found = TierEvaluation.objects.filter(as_of=month_end, qualifying__isnull=False, partner__state__in=MAY_RISE)
    rows = list(found.select_related("partner", "qualifying").order_by("pk"))
    holdings = holdings_of([row.partner_id for row in rows])
    asked = set(TierProposal.objects.filter(proposed_on=month_end).values_list("partner_id", flat=True))
    still = {row.partner_id: row for row in rows if _rises(row, holdings.get(row.partner_id))}
    taken = _lapse_promotions(month_end, still)
    new = [
        TierProposal(
            partner=row.partner,
            kind=TierProposal.Kind.PROMOTION,
            from_tier=regular_tier(holdings.get(pk)),
            to_tier=row.qualifying,
            evaluation=row,
            proposed_on=month_end,
            effective_on=first_of_month(max(month_end + DAY, on)),
        )
        for pk, row in still.items()
        if pk not in asked and pk not in taken
    ]
    TierProposal.objects.bulk_create(new)
    record_many(new, "tier.promotion_proposed", by=None, data=lambda p: {"tier": p.to_tier.name}, vendor_only=True)
    if new:
        deciders = Membership.objects.filter(partner=None, active=True).filter(
            Q(roles__contains=[Role.CHANNEL_CHIEF.value]) | Q(roles__contains=[Role.OPERATIONS.value])
        )
        text = ngettext("%(n)s promotion waits for your decision", "%(n)s promotions wait for your decision", len(new))
        key, url = f"tier-proposals:{month_end}", "/partners/program/proposals/"
        notify(deciders.select_related("user"), text % {"n": len(new)}, about=None, url=url, key=key)


def _rises(row: TierEvaluation, holding: PartnerTier | None) -> bool:
    regular = regular_tier(holding)
    assert row.qualifying is not None
    return regular is None or row.qualifying.level > regular.level


def _lapse_promotions(month_end: dt.date, still: dict[Any, TierEvaluation]) -> set[Any]:
    """Promotions of earlier months that nobody decided: gone when the figures say otherwise by now.

    Returns the partners whose proposal stays open.
    """
    taken = set()
    open_ones = TierProposal.objects.filter(state__in=["proposed", "confirmed"]).select_related("to_tier", "partner")
    for proposal in open_ones:
        row = still.get(proposal.partner_id)
        is_older = proposal.kind == "promotion" and proposal.state == "proposed" and proposal.proposed_on < month_end
        if is_older and (row is None or row.qualifying_id != proposal.to_tier_id):
            _lapse(proposal)
        else:
            taken.add(proposal.partner_id)
    return taken


def give_notices(on: dt.date) -> None:
    """Tell partners that they would fall at the next review, early enough; take it back when they would not.

    Who holds an entry tier beyond the review cannot fall, so nothing is told.
    """
    ladder = ladder_on(on)
    if ladder.program is None:
        return
    review_on = next_review(on)
    last_day = review_on - dt.timedelta(days=ladder.program.demotion_notice_days)
    evaluations = {
        row.partner_id: row
        for row in TierEvaluation.objects.filter(as_of=on, partner__tier__isnull=False)
        .exclude(partner__state=Partner.State.SUSPENDED)
        .select_related("partner", "qualifying")
    }
    holdings = holdings_of(list(evaluations))
    known = {notice.partner_id: notice for notice in TierNotice.objects.filter(review_on=review_on)}
    lowest = Tier.objects.get(pk=ladder.rungs[0].id)
    for partner_id, row in evaluations.items():
        notice, holding = known.get(partner_id), holdings.get(partner_id)
        falls = holding is not None and _falls(row, holding, review_on)
        if notice is not None and notice.withdrawn_on is None and not falls:
            notice.withdrawn_on = on
            notice.save(update_fields=["withdrawn_on", "updated_at"])
            record(row.partner, "partner.tier_notice_withdrawn", by=None, tier=notice.tier.name)
        in_time = last_day - dt.timedelta(days=NOTICE_WINDOW) <= on <= last_day
        if falls and in_time and (notice is None or notice.withdrawn_on is not None):
            tier, to_tier = regular_tier(holding), row.qualifying or lowest
            assert tier is not None
            values = {"tier": tier, "to_tier": to_tier, "evaluation": row, "given_on": on, "withdrawn_on": None}
            TierNotice.objects.update_or_create(partner=row.partner, review_on=review_on, defaults=values)
            told = {"tier": tier.name, "to_tier": to_tier.name, "review_on": review_on}
            record(row.partner, "partner.tier_notice_given", by=None, **told)
            words = _("Your tier falls to %(to_tier)s on %(review_on)s unless your figures reach %(tier)s again.")
            shown = told | {"review_on": review_on.isoformat()}
            tell_champions(row.partner, words % shown, about=row, key=f"tier-notice:{row.partner_id}:{review_on}")


def _falls(row: TierEvaluation, holding: PartnerTier, review_on: dt.date) -> bool:
    """Whether the figures are below what is held, and nothing protects it on the day of the review."""
    regular = regular_tier(holding)
    is_protected = not holding.is_override and holding.until is not None and holding.until > review_on
    if regular is None or is_protected:
        return False
    return (row.qualifying.level if row.qualifying else -1) < regular.level


def review_notices(on: dt.date) -> None:
    """The yearly review: who had notice and still qualifies lower is proposed for the lower tier.

    Never lower than the notice said. A person decides.
    """
    review_on = FiscalYear.containing(on, current_tenant().fy_start_month).start
    notices = list(
        TierNotice.objects.filter(review_on=review_on, withdrawn_on=None, reviewed_on=None)
        .select_related("partner", "tier", "to_tier")
        .order_by("pk")
    )
    if not notices:
        return
    missing = [notice.partner for notice in notices]
    if on != review_on:
        evaluate_partners(missing, review_on)
    found = TierEvaluation.objects.filter(as_of=review_on, partner__in=missing).select_related("qualifying")
    rows = {row.partner_id: row for row in found}
    holdings = holdings_of([partner.pk for partner in missing])
    busy = set(TierProposal.objects.filter(state__in=["proposed", "confirmed"]).values_list("partner_id", flat=True))
    for notice in notices:
        row, holding = rows.get(notice.partner_id), holdings.get(notice.partner_id)
        is_low = row is not None and holding is not None and _falls(row, holding, review_on)
        if is_low and row is not None and notice.partner_id not in busy:
            placed = row.qualifying
            to_tier = placed if placed is not None and placed.level > notice.to_tier.level else notice.to_tier
            proposal = TierProposal.objects.create(
                partner=notice.partner,
                kind=TierProposal.Kind.DEMOTION,
                from_tier=regular_tier(holding),
                to_tier=to_tier,
                evaluation=row,
                proposed_on=review_on,
                effective_on=first_of_month(on),
            )
            record(proposal, "tier.demotion_proposed", by=None, vendor_only=True, tier=to_tier.name)
        notice.reviewed_on = on
        notice.save(update_fields=["reviewed_on", "updated_at"])


def drop_outlived_demotions(on: dt.date) -> None:
    """A demotion that waits for its decision is gone when the partner qualifies again."""
    waiting = TierProposal.objects.filter(kind="demotion", state="proposed").select_related("from_tier", "partner")
    for proposal in waiting:
        row = TierEvaluation.objects.filter(partner=proposal.partner_id, as_of=on).select_related("qualifying").first()
        recovered = row is not None and row.qualifying is not None and proposal.from_tier is not None
        if recovered and row.qualifying.level >= proposal.from_tier.level:  # type: ignore[union-attr]
            _lapse(proposal)


def thin_out(on: dt.date) -> None:
    """Forget the evaluations of ordinary nights; what a proposal or notice refers to stays."""
    old = TierEvaluation.objects.filter(as_of__lt=on - dt.timedelta(days=KEPT_DAYS))
    ordinary = old.exclude(Q(as_of__day=1) | Q(as_of__day__gte=28)).filter(proposals=None, notices=None)
    TierEvaluation.objects.filter(pk__in=ordinary.values("pk")).delete()


def _lapse(proposal: TierProposal) -> None:
    move(proposal, TierProposal.State.LAPSED)
    record(proposal, f"tier.{proposal.kind}_lapsed", by=None, vendor_only=True, tier=proposal.to_tier.name)
