"""What the pages of scorecards print: figures formatted once, in the vendor's way of writing them."""

from scorecards.rows.live import FileRow, answer_data, file_row, present_changes, script_words, who_of
from scorecards.rows.marks import STATE_TONES, Mark, day_of, minutes_of, percent_of
from scorecards.rows.partners import NEAR_DAYS, PartnerRow, page_of, present_home, present_panel, present_partners
from scorecards.rows.plan import ITEM_TONES, PROPOSALS_SHOWN, ItemRow, PlanPart, present_plan
from scorecards.rows.result import CategoryResult, ResultPage, TopicResult, present_result
from scorecards.rows.runner import CategoryRow, RunnerPage, TopicRow, peer_note, present_runner, present_scores
from scorecards.rows.sheet import PairRow, SheetPart, present_comparison, present_sheet, times_of

__all__ = [
    "ITEM_TONES",
    "NEAR_DAYS",
    "PROPOSALS_SHOWN",
    "STATE_TONES",
    "CategoryResult",
    "CategoryRow",
    "FileRow",
    "ItemRow",
    "Mark",
    "PairRow",
    "PartnerRow",
    "PlanPart",
    "ResultPage",
    "RunnerPage",
    "SheetPart",
    "TopicResult",
    "TopicRow",
    "answer_data",
    "day_of",
    "file_row",
    "minutes_of",
    "page_of",
    "peer_note",
    "percent_of",
    "present_changes",
    "present_comparison",
    "present_home",
    "present_panel",
    "present_partners",
    "present_plan",
    "present_result",
    "present_runner",
    "present_scores",
    "present_sheet",
    "script_words",
    "times_of",
    "who_of",
]
