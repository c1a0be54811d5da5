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
    start_assessment,
    submit_assessment,
)
from scorecards.actions.evidence import NotAsked, TooMany, attach_evidence, remove_evidence
from scorecards.actions.goals import BadGoal, NoResult, remove_goal, set_goal
from scorecards.actions.items import (
    WrongOwner,
    accept_action_item,
    add_action_item,
    complete_action_item,
    drop_action_item,
    edit_action_item,
    remind_of_actions,
    reopen_action_item,
    start_action_item,
)
from scorecards.actions.peers import release_peers
from scorecards.actions.reviews import NoGoals, review_assessment

__all__ = [
    "AlreadyOpen",
    "BadAnswer",
    "BadGoal",
    "Incomplete",
    "NoBank",
    "NoGoals",
    "NoResult",
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
    "add_action_item",
    "answer_question",
    "attach_evidence",
    "complete_action_item",
    "discard_assessment",
    "drop_action_item",
    "edit_action_item",
    "release_peers",
    "remind_of_actions",
    "remove_evidence",
    "remove_goal",
    "reopen_action_item",
    "reopen_assessment",
    "review_assessment",
    "set_goal",
    "start_action_item",
    "start_assessment",
    "submit_assessment",
]
