"""The page of one deal, as every verb on it answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dealreg.actions.protecting import track_conflicts
from dealreg.forms.contracts import RenewalForm
from dealreg.forms.deals import ConflictForm, TransferDecisionForm, TransferForm
from dealreg.forms.leads import ClaimForm, TransferDealForm, WhyForm
from dealreg.forms.opportunities import EngagementForm
from dealreg.models import DealRegistration
from dealreg.policies import review_of
from dealreg.queries.freezing import is_frozen
from dealreg.queries.pages import deal_page, note_opening
from dealreg.rows.against import ShownAgainst, present_claims
from dealreg.rows.contracts import present_renewals
from dealreg.rows.deals import present_page
from dealreg.views.offers import kept, offered, unplaced
from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.tenancy import member_of

DEAL = DealRegistration.objects.select_related("partner", "owner__user")


def deal_answer(request: HttpRequest, deal: DealRegistration, *, refused: Any = None, verb: str = "") -> HttpResponse:
    """One deal: where it stands, what one can do, what happened. A refused form stands open with what was typed."""
    member = member_of(request)
    if deal.state == DealRegistration.State.DRAFT and permits(member, "dealreg.edit_draft", deal):
        return redirect("dealreg:edit_draft", deal.pk)
    note_opening(deal, member)
    page = deal_page(deal, member)
    unnoted = any(one.conflict is None and not one.rival.similar for one in page.against)
    if unnoted or any(one.claim is None for one in (*page.claims, *page.renewals)):
        track_conflicts(deal)  # somebody claimed the customer since it was last looked at
        page = deal_page(deal, member)
    shown = present_page(page, member)
    verbs = offered(page, member, refused=refused, verb=verb)
    against = [(one, _forms(one, deal, member, refused)) for one in shown.against]
    claims = [(one, _claim_form(one, deal, member, refused)) for one in present_claims(page.claims)]
    renewals = [(one, _renewal_form(one, deal, member, refused)) for one in present_renewals(page.renewals)]
    engaged = [(one, _engagement_form(one, deal, member, refused)) for one in shown.engaged]
    ended = _ended_forms(deal, member, refused)
    places = [*(one.form for one in verbs), *ended.values(), *(form for _one, form in [*claims, *renewals, *engaged])]
    places += [form for _one, forms in against for form in forms.values()]
    context = {
        "deal": deal,
        "page": shown,
        "verbs": verbs,
        "against": against,
        "claims": claims,
        "renewals": renewals,
        "ended": ended,
        "engaged": engaged,
        "register_again": not member.is_vendor and permits(member, "dealreg.draft_deal", deal.partner),
        "refused": unplaced(refused, places),
    }
    return render(request, "dealreg/deal.html", context)


def _may(member: Membership, permission: str, deal: DealRegistration) -> bool:
    """While its partner is suspended nothing of a registration is decided."""
    return not is_frozen(deal) and permits(member, permission, deal)


def _engagement_form(one: dict[str, str], deal: DealRegistration, member: Membership, refused: Any) -> Any:
    waits = not one["decision"] and _may(member, "dealreg.decide_engagement", deal)
    return kept(EngagementForm(auto_id=f"e{one['id'].replace('-', '')[:8]}_%s"), refused) if waits else None


def _forms(one: ShownAgainst, deal: DealRegistration, member: Membership, refused: Any) -> dict[str, Any]:
    """The ways of the conflict rule that this member can take, each form with ids of its own."""
    mark = one.conflict_id[:8]
    forms: dict[str, Any] = {}
    if one.is_pending and _may(member, "dealreg.decide_conflict", deal):
        forms["decide"] = kept(ConflictForm(auto_id=f"c{mark}_%s"), refused)
        if one.may_transfer:
            forms["transfer"] = kept(TransferForm(auto_id=f"t{mark}_%s"), refused)
    if one.is_transfer and _may(member, "dealreg.decide_transfer", deal):
        forms["decide_transfer"] = kept(TransferDecisionForm(auto_id=f"d{mark}_%s"), refused)
    return forms


def _claim_form(one: dict[str, Any], deal: DealRegistration, member: Membership, refused: Any) -> Any:
    if not one["is_pending"] or not _may(member, "dealreg.decide_lead_claim", deal):
        return None
    return kept(ClaimForm(auto_id=f"l{one['claim_id'][:8]}_%s"), refused)


def _renewal_form(one: dict[str, Any], deal: DealRegistration, member: Membership, refused: Any) -> Any:
    if not one["is_pending"] or not _may(member, "dealreg.decide_renewal", deal):
        return None
    return kept(RenewalForm(auto_id=f"r{one['claim_id'].replace('-', '')[:8]}_%s"), refused)


def _ended_forms(deal: DealRegistration, member: Membership, refused: Any) -> dict[str, Any]:
    """Of a protected deal whose partner is gone: whether it is kept until it expires."""
    is_open = deal.state == DealRegistration.State.APPROVED and deal.partner.state == Partner.State.TERMINATED
    if not is_open or not permits(member, "dealreg.keep_deal", deal):
        return {}
    found = {
        "end": kept(WhyForm(auto_id="end_deal_%s"), refused),
        "transfer": kept(TransferDealForm(auto_id="transfer_deal_%s"), refused),
    }
    review = review_of(deal)
    if review is not None and review.kept_on is None:
        found["keep"] = kept(WhyForm(auto_id="keep_deal_%s"), refused)
    return found
