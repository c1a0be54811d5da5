"""What changes deals: registering, deciding, conflicts, keeping and ending them, and what time does."""

from dealreg.actions.by_time import run_night, time_out_deal
from dealreg.actions.conflicts import answer_hearing, decide_conflict, decide_transfer, propose_transfer
from dealreg.actions.deciding import (
    answer_question,
    appeal_deal,
    approve_deal,
    ask_about_deal,
    auto_approve_deal,
    cancel_deal,
    open_deal,
    reject_deal,
    withdraw_deal,
)
from dealreg.actions.keeping import (
    approve_change,
    ask_extension,
    change_deal,
    grant_extension,
    lose_deal,
    refuse_change,
    refuse_extension,
    reinstate_deal,
    update_next_step,
    win_deal,
)
from dealreg.actions.protecting import AlreadyProtected, ConflictOpen, expire_deal
from dealreg.actions.registering import (
    draft_deal,
    drop_draft,
    edit_draft,
    set_deal_sharing,
    submit_deal,
)
from dealreg.actions.rules import edit_deal_rules

__all__ = [
    "AlreadyProtected",
    "ConflictOpen",
    "answer_hearing",
    "answer_question",
    "appeal_deal",
    "approve_change",
    "approve_deal",
    "ask_about_deal",
    "ask_extension",
    "auto_approve_deal",
    "cancel_deal",
    "change_deal",
    "decide_conflict",
    "decide_transfer",
    "draft_deal",
    "drop_draft",
    "edit_deal_rules",
    "edit_draft",
    "expire_deal",
    "grant_extension",
    "lose_deal",
    "open_deal",
    "propose_transfer",
    "refuse_change",
    "refuse_extension",
    "reinstate_deal",
    "reject_deal",
    "run_night",
    "set_deal_sharing",
    "submit_deal",
    "time_out_deal",
    "update_next_step",
    "win_deal",
    "withdraw_deal",
]
