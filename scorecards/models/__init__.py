"""The question bank, assessments with their answers, and the actions that follow from them."""

from scorecards.models.assessments import (
    SEES_VENDOR_VIEW,
    Answer,
    AnswerRevision,
    Assessment,
    AssessmentQuerySet,
    Evidence,
)
from scorecards.models.bank import BankPart, Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.models.items import SEES_OWN_COMPANYS_ACTIONS, ActionItem, ActionItemQuerySet

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
    "Option",
    "Question",
    "QuestionBank",
    "Resource",
    "Topic",
]
