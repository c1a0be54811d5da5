"""Questions about recruiting: where candidates stand, what is missing for the next step, who looks after a country."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from partners.formulas import recruitment_pathway
from partners.models import (
    Application,
    Candidate,
    Document,
    DocumentVersion,
    ManagerAssignment,
    Partner,
    ProgramPage,
    RecruitmentRules,
    Tier,
    VendorQuestion,
)
from partners.queries.company import managers_of
from partners.registries import Value, measured
from prm.kernel.models import Membership
from prm.kernel.numbers import mean, score
from prm.kernel.periods import FiscalQuarter, add_days, days_between, to_date
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant, vendor_scope
from prm.kernel.tenancy.remember import remember

STAGES = tuple(Candidate.Stage.values)
FIT = "fit_score"
STANDARD_HEADLINE = "Become a partner"
STANDARD_TERMS = (
    "You agree that we keep what you enter here to answer your application, and that we contact you about it. "
    "You can withdraw at any time."
)


def rules() -> RecruitmentRules:
    """The vendor's own rules of recruiting, or the usual ones."""
    return remember("recruitment_rules", lambda: RecruitmentRules.objects.first() or RecruitmentRules())


def program_page() -> ProgramPage:
    """The vendor's public page in its own words, or in plain ones."""
    return ProgramPage.objects.first() or ProgramPage(headline=STANDARD_HEADLINE, terms=STANDARD_TERMS)


# --- one candidate ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What decides on the next step of a candidate."""

    fit: Value
    needed: Decimal
    open_questions: int
    agreement: Document | None
    has_authority: bool

    @property
    def is_fit(self) -> bool:
        return self.fit.number is not None and self.fit.number >= self.needed


def standing_in_recruiting(partner: Partner, as_of: dt.date, *, only_next: bool = False) -> Standing:
    """Where a candidate stands; `only_next` asks no more than the step from its present state needs."""
    asks_fit = not only_next or partner.state == Partner.State.ENGAGED
    asks_agreement = not only_next or partner.state == Partner.State.QUALIFIED
    agreement = agreement_of(partner, as_of) if asks_agreement else None
    return Standing(
        fit=fit_scores([partner.pk], as_of)[partner.pk] if asks_fit else Value(None, "not asked"),
        needed=rules().min_fit_score,
        open_questions=open_questions([partner.pk]).get(partner.pk, 0) if asks_fit else 0,
        agreement=agreement,
        has_authority=agreement is not None and is_authorised(partner, agreement),
    )


def fit_scores(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[UUID, Value]:
    """The score of the screening by partner, from whoever lends it."""
    quarter = FiscalQuarter.containing(as_of, current_tenant().fy_start_month)
    found = measured(FIT, partner_ids, [quarter], as_of)
    return {pk: found.get((pk, quarter), Value(None, "not screened")) for pk in partner_ids}


def open_questions(partner_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = (
        VendorQuestion.objects.filter(partner__in=list(partner_ids), state=VendorQuestion.State.OPEN)
        .values_list("partner")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def agreement_of(partner: Partner, as_of: dt.date) -> Document | None:
    """The agreement in force on that day: signed, and not run out."""
    return (
        Document.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=as_of),
            partner=partner,
            kind=Document.Kind.AGREEMENT,
            signed_on__lte=as_of,
        )
        .order_by("-signed_on", "-created_at")
        .first()
    )


def is_authorised(partner: Partner, agreement: Document) -> bool:
    """Whether the one who signed carries the mark "may sign for the company" that operations gives."""
    if DocumentVersion.objects.filter(
        document=agreement, signed_by__partner=partner, signed_by__signing_authority=True
    ).exists():
        return True
    signers = Membership.objects.filter(partner=partner, active=True, signing_authority=True).select_related("user")
    return agreement.signed_by.casefold() in {member.user.name.casefold() for member in signers}


def community_tier() -> Tier | None:
    return Tier.objects.order_by("level").first()


# --- applications ----------------------------------------------------------------------------------------


def manager_for(country: str) -> Membership | None:
    """Who looks after most partners of that country now; of equals the one with fewer in all. None: the pool."""
    rows = ManagerAssignment.objects.filter(
        kind=ManagerAssignment.Kind.MAIN,
        to_date=None,
        manager__active=True,
        manager__roles__contains=[Role.ACCOUNT_MANAGER.value],
    ).values_list("manager", "partner__country")
    in_all: Counter[UUID] = Counter()
    there: Counter[UUID] = Counter()
    for manager, at in rows:
        in_all[manager] += 1
        there[manager] += at == country
    if not there or max(there.values()) == 0:
        return None
    chosen = min(there, key=lambda pk: (-there[pk], in_all[pk], str(pk)))
    return Membership.objects.select_related("user").get(pk=chosen)


@dataclass(frozen=True)
class ApplicantView:
    """What an applicant reads of its own application: the same whether or not the company was known before."""

    stage: str  # received, talking, agreement, won, community, closed
    manager: str
    offers_community: bool
    may_withdraw: bool
    questions: tuple[VendorQuestion, ...]


def applicant_view(application: Application) -> ApplicantView:
    """Where the application stands, in the applicant's terms. What the vendor knows of the company is not in it."""
    with vendor_scope("what an applicant may read of its own application"):
        questions = tuple(VendorQuestion.objects.filter(application=application).order_by("created_at"))
        partner = application.became if application.is_own_partner else None
        manager = managers_of([partner.pk]).get(partner.pk) if partner else None
        return ApplicantView(
            stage=_applicants_stage(application, partner),
            manager=manager.user.name if manager else "",
            offers_community=is_offered_community(application),
            may_withdraw=application.state in {Application.State.CONFIRMED, Application.State.TAKEN}
            and (partner is None or partner.state in _ON_THE_WAY),
            questions=questions,
        )


def is_offered_community(application: Application) -> bool:
    """Whether a person of the vendor has offered it, and it is still to be accepted."""
    return (
        application.is_own_partner
        and application.became is not None
        and application.became.state in {Partner.State.ENGAGED, Partner.State.QUALIFIED}
        and Candidate.objects.filter(partner=application.became, community_offered_on__isnull=False).exists()
    )


_ON_THE_WAY = frozenset({"identified", "contacted", "engaged", "qualified", "committed"})
_APPLICANTS_STAGES = {
    "qualified": "agreement",
    "committed": "won",
    "onboarding": "won",
    "active": "won",
    "declined": "closed",
    "terminated": "closed",
}


def _applicants_stage(application: Application, partner: Partner | None) -> str:
    if application.state in {Application.State.REFUSED, Application.State.WITHDRAWN}:
        return "closed"
    if partner is None:
        return "received"
    if partner.state == Partner.State.ACTIVE and partner.tier_id == getattr(community_tier(), "pk", None):
        return "community"
    return _APPLICANTS_STAGES.get(partner.state, "received")


# --- the board -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pathway:
    """F33 over a set of candidates, and how long the first revenue took."""

    reached: Mapping[str, int]
    conversion: Mapping[str, Decimal | None]
    overall_conversion: Decimal | None
    current: Mapping[str, int]
    average_age_days: Mapping[str, Decimal | None]
    over_limit: Mapping[str, int]
    ramp_days: Decimal | None  # from the first stage
    ramp_from_engaged: Decimal | None
    ramp_from_committed: Decimal | None

    @property
    def is_empty(self) -> bool:
        return not any(self.reached.values())


def pathway(candidates: QuerySet[Candidate], as_of: dt.date) -> Pathway:
    """How these candidates move along, in one query however many there are."""
    rows = [{"entered": entered, "closed": closed} for entered, closed in candidates.values_list("entered", "closed")]
    figures: Any = recruitment_pathway(stages=STAGES, as_of=as_of, age_limits=rules().age_limits, candidates=rows)
    dates = [row["entered"] for row in rows]
    return Pathway(
        reached=figures["reached"],
        conversion=figures["conversion"],
        overall_conversion=figures["overall_conversion"],
        current=figures["current"],
        average_age_days=figures["average_age_days"],
        over_limit=figures["over_limit"],
        ramp_days=figures["average_ramp_days"],
        ramp_from_engaged=_ramp(dates, Candidate.Stage.ENGAGED),
        ramp_from_committed=_ramp(dates, Candidate.Stage.COMMITTED),
    )


def _ramp(entered: Iterable[Mapping[str, str]], start: str) -> Decimal | None:
    last = Candidate.Stage.FIRST_REVENUE
    return score(
        mean([days_between(to_date(e[start]), to_date(e[last])) for e in entered if e.get(start) and e.get(last)])
    )


def over_limit(candidates: QuerySet[Candidate], on: dt.date) -> QuerySet[Candidate]:
    """Those who stand in a stage longer than its limit; exactly at the limit is not over."""
    late = Q(pk__in=[])
    for stage, days in rules().age_limits.items():
        late |= Q(stage=stage, entered_on__lt=add_days(on, -int(days)))
    return candidates.filter(late, closed=False).exclude(stage=Candidate.Stage.FIRST_REVENUE)
