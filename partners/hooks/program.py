"""What the programme lends: the nightly run, panels, the home's tier progress, worklist, navigation, words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from partners.actions import run_night
from partners.actions.candidates import ON_THE_WAY
from partners.models import Partner, TierEvaluation, TierProposal
from partners.program_rows import present_history, present_outlook, side_by_side
from partners.queries import notice_of, tier_history, tier_outlook, waiting_proposals
from partners.registries import Worklist, lend_panel, lend_worklist, tell
from prm.kernel import clock
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.models import Membership
from prm.kernel.outbox import deferred
from prm.kernel.policies import permits
from prm.kernel.schedule import daily
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part
from prm.kernel.web.navigation import Entry, navigation
from prm.kernel.words import own

navigation(
    Entry(
        "Program",
        "partners:program_overview",
        "trophy",
        25,
        "partners.view_program",
        partner_label=own("Partner program"),
    )
)

tell(
    partner__tier_set="set the tier to {tier}",
    partner__tier_entered="entered the program with {tier}",
    partner__tier_overridden="gave {tier} until {until}: {reason}",
    partner__tier_override_ended="ended the override; the tier is {tier}",
    partner__tier_promoted="promoted to {tier}",
    partner__tier_demoted="moved down to {tier}",
    partner__tier_notice_given="gave notice: {to_tier} from {review_on} unless the figures reach {tier} again",
    partner__tier_notice_withdrawn="took the notice back; the figures reach {tier}",
    partner__tier_evaluated="evaluated the tier: qualifies for {tier}",
)


@daily
@deferred("partners.tiers_by_night")
def tiers_by_night(on: str) -> None:
    """Evaluate all partners, and do what is due about their tiers."""
    run_night(dt.date.fromisoformat(on))


@lend_panel(30, "partners/panels/tier.html", permission="partners.view_program")
def tier_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    """What it has, what is next, and the gap in units."""
    outlook = tier_outlook(partner, clock.today())
    return {"outlook": present_outlook(outlook), "address": f"{partner.get_absolute_url()}?tab=programme"}


@lend_panel(10, "partners/panels/tier_progress.html", "programme", permission="partners.view_program")
def progress_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    """The whole standing: progress, gaps, a notice, what the next tier is worth, and what the vendor may do."""
    outlook = tier_outlook(partner, clock.today())
    notice, write = notice_of(partner, clock.today()), formatter()
    above = outlook.to_reach
    columns = [outlook.benefits, above.benefits] if above else [outlook.benefits]
    history = tier_history(partner)
    may_override = permits(member, "partners.override_tier", partner)
    return {
        "partner": partner,
        "outlook": present_outlook(outlook),
        "benefits": side_by_side(columns),
        "notice": notice,
        "review_on": write.day(notice.review_on) if notice else "",
        "given_on": write.day(notice.given_on) if notice else "",
        "is_vendor": member.is_vendor,
        "may_evaluate": permits(member, "partners.evaluate_tier", partner),
        "may_override": may_override,
        "may_end": may_override and bool(history) and history[0].is_override,
        "history": present_history(history),
    }


@home_part(12, "partners/home/tier.html", area="side")
def tier_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """For a partner's people: tier progress in units."""
    member = request.member  # type: ignore[attr-defined]
    if member.is_vendor or not permits(member, "partners.view_program"):
        return None
    partner = Partner.objects.select_related("tier").filter(pk=member.partner_id).first()
    if partner is None or (partner.tier is None and partner.state in ON_THE_WAY):
        return None  # the agreement brings the first tier, no figures do
    today = clock.today()
    notice = notice_of(partner, today)
    return {
        "outlook": present_outlook(tier_outlook(partner, today)),
        "notice": notice,
        "review_on": formatter().day(notice.review_on) if notice else "",
        "address": f"{partner.get_absolute_url()}?tab=programme",
    }


def to_decide(member: Membership) -> QuerySet:
    rows = waiting_proposals(member)
    return rows if permits(member, "partners.decide_tier_proposal") else rows.none()


def _proposal_text(proposal: TierProposal) -> str:
    return f"{proposal.partner.name}: {proposal.get_kind_display().lower()} to {proposal.to_tier.name}"


lend_worklist(
    Worklist(
        "tier_proposals",
        "Tier changes to decide",
        to_decide,
        url=lambda proposal: reverse("partners:tier_proposals"),
        text=_proposal_text,
        due=lambda proposal: proposal.effective_on,
    )
)


@lend_sample("partners.Program")
def planted_program(row: dict[str, Any]) -> dict[str, Any]:
    """A version that is planted as published has a first day."""
    return {"valid_from": dt.date(2000, 1, 1)} if row["state"] == "published" else {}


@lend_sample("partners.TierProposal")
def planted_proposal(row: dict[str, Any]) -> dict[str, Any]:
    """A planted proposal rests on an evaluation of its partner."""
    return {"evaluation_id": TierEvaluation.objects.filter(partner_id=row["partner_id"]).values_list("pk")[0][0]}
