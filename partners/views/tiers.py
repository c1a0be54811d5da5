"""Tiers of partners: one partner's place in the programme, its override, and the proposals that wait."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.actions import (
    confirm_tier_proposal,
    confirm_tier_proposals,
    decline_tier_proposal,
    end_tier_override,
    evaluate_tier,
    override_tier,
)
from partners.forms.program import DeclineForm, OverrideForm
from partners.models import Partner, TierProposal
from partners.program_rows import requirements_in_short
from partners.queries import waiting_proposals
from partners.queries.tiers import day_of_effect, judged_requirements
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.words import own

COLUMNS = (
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row["name"]),
    Column("kind", "Change", ("kind", "partner__sort_name"), lambda row: row["kind"]),
    Column("from", "From", (), lambda row: row["from_tier"]),
    Column("to", "To", ("to_tier__level",), lambda row: row["to_tier"]),
    Column("why", "Because", (), lambda row: row["because"]),
    Column("effective", "In effect from", ("effective_on",), lambda row: row["effective_on"]),
    Column("state", "State", ("state", "partner__sort_name"), lambda row: row["state"]),
)
TONES = {"proposed": "yellow", "confirmed": "blue", "applied": "green", "declined": "red", "lapsed": "grey"}
PROPOSALS = TierProposal.objects.select_related("partner__tier", "from_tier", "to_tier", "evaluation__program")


lend_list("partners:tier_proposals", COLUMNS)


@may("partners.view_tier_proposal")
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision; with `all` also what was decided."""
    return _proposals_page(request)


def _proposals_page(request: HttpRequest, **more: Any) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    shows_all = request.GET.get("show") == "all"
    rows = PROPOSALS.visible_to(member) if shows_all else PROPOSALS.visible_to(member).filter(state="proposed")
    shown = list_page(request, rows, COLUMNS, default_sort="partner", present=_present, file_name="tier-proposals")
    if isinstance(shown, HttpResponse):
        return shown
    context = {
        "list": shown,
        "shows_all": shows_all,
        "may_decide": permits(member, "partners.decide_tier_proposal"),
        "waiting": waiting_proposals(member).count(),
    }
    return render(request, "partners/program/proposals.html", context | more)


def _present(found: list[TierProposal]) -> list[dict[str, Any]]:
    write, today, judged = formatter(), clock.today(), judged_requirements(found)
    return [
        {
            "id": str(row.pk),
            "name": row.partner.name,
            "url": f"{row.partner.get_absolute_url()}?tab=programme",
            "kind": row.get_kind_display(),
            "kind_tone": "green" if row.kind == "promotion" else "red",
            "from_tier": row.from_tier.name if row.from_tier else "–",
            "to_tier": row.to_tier.name,
            "effective_on": write.day(day_of_effect(row, today)),
            "proposed_on": write.day(row.proposed_on),
            "state": row.get_state_display(),
            "state_tone": TONES[row.state],
            "is_open": row.state == "proposed",
            "reason": row.reason,
            "because": requirements_in_short(judged[row.pk]),
        }
        for row in found
    ]


@may("partners.decide_tier_proposal")
@require_POST
def proposals_confirm(request: HttpRequest) -> HttpResponse:
    """First shows what would change; with `sure` confirms the chosen ones and says which were decided meanwhile."""
    member = request.member  # type: ignore[attr-defined]
    wanted = [value for value in request.POST.getlist("proposal") if len(value) == 36][:500]
    chosen = [row for row in PROPOSALS.visible_to(member).filter(state="proposed") if str(row.pk) in set(wanted)]
    if not chosen:
        message = _("None of these waits any more.") if wanted else _("Choose the proposals to confirm.")
        answer = _proposals_page(request, problem=message)
        answer.status_code = 422
        return answer
    if not request.POST.get("sure"):
        return render(request, "partners/program/confirm.html", {"rows": _present(chosen)})
    done, left = confirm_tier_proposals(chosen, by=member)
    return render(request, "partners/program/confirmed.html", {"done": _present(done), "left": _present(left)})


@may("partners.decide_tier_proposal", PROPOSALS)
@require_POST
def proposal_confirm(request: HttpRequest, proposal: TierProposal) -> HttpResponse:
    try:
        confirm_tier_proposal(proposal, by=request.member)  # type: ignore[attr-defined]
    except Refused as refusal:
        answer = _proposals_page(request, problem=str(refusal))
        answer.status_code = refusal.status
        return answer
    return redirect("partners:tier_proposals")


@may("partners.decide_tier_proposal", PROPOSALS)
@require_http_methods(["GET", "POST"])
def proposal_decline(request: HttpRequest, proposal: TierProposal) -> HttpResponse:
    form = DeclineForm(request.POST or None)

    def page(form: Any) -> HttpResponse:
        words = {"name": proposal.partner.name, "tier": proposal.to_tier.name}
        heading = _("Decline: %(name)s to %(tier)s") % words
        return render(request, "partners/program/small_form.html", {"form": form, "heading": heading})

    if request.method == "GET":
        return page(form)
    return submit(
        request,
        form,
        lambda data: decline_tier_proposal(proposal, by=request.member, **data),  # type: ignore[attr-defined]
        again=page,
        then=lambda declined: "partners:tier_proposals",
    )


@may("partners.override_tier", Partner.objects.select_related("tier"))
@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = OverrideForm(request.POST or None)
    back = f"{partner.get_absolute_url()}?tab=programme"

    def page(form: Any) -> HttpResponse:
        heading = own("Override the tier of %(name)s") % {"name": partner.name}
        return render(request, "partners/form.html", {"form": form, "heading": heading, "back": back})

    if request.method == "GET":
        return page(form)
    return submit(
        request,
        form,
        lambda data: override_tier(partner, by=request.member, **data),  # type: ignore[attr-defined]
        again=page,
        then=lambda saved: back,
    )


@may("partners.override_tier", Partner.objects.select_related("tier"))
@require_POST
def override_end(request: HttpRequest, partner: Partner) -> HttpResponse:
    end_tier_override(partner, by=request.member)  # type: ignore[attr-defined]
    return redirect(f"{partner.get_absolute_url()}?tab=programme")


@may("partners.evaluate_tier", Partner.objects.select_related("tier"))
@require_POST
def evaluate(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Judge now, not only at night."""
    evaluate_tier(partner, by=request.member)  # type: ignore[attr-defined]
    return redirect(f"{partner.get_absolute_url()}?tab=programme")
