"""What the pages of scorecards print: figures formatted once, in the vendor's way of writing them."""

from scorecards.rows.items import ActionRow, ManagerRow, present_actions, present_managers
from scorecards.rows.kpis import ShownKpi, ShownRows, history_chart, present_kpi, present_rows, write_value
from scorecards.rows.live import FileRow, answer_data, file_row, present_changes, script_words, who_of
from scorecards.rows.marks import STATE_TONES, Mark, minutes_of, percent_of
from scorecards.rows.partners import NEAR_DAYS, PartnerRow, page_of, present_home, present_panel, present_partners
from scorecards.rows.plan import (
    ITEM_TONES,
    PROPOSALS_SHOWN,
    ItemRow,
    PlanPart,
    PlanStanding,
    present_completion,
    present_plan,
)
from scorecards.rows.result import ResultPage, present_result, quarter_of
from scorecards.rows.runner import CategoryRow, RunnerPage, TopicRow, peer_note, present_runner, present_scores
from scorecards.rows.sheet import PairRow, SheetPart, present_comparison, present_sheet, times_of

__all__ = [
    "ITEM_TONES",
    "NEAR_DAYS",
    "PROPOSALS_SHOWN",
    "STATE_TONES",
    "ActionRow",
    "CategoryRow",
    "FileRow",
    "ItemRow",
    "ManagerRow",
    "Mark",
    "PairRow",
    "PartnerRow",
    "PlanPart",
    "PlanStanding",
    "ResultPage",
    "RunnerPage",
    "SheetPart",
    "ShownKpi",
    "ShownRows",
    "TopicRow",
    "answer_data",
    "file_row",
    "history_chart",
    "minutes_of",
    "page_of",
    "peer_note",
    "percent_of",
    "present_actions",
    "present_changes",
    "present_comparison",
    "present_completion",
    "present_home",
    "present_kpi",
    "present_managers",
    "present_panel",
    "present_partners",
    "present_plan",
    "present_result",
    "present_rows",
    "present_runner",
    "present_scores",
    "present_sheet",
    "quarter_of",
    "script_words",
    "times_of",
    "who_of",
    "write_value",
]
