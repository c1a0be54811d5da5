"""Cells that the lists of deals, opportunities and leads have in common, and which columns a member gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dealreg.rows.deals import ShownClock
from dealreg.rows.opportunities import Flag
from prm.kernel.models import Membership
from prm.kernel.templatetags.kit import badge, icon
from prm.kernel.web.cells import joined, link, soft
from prm.kernel.web.lists import Column


def columns_for(member: Membership, columns: Sequence[Column]) -> list[Column]:
    """Whose people know one partner alone are not shown, line by line, which it is; files keep the column.

    Which registrations are in conflict is the vendor's alone.
    """
    knows_one = len(member.reach or ()) == 1
    known = [one for one in columns if member.is_vendor or one.name != "conflict"]
    return [replace(one, cell=None) if one.name == "partner" and knows_one else one for one in known]


def partner_cell(row: Any) -> Any:
    return link(row.partner_url, row.partner) if row.partner else "–"


def clock_cell(row: Any) -> SafeString:
    """The state, and what its clock says."""
    late = badge(_("late"), "red") if row.clock.tone == "red" else ""
    conflict = getattr(row, "conflict", "")
    mark = soft(joined(icon("gavel"), badge(conflict, row.conflict_tone)), "conflict-mark") if conflict else ""
    return joined(badge(row.state, row.tone), late, mark, _said(row.clock))


def _said(clock: ShownClock) -> Any:
    warning = icon("alert-triangle") if clock.tone == "yellow" else ""
    return soft(joined(warning, clock.text), "deal-clock") if clock.text else ""


def flags_cell(flags: Sequence[Flag]) -> Any:
    """What stands out of an opportunity, under its stage."""
    marks = "".join(badge(flag.text, flag.tone) for flag in flags)
    return mark_safe(f'<span class="deal-clock flag-list">{marks}</span>') if marks else ""  # noqa: S308 - badges
