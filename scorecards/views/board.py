"""The board: partners in red, yellow and green, how they moved, and who is due."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of
from scorecards.filters_board import BoardFilter
from scorecards.queries.board import CATEGORY_CODES, board_partners
from scorecards.rows.board import CATEGORY_TITLES, ShownRow, present_board


def _points(code: str) -> Any:
    return lambda row: next(cell.points for cell in row.raw.categories if cell.code == code)


def _status(code: str) -> Any:
    return lambda row: next(cell.status for cell in row.raw.categories if cell.code == code)


WEAKEST = ("standings__composite", "standings__kpis", "sort_name")
COLUMNS: tuple[Column, ...] = (
    Column("name", "Partner", ("sort_name",), lambda row: row.name),
    Column("number", "Number", (), lambda row: row.number),
    Column("manager", "Account manager", (), lambda row: row.manager),
    Column("tier", "Tier", ("tier__level",), lambda row: row.tier),
    Column("stage", "Life-stage", ("life_stage", "sort_name"), lambda row: row.life_stage),
    Column(
        "composite",
        "Composite score",
        WEAKEST,
        lambda row: row.raw.composite.value,
    ),
    Column("status", "Status", (), lambda row: row.raw.status),
    Column("composite_change", "Change in three months", (), lambda row: row.raw.composite.change),
    *(
        column
        for code in CATEGORY_CODES
        for column in (
            Column(code, str(CATEGORY_TITLES[code]), (f"standings__{code}", "sort_name"), _points(code)),
            Column(f"{code}_status", f"{CATEGORY_TITLES[code]}: status", (), _status(code)),
        )
    ),
    Column(
        "capability", "Capabilities score", ("standings__capability", "sort_name"), lambda row: row.raw.capability.value
    ),
    Column("capability_change", "Capabilities: change", (), lambda row: row.raw.capability.change),
    Column("plan", "Performance to plan", ("standings__plan", "sort_name"), lambda row: row.raw.plan.value),
    Column("plan_status", "Performance to plan: status", (), lambda row: row.raw.plan.status),
    Column("plan_change", "Performance to plan: change", (), lambda row: row.raw.plan.change),
    Column("scored", "Last scorecard", ("standings__scored_on", "sort_name"), lambda row: row.raw.scored_on),
    Column("due", "Next scorecard due", ("standings__due_on", "sort_name"), lambda row: row.raw.due_on),
    Column("due_state", "Due", (), lambda row: row.raw.due),
)


lend_list("scorecards:board", COLUMNS, BoardFilter)


@may("scorecards.view_board")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All partners this member looks after, the weakest composite first."""
    shown = list_page(
        request,
        board_partners(member_of(request)),
        COLUMNS,
        default_sort="composite",
        filterset=BoardFilter,
        present=present_board,
        file_name="board",
    )
    if isinstance(shown, HttpResponse):
        return shown
    context = {
        "list": shown,
        "heads": [(code, title) for code, title in CATEGORY_TITLES.items()],
        "computed": _computed(shown.rows),
    }
    return render(request, "scorecards/performance/board.html", context)


def _computed(rows: list[ShownRow]) -> str:
    """When the oldest of the figures on this page was computed."""
    moments = [row.raw.computed_at for row in rows if row.raw.computed_at]
    return formatter().moment(min(moments)) if moments else ""
