"""The question bank, assessments with their answers, the actions that follow from them, and the KPIs."""

from scorecards.models.assessments import (
    SEES_VENDOR_VIEW,
    Answer,
    AnswerRevision,
    Assessment,
    AssessmentQuerySet,
    Evidence,
)
from scorecards.models.bank import BankPart, Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.models.goals import Goal
from scorecards.models.items import SEES_OWN_COMPANYS_ACTIONS, ActionItem, ActionItemQuerySet
from scorecards.models.measures import (
    KpiActual,
    KpiDefinition,
    KpiSetting,
    KpiTarget,
    KpiTargetProposal,
    PartnerKpiTarget,
    StageWeights,
)
from scorecards.models.peers import PeerGroup, PeerShare
from scorecards.models.standings import PartnerStanding

__all__ = [
    "SEES_OWN_COMPANYS_ACTIONS",
    "SEES_VENDOR_VIEW",
    "ActionItem",
    "ActionItemQuerySet",
    "Answer",
    "AnswerRevision",
    "Assessment",
    "AssessmentQuerySet",
    "BankPart",
    "Category",
    "Evidence",
    "Goal",
    "KpiActual",
    "KpiDefinition",
    "KpiSetting",
    "KpiTarget",
    "KpiTargetProposal",
    "Option",
    "PartnerKpiTarget",
    "PartnerStanding",
    "PeerGroup",
    "PeerShare",
    "Question",
    "QuestionBank",
    "Resource",
    "StageWeights",
    "Topic",
]
