"""A result on one page of A4, and as a spreadsheet: the figures of the sheet, as the result page shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from prm.kernel import clock
from prm.kernel.exports import to_workbook
from prm.kernel.paper import lay_out
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.format import formatter
from scorecards.models import ActionItem
from scorecards.queries import OPEN_STATES, ResultSheet
from scorecards.rows import present_result, quarter_of

STYLE = Path(__file__).with_name("paper.css")
DEFAULT_BRAND = "#1f4e79"


@dataclass(frozen=True)
class Fit:
    """How closely a page is set, and how much of each list stands on it."""

    setting: str
    topics: int
    actions: int
    goals: int
    words: int
    name: int
    room: int  # lines for topics, actions, goals and the conclusion
    width: int  # letters in a line of half the page


# The first with room for everything is taken; whatever is left out is said, and stands in the spreadsheet.
FITS = (
    Fit("", 40, 6, 6, 600, 70, 36, 27),
    Fit("tight", 60, 6, 6, 600, 60, 46, 31),
    Fit("tightest", 80, 6, 6, 400, 50, 60, 36),
    Fit("tightest", 40, 4, 4, 200, 32, 999, 36),
)
SAFE = Fit("tightest", 16, 3, 3, 120, 24, 999, 36)


def paper_html(sheet: ResultSheet, actions: Sequence[ActionItem], fit: Fit) -> str:
    page, write = present_result(sheet), formatter()
    tenant = current_tenant()
    topics = page.topics[: fit.topics]
    half = (len(topics) + 1) // 2
    open_items = [item for item in actions if item.state in OPEN_STATES]
    shown = [
        {
            "text": _clip(item.text, fit.words // 4),
            "owner": _clip(item.owner.user.name if item.owner else "", fit.name),
            "due": write.day(item.due_on),
            "is_overdue": item.due_on is not None and item.due_on < clock.today(),
        }
        for item in open_items[: fit.actions]
    ]
    context = {
        "page": page,
        "fit": fit,
        "vendor": tenant.name,
        "brand": tenant.brand if re.fullmatch(r"#[0-9A-Fa-f]{6}", tenant.brand or "") else DEFAULT_BRAND,
        "language": tenant.locale,
        "is_vendors": sheet.vendor_only,
        "partner": _clip(sheet.partner, 90),
        "comment": _clip(page.comment, fit.words),
        "halves": [part for part in (topics[:half], topics[half:]) if part],
        "topics_left": len(page.topics) - len(topics),
        "actions": shown,
        "actions_left": len(open_items) - len(shown),
        "goals": page.goals[: fit.goals],
        "goals_left": len(page.goals) - len(page.goals[: fit.goals]),
        "printed": write.day(clock.today()),
    }
    return render_to_string("scorecards/paper.html", context)


def result_pdf(sheet: ResultSheet, actions: Sequence[ActionItem]) -> bytes:
    """The result on one page, whatever is in it. Raises PdfNotPossible where the machine lacks what it needs.

    Laying out is what costs time, so the setting is reckoned from the lines there are, and proven by one more try.
    """
    fit = next(fit for fit in FITS if _lines(sheet, actions, fit) <= fit.room)
    document = lay_out(paper_html(sheet, actions, fit), STYLE)
    if len(document.pages) > 1:
        document = lay_out(paper_html(sheet, actions, SAFE), STYLE)
    return document.copy(document.pages[:1]).write_pdf()


def _lines(sheet: ResultSheet, actions: Sequence[ActionItem], fit: Fit) -> int:
    """About how many lines the lists take in this setting."""
    names = [min(len(line.name), fit.name) for line in sheet.by_gap[: fit.topics]]
    topics = sum(1 + length // fit.width for length in names) // 2 + 1
    texts = [min(len(item.text), fit.words // 4) for item in actions if item.state in OPEN_STATES][: fit.actions]
    beside = max(sum(1 + length // (3 * fit.width) for length in texts), min(len(sheet.goals), fit.goals))
    return topics + beside + min(len(sheet.review_comment), fit.words) // (4 * fit.width) + 2


def file_name(sheet: ResultSheet) -> str:
    """In plain letters, as it stands in a header: scorecard-northwind-2026-11-26."""
    name = slugify(sheet.partner)[:40] or "partner"
    return f"scorecard-{name}-{clock.day_of(sheet.result.submitted_at):%Y-%m-%d}"


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


# --- the spreadsheet ---------------------------------------------------------------------------------------


def result_xlsx(sheet: ResultSheet, actions: Sequence[ActionItem]) -> bytes:
    """Three sheets: every figure, the actions, and what is being looked at. Scores are numbers."""
    return to_workbook({_("Result"): _figures(sheet), _("Actions"): _actions(actions), _("About"): _about(sheet)})


def _figures(sheet: ResultSheet) -> list[list[Any]]:
    levels = {"overall": _("Overall"), "category": _("Category"), "lens": _("Lens"), "topic": _("Topic")}
    names = {line.code: line.name for line in sheet.categories}
    head = [_("Level"), _("Name"), _("Category"), _("Score"), _("Status"), _("Best practice"), _("Gap"), _("Peers")]
    head += [_("Last time"), _("Change"), _("Goal"), _("Goal by")]
    other = [_("Other side"), _("Difference")] if sheet.other is not None else []
    rows: list[list[Any]] = [[*head, *other]]
    for line in sheet.lines:
        told = [
            levels[line.level],
            line.name or levels[line.level],
            names.get(line.category, ""),
            line.score,
            line.status,
        ]
        told += [line.best_practice, line.gap, line.peer_average, line.last, line.change, line.goal, line.goal_due_on]
        rows.append([*told, *([line.other, line.difference] if other else [])])
    return rows


def _actions(actions: Sequence[ActionItem]) -> list[list[Any]]:
    head = [_("Action"), _("Topic"), _("State"), _("Owner"), _("Due"), _("Done on"), _("Reason")]
    return [
        head,
        *(
            [
                item.text,
                item.topic.name if item.topic else "",
                str(item.get_state_display()),
                item.owner.user.name if item.owner else "",
                item.due_on,
                item.done_on,
                item.reason,
            ]
            for item in actions
        ),
    ]


def _about(sheet: ResultSheet) -> list[list[Any]]:
    page = present_result(sheet)
    return [
        [_("Partner"), sheet.partner],
        [_("Vendor"), current_tenant().name],
        [_("Submitted on"), sheet.result.submitted_at],
        [_("Submitted by"), sheet.result.submitted_by],
        [_("Edition of the questionnaire"), sheet.result.edition],
        [_("Peers"), page.peer_note],
        [_("Place among peers"), quarter_of(sheet.peers)],
        [_("Conclusion"), sheet.review_comment],
        *([[_("Bridge"), page.bridge]] if page.bridge else []),
    ]
