"""What scorecards tell: the running score, where a partner stands among its peers, and what it scored before."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from partners.formulas import rag_status
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.numbers import ZERO, mean, to_decimal
from prm.kernel.numbers import score as to_score
from prm.kernel.periods import add_days, add_months
from prm.kernel.tenancy.context import current_tenant, vendor_scope
from scorecards.formulas import capability_score, peer_comparison
from scorecards.models import ActionItem, Answer, Assessment, Option, Question, QuestionBank

COUNTED = (Assessment.State.SUBMITTED, Assessment.State.REVIEWED)
FINISHED = (*COUNTED, Assessment.State.SUPERSEDED)
OLDEST_FIRST = ("submitted_at", "created_at")
SCREENED = ("fit", "customer")  # the categories of the questionnaire that a candidate is screened by
VALID_MONTHS = 12  # of an assessment, for tiers
OVERALL = "overall"


# --- the questionnaire and its running score -----------------------------------------------------------


@dataclass(frozen=True)
class Scores:
    """Scores by code with their colours, and how far the filling-in is."""

    overall: Decimal | None
    overall_status: str
    categories: dict[str, Decimal | None]
    topics: dict[str, Decimal | None]
    lenses: dict[str, Decimal | None]
    statuses: dict[str, str]
    answered: int
    questions: int
    open_codes: tuple[str, ...]  # questions that must be answered before submitting

    @property
    def is_complete(self) -> bool:
        return not self.open_codes


def asked_questions(assessment: Assessment, *, only: tuple[str, ...] = ()) -> list[Question]:
    """The questions of this assessment in the order they are asked, with topic and category.

    Vendor-only parts of the bank are asked in the vendor's own view and nowhere else; a screening asks two categories.
    """
    asked = Question.objects.filter(bank_id=assessment.bank_id).select_related("topic__category")
    if not assessment.vendor_only:
        asked = asked.filter(vendor_only=False, topic__vendor_only=False, topic__category__vendor_only=False)
    if assessment.kind == Assessment.Kind.SCREENING:
        asked = asked.filter(topic__category__code__in=SCREENED)
    asked = asked.only(*only) if only else asked
    return list(asked.order_by("topic__category__order", "topic__order", "order", "code"))


def answers_of(*assessments: Assessment | UUID | None) -> dict[UUID, dict[str, Answer]]:
    """The present answers of several assessments by the code of the question, in one query."""
    ids = [a.pk if isinstance(a, Assessment) else a for a in assessments if a is not None]
    found: dict[UUID, dict[str, Answer]] = {pk: {} for pk in ids}
    for answer in Answer.objects.filter(assessment__in=ids).select_related("question"):
        found[answer.assessment_id][answer.question.code] = answer
    return found


def running_scores(assessment: Assessment, bank: QuestionBank) -> Scores:
    """The score as it stands now (F5). Asked after every answer, so it reads only what the formula needs."""
    questions = asked_questions(
        assessment,
        only=("code", "kind", "scored", "required", "weight")
        + ("topic__code", "topic__weight", "topic__lens", "topic__category__code", "topic__category__weight"),
    )
    given = Answer.objects.filter(assessment=assessment).only("is_na", "score", "text", "question")
    codes = {question.pk: question.code for question in questions}
    return score_answers(questions, {codes[a.question_id]: a for a in given if a.question_id in codes}, bank)


def score_answers(questions: Sequence[Question], answers: Mapping[str, Answer], bank: QuestionBank) -> Scores:
    """Run F5 over these questions and colour the shown scores by the bank's borders."""
    outputs = capability_score(categories=_inputs(questions, answers))
    shown = {OVERALL: outputs["overall"], **outputs["categories"], **outputs["topics"]}
    statuses = {code: status_of(value, bank) for code, value in shown.items()}
    open_codes = tuple(
        q.code for q in questions if (q.scored or q.required) and not _is_answered(q, answers.get(q.code))
    )
    return Scores(
        overall=outputs["overall"],
        overall_status=statuses[OVERALL],
        categories=outputs["categories"],
        topics=outputs["topics"],
        lenses=outputs["lenses"],
        statuses=statuses,
        answered=outputs["answered"],
        questions=outputs["questions"],
        open_codes=open_codes,
    )


def status_of(value: Decimal | None, bank: QuestionBank) -> str:
    return rag_status(value=value, green=bank.green_from, yellow=bank.yellow_from)["status"]


def _inputs(questions: Sequence[Question], answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    categories: dict[str, dict[str, Any]] = {}
    topics: dict[str, dict[str, Any]] = {}
    for question in questions:
        topic = question.topic
        category = topic.category
        into = categories.setdefault(category.code, {"id": category.code, "weight": category.weight, "topics": []})
        if topic.code not in topics:
            topics[topic.code] = {
                "id": topic.code,
                "weight": topic.weight,
                "lens": topic.lens or None,
                "questions": [],
            }
            into["topics"].append(topics[topic.code])
        if question.scored:
            given = answers.get(question.code)
            answer = None if given is None else "na" if given.is_na else given.score
            topics[topic.code]["questions"].append({"id": question.code, "weight": question.weight, "answer": answer})
    return list(categories.values())


def _is_answered(question: Question, answer: Answer | None) -> bool:
    if answer is None:
        return False
    return bool(answer.is_na or (answer.text if question.kind == Question.Kind.TEXT else answer.score is not None))


# --- the runner ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OptionState:
    code: str
    text: str
    key: int
    is_chosen: bool
    was_chosen: bool


@dataclass(frozen=True)
class QuestionState:
    """One question with the present answer and last time's."""

    code: str
    number: int
    place: int | None  # among the scored ones; a note has none
    text: str
    help_text: str
    kind: str
    scored: bool
    allow_na: bool
    options: tuple[OptionState, ...]
    is_answered: bool
    is_na: bool
    was_na: bool
    is_none: bool
    was_none: bool
    answer_text: str
    last_text: str

    @property
    def is_single(self) -> bool:
        return self.kind == Question.Kind.SINGLE

    @property
    def is_multi(self) -> bool:
        return self.kind == Question.Kind.MULTI


@dataclass(frozen=True)
class TopicState:
    code: str
    name: str
    best_practice: Decimal
    score: Decimal | None
    status: str
    peer_average: Decimal | None
    last_score: Decimal | None
    has_last_answers: bool
    questions: tuple[QuestionState, ...]


@dataclass(frozen=True)
class CategoryState:
    code: str
    name: str
    score: Decimal | None
    status: str
    answered: int
    asked: int
    peer_average: Decimal | None
    topics: tuple[TopicState, ...]


@dataclass(frozen=True)
class RunnerState:
    """All that the page of a running assessment shows."""

    assessment: Assessment
    bank: QuestionBank
    scores: Scores
    peers: Peers
    best_practice: Decimal | None
    last_on: dt.datetime | None
    last_overall: Decimal | None
    categories: tuple[CategoryState, ...]

    @property
    def questions(self) -> list[QuestionState]:
        return [q for c in self.categories for t in c.topics for q in t.questions]

    @property
    def first_open(self) -> str:
        """Where one goes on: the first question without an answer; with all answered the last one."""
        codes = [q.code for q in self.questions]
        return next((code for code in codes if code in self.scores.open_codes), codes[-1])


def runner_state(assessment: Assessment) -> RunnerState:
    """The questionnaire with answers, last time's answers, running scores, best practice and peers."""
    bank = assessment.bank
    questions = asked_questions(assessment)
    options: dict[UUID, list[Option]] = defaultdict(list)
    for option in Option.objects.filter(question__in=[q.pk for q in questions]).order_by("order", "code"):
        options[option.question_id].append(option)
    previous = assessment.previous
    answers = answers_of(assessment, previous)
    given = answers[assessment.pk]
    before = answers[previous.pk] if previous else {}
    scores = score_answers(questions, given, bank)
    peers = peer_figures(assessment.partner, bank, kind=peers_kind(assessment))
    old = previous.result if previous else {}
    asked: dict[str, dict[str, list[tuple[int, Question]]]] = defaultdict(lambda: defaultdict(list))
    scored = [q.pk for q in questions if q.scored]
    places = {pk: place for place, pk in enumerate(scored, start=1)}
    for number, question in enumerate(questions, start=1):
        asked[question.topic.category.code][question.topic.code].append((number, question))
    categories = []
    for category_code, by_topic in asked.items():
        topics = []
        for code, numbered in by_topic.items():
            states = tuple(
                _question_state(n, places.get(q.pk), q, options[q.pk], given.get(q.code), before.get(q.code))
                for n, q in numbered
            )
            topic = numbered[0][1].topic
            topics.append(
                TopicState(
                    code=code,
                    name=topic.name,
                    best_practice=to_score(topic.best_practice),
                    score=scores.topics[code],
                    status=scores.statuses[code],
                    peer_average=peers.average(code),
                    last_score=_stored(old.get("topics", {}).get(code)),
                    has_last_answers=any(q.code in before for _, q in numbered),
                    questions=states,
                )
            )
        first = next(iter(by_topic.values()))[0][1]
        counted = [q for t in by_topic.values() for _, q in t if q.scored]
        categories.append(
            CategoryState(
                code=category_code,
                name=first.topic.category.name,
                score=scores.categories[category_code],
                status=scores.statuses[category_code],
                answered=sum(q.code in given for q in counted),
                asked=len(counted),
                peer_average=peers.average(category_code),
                topics=tuple(topics),
            )
        )
    return RunnerState(
        assessment=assessment,
        bank=bank,
        scores=scores,
        peers=peers,
        best_practice=overall_best_practice(questions),
        last_on=previous.submitted_at if previous else None,
        last_overall=previous.overall if previous else None,
        categories=tuple(categories),
    )


def _question_state(
    number: int,
    place: int | None,
    question: Question,
    options: Sequence[Option],
    answer: Answer | None,
    last: Answer | None,
) -> QuestionState:
    chosen, was = set(answer.options if answer else ()), set(last.options if last else ())
    is_multi = question.kind == Question.Kind.MULTI
    return QuestionState(
        code=question.code,
        number=number,
        place=place,
        text=question.text,
        help_text=question.help_text,
        kind=question.kind,
        scored=question.scored,
        allow_na=question.allow_na,
        options=tuple(
            OptionState(option.code, option.text, key, option.code in chosen, option.code in was)
            for key, option in enumerate(options, start=1)
        ),
        is_answered=_is_answered(question, answer),
        is_na=bool(answer and answer.is_na),
        was_na=bool(last and last.is_na),
        is_none=bool(is_multi and answer and not answer.is_na and not chosen),
        was_none=bool(is_multi and last and not last.is_na and not was),
        answer_text=answer.text if answer else "",
        last_text=last.text if last else "",
    )


def overall_best_practice(questions: Sequence[Question]) -> Decimal | None:
    """What F5 gives a partner that stands exactly at best practice in every topic."""
    categories: dict[str, dict[str, Any]] = {}
    for topic in {q.topic.code: q.topic for q in questions}.values():
        category = topic.category
        into = categories.setdefault(category.code, {"id": category.code, "weight": category.weight, "topics": []})
        best = {"id": "best", "weight": 1, "answer": topic.best_practice}
        into["topics"].append({"id": topic.code, "weight": topic.weight, "questions": [best]})
    return capability_score(categories=list(categories.values()))["overall"]


# --- peers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peers:
    """Averages over the peers by code, each from `min_peers` scores or more. Never who they are."""

    count: int
    min_peers: int
    averages: dict[str, Decimal]
    overall: dict[str, Any] = field(default_factory=dict)  # F6, where the partner has a score

    def average(self, code: str) -> Decimal | None:
        return self.averages.get(code)


def peers_kind(assessment: Assessment) -> str:
    """A screening is compared with screenings, everything else with the partners' own scorecards."""
    is_screening = assessment.kind == Assessment.Kind.SCREENING
    return Assessment.Kind.SCREENING if is_screening else Assessment.Kind.PARTNER


def peer_figures(
    partner: Partner,
    bank: QuestionBank,
    *,
    score: Decimal | None = None,
    best_practice: Decimal | None = None,
    kind: str = Assessment.Kind.PARTNER,
) -> Peers:
    """Where the partner stands among the others of its type and tier, else of the whole programme (F6).

    Nothing but averages over `min_peers` or more leaves this function, also for the vendor's own view.
    """
    since = add_months(clock.today(), -bank.peer_months)
    with vendor_scope("peer averages of a scorecard"):
        others = (
            Assessment.objects.filter(
                kind=kind, state__in=COUNTED, submitted_at__date__gte=since, overall__isnull=False
            )
            .exclude(partner=partner)
            .values_list("overall", "result__categories", "result__topics")
        )
        rows = list(others.filter(partner__type=partner.type, partner__tier=partner.tier_id))
        if len(rows) < bank.min_peers:
            rows = list(others)
    scores: dict[str, list[Decimal]] = defaultdict(list)
    for overall, categories, topics in rows:
        scores[OVERALL].append(overall or ZERO)  # null is left out by the query
        for code, value in {**categories, **topics}.items():
            if value is not None:
                scores[code].append(to_decimal(value))
    enough = {code: values for code, values in scores.items() if len(values) >= max(1, bank.min_peers)}
    compared = {}
    if score is not None and best_practice is not None:
        compared = peer_comparison(
            score=score, peers=scores[OVERALL], best_practice=best_practice, min_peers=bank.min_peers
        )
    averages = {code: to_score(mean(values) or ZERO) for code, values in enough.items()}
    return Peers(len(rows) if OVERALL in enough else 0, bank.min_peers, averages, compared)


# --- results -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One category or topic of a submitted assessment."""

    code: str
    name: str
    score: Decimal | None
    status: str
    best_practice: Decimal | None = None
    category: str = ""

    @property
    def gap(self) -> Decimal | None:
        """What is missing to best practice; positive is still to improve."""
        if self.score is None or self.best_practice is None:
            return None
        return self.best_practice - self.score


@dataclass(frozen=True)
class Result:
    """A submitted assessment as it was fixed, with the edition of the questionnaire."""

    assessment_id: UUID
    partner_id: UUID
    kind: str
    state: str
    submitted_at: dt.datetime
    submitted_by: str
    edition: int
    overall: Decimal | None
    status: str
    categories: tuple[Line, ...]
    topics: tuple[Line, ...]
    lenses: dict[str, Decimal | None]
    active_seconds: int
    best_practice: Decimal | None = None

    def category(self, code: str) -> Line | None:
        return next((line for line in self.categories if line.code == code), None)

    def topic(self, code: str) -> Line | None:
        return next((line for line in self.topics if line.code == code), None)


def frozen_result(questions: Sequence[Question], scores: Scores, bank: QuestionBank) -> dict[str, Any]:
    """What is kept of a submitted assessment: F5's outputs with names, colours and the edition of the bank."""
    topics = {q.topic.code: q.topic for q in questions}
    return {
        "bank": bank.code,
        "edition": bank.edition,
        "overall": scores.overall,
        "overall_status": scores.overall_status,
        "categories": scores.categories,
        "topics": scores.topics,
        "lenses": scores.lenses,
        "statuses": scores.statuses,
        "answered": scores.answered,
        "questions": scores.questions,
        "names": {
            **{topic.category.code: topic.category.name for topic in topics.values()},
            **{code: topic.name for code, topic in topics.items()},
        },
        "best_practice": {code: to_score(topic.best_practice) for code, topic in topics.items()},
        "best_overall": overall_best_practice(questions),
        # The database sorts the keys of what it keeps; people want the order of the questionnaire.
        "order": [*scores.categories, *scores.topics],
        "category_of": {code: topic.category.code for code, topic in topics.items()},
    }


def result_of(assessment: Assessment) -> Result | None:
    """The fixed result; None while the assessment is in progress or withdrawn."""
    kept = assessment.result
    if assessment.submitted_at is None or not kept:
        return None
    statuses, names = kept["statuses"], kept["names"]
    places = {code: place for place, code in enumerate(kept["order"])}
    in_order = lambda level: sorted(kept[level].items(), key=lambda entry: places[entry[0]])
    return Result(
        assessment_id=assessment.pk,
        partner_id=assessment.partner_id,
        kind=assessment.kind,
        state=assessment.state,
        submitted_at=assessment.submitted_at,
        submitted_by=assessment.submitted_by.user.name if assessment.submitted_by else "System",
        edition=kept["edition"],
        overall=assessment.overall,
        status=kept["overall_status"],
        categories=tuple(
            Line(code, names[code], _stored(value), statuses[code]) for code, value in in_order("categories")
        ),
        topics=tuple(
            Line(
                code,
                names[code],
                _stored(value),
                statuses[code],
                _stored(kept["best_practice"][code]),
                kept["category_of"][code],
            )
            for code, value in in_order("topics")
        ),
        lenses={code: _stored(value) for code, value in kept["lenses"].items()},
        active_seconds=assessment.active_seconds,
        best_practice=_stored(kept["best_overall"]),
    )


def _stored(value: str | None) -> Decimal | None:
    return None if value is None else to_decimal(value)


def _with_people(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    return assessments.select_related("submitted_by__user")


def latest_result(partner: Partner | UUID, *, kind: str = Assessment.Kind.PARTNER) -> Result | None:
    """The partner's scorecard that counts now."""
    pk = partner.pk if isinstance(partner, Partner) else partner
    return latest_results([pk], kind=kind).get(pk)


def latest_results(partner_ids: Iterable[UUID], *, kind: str = Assessment.Kind.PARTNER) -> dict[UUID, Result]:
    """The scorecards that count now, for many partners in one query."""
    found = _with_people(
        Assessment.objects.filter(partner__in=list(partner_ids), kind=kind, state__in=COUNTED).order_by(
            "submitted_at", "created_at"
        )
    )
    return {a.partner_id: result for a in found if (result := result_of(a))}


def history(partner: Partner | UUID, *, kind: str = Assessment.Kind.PARTNER) -> list[Result]:
    """Every submitted scorecard of a partner, oldest first."""
    pk = partner.pk if isinstance(partner, Partner) else partner
    found = _with_people(Assessment.objects.filter(partner=pk, kind=kind, state__in=FINISHED).order_by(*OLDEST_FIRST))
    return [result for a in found if (result := result_of(a))]


def results_of_partner(partner_id: UUID, member: Membership) -> list[Result]:
    """Every submitted scorecard of all kinds this member may know of, oldest first, in one query."""
    found = _with_people(
        Assessment.objects.visible_to(member).filter(partner=partner_id, state__in=FINISHED).order_by(*OLDEST_FIRST)
    )
    return [result for a in found if (result := result_of(a))]


def open_assessments(partner_ids: Iterable[UUID], *, kind: str = Assessment.Kind.PARTNER) -> dict[UUID, Assessment]:
    """What is in progress, by partner, with `given` and `asked`: how many scored questions have an answer."""
    found = with_progress(
        Assessment.objects.filter(partner__in=list(partner_ids), kind=kind, state=Assessment.State.IN_PROGRESS)
    )
    return {a.partner_id: a for a in found}


def with_progress(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Annotate how many scored questions are answered (`given`) and asked (`asked`)."""
    given = Answer.objects.filter(assessment=OuterRef("pk"), question__scored=True)
    asked = Question.objects.filter(
        Q(vendor_only=False) | Q(vendor_only=OuterRef("vendor_only")),
        bank=OuterRef("bank"),
        scored=True,
    )
    screened = asked.filter(topic__category__code__in=SCREENED)
    in_all = Case(
        When(kind=Assessment.Kind.SCREENING, then=_count_of(screened, "bank")), default=_count_of(asked, "bank")
    )
    return assessments.annotate(given=_count_of(given, "assessment"), asked=in_all)


def _count_of(rows: QuerySet[Any], by: str) -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n"), output_field=IntegerField())


def standing_of(partner: Partner, *, kind: str = Assessment.Kind.PARTNER) -> tuple[Result | None, Assessment | None]:
    """The partner's scorecard that counts, and the one in progress (with `given` and `asked`), in one query."""
    found = with_progress(
        _with_people(
            Assessment.objects.filter(partner=partner, kind=kind, state__in=[*COUNTED, Assessment.State.IN_PROGRESS])
        )
    )
    running = [a for a in found if a.state == Assessment.State.IN_PROGRESS]
    results = [result for a in found if (result := result_of(a))]
    return (results[0] if results else None, running[0] if running else None)


def capability_scores(
    partner_ids: Sequence[UUID], days: Sequence[dt.date], *, kind: str = Assessment.Kind.PARTNER
) -> dict[tuple[UUID, dt.date], tuple[Decimal, str]]:
    """Per partner and day the overall score (with its colour) that counted then: the latest, at most 12 months old."""
    if not days:
        return {}
    rows = list(
        Assessment.objects.filter(partner__in=list(partner_ids), kind=kind, state__in=FINISHED, overall__isnull=False)
        # A day wider than needed: the column is in UTC, the days are the tenant's.
        .filter(
            submitted_at__date__gte=add_days(add_months(min(days), -VALID_MONTHS), -1),
            submitted_at__date__lte=add_days(max(days), 1),
        )
        .order_by(*OLDEST_FIRST)
        .values_list("partner", "submitted_at", "overall", "result__overall_status")
    )
    zone = ZoneInfo(current_tenant().time_zone)
    found = {}
    for day in days:
        since = add_months(day, -VALID_MONTHS)
        for partner_id, at, overall, status in rows:
            if at is not None and since <= at.astimezone(zone).date() <= day:
                found[partner_id, day] = (overall or ZERO, status)
    return found


def median_minutes(*, last: int = 200) -> Decimal | None:
    """How long the last finished scorecards took, pauses over two minutes left out."""
    seconds = list(
        Assessment.objects.filter(state__in=FINISHED, active_seconds__gt=0)
        .order_by("-submitted_at")
        .values_list("active_seconds", flat=True)[:last]
    )
    return to_score(to_decimal(int(median(seconds))) / 60) if seconds else None


# --- actions that follow -------------------------------------------------------------------------------


def action_plan(partner: Partner | UUID, member: Membership) -> list[ActionItem]:
    """The partner's proposals and open actions, proposals first, as far as this member may know of them."""
    pk = partner.pk if isinstance(partner, Partner) else partner
    items = (
        ActionItem.objects.visible_to(member)
        .filter(partner=pk)
        .exclude(state=ActionItem.State.DROPPED)
        .select_related("topic", "owner__user")
        .order_by("due_on", "topic__order", "id")
    )
    places = {state: place for place, state in enumerate(ActionItem.State.values)}
    return sorted(items, key=lambda item: places[item.state])


ROLE_OF_OWNER = {
    "principal": "partner_champion",
    "sales": "partner_sales",
    "marketing": "partner_marketing",
    "technical": "partner_technical",
    "services": "partner_technical",
}


def possible_owners(partner: Partner) -> list[Membership]:
    """Who can own an action: the company's people, then the account managers who look after it."""
    own = Q(partner=partner)
    managers = Q(partner=None, assignments__partner=partner, assignments__to_date=None)
    found = Membership.objects.filter(own | managers, active=True).select_related("user").distinct()
    return sorted(found, key=lambda m: (m.is_vendor, m.user.name.lower(), str(m.pk)))


def proposed_owner(item: ActionItem, owners: Sequence[Membership]) -> Membership | None:
    """Whom the questionnaire suggests: the first with that role, else the champion, else whoever is there."""
    wanted = ROLE_OF_OWNER.get(item.topic.action_owner if item.topic else "", "")
    for role in (wanted, "partner_champion", "channel_account_manager"):
        for owner in owners:
            if role in owner.roles:
                return owner
    return owners[0] if owners else None
