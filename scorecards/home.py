"""What the home page of a partner says about its scorecard: where it stands, and whether one is due."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.web.home import home_part
from prm.kernel.web.tenancy import member_of
from scorecards.queries import standing_of
from scorecards.queries.board import board_count
from scorecards.rows import present_home


@home_part(25, "scorecards/home/scorecard.html")
def own_scorecard(request: HttpRequest) -> dict[str, Any] | None:
    """A partner's own scorecard: go on with the one that is open, begin one that is due, or the score as it is."""
    member = member_of(request)
    if member.is_vendor or not permits(member, "scorecards.view_assessment"):
        return None
    partner = Partner.objects.get(pk=member.partner_id)
    result, running = standing_of(partner)
    shown = present_home(partner, result, running, member, clock.today())
    return {**shown, "all_url": reverse("scorecards:list")}


@home_part(22, "scorecards/home/board.html")
def board_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """For those who look after partners: how many are in red, yellow and green, and who is due."""
    member = member_of(request)
    if not permits(member, "scorecards.view_board"):
        return None
    found = board_count(member)
    return {"count": found, "url": reverse("scorecards:board")} if found.total else None
