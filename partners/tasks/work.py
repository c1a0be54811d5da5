"""What happens at partners by itself: alerts, onboarding, the morning's letter of what waits."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from partners.actions import look_for_alerts, settle_onboarding, welcome_newcomer
from partners.registries import waiting_for
from prm.kernel import clock
from prm.kernel.addresses import in_letters
from prm.kernel.events import on
from prm.kernel.mail import send_letter
from prm.kernel.models import Event, Membership
from prm.kernel.notifications import claim_digest
from prm.kernel.outbox import deferred, post
from prm.kernel.schedule import daily
from prm.kernel.tenancy.context import Context, current_tenant, member_scope, reenter
from prm.kernel.web.format import formatter


@daily
@deferred("partners.look_for_alerts")
def find_alerts(on: str) -> None:
    """Conditions at partners that their account managers should know of."""
    look_for_alerts(dt.date.fromisoformat(on))


@daily
@deferred("partners.settle_onboarding")
def settle(on: str) -> None:
    """Start what is committed, close what is proven, complete what is done."""
    settle_onboarding(dt.date.fromisoformat(on))


@on("partner.onboarding")
@on("task.completed")
@on("task.cancelled")
@on("document.recorded")
@on("document.signed")
@on("partner.profile_updated")
@deferred("partners.look_at_onboarding")
def look_at_onboarding(event_id: str) -> None:
    """Something that a step of onboarding may have waited for; other apps hang it on their events too."""
    event = Event.objects.filter(pk=UUID(event_id)).first()
    if event is not None and event.partner_id is not None:
        settle_onboarding(clock.today(), only=[event.partner_id])


@on("member.added")
@deferred("partners.welcome_newcomer")
def welcome(event_id: str) -> None:
    """A new person at an active partner gets the path of the own role; in onboarding it may be what was missing."""
    event = Event.objects.get(pk=UUID(event_id))
    member = Membership.objects.select_related("partner", "user").filter(pk=event.subject_id, active=True).first()
    if member is not None and member.partner_id is not None:
        welcome_newcomer(member)
        settle_onboarding(clock.today(), only=[member.partner_id])


@daily
@deferred("partners.post_digests")
def post_digests(on: str) -> None:
    """One delivery for each person who wants a letter of what waits."""
    wanting = Membership.objects.filter(active=True, wants_digest=True, user__is_active=True)
    for pk in wanting.values_list("pk", flat=True):
        post(send_digest, {"member_id": str(pk), "on": on}, key=f"digest:{pk}:{on}", as_system=True)


@deferred("partners.send_digest", long=True)
def send_digest(member_id: str, on: str, *, context: Context) -> None:
    """What waits for one person, in one letter a day; none when nothing waits. Never sent twice."""
    with reenter(context):
        member = Membership.objects.select_related("user", "tenant").filter(pk=UUID(member_id)).first()
        if member is None or not member.active or not member.user.is_active or not member.wants_digest:
            return
        letter = {"tenant": current_tenant(), "name": member.user.name, "items": [], "link": in_letters("/")}
    with member_scope(member):
        today, write = clock.today(), formatter()
        letter["items"] = [
            {
                "list": item.label,
                "text": item.text,
                "due": write.day(item.due) if item.due else "",
                "is_overdue": item.due is not None and item.due < today,
                "link": in_letters(item.url),
            }
            for item in waiting_for(member)
        ]
    if not letter["items"]:
        return
    with reenter(context):
        if not claim_digest(member.pk, dt.date.fromisoformat(on)):
            return
    send_letter("digest", to=member.user.email, letter_id=f"{member.pk}.{on}", context=letter)
