"""The programme's pages: overview, versions and their editor, comparison, what a version would do, publishing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.actions import (
    add_program_tier,
    draft_program,
    edit_program,
    edit_program_tier,
    import_program,
    publish_program,
    remove_program_tier,
    withdraw_program,
)
from partners.forms.program import (
    BenefitsForm,
    ImportProgramForm,
    ProgramForm,
    PublishForm,
    RequirementFormSet,
    TierAddForm,
    wanted_of,
)
from partners.models import Partner, Program, ProgramTier
from partners.program_rows import differences, present_rung, side_by_side, unmeasured
from partners.program_shape import to_yaml
from partners.queries import ladder_of, ladder_on, preview, waiting_proposals
from partners.queries.tiers import last_evaluated_on, movements, partners_by_tier
from partners.starter import SINCE
from prm.kernel import clock
from prm.kernel.periods import add_months
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import go, submit
from prm.kernel.words import own

STATE_TONES = {"draft": "yellow", "published": "green", "withdrawn": "grey"}
SHOWN_MOVERS = 200


@may("partners.view_program")
def overview(request: HttpRequest) -> HttpResponse:
    """The programme in force. For the vendor also who is where, what moved, what waits and the other versions."""
    member, today = request.member, clock.today()  # type: ignore[attr-defined]
    ladder, write = ladder_on(today), formatter()
    context: dict[str, Any] = {
        "ladder": ladder,
        "since": write.day(ladder.program.valid_from) if ladder.program and ladder.program.valid_from != SINCE else "",
        "benefits": side_by_side([rung.benefits for rung in ladder.rungs]),
        "may_edit": permits(member, "partners.edit_program"),
        "is_vendor": member.is_vendor,
    }
    if not member.is_vendor:
        context["rungs"] = [present_rung(rung) for rung in ladder.rungs]
        company = Partner.objects.select_related("tier").filter(pk=member.partner_id).first()
        context["held"] = company.tier_id if company else None
        return render(request, "partners/program/overview.html", context)
    holders = partners_by_tier(member)
    evaluated = last_evaluated_on()
    versions = (
        Program.objects.visible_to(member).with_end().exclude(state="withdrawn").order_by("-valid_from", "-created_at")
    )
    context |= {
        "rungs": [present_rung(rung, holders.get(rung.id, 0)) for rung in ladder.rungs],
        "without": holders.get(None, 0),
        "waiting": waiting_proposals(member).count(),
        "movements": [
            {"row": row, "day": write.day(row.from_date), "cause": row.get_cause_display()}
            for row in movements(member, add_months(today, -3))
        ],
        "versions": [_shown(version, ladder.program, version.followed_on) for version in versions[:30]],
        "evaluated": write.day(evaluated) if evaluated else "",
    }
    return render(request, "partners/program/overview.html", context)


@may("partners.view_program", Program)
def program(request: HttpRequest, program: Program) -> HttpResponse:
    """One version: its tiers, and for a draft the ways to change it."""
    return _program_page(request, program)


def _program_page(request: HttpRequest, program: Program, **more: Any) -> HttpResponse:
    member, today = request.member, clock.today()  # type: ignore[attr-defined]
    ladder = ladder_of(program)
    rows = {row.tier_id: row.pk for row in ProgramTier.objects.filter(program=program)}
    is_draft = program.state == Program.State.DRAFT
    may_edit = permits(member, "partners.edit_program", program)
    is_ahead = program.state == "published" and program.valid_from is not None and program.valid_from > today
    may_publish = permits(member, "partners.publish_program", program)
    until = Program.objects.with_end().values_list("followed_on", flat=True).get(pk=program.pk)
    context = {
        "program": program,
        "shown": _shown(program, ladder_on(today).program, until),
        "rungs": [{"shown": present_rung(rung), "row_id": rows.get(rung.id)} for rung in ladder.rungs],
        "benefits": side_by_side([rung.benefits for rung in ladder.rungs]),
        "names": ladder,
        "entry": next((r.name for r in ladder.rungs if r.id == program.entry_resale_id), "–"),
        "entry_referral": next((r.name for r in ladder.rungs if r.id == program.entry_referral_id), "–"),
        "is_draft": is_draft,
        "may_edit": may_edit,
        "may_change": may_edit and is_draft,
        "may_publish": may_publish and is_draft,
        "may_withdraw": (may_edit and is_draft) or (may_publish and is_ahead),
        "publish_form": PublishForm(initial={"valid_from": today}),
        "is_vendor": member.is_vendor,
    }
    return render(request, "partners/program/program.html", context | more)


@may("partners.edit_program", Program)
@require_POST
def draft(request: HttpRequest, program: Program) -> HttpResponse:
    """Copy a version to a draft, and go there."""
    copied = draft_program(program, by=request.member, name=request.POST.get("name", "")[:120])  # type: ignore[attr-defined]
    return go(request, copied)


@may("partners.edit_program")
@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    form = ImportProgramForm(request.POST or None, request.FILES or None)

    def page(form: Any) -> HttpResponse:
        return render(request, "partners/program/import.html", {"form": form})

    if request.method == "GET":
        return page(form)
    return submit(
        request,
        form,
        lambda data: import_program(data["text"], by=request.member, name=data["name"]),  # type: ignore[attr-defined]
        again=page,
        then=lambda made: made,
    )


@may("partners.view_program", Program)
def export(request: HttpRequest, program: Program) -> HttpResponse:
    """The version as YAML, in the shape in which it can be imported."""
    answer = HttpResponse(to_yaml(ladder_of(program)), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="program.yaml"'
    return answer


@may("partners.edit_program", Program)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, program: Program) -> HttpResponse:
    initial = {name: getattr(program, name) for name in ProgramForm.base_fields}
    form = ProgramForm(request.POST or None, initial=initial)

    def page(form: Any) -> HttpResponse:
        context = {"form": form, "heading": _("Settings of %(name)s") % {"name": program.name}}
        return render(request, "partners/form.html", context | {"back": program.get_absolute_url()})

    def act(data: dict[str, Any]) -> Program:
        return edit_program(program, by=request.member, seen_version=data.pop("version"), **data)  # type: ignore[attr-defined]

    return page(form) if request.method == "GET" else submit(request, form, act, again=page, then=lambda p: p)


@may("partners.edit_program", Program)
@require_http_methods(["GET", "POST"])
def tier_add(request: HttpRequest, program: Program) -> HttpResponse:
    form = TierAddForm(request.POST or None)

    def page(form: Any) -> HttpResponse:
        context = {"form": form, "heading": own("Add a tier to %(name)s") % {"name": program.name}}
        return render(request, "partners/form.html", context | {"back": program.get_absolute_url()})

    def act(data: dict[str, Any]) -> ProgramTier:
        return add_program_tier(program, by=request.member, **data)  # type: ignore[attr-defined]

    def then(rung: ProgramTier) -> str:
        return program.get_absolute_url()

    return page(form) if request.method == "GET" else submit(request, form, act, again=page, then=then)


RUNGS = ProgramTier.objects.select_related("program", "tier")


@may("partners.edit_program", RUNGS)
@require_http_methods(["GET", "POST"])
def tier_edit(request: HttpRequest, rung: ProgramTier) -> HttpResponse:
    """What a tier of a draft asks and gives, on one page."""
    asked = RequirementFormSet(request.POST or None, initial=rung.requirements, prefix="asks")
    form = BenefitsForm(request.POST or None, initial=BenefitsForm.initial_of(rung))

    def page(form: Any) -> HttpResponse:
        return render(request, "partners/program/tier_edit.html", {"form": form, "asked": asked, "rung": rung})

    if request.method == "GET":
        return page(form)
    if not asked.is_valid():
        form.is_valid()
        answer = page(form)
        answer.status_code = 422
        return answer

    def act(data: dict[str, Any]) -> ProgramTier:
        wanted = wanted_of(asked)
        seen = data["version"]
        by = request.member  # type: ignore[attr-defined]
        return edit_program_tier(rung, by=by, seen_version=seen, requirements=wanted, **form.values())

    return submit(request, form, act, again=page, then=lambda saved: rung.program)


@may("partners.edit_program", RUNGS)
@require_POST
def tier_remove(request: HttpRequest, rung: ProgramTier) -> HttpResponse:
    return go(request, remove_program_tier(rung, by=request.member))  # type: ignore[attr-defined]


@may("partners.publish_program", Program)
@require_POST
def publish(request: HttpRequest, program: Program) -> HttpResponse:
    return submit(
        request,
        PublishForm(request.POST),
        lambda data: publish_program(program, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _program_page(request, program, publish_form=form),
        then=lambda published: published,
    )


@may("partners.edit_program", Program)
@require_POST
def withdraw(request: HttpRequest, program: Program) -> HttpResponse:
    withdraw_program(program, by=request.member)  # type: ignore[attr-defined]
    return redirect("partners:program_overview")


@may("partners.view_program", Program)
def compare(request: HttpRequest, program: Program) -> HttpResponse:
    """Everything in which a version differs from another, the one in force unless one is named."""
    member = request.member  # type: ignore[attr-defined]
    others = list(Program.objects.visible_to(member).exclude(pk=program.pk).exclude(state="withdrawn"))
    wanted = request.GET.get("with", "")
    other = next((found for found in others if str(found.pk) == wanted), None)
    before = ladder_of(other) if other else ladder_on(clock.today())
    context = {
        "program": program,
        "other": before.program,
        "others": sorted(others, key=lambda found: found.name.casefold()),
        "differences": differences(before, ladder_of(program)),
    }
    return render(request, "partners/program/compare.html", context)


@may("partners.view_tier_proposal", Program)
def what_if(request: HttpRequest, program: Program) -> HttpResponse:
    """How this version would place all partners by today's figures: counts, and who moves."""
    today, ladder = clock.today(), ladder_of(program)
    found = preview(ladder, request.member, today)  # type: ignore[attr-defined]
    movers = sorted(found.movers, key=lambda placing: (placing.moves != "down", placing.partner.sort_name))
    context = {
        "program": program,
        "preview": found,
        "unmeasured": unmeasured(ladder_on(today), ladder),
        "up": sum(placing.moves == "up" for placing in found.movers),
        "down": sum(placing.moves == "down" for placing in found.movers),
        "movers": movers[:SHOWN_MOVERS],
        "hidden": max(0, len(movers) - SHOWN_MOVERS),
    }
    return render(request, "partners/program/what_if.html", context)


def _shown(version: Program, present: Program | None, until: dt.date | None) -> dict[str, Any]:
    """A version with its state in words: in force, from a day on, over, or a draft."""
    today = clock.today()
    if version.state != Program.State.PUBLISHED:
        text, tone = version.get_state_display(), STATE_TONES[version.state]
    elif present is not None and version.pk == present.pk:
        text, tone = _("In force"), "green"
    elif version.valid_from and version.valid_from > today:
        text, tone = _("Coming"), "blue"
    else:
        text, tone = _("Over"), "grey"
    return {"version": version, "text": text, "tone": tone, "days": _days_of(version, until)}


def _days_of(version: Program, until: dt.date | None) -> str:
    """From when to when a published version holds; the first of all holds from before the vendor came."""
    if version.state != Program.State.PUBLISHED or version.valid_from is None:
        return ""
    write = formatter()
    days = {
        "since": "" if version.valid_from == SINCE else write.day(version.valid_from),
        "until": write.day(until - dt.timedelta(days=1)) if until else "",
    }
    if days["since"] and days["until"]:
        return _("%(since)s to %(until)s") % days
    return _("until %(until)s") % days if days["until"] else _("from %(since)s") % days if days["since"] else ""
