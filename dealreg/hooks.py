"""What deals lend: navigation, words, figures, a panel, worklists, alerts, letters, and the work of the night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg import tasks  # noqa: F401 - what follows an action, and the work of the night
from dealreg.models import DealRegistration, DealReview
from dealreg.queries.measures import metrics_of, registered_12m, registered_in, rows_behind, with_submission
from dealreg.queries.rules import eligibility_of
from dealreg.queries.waiting import (
    changes_on_my_desk,
    expiring,
    expiring_for_partner,
    extensions_to_decide,
    hearings_to_answer,
    on_my_desk,
    questions_to_answer,
    transfers_to_decide,
)
from dealreg.rows import present_deals, present_eligibility
from partners.models import Partner
from partners.registries import (
    Alert,
    Measure,
    PartnerAction,
    Period,
    Value,
    Worklist,
    lend_alert,
    lend_measure,
    lend_panel,
    lend_partner_action,
    lend_worklist,
    onboarding_check,
    tell,
)
from prm.kernel import clock
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.models import Membership
from prm.kernel.periods import add_days, add_months
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.home import home_part
from prm.kernel.web.navigation import Entry, navigation
from prm.kernel.web.tenancy import member_of

Values = dict[tuple[UUID, Period], Value]
State = DealRegistration.State
SHOWN = 5

navigation(Entry("Deals", "dealreg:deals", "businessplan", 35, "dealreg.view_deal"))

tell(
    deal__drafted="began a registration",
    deal__draft_edited="changed a draft",
    deal__draft_dropped="threw a draft away",
    deal__submitted="registered the deal {number} with {customer}",
    deal__opened="took the deal with {customer} into review",
    deal__asked="asked about the deal with {customer}: {question}",
    deal__answered="answered the question on the deal with {customer}",
    deal__approved="approved the deal with {customer}, protected until {expires_on}",
    deal__rejected="rejected the deal with {customer}: {reject_reason}",
    deal__appealed="appealed on the deal with {customer}",
    deal__withdrawn="took the deal with {customer} back",
    deal__timed_out="the question on the deal with {customer} was not answered in time: it counts as taken back",
    deal__transferred="the deal with {customer} went to the partner the customer chose",
    deal__cancelled="cancelled the approval of the deal with {customer}: {reason}",
    deal__signed="signed the deal with {customer}; a second signature is waited for",
    deal__cancellation_signed="signed the cancellation; a second signature is waited for",
    deal__conflict_decided="decided a conflict: {decision}",
    deal__transfer_proposed="proposed a transfer; the first partner is heard",
    deal__hearing_opened="asks for a word on the deal with {customer} until {due_on}",
    deal__hearing_answered="answered the hearing on the deal with {customer}",
    deal__transfer_decided="decided the transfer: {reason}",
    deal__kept="decided that the deal with {customer} stays",
    deal__joined="made the deal with {customer} a joint deal; share of the credit {credit_share}",
    deal__moved_on="set the next step with {customer}: {next_step}",
    deal__extension_asked="asked for {days} more days with {customer}",
    deal__extended="gave the deal with {customer} {days} more days, until {expires_on}",
    deal__extension_refused="refused the extension with {customer}: {reason}",
    deal__reinstated="protected the deal with {customer} again, until {expires_on}",
    deal__expired="the protection with {customer} ended",
    deal__change_asked="asked to change the deal with {customer} to {money}",
    deal__changed="changed the deal with {customer} to {money}",
    deal__change_refused="refused the change with {customer}: {reason}",
    deal__won="won the deal with {customer}: {money}",
    deal__lost="lost the deal with {customer}: {loss_reason}",
    deal__escalated="escalated the decision to {to}",
    deal_sharing__set="changed who sees the company's deals",
    deal_rules__edited="changed the rules of deal registration",
)

NOT_YOURS = "not known here"

# --- figures --------------------------------------------------------------------------------------------------


def registered_deals_12m(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    found = registered_12m(partner_ids, as_of)
    return {
        (pk, period): Value(Decimal(found[pk])) if pk in found else Value(None, NOT_YOURS)
        for pk in partner_ids
        for period in periods
    }


def registered_deals_quarter(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    found = registered_in(partner_ids, periods, as_of)
    return {
        (pk, period): Value(Decimal(found[pk, period])) if (pk, period) in found else Value(None, NOT_YOURS)
        for pk in partner_ids
        for period in periods
    }


def _metric(name: str, why: Any) -> Any:
    def compute(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
        found = metrics_of(partner_ids, periods, as_of)
        values = {(pk, period): Value(None, NOT_YOURS) for pk in partner_ids for period in periods}
        for key, figures in found.items():
            number = figures[name]
            values[key] = Value(None if number is None else Decimal(number), "" if number is not None else str(why))
        return values

    return compute


def _closed_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, period.start, min(period.end, as_of), closed=True)


def _registered_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, period.start, min(period.end, as_of), closed=False)


def _registered_rows_12m(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, add_days(add_months(as_of, -12), 1), as_of, closed=False)


NONE_CLOSED, NONE_WON = _("No deal was won or lost in the quarter."), _("No deal was won in the quarter.")
for _measure in (
    Measure(
        "registered_deals_12m",
        "Deals registered, last 12 months",
        "count",
        "registrations approved in the 12 months ending on the day and not withdrawn or cancelled",
        registered_deals_12m,
        _registered_rows_12m,
    ),
    Measure(
        "registered_deals_quarter",
        "Deal registrations",
        "count",
        "registrations approved in the quarter and not withdrawn or cancelled",
        registered_deals_quarter,
        _registered_rows,
    ),
    Measure("won_deals", "Deals won", "count", "won_count of F9", _metric("won_count", ""), _closed_rows),
    Measure(
        "win_rate",
        "Win rate",
        "ratio",
        "won / (won + lost), by count",
        _metric("win_rate", NONE_CLOSED),
        _closed_rows,
        empty=NONE_CLOSED,
    ),
    Measure(
        "average_deal_size",
        "Average deal size",
        "money",
        "won revenue / won deals",
        _metric("average_deal_size", NONE_WON),
        _closed_rows,
        empty=NONE_WON,
    ),
    Measure(
        "average_cycle_days",
        "Average sales cycle",
        "days",
        "days from the submission to the order, over won deals",
        _metric("average_cycle_days", NONE_WON),
        _closed_rows,
        "lower",
        empty=NONE_WON,
    ),
):
    lend_measure(_measure)


onboarding_check("deal_registered", lambda partner_ids, on: with_submission(partner_ids))

# --- what waits -------------------------------------------------------------------------------------------------

lend_worklist(
    Worklist(
        "deals_to_decide",
        "Deals to decide",
        on_my_desk,
        url=lambda deal: deal.get_absolute_url(),
        text=lambda deal: f"{deal.partner.name}: {deal.customer_name}",
        due=lambda deal: deal.review_due,
    )
)
lend_worklist(
    Worklist(
        "deal_changes",
        "Changed deals to decide",
        changes_on_my_desk,
        url=lambda change: change.deal.get_absolute_url(),
        text=lambda change: f"{change.partner.name}: {change.deal.customer_name}",
    )
)
lend_worklist(
    Worklist(
        "deal_extensions",
        "Extensions to decide",
        extensions_to_decide,
        url=lambda asked: asked.deal.get_absolute_url(),
        text=lambda asked: f"{asked.partner.name}: {asked.deal.customer_name}",
        due=lambda asked: asked.deal.expires_on,
    )
)
lend_worklist(
    Worklist(
        "deal_transfers",
        "Transfers to decide",
        transfers_to_decide,
        url=lambda conflict: conflict.candidate.get_absolute_url(),
        text=lambda conflict: f"{conflict.candidate.partner.name}: {conflict.candidate.customer_name}",
        due=lambda conflict: conflict.hearing.due_on,
    )
)
lend_worklist(
    Worklist(
        "deal_questions",
        "Questions on your deals",
        questions_to_answer,
        url=lambda deal: deal.get_absolute_url(),
        text=lambda deal: deal.customer_name,
    )
)
lend_worklist(
    Worklist(
        "deal_hearings",
        "Your word is asked",
        hearings_to_answer,
        url=lambda hearing: hearing.deal.get_absolute_url(),
        text=lambda hearing: hearing.deal.customer_name,
        due=lambda hearing: hearing.due_on,
    )
)
lend_worklist(
    Worklist(
        "deals_ending",
        "Protection that ends soon",
        expiring_for_partner,
        url=lambda deal: deal.get_absolute_url(),
        text=lambda deal: deal.customer_name,
        due=lambda deal: deal.expires_on,
    )
)
lend_alert(
    Alert(
        "deal_expiring",
        lambda on: (
            DealRegistration.objects.filter(state=State.APPROVED, expires_on__range=(on, add_days(on, 14)))
            .select_related("partner")
            .order_by("expires_on")
        ),
        text=lambda deal: f"The protection of the deal with {deal.customer_name} ends on {deal.expires_on}",
        label=_("Deal protection ends"),
        level="warning",
    )
)
lend_alert(
    Alert(
        "deal_overdue",
        lambda on: (
            DealRegistration.objects.filter(state=State.APPROVED, expected_close__lt=on)
            .select_related("partner")
            .order_by("expected_close")
        ),
        text=lambda deal: f"The expected order of {deal.customer_name} is past",
        label=_("Deal overdue"),
        level="info",
    )
)

# --- pages of others ----------------------------------------------------------------------------------------------


@lend_partner_action(30)
def register_button(member: Membership, partner: Partner) -> PartnerAction | None:
    """Register a deal: the thing to do for a partner's people, one of several for the vendor's."""
    if not permits(member, "dealreg.draft_deal", partner):
        return None
    url = reverse("dealreg:register", args=[partner.pk])
    return PartnerAction(_("Register a deal"), url, "businessplan", leads=not member.is_vendor)


@lend_panel(25, "dealreg/panel.html", permission="dealreg.view_deal")
def deals_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """The deals that are open, the nearest clock first."""
    visible = DealRegistration.objects.visible_to(member).filter(partner=partner)
    wanted = [State.SUBMITTED, State.IN_REVIEW, State.INFO_REQUESTED, State.APPROVED]
    found = visible.filter(state__in=wanted).select_related("partner", "owner__user")
    rows = present_deals(list(found.order_by("expires_on", "review_due", "pk")[:SHOWN]), with_lines=False)
    if not rows:
        return None
    return {"rows": rows, "url": f"{reverse('dealreg:deals')}?partner={partner.pk}"}


@home_part(12, "dealreg/home.html")
def deals_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """A partner's open deals with their clocks, and the way to register the next one."""
    member = member_of(request)
    if member.is_vendor or not permits(member, "dealreg.view_deal"):
        return None
    partner = Partner.objects.select_related("tier").get(pk=member.partner_id)
    wanted = [State.SUBMITTED, State.IN_REVIEW, State.INFO_REQUESTED, State.APPROVED]
    found = DealRegistration.objects.visible_to(member).filter(state__in=wanted)
    rows = present_deals(
        list(found.select_related("partner", "owner__user").order_by("expires_on", "pk")[:SHOWN]), with_lines=False
    )
    benefit = present_eligibility(eligibility_of(partner, clock.today()), partner.tier.name if partner.tier else "")
    may_register = benefit.may_register and permits(member, "dealreg.draft_deal", partner)
    return {"rows": rows, "benefit": benefit, "may_register": may_register} if rows or may_register else None


@home_part(33, "dealreg/ending.html", area="side")
def ending_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """For account managers: whose protection ends within two weeks."""
    member = member_of(request)
    if not member.is_vendor or not permits(member, "dealreg.grant_extension"):
        return None
    rows = present_deals(
        list(expiring(member, clock.today(), 14).select_related("owner__user")[:SHOWN]), with_lines=False
    )
    return {"rows": rows} if rows else None


# --- for the proof of isolation ------------------------------------------------------------------------------------


@lend_sample("dealreg.DealRegistration")
def _sent_deal(row: dict[str, Any]) -> dict[str, Any]:
    """A registration that was sent, so that its page is a whole one."""
    today = clock.today()
    return {
        "state": State.SUBMITTED,
        "submitted_at": clock.now(),
        "review_due": add_days(today, 2),
        "currency": current_tenant().currency,
        "credit_share": Decimal(1),
        "pauses": [],
        "customer_country": "DE",
    }


@lend_sample("dealreg.DealConflict")
def _two_deals(row: dict[str, Any]) -> dict[str, Any]:
    """Of two different registrations."""
    other = DealRegistration.objects.exclude(pk=row["candidate_id"]).order_by("created_at").first()
    return {"existing_id": other.pk if other else row["existing_id"]}


@lend_sample("dealreg.DealReview")
def _on_a_desk(row: dict[str, Any]) -> dict[str, Any]:
    return {"level": DealReview.Level.MANAGER}


@lend_sample("dealreg.DealProtection")
def _a_protection(row: dict[str, Any]) -> dict[str, Any]:
    today = clock.today()
    return {"active": True, "ended_on": None, "from_on": today, "until_on": add_days(today, 60)}


@lend_sample("dealreg.DealRules")
def _the_rules(row: dict[str, Any]) -> dict[str, Any]:
    return {"min_amount": Decimal(1000), "manager_band": Decimal(100000), "operations_band": Decimal(250000)}
