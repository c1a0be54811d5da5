"""Submitted assessments: the result, those before it, and who has one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KT

from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.numbers import score as to_score
from prm.kernel.numbers import to_decimal
from prm.kernel.periods import add_days, add_months
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import recall_few, remember_few
from scorecards.models import Answer, Assessment, Question, QuestionBank
from scorecards.queries.scores import Scores, best_practice_scores, status_of, stored

COUNTED = (Assessment.State.SUBMITTED, Assessment.State.REVIEWED)

FINISHED = (*COUNTED, Assessment.State.SUPERSEDED)

OLDEST_FIRST = ("submitted_at", "created_at")

VALID_MONTHS = 12  # of an assessment, for tiers


@dataclass(frozen=True)
class Line:
    """One category, topic or lens of a submitted assessment."""

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
    lenses: tuple[Line, ...]
    active_seconds: int
    best_practice: Decimal | None = None
    bank: str = ""
    bank_id: UUID | None = None

    def lens(self, code: str) -> Line | None:
        return next((line for line in self.lenses if line.code == code), None)

    def category(self, code: str) -> Line | None:
        return next((line for line in self.categories if line.code == code), None)

    def topic(self, code: str) -> Line | None:
        return next((line for line in self.topics if line.code == code), None)


def frozen_result(questions: Sequence[Question], scores: Scores, bank: QuestionBank) -> dict[str, Any]:
    """What is kept of a submitted assessment: F5's outputs with names, colours and the edition of the bank."""
    topics = {q.topic.code: q.topic for q in questions}
    best, names = best_practice_scores(questions), {lens["id"]: lens["name"] for lens in bank.lenses}
    return {
        "bank": bank.code,
        "edition": bank.edition,
        "overall": scores.overall,
        "overall_status": scores.overall_status,
        "categories": scores.categories,
        "topics": scores.topics,
        "lenses": scores.lenses,
        "lens_names": {code: names.get(code, code) for code in scores.lenses},
        "lens_order": sorted(scores.lenses, key=lambda code: [*names, code].index(code)),
        "lens_statuses": {code: status_of(value, bank) for code, value in scores.lenses.items()},
        "statuses": scores.statuses,
        "answered": scores.answered,
        "questions": scores.questions,
        "names": {
            **{topic.category.code: topic.category.name for topic in topics.values()},
            **{code: topic.name for code, topic in topics.items()},
        },
        "best_practice": {code: to_score(topic.best_practice) for code, topic in topics.items()},
        "best_overall": best["overall"],
        "best_categories": best["categories"],
        "best_lenses": best["lenses"],
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
    best_categories = kept.get("best_categories", {})  # results of before lenses and categories had a best practice
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
            Line(code, names[code], stored(value), statuses[code], stored(best_categories.get(code)))
            for code, value in in_order("categories")
        ),
        topics=tuple(
            Line(
                code,
                names[code],
                stored(value),
                statuses[code],
                stored(kept["best_practice"][code]),
                kept["category_of"][code],
            )
            for code, value in in_order("topics")
        ),
        lenses=tuple(
            Line(
                code,
                kept["lens_names"][code],
                stored(kept["lenses"][code]),
                kept["lens_statuses"][code],
                stored(kept["best_lenses"][code]),
            )
            for code in kept.get("lens_order", ())
        ),
        active_seconds=assessment.active_seconds,
        best_practice=stored(kept["best_overall"]),
        bank=kept.get("bank", ""),
        bank_id=assessment.bank_id,
    )


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
    place_off = Func(OuterRef("topics_off"), F("topic__code"), function="array_position", output_field=IntegerField())
    asked = Question.objects.alias(place_off=place_off).filter(
        Q(vendor_only=False) | Q(vendor_only=OuterRef("vendor_only")),
        bank=OuterRef("bank"),
        scored=True,
        place_off__isnull=True,
    )
    screened = asked.filter(topic__category__screening=True)
    in_all = Case(
        When(kind=Assessment.Kind.SCREENING, then=count_of(screened, "bank")), default=count_of(asked, "bank")
    )
    return assessments.annotate(given=count_of(given, "assessment"), asked=in_all)


def count_of(rows: QuerySet[Any], by: str) -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n"), output_field=IntegerField())


def standing_of(partner: Partner, *, kind: str = Assessment.Kind.PARTNER) -> tuple[Result | None, Assessment | None]:
    """The partner's scorecard that counts, and the one in progress (with `given` and `asked`), in one query."""
    return standing_in(standing_rows(partner, kind=kind))


def standing_rows(partner: Partner | UUID, *, kind: str = Assessment.Kind.PARTNER) -> QuerySet[Assessment]:
    """The rows behind `standing_of`, for those who ask more of them in the same query."""
    wanted = Assessment.objects.filter(partner=partner, kind=kind, state__in=[*COUNTED, Assessment.State.IN_PROGRESS])
    return with_progress(_with_people(wanted))


def standing_in(found: Iterable[Assessment]) -> tuple[Result | None, Assessment | None]:
    running = [a for a in found if a.state == Assessment.State.IN_PROGRESS]
    results = [result for a in found if (result := result_of(a))]
    return (results[0] if results else None, running[0] if running else None)


def finished_scorecards(
    partner_ids: Sequence[UUID], days: Sequence[dt.date], *, kind: str = Assessment.Kind.PARTNER, topics: bool = True
) -> list[tuple[UUID, dt.date, Decimal | None, str, dict[str, Any]]]:
    """Those that count on one of these days, the oldest first: partner, day, overall score, its colour, topics.

    For the partners of a page they are read once per request.
    """
    # A day wider than needed: the column is in UTC, the days are the tenant's.
    first, last = add_days(add_months(min(days), -VALID_MONTHS), -1), add_days(max(days), 1)
    zone = ZoneInfo(current_tenant().time_zone)

    def ask() -> list[Any]:
        asked = _finished(list(partner_ids), first, last, str(kind), topics)
        return [(pk, at.astimezone(zone).date(), overall, *rest) for pk, at, overall, *rest in asked if at]

    whole = recall_few(f"scorecards {kind}", partner_ids, (first, last, True))
    return whole or remember_few(f"scorecards {kind}", partner_ids, (first, last, topics), ask)


@prepared
def _finished(partner_ids: list[UUID], first: dt.date, last: dt.date, kind: str, topics: bool) -> QuerySet[Assessment]:
    columns = ["partner", "submitted_at", "overall", "colour"]
    return (
        Assessment.objects.filter(
            partner__in=partner_ids,
            kind=kind,
            state__in=FINISHED,
            submitted_at__date__gte=first,
            submitted_at__date__lte=last,
        )
        .annotate(colour=KT("result__overall_status"))  # as text: to read JSON of each row takes longer than the row
        .order_by(*OLDEST_FIRST)
        .values_list(*columns, *["result__topics"] * topics)
    )


def capability_scores(
    partner_ids: Sequence[UUID], days: Sequence[dt.date], *, kind: str = Assessment.Kind.PARTNER
) -> dict[tuple[UUID, dt.date], tuple[Decimal, str]]:
    """Per partner and day the overall score (with its colour) that counted then: the latest, at most 12 months old."""
    if not days:
        return {}
    rows = finished_scorecards(partner_ids, days, kind=kind, topics=False)
    found = {}
    for day in days:
        since = add_months(day, -VALID_MONTHS)
        for partner_id, on, overall, status, *_topics in rows:
            if overall is not None and since <= on <= day:
                found[partner_id, day] = (overall, status)
    return found


@dataclass(frozen=True)
class Pace:
    """How long the last finished scorecards took, and how many there were."""

    finished: int
    minutes: Decimal | None  # the median, pauses over two minutes left out


def median_minutes(*, last: int = 200) -> Decimal | None:
    """How long half of the last finished scorecards took at most, pauses over two minutes left out."""
    return pace_of_scorecards(last=last).minutes


def pace_of_scorecards(*, last: int = 200) -> Pace:
    """Of whole scorecards, by the partner or as the vendor sees it; a screening asks a third of the questions."""
    seconds = list(
        Assessment.objects.filter(state__in=FINISHED, active_seconds__gt=0)
        .exclude(kind=Assessment.Kind.SCREENING)
        .order_by("-submitted_at")
        .values_list("active_seconds", flat=True)[:last]
    )
    return Pace(len(seconds), to_score(to_decimal(int(median(seconds))) / 60) if seconds else None)
