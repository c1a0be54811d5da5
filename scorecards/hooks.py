"""What scorecards lend to the other apps: navigation, a panel, worklists, the capability score as a measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.registries import (
    Compute,
    Measure,
    PartnerAction,
    Period,
    ScreeningLink,
    Value,
    Worklist,
    lend_measure,
    lend_panel,
    lend_partner_action,
    lend_screening,
    lend_worklist,
    onboarding_check,
    read_from,
    tell,
)
from prm.kernel import clock
from prm.kernel.addresses import address_of
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.members import furnishes
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.web.navigation import Entry, navigation
from scorecards import home  # noqa: F401 - lends its part of the home page
from scorecards.actions.assessments import CLOSED_PARTNERS
from scorecards.models import SEES_VENDOR_VIEW, ActionItem, Assessment
from scorecards.queries import (
    CAPABILITY_SCORE,
    NO_SCORECARD,
    OPEN_STATES,
    TOPICS,
    capability_scores,
    composite_scores,
    standing_of,
    standing_with_plan,
)
from scorecards.queries.kpi_targets import kpi_proposals_waiting
from scorecards.rows import present_panel
from scorecards.rows.performance import card_url
from scorecards.starter import copy_bank
from scorecards.starter.kpis import copy_kpis, starter_topics

navigation(Entry("Actions", "scorecards:actions", "list-check", 31, "scorecards.view_action_item"))
navigation(Entry("Scorecards", "scorecards:list", "clipboard-check", 30, "scorecards.view_assessment"))
navigation(Entry("Ranking", "scorecards:ranking", "trophy", 31, "scorecards.view_ranking"))
navigation(Entry("KPIs", "scorecards:kpi_settings", "gauge", 840, "scorecards.view_kpi_settings"))


@furnishes(order=20)
def question_bank() -> None:
    """The questionnaire of a new vendor."""
    copy_bank()


@furnishes(order=25)
def kpis() -> None:
    """The KPIs of a new vendor, and the weights of its composite score."""
    copy_kpis()


tell(
    kpi__added="added the KPI {kpi}",
    kpi__set="set how {kpi} is judged from {valid_from}",
    kpi__target_set="set the target of {kpi}",
    kpi__entered="entered {kpi}",
    weights__set="set the weights of the composite score for {life_stage}",
    kpi_target__proposed="proposed a target of {kpi}",
    kpi_target__confirmed="confirmed the target of {kpi}",
    kpi_target__declined="declined the target of {kpi}: {reason}",
    kpi_target__withdrawn="took the proposed target of {kpi} back",
    assessment__started="began a capabilities scorecard",
    assessment__submitted="submitted the capabilities scorecard",
    assessment__reviewed="reviewed the capabilities scorecard: {comment}",
    assessment__discarded="discarded the capabilities scorecard in progress",
    assessment__reopened="re-opened the capabilities scorecard: {reason}",
    bank__drafted="drafted edition {edition} of the questionnaire from edition {source}",
    bank__imported="took edition {edition} of the questionnaire from a file",
    bank__edited="changed the settings of edition {edition} of the questionnaire",
    bank__part_added="added “{part}” to edition {edition} of the questionnaire",
    bank__part_edited="changed “{part}” in edition {edition} of the questionnaire",
    bank__part_moved="moved “{part}” in edition {edition} of the questionnaire",
    bank__part_removed="took “{part}” out of edition {edition} of the questionnaire",
    bank__activated="put edition {edition} of the questionnaire in use",
    bank__retired="took edition {edition} of the questionnaire out of use",
    bank__removed="deleted the draft of edition {edition} of the questionnaire",
    evidence__attached="attached “{file}” to {topic}",
    evidence__removed="took away “{file}” from {topic}",
    goal__set="set a goal for {topic}: {goal} by {due_on}",
    goal__removed="gave up the goal for {topic}: {goal}",
    bank__copied="took over edition {edition} of the questionnaire",
    action_item__accepted="accepted the action “{action}” for {owner}, due {due_on}",
    action_item__added="agreed the action “{action}” with {owner}, due {due_on}",
    action_item__edited="gave the action “{action}” to {owner}, due {due_on}: {reason}",
    action_item__started="began the action “{action}”",
    action_item__completed="completed the action “{action}”",
    action_item__dropped="dropped the action “{action}”: {reason}",
    action_item__reopened="opened the action “{action}” again",
)


@lend_panel(20, "scorecards/panels/scorecard.html")
def scorecard_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    if not permits(member, "scorecards.view_assessment"):
        return None
    result, running, actions = standing_with_plan(partner, member)
    return present_panel(partner, result, running, member, actions)


def _scores(kind: str, missing: str) -> Compute:
    def compute(
        partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date
    ) -> dict[tuple[UUID, Period], Value]:
        days = {period: min(period.end, as_of) for period in periods}
        scores = capability_scores(partner_ids, sorted(set(days.values())), kind=kind)
        found = {}
        for partner_id in partner_ids:
            for period, day in days.items():
                result = scores.get((partner_id, day))
                found[partner_id, period] = Value(result[0], status=result[1]) if result else Value(None, missing)
        return found

    return compute


lend_measure(
    Measure(
        CAPABILITY_SCORE,
        "Capabilities score",
        "score",
        "overall of the latest submitted scorecard not older than 12 months (F5)",
        _scores(Assessment.Kind.PARTNER, "no scorecard in the last 12 months"),
        source=TOPICS,
        empty=NO_SCORECARD,
    )
)
lend_measure(
    Measure(
        "fit_score",
        "Fit score",
        "score",
        "overall of the fit and customer categories in the latest screening not older than 12 months (F5)",
        _scores(Assessment.Kind.SCREENING, "not screened in the last 12 months"),
    )
)

for topic, name in starter_topics():
    lend_measure(
        Measure(
            topic,
            f"Topic: {name}",
            "score",
            "score of the topic in the latest scorecard, at most 12 months old (F5)",
            read_from(TOPICS, topic, NO_SCORECARD),
            source=TOPICS,
            empty=NO_SCORECARD,
        )
    )


def _composites(
    partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date
) -> dict[tuple[UUID, Period], Value]:
    found = {}
    for period in periods:
        for partner_id, one in composite_scores(partner_ids, on=min(period.end, as_of)).items():
            found[partner_id, period] = Value(one.score, one.why)
    return found


lend_measure(
    Measure(
        "composite_score",
        "Composite score",
        "score",
        "weighted mean of its components by the weights of the life-stage (F11)",
        _composites,
    )
)


@lend_screening
def screening(member: Membership, partner: Partner) -> ScreeningLink | None:
    """Where a candidate is screened: about two minutes, by its account manager alone."""
    if not member.is_vendor or not member.has(*SEES_VENDOR_VIEW):
        return None
    result, running = standing_of(partner, kind=Assessment.Kind.SCREENING)
    may_start = partner.state not in CLOSED_PARTNERS and permits(member, "scorecards.start_vendor_view", partner)
    return ScreeningLink(
        start_url=address_of("scorecards:start-screening", partner.pk) if may_start and running is None else "",
        open_url=running.get_absolute_url() if running else "",
        result_url=reverse("scorecards:assessment", args=[result.assessment_id]) if result else "",
        progress=f"{running.given or 0} of {running.asked or 0} answered" if running else "",  # type: ignore[attr-defined]
    )


def _submitted(partner_ids: Sequence[UUID], on: dt.date) -> set[UUID]:
    """Those of these partners that have submitted a scorecard of their own."""
    done = Assessment.objects.filter(partner_id__in=list(partner_ids), kind="partner", submitted_at__isnull=False)
    return set(done.values_list("partner_id", flat=True))


onboarding_check("scorecard_submitted", _submitted)


def _to_finish(member: Membership) -> QuerySet:
    mine = Assessment.objects.visible_to(member).filter(state=Assessment.State.IN_PROGRESS)
    if not permits(member, "scorecards.answer_question"):
        return mine.none()
    if not member.is_vendor:
        mine = mine.filter(partner=member.partner_id)
    return mine.select_related("partner").order_by("opened_at")


def _actions_late(member: Membership) -> QuerySet:
    """Overdue at one's partners, owned by somebody else: what an account manager asks after."""
    if not member.is_vendor or not member.has(Role.ACCOUNT_MANAGER):
        return ActionItem.objects.none()
    late = ActionItem.objects.visible_to(member).filter(state__in=OPEN_STATES, due_on__lt=clock.today())
    return late.exclude(owner=member).select_related("partner", "owner__user").order_by("due_on")


def _actions_due(member: Membership) -> QuerySet:
    return (
        ActionItem.objects.visible_to(member)
        .filter(owner=member, state__in=OPEN_STATES)
        .select_related("partner")
        .order_by("due_on")
    )


lend_worklist(
    Worklist(
        "kpi_target_proposals",
        "KPI targets to confirm",
        lambda member: (
            kpi_proposals_waiting(member)
            if permits(member, "scorecards.confirm_kpi_target")
            else kpi_proposals_waiting(member).none()
        ),
        url=lambda proposal: proposal.get_absolute_url(),
        text=lambda proposal: proposal.kpi.name,
        company=lambda proposal: proposal.partner,
    )
)


@lend_partner_action(41)
def kpi_targets_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "scorecards.view_kpis", partner):
        return None
    return PartnerAction(_("KPI targets"), address_of("scorecards:kpi_targets", partner.pk), "gauge", leads=False)


WORK_TITLES = {
    Assessment.Kind.PARTNER: "Scorecard of",
    Assessment.Kind.VENDOR_VIEW: "Our view of",
    Assessment.Kind.SCREENING: "Screening of",
}
lend_worklist(
    Worklist(
        "scorecards_to_finish",
        "Scorecards to finish",
        _to_finish,
        url=lambda assessment: assessment.get_absolute_url(),
        text=lambda assessment: f"{WORK_TITLES[Assessment.Kind(assessment.kind)]} {assessment.partner.name}",
    )
)
lend_worklist(
    Worklist(
        "actions_due",
        "Actions that are yours",
        _actions_due,
        url=lambda item: reverse("scorecards:plan", args=[item.partner_id]),
        text=lambda item: item.text,
        company=lambda item: item.partner,
        due=lambda item: item.due_on,
    )
)


@lend_sample("scorecards.Resource")
def planted_resource(row: dict[str, Any]) -> dict[str, Any]:
    """A planted resource is a document."""
    return {"url": ""}


lend_worklist(
    Worklist(
        "actions_late",
        "Overdue actions of others",
        _actions_late,
        url=lambda item: reverse("scorecards:plan", args=[item.partner_id]),
        text=lambda item: f"{item.partner.name}, {item.owner.user.name if item.owner else 'nobody'}: {item.text}",
        due=lambda item: item.due_on,
    )
)
navigation(Entry("Board", "scorecards:board", "layout-board", 29, "scorecards.view_board"))


@lend_panel(18, "scorecards/panels/performance.html", permission="scorecards.view_kpis")
def performance_scorecard_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    """The way to the performance scorecard; what it says is not computed here."""
    return {
        "url": card_url(partner.pk),
        "pdf_url": address_of("scorecards:performance-paper", partner.pk),
        "may_board": permits(member, "scorecards.view_board"),
    }
