"""The programme of a demo vendor: the version in force, the next one in draft, and what the nights have found."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from partners.actions import (
    confirm_tier_proposal,
    decline_tier_proposal,
    draft_program,
    edit_program_tier,
    override_tier,
    publish_program,
    run_night,
)
from partners.models import Partner, Program, ProgramTier, Tier, TierProposal
from partners.queries.tiers import next_review
from prm.kernel import clock
from prm.kernel.models import Membership, Tenant
from prm.kernel.periods import FiscalYear, add_months
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope

AGREEMENT = {"metric": "agreement_signed", "kind": "flag", "weight": "1"}


def _revenue(target: str) -> dict[str, str]:
    return {"metric": "net_revenue_12m", "kind": "at_least", "target": target, "weight": "2"}


def _score(target: str) -> dict[str, str]:
    return {"metric": "capability_score", "kind": "at_least", "target": target, "weight": "1"}


# What counts this year: certifications and deals are asked only from the next version on.
THIS_YEAR: dict[str, dict[str, Any]] = {
    "silver": {"requirements": [AGREEMENT, _revenue("30000.00")]},
    "gold": {"requirements": [_revenue("80000.00"), _score("30.0")], "mdf_quarter_cap": "12000.00"},
    "platinum": {"requirements": [_revenue("160000.00"), _score("50.0")], "mdf_quarter_cap": "35000.00"},
}


def tell_program(tenant: Tenant) -> None:
    """Two published versions and a draft; proposals that wait, one confirmed, one declined; an override, notices."""
    with tenant_scope(tenant):
        today = clock.today()
        chief = _first(Role.CHANNEL_CHIEF)
        _this_year(tenant, today, chief)
        _next_year(today, chief)
    review_on = _in(tenant, lambda: next_review(today))
    notice_on = review_on - dt.timedelta(days=92)
    last_month_end = today.replace(day=1) - dt.timedelta(days=1)
    for day in sorted({last_month_end, notice_on, today}):
        if day <= today:
            with clock.travel(to=_moment(tenant, day)), tenant_scope(tenant):
                run_night(day)
                if day == last_month_end:
                    _override(today, chief)
    with tenant_scope(tenant):
        waiting = list(TierProposal.objects.filter(state="proposed").select_related("partner__tier", "to_tier"))
        waiting.sort(key=lambda proposal: proposal.partner.sort_name)
        if len(waiting) > 3:
            confirm_tier_proposal(waiting[0], by=chief)
            decline_tier_proposal(waiting[1], by=chief, reason="Two invoices are overdue; next month again.")


def _this_year(tenant: Tenant, today: dt.date, chief: Membership | None) -> None:
    begins = FiscalYear.containing(today, tenant.fy_start_month).start
    with clock.travel(to=_moment(tenant, begins - dt.timedelta(days=20))):
        draft = draft_program(Program.objects.get(), name=f"Program from {begins:%B %Y}", by=chief)
        for rung in ProgramTier.objects.filter(program=draft).select_related("program", "tier"):
            if rung.tier.code in THIS_YEAR:
                edit_program_tier(rung, by=chief, **THIS_YEAR[rung.tier.code])
        draft.refresh_from_db()
        publish_program(draft, by=chief, valid_from=begins)


def _next_year(today: dt.date, chief: Membership | None) -> None:
    source = Program.objects.filter(state="published").order_by("valid_from").first()
    assert source is not None
    draft = draft_program(source, name="Next fiscal year", by=chief)
    gold = ProgramTier.objects.select_related("program", "tier").get(program=draft, tier__code="gold")
    edit_program_tier(gold, by=chief, base_discount="0.16", protection_days=100)


def _override(today: dt.date, chief: Membership | None) -> None:
    silver = Partner.objects.filter(tier__code="silver", state=Partner.State.ACTIVE).select_related("tier")
    partner = silver.order_by("-sort_name").first()
    if partner is not None:
        reason = "Lighthouse customer won together; certifications follow by spring."
        override_tier(partner, Tier.objects.get(code="gold"), by=chief, until=add_months(today, 4), reason=reason)


def _first(role: Role) -> Membership | None:
    people = Membership.objects.filter(partner=None, roles__contains=[role.value]).select_related("user")
    return people.order_by("created_at").first()


def _in(tenant: Tenant, ask: Any) -> Any:
    with tenant_scope(tenant):
        return ask()


def _moment(tenant: Tenant, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=ZoneInfo(tenant.time_zone))
