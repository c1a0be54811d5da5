"""The pages of scorecards: who has one, the runner, the result, and the plan that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from partners.models import Partner
from prm.kernel.errors import Refused
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, list_page
from scorecards.actions import (
    BadAnswer,
    accept_action_item,
    accept_unchanged,
    answer_question,
    complete_action_item,
    discard_assessment,
    drop_action_item,
    reopen_action_item,
    reopen_assessment,
    review_assessment,
    start_action_item,
    start_assessment,
    submit_assessment,
)
from scorecards.forms import AcceptForm, AnswerForm, ReasonForm, ReviewForm, UnchangedForm
from scorecards.models import ActionItem, Assessment, Question, Topic
from scorecards.queries import (
    COUNTED,
    Result,
    action_plan,
    latest_result,
    latest_results,
    median_minutes,
    open_assessments,
    peer_figures,
    peers_kind,
    possible_owners,
    result_of,
    results_of_partner,
    runner_state,
    running_scores,
)
from scorecards.rows import STATE_TONES, present_partners, present_plan, present_result, present_runner, present_scores

WITH_BANK = Assessment.objects.select_related("partner", "bank")
WITH_ALL = Assessment.objects.select_related("partner", "bank", "previous", "submitted_by__user")
ITEM = ActionItem.objects.select_related("partner", "topic")

COLUMNS = (
    Column("name", "Partner", ("sort_name",), lambda row: row.name),
    Column("score", "Score", ("last_overall",), lambda row: row.raw_score),
    Column("date", "Date", ("last_submitted",), lambda row: row.submitted_on),
    Column("by", "Submitted by", (), lambda row: row.submitted_by),
    Column("progress", "In progress", (), lambda row: row.progress),
)


# --- the list ------------------------------------------------------------------------------------------


@may("scorecards.view_assessment")
def scorecard_list(request: HttpRequest) -> HttpResponse:
    """Every partner with the scorecard that counts and the one in progress."""
    member: Membership = request.member  # type: ignore[attr-defined]
    latest = Assessment.objects.filter(
        partner=OuterRef("pk"), kind=Assessment.Kind.PARTNER, state__in=COUNTED
    ).order_by("-submitted_at")
    partners = Partner.objects.visible_to(member).annotate(
        last_overall=Subquery(latest.values("overall")[:1]), last_submitted=Subquery(latest.values("submitted_at")[:1])
    )

    def present(shown: list[Partner]) -> list[Any]:
        ids = [partner.pk for partner in shown]
        return present_partners(shown, latest_results(ids), open_assessments(ids), member)

    page = list_page(request, partners, COLUMNS, default_sort="name", present=present, file_name="scorecards")
    if isinstance(page, HttpResponse):
        return page
    return render(request, "scorecards/list.html", {"list": page, "median": median_minutes()})


@may("scorecards.start_assessment", Partner)
@require_POST
def start(request: HttpRequest, partner: Partner) -> HttpResponse:
    return redirect(start_assessment(partner, by=request.member))  # type: ignore[attr-defined]


@may("scorecards.start_vendor_view", Partner)
@require_POST
def start_vendor_view(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The account manager answers alone; the partner never learns of it."""
    begun = start_assessment(partner, kind=Assessment.Kind.VENDOR_VIEW, by=request.member)  # type: ignore[attr-defined]
    return redirect(begun)


@may("scorecards.start_vendor_view", Partner)
@require_POST
def start_screening(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The account manager looks whether a candidate fits, by two categories of the questionnaire."""
    begun = start_assessment(partner, kind=Assessment.Kind.SCREENING, by=request.member)  # type: ignore[attr-defined]
    return redirect(begun)


# --- one assessment ------------------------------------------------------------------------------------


@may("scorecards.view_assessment", WITH_ALL)
def assessment(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The runner while it is in progress, afterwards the result."""
    if assessment.state == Assessment.State.IN_PROGRESS:
        return _runner(request, assessment)
    return _result(request, assessment)


def _runner(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    member: Membership = request.member  # type: ignore[attr-defined]
    state = runner_state(assessment)
    context = {
        "assessment": assessment,
        "runner": present_runner(state, request.GET.get("q", "")),
        "may_answer": permits(member, "scorecards.answer_question", assessment),
        "may_submit": permits(member, "scorecards.submit_assessment", assessment),
        "may_discard": permits(member, "scorecards.discard_assessment", assessment),
        "discard_form": ReasonForm(auto_id="discard_%s"),
    }
    return render(request, "scorecards/runner.html", context)


def _result(
    request: HttpRequest,
    assessment: Assessment,
    *,
    reopen_form: ReasonForm | None = None,
    review_form: ReviewForm | None = None,
) -> HttpResponse:
    member: Membership = request.member  # type: ignore[attr-defined]
    result = result_of(assessment)
    page = None
    if result is not None:
        all_results = results_of_partner(assessment.partner_id, member)
        same = [r for r in all_results if r.kind == result.kind and r.submitted_at <= result.submitted_at]
        others = [r for r in all_results if r.kind != result.kind and r.state in COUNTED]
        peers = peer_figures(
            assessment.partner,
            assessment.bank,
            score=result.overall,
            best_practice=result.best_practice,
            kind=peers_kind(assessment),
        )
        page = present_result(
            result,
            previous=same[-2] if len(same) > 1 else None,
            other=others[-1] if others and member.is_vendor else None,
            earlier=same,
            peers=peers,
        )
    context = {
        "assessment": assessment,
        "partner": assessment.partner,
        "state_tone": STATE_TONES[Assessment.State(assessment.state)],
        "result": page,
        "may_start": permits(member, "scorecards.start_assessment", assessment.partner),
        "may_start_vendor_view": assessment.kind == Assessment.Kind.PARTNER
        and permits(member, "scorecards.start_vendor_view", assessment.partner),
        "may_review": assessment.state == Assessment.State.SUBMITTED
        and permits(member, "scorecards.review_assessment", assessment),
        "may_reopen": assessment.state in COUNTED and permits(member, "scorecards.reopen_assessment", assessment),
        "reopen_form": reopen_form or ReasonForm(auto_id="reopen_%s"),
        "review_form": review_form or ReviewForm(auto_id="review_%s"),
        **_plan_of(assessment.partner, member, result=result),
    }
    return render(request, "scorecards/result.html", context)


@may("scorecards.answer_question", WITH_BANK)
@require_POST
def answer(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Save one answer and tell the new scores; without scripts go on with the next question."""
    form = AnswerForm(request.POST)

    def act() -> Any:
        data = _checked(form)
        question = Question.objects.filter(bank=assessment.bank_id, code=data["question"]).first()
        if question is None:
            raise BadAnswer("There is no such question.")
        # "none" is how the page sends "none of these": no ticks at all would be no answer.
        ticked = [code for code in request.POST.getlist("option") if code != "none"]
        if question.kind == Question.Kind.MULTI and not request.POST.getlist("option") and not data["is_na"]:
            raise BadAnswer("Tick what applies, or say none of these.")
        return answer_question(
            assessment,
            question,
            options=ticked,
            is_na=data["is_na"],
            text=data["text"],
            by=request.member,  # type: ignore[attr-defined]
        )

    return _save(request, assessment, act)


@may("scorecards.answer_question", WITH_BANK)
@require_POST
def unchanged(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Take over last time's answers of one topic."""
    form = UnchangedForm(request.POST)

    def act() -> Any:
        topic = Topic.objects.filter(bank=assessment.bank_id, code=_checked(form)["topic"]).first()
        if topic is None:
            raise BadAnswer("There is no such topic.")
        return accept_unchanged(assessment, topic, by=request.member)  # type: ignore[attr-defined]

    return _save(request, assessment, act)


def _checked(form: Any) -> dict[str, Any]:
    if not form.is_valid():
        raise BadAnswer(" ".join(error for errors in form.errors.values() for error in errors))
    return form.cleaned_data


def _save(request: HttpRequest, assessment: Assessment, act: Callable[[], Any]) -> HttpResponse:
    """Answers of the page's script are small and sent again when unsure, so they are answered as data."""
    if request.headers.get("Accept") != "application/json":
        act()
        return redirect(assessment)
    try:
        with transaction.atomic():
            kept = act()
    except Refused as refusal:
        return JsonResponse({"code": refusal.code, "detail": str(refusal)}, status=refusal.status)
    answers = kept if isinstance(kept, list) else [kept]
    return JsonResponse(
        {
            "kept": [
                {"question": a.question.code, "options": a.options, "is_na": a.is_na, "text": a.text} for a in answers
            ],
            **present_scores(running_scores(assessment, assessment.bank)),
        }
    )


@may("scorecards.submit_assessment", Assessment)
@require_POST
def submit_scorecard(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return redirect(submit_assessment(assessment, by=request.member))  # type: ignore[attr-defined]


@may("scorecards.discard_assessment", WITH_ALL)
@require_POST
def discard(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return submit(
        request,
        ReasonForm(request.POST, auto_id="discard_%s"),
        lambda data: discard_assessment(assessment, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _refused(request, assessment, form, "Discard the scorecard"),
        then=lambda _: reverse("scorecards:list"),
    )


@may("scorecards.reopen_assessment", WITH_ALL)
@require_POST
def reopen(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return submit(
        request,
        ReasonForm(request.POST, auto_id="reopen_%s"),
        lambda data: reopen_assessment(assessment, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _refused(request, assessment, form, "Re-open the scorecard"),
        then=lambda reopened: reopened,
    )


@may("scorecards.review_assessment", WITH_ALL)
@require_POST
def review(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return submit(
        request,
        ReviewForm(request.POST, auto_id="review_%s"),
        lambda data: review_assessment(assessment, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _refused(request, assessment, form, "Review the scorecard"),
        then=lambda reviewed: reviewed,
    )


def _refused(request: HttpRequest, assessment: Assessment, form: Any, title: str) -> HttpResponse:
    """The form alone on a page, with what was typed and why it was refused."""
    context = {"form": form, "heading": title, "action": request.path, "back": assessment.get_absolute_url()}
    return render(request, "scorecards/form.html", context)


# --- the action plan -----------------------------------------------------------------------------------


@may("scorecards.view_action_item", Partner)
def plan(request: HttpRequest, partner: Partner) -> HttpResponse:
    """What is proposed, agreed and done for one partner."""
    return _plan_page(request, partner)


def _plan_page(request: HttpRequest, partner: Partner, *, refused: Any = None) -> HttpResponse:
    member: Membership = request.member  # type: ignore[attr-defined]
    result = latest_result(partner)
    context = {"partner": partner, "refused": refused, **_plan_of(partner, member, result=result, refused=refused)}
    return render(request, "scorecards/plan.html", context)


def _plan_of(partner: Partner, member: Membership, *, result: Result | None, refused: Any = None) -> dict[str, Any]:
    if not permits(member, "scorecards.view_action_item"):
        return {"plan": None}
    items = action_plan(partner, member)
    owners = possible_owners(partner)
    accepted = refused if isinstance(refused, AcceptForm) else None
    return {"plan": present_plan(partner.pk, items, owners, member, result=result, refused=accepted)}


@may("scorecards.accept_action_item", ITEM)
@require_POST
def accept(request: HttpRequest, item: ActionItem) -> HttpResponse:
    owners = {str(owner.pk): owner for owner in possible_owners(item.partner)}
    choices = [(pk, owner.user.name) for pk, owner in owners.items()]
    return _item_form(
        request,
        item,
        AcceptForm(request.POST, item_id=item.pk, owners=choices),
        lambda data: accept_action_item(
            item,
            by=request.member,  # type: ignore[attr-defined]
            owner=owners[data["owner"]],
            due_on=data["due_on"],
        ),
    )


@may("scorecards.drop_action_item", ITEM)
@require_POST
def drop(request: HttpRequest, item: ActionItem) -> HttpResponse:
    return _item_form(
        request,
        item,
        ReasonForm(request.POST),
        lambda data: drop_action_item(item, by=request.member, **data),  # type: ignore[attr-defined]
    )


def _item_form(request: HttpRequest, item: ActionItem, form: Any, act: Any) -> HttpResponse:
    return submit(
        request,
        form,
        act,
        again=lambda form: _plan_page(request, item.partner, refused=form),
        then=lambda _: reverse("scorecards:plan", args=[item.partner_id]),
    )


@may("scorecards.start_action_item", ITEM)
@require_POST
def start_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    start_action_item(item, by=request.member)  # type: ignore[attr-defined]
    return redirect("scorecards:plan", item.partner_id)


@may("scorecards.complete_action_item", ITEM)
@require_POST
def complete_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    complete_action_item(item, by=request.member)  # type: ignore[attr-defined]
    return redirect("scorecards:plan", item.partner_id)


@may("scorecards.reopen_action_item", ITEM)
@require_POST
def reopen_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    reopen_action_item(item, by=request.member)  # type: ignore[attr-defined]
    return redirect("scorecards:plan", item.partner_id)
