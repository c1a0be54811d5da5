"""What changes a scorecard: answering, submitting and reviewing it, and the actions that follow from it."""

from scorecards.actions.answers import BadAnswer, NothingToAccept, NotInProgress, accept_unchanged, answer_question
from scorecards.actions.assessments import (
    AlreadyOpen,
    Incomplete,
    NoBank,
    NothingAsked,
    PartnerClosed,
    TooLate,
    discard_assessment,
    reopen_assessment,
    review_assessment,
    start_assessment,
    submit_assessment,
)
from scorecards.actions.evidence import NotAsked, TooMany, attach_evidence, remove_evidence
from scorecards.actions.items import (
    WrongOwner,
    accept_action_item,
    complete_action_item,
    drop_action_item,
    reopen_action_item,
    start_action_item,
)

__all__ = [
    "AlreadyOpen",
    "BadAnswer",
    "Incomplete",
    "NoBank",
    "NotAsked",
    "NotInProgress",
    "NothingAsked",
    "NothingToAccept",
    "PartnerClosed",
    "TooLate",
    "TooMany",
    "WrongOwner",
    "accept_action_item",
    "accept_unchanged",
    "answer_question",
    "attach_evidence",
    "complete_action_item",
    "discard_assessment",
    "drop_action_item",
    "remove_evidence",
    "reopen_action_item",
    "reopen_assessment",
    "review_assessment",
    "start_action_item",
    "start_assessment",
    "submit_assessment",
]
