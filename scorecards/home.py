"""What the home page says of scorecards: to a partner where its own stands, to the chief how long they take."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part
from prm.kernel.web.tenancy import member_of
from scorecards.queries import pace_of_scorecards, standing_of
from scorecards.queries.board import board_count
from scorecards.rows import present_home
from scorecards.rows.performance import card_url


@home_part(25, "scorecards/home/scorecard.html", area="side")
def own_scorecard(request: HttpRequest) -> dict[str, Any] | None:
    """A partner's own scorecard: go on with the one that is open, begin one that is due, or the score as it is."""
    member = member_of(request)
    if member.is_vendor or not permits(member, "scorecards.view_assessment"):
        return None
    partner = Partner.objects.get(pk=member.partner_id)
    result, running = standing_of(partner)
    shown = present_home(partner, result, running, member, clock.today())
    return {**shown, "all_url": reverse("scorecards:list"), "card_url": card_url(partner.pk)}


@home_part(22, "scorecards/home/board.html")
def board_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """For those who look after partners: how many are in red, yellow and green, and who is due."""
    member = member_of(request)
    if not permits(member, "scorecards.view_board"):
        return None
    found = board_count(member)
    return {"count": found, "url": reverse("scorecards:board")} if found.total else None


PROMISED_MINUTES = 5


@home_part(45, "scorecards/home/pace.html", area="side")
def five_minutes(request: HttpRequest) -> dict[str, Any] | None:
    """Whether the scorecard keeps its promise: the median of the last finished ones."""
    if not member_of(request).has(Role.CHANNEL_CHIEF):
        return None
    pace = pace_of_scorecards()
    if pace.minutes is None:
        return None
    write = formatter()
    return {
        "minutes": write.number(pace.minutes, 1),
        "finished": pace.finished,
        "state": "green" if pace.minutes <= PROMISED_MINUTES else "yellow",
        "url": reverse("scorecards:list"),
    }
