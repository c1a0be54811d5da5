"""What follows an action on deals: people are told, small registrations may approve themselves, the night passes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from dealreg.actions import auto_approve_deal, run_night
from dealreg.actions.by_time import expiring_on
from dealreg.actions.drafts import drafts_of, submit_draft
from dealreg.actions.protecting import track_conflicts
from dealreg.models import DealRegistration, DealReview
from dealreg.policies import desk_roles, made_it, review_of
from dealreg.queries.rules import deal_rules
from partners.queries import managers_of
from prm.kernel import clock
from prm.kernel.events import on
from prm.kernel.jobs import beating, begin_job, end_job
from prm.kernel.models import Event, Membership
from prm.kernel.notifications import notify
from prm.kernel.outbox import deferred, later
from prm.kernel.roles import Role
from prm.kernel.schedule import daily
from prm.kernel.tenancy.context import Context, reenter
from prm.kernel.web.format import formatter

State = DealRegistration.State


OLD_NEWS = dt.timedelta(days=7)  # what happened longer ago (a worker that stood still) is told to nobody any more


def _deal_of(event_id: str) -> tuple[Event, DealRegistration | None]:
    event = Event.objects.get(pk=UUID(event_id))
    if clock.now() - event.at > OLD_NEWS:
        return event, None
    deal = DealRegistration.objects.select_related("partner", "owner__user").filter(pk=event.subject_id).first()
    return event, deal


def _tell(people: Iterable[Membership], text: str, deal: DealRegistration, key: str, *, mail: bool = True) -> None:
    notify(people, text, about=deal, url=f"/deals/{deal.pk}/", key=f"deal:{deal.pk}:{key}", mail=mail)


def partner_people(deal: DealRegistration) -> list[Membership]:
    """Whose deal it is, and the company's champions."""
    people = Membership.objects.filter(partner_id=deal.partner_id, active=True).select_related("user")
    return list(people.filter(Q(pk=deal.owner_id) | Q(roles__contains=[Role.CHAMPION.value])))


def deciders(deal: DealRegistration) -> list[Membership]:
    """Who sits at the desk: the partner's own account manager, or all of the role."""
    review = review_of(deal)
    if review is None:
        return []
    roles = desk_roles(review)
    people = Membership.objects.filter(partner=None, active=True).select_related("user")
    manager = managers_of([deal.partner_id]).get(deal.partner_id)
    at_desk = [
        member
        for member in people.filter(roles__overlap=[role.value for role in roles])
        if not made_it(member, deal) and (member.has(Role.OPERATIONS, Role.CHANNEL_CHIEF) or member == manager)
    ]
    if manager in at_desk and review.level == DealReview.Level.MANAGER and not review.escalated_to:
        return [manager]
    return at_desk


@on("deal.submitted")
@deferred("dealreg.receive_deal")
def receive_deal(event_id: str) -> None:
    """A registration came in: note what competes, tell who decides, and plan the look of the system.

    When it looks does not depend on what competes.
    """
    deal = _deal_of(event_id)[1]
    if deal is None or deal.state not in (State.SUBMITTED, State.IN_REVIEW):
        return
    track_conflicts(deal)
    _tell(deciders(deal), f"New deal to decide: {deal.partner.name}, {deal.customer_name}", deal, "submitted")
    _tell(partner_people(deal), f"Received: {deal.customer_name}, number {deal.number}", deal, "received")
    rules = deal_rules()
    if rules.auto_approve and (deal.amount or 0) <= rules.auto_max_amount:
        due = clock.now() + dt.timedelta(hours=rules.auto_after_hours)
        later("dealreg.try_auto_approval", by=None, key=f"auto:{deal.pk}", due=due, deal_id=deal.pk)


@deferred("dealreg.try_auto_approval")
def try_auto_approval(deal_id: str) -> None:
    deal = DealRegistration.objects.select_related("partner").filter(pk=UUID(deal_id)).first()
    if deal is not None:
        auto_approve_deal(deal, by=None)


def _told_to_partner(name: str, text: str) -> None:
    """The partner's people hear of an event, in these words."""

    @on(f"deal.{name}")
    @deferred(f"dealreg.tell_{name}")
    def tell_partner(event_id: str) -> None:
        event, deal = _deal_of(event_id)
        if deal is None:
            return
        write = formatter()
        words = {
            "customer": deal.customer_name,
            "expires": write.day(deal.expires_on),
            "reason": event.data.get("reject_reason") or event.data.get("reason") or "",
        }
        people = [member for member in partner_people(deal) if member.pk != event.actor_id]
        _tell(people, text.format_map(words), deal, f"{name}:{event.pk}")


for _name, _text in {
    "asked": "A question on your deal with {customer}: please answer",
    "approved": "Approved: your deal with {customer} is protected until {expires}",
    "rejected": "Not approved: your deal with {customer} ({reason})",
    "cancelled": "The approval of your deal with {customer} was cancelled",
    "extended": "More time: your deal with {customer} is protected until {expires}",
    "extension_refused": "No more time for your deal with {customer}",
    "changed": "The change of your deal with {customer} holds",
    "change_refused": "The change of your deal with {customer} was refused",
    "reinstated": "Your deal with {customer} is protected again until {expires}",
    "expired": "The protection of your deal with {customer} has ended",
    "hearing_opened": "Your word is asked on your deal with {customer}",
    "kept": "Your deal with {customer} stays with you",
    "joined": "Your deal with {customer} is a joint deal now",
    "won": "Won: {customer}",
    "withdrawn": "Your deal with {customer} was taken back",
    "timed_out": "Not answered in time: your deal with {customer} counts as taken back",
    "transfer_granted": "The customer chose you: your deal with {customer} goes on",
    "taken_over": "The deal with {customer} is yours now, protected until {expires}",
    "transferred": "The customer chose another partner: your deal with {customer} has ended",
}.items():
    _told_to_partner(_name, _text)


def _told_to_desk(name: str, text: str) -> None:
    @on(f"deal.{name}")
    @deferred(f"dealreg.desk_{name}")
    def tell_desk(event_id: str) -> None:
        event, deal = _deal_of(event_id)
        if deal is not None:
            words = {"partner": deal.partner.name, "customer": deal.customer_name}
            people = [member for member in deciders(deal) if member.pk != event.actor_id]
            _tell(people, text.format_map(words), deal, f"desk:{name}:{event.pk}")


for _name, _text in {
    "answered": "Answered: {partner}, {customer}",
    "appealed": "An appeal: {partner}, {customer}",
    "signed": "A second signature is waited for: {partner}, {customer}",
    "escalated": "A decision is late: {partner}, {customer}",
    "change_asked": "A changed deal to decide: {partner}, {customer}",
}.items():
    _told_to_desk(_name, _text)


@on("deal.extension_asked")
@deferred("dealreg.tell_extension_asked")
def tell_extension_asked(event_id: str) -> None:
    event, deal = _deal_of(event_id)
    if deal is not None:
        manager = managers_of([deal.partner_id]).get(deal.partner_id)
        if manager is not None:
            _tell(
                [manager], f"An extension is asked for: {deal.partner.name}, {deal.customer_name}", deal, str(event.pk)
            )


@daily
@deferred("dealreg.night")
def night(on: str) -> None:
    """Expire, take back, escalate; then warn those whose protection ends."""
    day = dt.date.fromisoformat(on)
    run_night(day)
    warn(day)


def warn(day: dt.date) -> int:
    """14 and 3 days before the end, each once per end: to the partner's people and the account manager."""
    found = expiring_on(day)
    managers = managers_of([deal.partner_id for deal, _ in found])
    for deal, days in found:
        manager = managers.get(deal.partner_id)
        end = formatter().day(deal.expires_on)
        key = f"warn:{deal.expires_on}:{days}"
        _tell(partner_people(deal), f"The protection of your deal with {deal.customer_name} ends on {end}", deal, key)
        if manager is not None:
            text = f"The protection of the deal of {deal.partner.name} with {deal.customer_name} ends on {end}"
            _tell([manager], text, deal, key)
    return len(found)


@deferred("dealreg.submit_drafts", long=True)
def submit_all(job_id: str, *, context: Context) -> None:
    """Send what is ready, each in a transaction of its own; a second run goes on where the first was stopped."""
    with reenter(context):
        job = begin_job(job_id)
        if job is None or job.asked_by is None:
            return
        by = job.asked_by
        ids = list(drafts_of(by).filter(created_at__lte=job.created_at).values_list("pk", flat=True))
    sent = 0
    with beating(job_id, context) as counter:
        for pk in ids:
            with reenter(context):
                sent += submit_draft(pk, by=by)
            counter.done += 1
    with reenter(context):
        end_job(job_id, message=f"{sent} sent, {len(ids) - sent} kept as drafts.")
