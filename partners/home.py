"""What the home page says about partners: what waits, what changed, whom to ask, and the whole at a glance."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from partners.forms import AnswerForm
from partners.queries import agreement_before_authority, next_profile_question, profile_version
from partners.queries.announcements import announcements_for
from partners.queries.directory import account_managers
from partners.queries.home import RUNNING, changes_since, names_in, partners_by, records_with_gaps
from partners.registries import waiting_and_cut, waiting_for, worklists
from partners.rows import present_card, present_changes
from partners.rows.work import present_waiting, rest_of
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.web.banners import banner
from prm.kernel.web.format import formatter
from prm.kernel.web.home import Waiting, home_part, lend_waiting
from prm.kernel.web.tenancy import member_of

SHOWN_EACH, SHOWN = 5, 10
LATELY = dt.timedelta(days=14)
LOOKS_AT_THE_WHOLE = (Role.CHANNEL_CHIEF, Role.OPERATIONS, Role.MARKETING, Role.FINANCE, Role.AUDITOR)


@home_part(10, "partners/home/waiting.html")
def waiting(request: HttpRequest) -> dict[str, Any]:
    """The records that wait for this member, overdue ones first."""
    found, cut = waiting_and_cut(member_of(request), each=SHOWN_EACH)
    more = len(found) - SHOWN
    all_of_it = {"url": reverse("partners:waiting"), "count": "" if cut else len(found)} if more > 0 else None
    return {"items": present_waiting(found[:SHOWN]), "rest": rest_of(cut), "all": all_of_it}


@lend_waiting
def all_waiting(member: Membership, most: int) -> Waiting:
    """For the list over all vendors: how much waits, and the most urgent of it."""
    count = sum(worklist.query(member).count() for worklist in worklists.values())
    return Waiting(count, present_waiting(waiting_for(member, each=most)[:most]))


@home_part(9, "partners/home/signing.html")
def named_to_sign(request: HttpRequest) -> dict[str, Any] | None:
    """For who is named to sign an agreement and waits for the vendor to confirm that he may."""
    version = agreement_before_authority(member_of(request))
    return {"version": version} if version is not None else None


@home_part(15, "partners/home/question.html")
def profile_question(request: HttpRequest) -> dict[str, Any] | None:
    """One question for a partner's person, now and then."""
    member = request.member  # type: ignore[attr-defined]
    if not permits(member, "partners.answer_profile_question"):
        return None
    question = next_profile_question(member, clock.today())
    if question is None:
        return None
    seen = {"version": profile_version(member.partner_id)}
    return {"question": question, "form": AnswerForm(question, initial=seen)}


@home_part(20, "partners/home/people.html", area="side")
def whom_to_ask(request: HttpRequest) -> dict[str, Any] | None:
    """A partner's own account managers, with the way to everybody else who answers."""
    member = member_of(request)
    if member.is_vendor:
        return None
    return {"managers": [present_card(card) for card in account_managers(member)[:3]]}


@home_part(60, "partners/home/changes.html", area="side")
def what_changed(request: HttpRequest) -> dict[str, Any]:
    """What others did since the last visit; on the first one, what they did lately."""
    member = member_of(request)
    since = member.visited_before or clock.now() - LATELY
    changes, several = changes_since(member, since), member.knows_several
    return {
        "changes": present_changes(changes, names_in(member, changes), with_company=several),
        "since": formatter().moment(member.visited_before) if member.visited_before else "",
    }


@home_part(40, "partners/home/whole.html", area="side")
def the_whole(request: HttpRequest) -> dict[str, Any] | None:
    """How many partners stand where: for those who look at all of them."""
    member = member_of(request)
    if not member.has(*LOOKS_AT_THE_WHOLE):
        return None
    by_state, by_tier = partners_by(member, "state"), partners_by(member, "tier")
    running = urlencode([("state", state) for state in RUNNING])
    return {"by_state": by_state, "by_tier": by_tier, "url": reverse("partners:list"), "running": running}


@home_part(30, "partners/home/gaps.html")
def to_put_in_order(request: HttpRequest) -> dict[str, Any] | None:
    """For operations: records of running partners in which something is missing, with the way to each."""
    member = member_of(request)
    if not member.has(Role.OPERATIONS):
        return None
    rows, count = records_with_gaps(member)
    return {"rows": rows, "count": count, "more": count - len(rows)}


@home_part(5, "partners/home/announcements.html")
def announced(request: HttpRequest) -> dict[str, Any] | None:
    """What the vendor tells this partner's people; a company without news has no box."""
    member = request.member  # type: ignore[attr-defined]
    deliveries = [] if member.is_vendor else announcements_for(member)
    return {"deliveries": deliveries} if deliveries else None


@banner("partners/banner.html")
def announced_above(request: HttpRequest) -> dict[str, Any] | None:
    """The newest announcement above every page but the first, where all of them stand."""
    member = request.member  # type: ignore[attr-defined]
    if member.is_vendor or request.path == reverse("home"):
        return None
    deliveries = announcements_for(member)
    return {"delivery": deliveries[0], "more": len(deliveries) - 1} if deliveries else None
