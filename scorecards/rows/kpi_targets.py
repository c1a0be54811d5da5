"""Targets of KPIs and proposals as pages print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from sales.models import targets_url, years_of
from sales.rows import TONES
from scorecards.forms import typed as as_typed
from scorecards.models import KpiTargetProposal
from scorecards.queries.kpi_targets import KpiTargetRow, Waiting
from scorecards.rows.kpis import SCOPES, write_value


def present_target_rows(
    rows: Sequence[KpiTargetRow], partner: Partner, typed: Mapping[str, str], problems: Mapping[str, str]
) -> list[dict[str, Any]]:
    write = formatter()
    shown = []
    for row in rows:
        name = f"k-{row.kpi.code}"
        shown.append(
            {
                "kpi": row.kpi.name,
                "url": reverse("scorecards:kpi", args=[partner.pk, row.kpi.pk]),
                "category": str(row.kpi.get_category_display()),
                "name": name,
                "text": typed.get(name, as_typed(row.own, row.kpi.unit)),
                "own": write_value(write, row.own, row.kpi.unit) if row.own is not None else "",
                "unit": "%" if row.kpi.unit == "ratio" else "",
                "problem": problems.get(name, ""),
                "otherwise": write_value(write, row.otherwise, row.kpi.unit) if row.otherwise is not None else "",
                "scope": str(SCOPES.get(row.scope, "")),
                "is_confirmed": row.is_confirmed,
            }
        )
    return shown


def present_waiting(waiting: Sequence[Waiting], partner: Partner) -> list[dict[str, Any]]:
    """On the performance scorecard: what is proposed, by whom, and where it is answered."""
    write, shown = formatter(), []
    for one in waiting:
        if one.kpi:
            page = reverse("scorecards:kpi_targets", args=[partner.pk])
        else:
            page = targets_url(partner.pk, one.months, "line" if one.line else "total")
        confirm = "scorecards:confirm_kpi_target" if one.kpi else "sales:confirm_targets"
        years = ", ".join(year.label for year in years_of(one.months))
        revenue = _("Net revenue, %(scope)s") % {"scope": f"{years}, {one.line or _('in total')}"}
        shown.append(
            {
                "what": f"{one.kpi}, {one.period}" if one.kpi else revenue,
                "value": write_value(write, one.total, one.unit),
                "who": one.by or _("System"),
                "at": write.moment(one.at),
                "note": one.comment,
                "confirm_url": reverse(confirm, args=[one.id]),
                "url": page,
            }
        )
    return shown


def present_kpi_proposals(proposals: Sequence[KpiTargetProposal], member: Membership) -> list[dict[str, Any]]:
    write = formatter()
    shown = []
    for one in proposals:
        is_open, own = one.state == KpiTargetProposal.State.PROPOSED, one.side == member.side
        shown.append(
            {
                "id": one.pk,
                "kpi": one.kpi.name,
                "period": f"{one.month:%Y-%m}" if one.month else f"FY{one.fiscal_year}",
                "value": write_value(write, one.value, one.kpi.unit),
                "who": one.proposed_by.user.name if one.proposed_by else _("System"),
                "side": _("the vendor") if one.side == "vendor" else own("the partner"),
                "at": write.moment(one.created_at),
                "note": one.comment,
                "reason": one.reason,
                "state": str(one.get_state_display()),
                "tone": TONES[one.state],
                "may_decide": is_open and not own and permits(member, "scorecards.confirm_kpi_target", one),
                "may_withdraw": is_open and own and permits(member, "scorecards.withdraw_kpi_target", one),
            }
        )
    return shown
