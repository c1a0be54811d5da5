"""Who has a scorecard, and the runner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Refused
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.lists import Column, list_page
from scorecards.actions import (
    BadAnswer,
    accept_unchanged,
    answer_question,
    start_assessment,
    submit_assessment,
)
from scorecards.forms import AnswerForm, ReasonForm, UnchangedForm
from scorecards.models import ActionItem, Assessment, Question, Topic
from scorecards.queries import (
    COUNTED,
    completions,
    given,
    latest_results,
    median_minutes,
    open_assessments,
    runner_state,
    running_scores,
)
from scorecards.rows import answer_data, present_partners, present_runner, present_scores
from scorecards.views.evidence import changed_data, since_of

WITH_BANK = Assessment.objects.select_related("partner", "bank")


class SomeoneElse(Conflict):
    """Somebody else is signed in in this browser. Sign in again; the answers wait in the page."""

    code = "someone_else"


COLUMNS = (
    Column("name", "Partner", ("sort_name",), lambda row: row.name),
    Column("score", "Score", ("last_overall",), lambda row: row.raw_score),
    Column("date", "Date", ("last_submitted",), lambda row: row.submitted_on),
    Column("by", "Submitted by", (), lambda row: row.submitted_by),
    Column("actions", "Actions done", (), lambda row: row.actions.done if row.actions else None),
    Column("open_actions", "Actions open", (), lambda row: row.actions.open if row.actions else None),
    Column("overdue_actions", "Actions overdue", (), lambda row: row.actions.overdue if row.actions else None),
    Column("progress", "In progress", (), lambda row: row.progress),
)


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
        items = ActionItem.objects.visible_to(member).filter(partner__in=ids)
        plans = completions(items, "partner")
        return present_partners(shown, latest_results(ids), open_assessments(ids), member, plans)

    page = list_page(request, partners, COLUMNS, default_sort="name", present=present, file_name="scorecards")
    if isinstance(page, HttpResponse):
        return page
    may_read_bank = permits(member, "scorecards.view_bank")
    context = {"list": page, "median": median_minutes(), "may_read_bank": may_read_bank}
    return render(request, "scorecards/list.html", context)


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


def runner_page(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    member: Membership = request.member  # type: ignore[attr-defined]
    state = runner_state(assessment)
    context = {
        "assessment": assessment,
        "runner": present_runner(state, request.GET.get("q", ""), member),
        "may_answer": permits(member, "scorecards.answer_question", assessment),
        "may_attach": permits(member, "scorecards.attach_evidence", assessment),
        "may_submit": permits(member, "scorecards.submit_assessment", assessment),
        "may_discard": permits(member, "scorecards.discard_assessment", assessment),
        "discard_form": ReasonForm(auto_id="discard_%s"),
    }
    return render(request, "scorecards/runner.html", context)


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
            given_at=_given_at(data["age"]),
        )

    return _save(request, assessment, act)


@may("scorecards.answer_question", WITH_BANK)
@require_POST
def unchanged(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Take over last time's answers of one topic."""
    form = UnchangedForm(request.POST)

    def act() -> Any:
        data = _checked(form)
        topic = Topic.objects.filter(bank=assessment.bank_id, code=data["topic"]).first()
        if topic is None:
            raise BadAnswer("There is no such topic.")
        return accept_unchanged(assessment, topic, by=request.member, given_at=_given_at(data["age"]))  # type: ignore[attr-defined]

    return _save(request, assessment, act)


def _checked(form: Any) -> dict[str, Any]:
    if not form.is_valid():
        raise BadAnswer(" ".join(error for errors in form.errors.values() for error in errors))
    return form.cleaned_data


def _given_at(age: int | None) -> dt.datetime | None:
    """When an answer was given that could not be sent at once. Told by its age, as clocks of pages may be wrong."""
    return clock.now() - dt.timedelta(seconds=age) if age else None


def _save(request: HttpRequest, assessment: Assessment, act: Callable[[], Any]) -> HttpResponse:
    """Answers of the page's script are small and sent again when unsure, so they are answered as data.

    The reply tells what counts now, and what others have answered since the page last heard of them.
    """
    if request.headers.get("Accept") != "application/json":
        act()
        return redirect(assessment)
    member: Membership = request.member  # type: ignore[attr-defined]
    try:
        if request.POST.get("as", str(member.pk)) != str(member.pk):
            raise SomeoneElse()
        with transaction.atomic():
            kept = act()
    except Refused as refusal:
        return JsonResponse({"code": refusal.code, "detail": str(refusal)}, status=refusal.status)
    assessment.refresh_from_db(fields=["turn"])
    write = formatter()
    counting = kept if isinstance(kept, list) else [kept]
    return JsonResponse(
        {
            "kept": [answer_data(given(a), member, write) for a in counting],
            **changed_data(request, assessment, since_of(request.POST)),
            **present_scores(running_scores(assessment, assessment.bank), write),
        }
    )


@may("scorecards.submit_assessment", Assessment)
@require_POST
def submit_scorecard(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """A partner's scorecard leads to its result; a screening back to recruiting, which it was made for."""
    if assessment.kind == Assessment.Kind.SCREENING:
        submit_assessment(assessment, by=request.member)  # type: ignore[attr-defined]
        return redirect("partners:candidate", assessment.partner_id)
    return redirect(submit_assessment(assessment, by=request.member))  # type: ignore[attr-defined]
