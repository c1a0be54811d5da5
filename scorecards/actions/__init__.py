"""What changes a scorecard: answering, submitting and reviewing it, and the actions that follow from it."""

from scorecards.actions.assessments import (
    AlreadyOpen,
    BadAnswer,
    Incomplete,
    NoBank,
    NothingToAccept,
    NotInProgress,
    PartnerClosed,
    TooLate,
    accept_unchanged,
    answer_question,
    discard_assessment,
    reopen_assessment,
    review_assessment,
    start_assessment,
    submit_assessment,
)
from scorecards.actions.items import (
    WrongOwner,
    accept_action_item,
    complete_action_item,
    drop_action_item,
    reopen_action_item,
    start_action_item,
)
from scorecards.actions.peers import release_peers

__all__ = [
    "AlreadyOpen",
    "BadAnswer",
    "Incomplete",
    "NoBank",
    "NotInProgress",
    "NothingToAccept",
    "PartnerClosed",
    "TooLate",
    "WrongOwner",
    "accept_action_item",
    "accept_unchanged",
    "answer_question",
    "complete_action_item",
    "discard_assessment",
    "drop_action_item",
    "release_peers",
    "reopen_action_item",
    "reopen_assessment",
    "review_assessment",
    "start_action_item",
    "start_assessment",
    "submit_assessment",
]
