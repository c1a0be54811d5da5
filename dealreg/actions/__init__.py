"""What changes deals and opportunities: registering, deciding, conflicts, keeping, working, ending, what time does."""

from dealreg.actions.by_time import run_night, time_out_deal
from dealreg.actions.closing import (
    link_booking,
    lose_deal,
    lose_opportunity,
    reopen_opportunity,
    win_deal,
    win_opportunity,
)
from dealreg.actions.conflicts import (
    answer_hearing,
    decide_conflict,
    decide_engagement,
    decide_transfer,
    propose_transfer,
)
from dealreg.actions.contracts import add_contract, decide_renewal, edit_contract
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
from dealreg.actions.drafts import submit_drafts
from dealreg.actions.keeping import (
    approve_change,
    ask_extension,
    change_deal,
    grant_extension,
    refuse_change,
    refuse_extension,
    reinstate_deal,
    update_next_step,
)
from dealreg.actions.opportunities import (
    edit_opportunity,
    open_opportunity,
    plan_next_step,
    set_credits,
    set_opportunity_lines,
    set_stage,
)
from dealreg.actions.papers import add_paper, remove_paper
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
    "add_contract",
    "add_paper",
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
    "decide_engagement",
    "decide_renewal",
    "decide_transfer",
    "draft_deal",
    "drop_draft",
    "edit_contract",
    "edit_deal_rules",
    "edit_draft",
    "edit_opportunity",
    "expire_deal",
    "grant_extension",
    "link_booking",
    "lose_deal",
    "lose_opportunity",
    "open_deal",
    "open_opportunity",
    "plan_next_step",
    "propose_transfer",
    "refuse_change",
    "refuse_extension",
    "reinstate_deal",
    "reject_deal",
    "remove_paper",
    "reopen_opportunity",
    "run_night",
    "set_credits",
    "set_deal_sharing",
    "set_opportunity_lines",
    "set_stage",
    "submit_deal",
    "submit_drafts",
    "time_out_deal",
    "update_next_step",
    "win_deal",
    "win_opportunity",
    "withdraw_deal",
]
