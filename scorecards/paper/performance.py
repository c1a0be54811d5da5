"""The performance scorecard on one page of A4, and as a spreadsheet: the figures of the card."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from prm.kernel.charts_svg import draw
from prm.kernel.errors import Refused
from prm.kernel.exports import to_workbook
from prm.kernel.paper import lay_out
from prm.kernel.tenancy.context import current_tenant
from scorecards.paper import DEFAULT_BRAND
from scorecards.queries import PerformanceCard
from scorecards.rows.performance import present_card

STYLE = Path(__file__).with_name("performance.css")
SETTINGS = ("", "tight", "tightest")  # tried in this order until all stands on one page


class NoPaper(Refused):
    """This server cannot make a PDF. The spreadsheet has the same figures."""

    status = 503
    code = "no_pdf"


def card_html(card: PerformanceCard, setting: str) -> str:
    shown, tenant = present_card(card), current_tenant()
    brand = tenant.brand if re.fullmatch(r"#[0-9A-Fa-f]{6}", tenant.brand or "") else DEFAULT_BRAND
    accent = tenant.accent if re.fullmatch(r"#[0-9A-Fa-f]{6}", tenant.accent or "") else "#c27c00"
    context = {
        "card": shown,
        "setting": setting,
        "vendor": tenant.name,
        "brand": brand,
        "language": tenant.locale,
        "drawing": draw(shown.chart, paints={"brand": brand, "accent": accent}) if shown.has_plan else None,
        "brand_paint": brand,
        "accent_paint": accent,
    }
    return render_to_string("scorecards/performance/paper.html", context)


def card_pdf(card: PerformanceCard) -> bytes:
    """The card on one page, whatever is in it. Raises PdfNotPossible where the machine lacks what it needs."""
    for setting in SETTINGS:
        document = lay_out(card_html(card, setting), STYLE)
        if len(document.pages) == 1:
            break
    return document.copy(document.pages[:1]).write_pdf()


def file_name(card: PerformanceCard) -> str:
    """In plain letters, as it stands in a header: performance-northwind-2026-11-26."""
    return f"performance-{slugify(card.name)[:40] or 'partner'}-{card.on.isoformat()}"


# --- the spreadsheet ---------------------------------------------------------------------------------------


def card_xlsx(card: PerformanceCard) -> bytes:
    """Four sheets: the plan, the single figures with the program's requirements, the KPIs, and what it is about."""
    return to_workbook(
        {_("Plan"): _plan(card), _("Figures"): _figures(card), _("KPIs"): _kpis(card), _("About"): _about(card)}
    )


def _plan(card: PerformanceCard) -> list[list[Any]]:
    head = [_("Period"), _("Target"), _("Actual"), _("Variance"), _("Performance"), _("Status"), _("Why empty")]
    return [
        head,
        *([p.label, p.target, p.actual, p.variance, p.performance, p.status, p.why] for p in card.plan),
    ]


def _figures(card: PerformanceCard) -> list[list[Any]]:
    rows: list[list[Any]] = [
        [_("Figure"), _("Value"), _("Unit"), _("Target"), _("Gap"), _("Status"), _("Why empty"), _("Key")]
    ]
    rows += [[f.label, f.value, f.unit, None, None, f.status, f.why, f.key] for f in card.figures]
    for one in card.program.requirements:
        row = one.row
        why = row.why if row.actual is None else ""
        status = "green" if row.is_met else "red"
        rows.append([row.label, row.actual, row.unit, row.target, row.gap, status, why, one.key])
    if card.composite is not None:
        composite = card.composite
        rows.append([_("Composite score"), composite.score, "score", None, None, "", composite.why, "composite"])
    if one := card.percentile:
        rows.append([one.label, one.value, one.unit, None, None, "", one.why, one.key])
    return rows


def _kpis(card: PerformanceCard) -> list[list[Any]]:
    head = [_("Category"), _("KPI"), _("Value"), _("Unit"), _("Target"), _("Target of"), _("Status"), _("Why empty")]
    rows: list[list[Any]] = [[*head, _("Formula"), _("Source"), _("Latest data"), _("In focus")]]
    for category in card.sheet.categories:
        for k in category.kpis:
            told = [category.name, k.name, k.value, k.unit, k.target, k.target_scope, k.status, k.why_empty]
            rows.append([*told, k.formula, k.source, k.last_data, _("yes") if k.in_focus else _("no")])
    return rows


def _about(card: PerformanceCard) -> list[list[Any]]:
    return [
        [_("Partner"), card.name],
        [_("Number"), card.number],
        [_("Vendor"), current_tenant().name],
        [_("As of"), card.on],
        [_("Fiscal year"), card.fiscal_year],
        [_("Currency"), card.currency],
        [_("Program level"), card.tier],
        [_("Life-stage"), card.life_stage],
        [_("Computed"), card.computed_at],
    ]
