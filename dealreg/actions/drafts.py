"""Drafts, many at once: which are ready, why the others are not, and sending all that are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from dealreg.actions.registering import OwnDuplicate, refuse_incomplete, refuse_not_eligible, submit_deal
from dealreg.models import COMPETING, DealLine, DealReceipt, DealRegistration
from prm.kernel import clock
from prm.kernel.errors import Conflict, Refused
from prm.kernel.jobs import start_job
from prm.kernel.models import Job, Membership
from prm.kernel.outbox import later
from prm.kernel.policies import permits, require

TASK = "dealreg.submit_drafts"
State = DealRegistration.State


class NoDrafts(Conflict):
    """There is no draft that you could send."""

    code = "no_drafts"


def drafts_of(member: Membership) -> QuerySet:
    """The drafts this member may send: a seller the own ones, a champion the company's, the vendor those it wrote."""
    found = DealRegistration.objects.visible_to(member).filter(state=State.DRAFT)
    if member.is_vendor:
        found = found.filter(is_on_behalf=True)
    elif not permits(member, "dealreg.set_deal_sharing") and len(member.reach or ()) < 2:
        found = found.filter(owner=member)
    return found.select_related("partner__tier", "owner__user").order_by("created_at", "pk")


def why_not_ready(deals: Sequence[DealRegistration]) -> dict[UUID, str]:
    """What keeps drafts from being sent, in the words of the refusal; empty for those that are ready.

    A constant number of questions, however many drafts there are; the same rules as when one is sent.
    """
    lines = _lines_of(deals)
    sent = _sent_by_same(deals)
    partners: dict[UUID, str] = {}
    why: dict[UUID, str] = {}
    for deal in deals:
        if deal.partner_id not in partners:
            partners[deal.partner_id] = _reason(refuse_not_eligible, deal.partner)
        mine = lines.get(deal.pk, {})
        why[deal.pk] = partners[deal.partner_id] or _reason(refuse_incomplete, deal, mine)
        duplicate = next((one for one, its in sent[deal.partner_id] if set(its) & set(mine) and _same(one, deal)), None)
        if not why[deal.pk] and duplicate is not None:
            why[deal.pk] = f"{OwnDuplicate.__doc__} ({duplicate.number})"
    return why


@transaction.atomic
def submit_drafts(*, by: Membership) -> Job:
    """Send all drafts that are ready, each as if it were sent by hand; the others stay, with the reason."""
    require(by, "dealreg.submit_drafts")
    count = drafts_of(by).count()
    if not count:
        raise NoDrafts()
    job = start_job("submit_drafts", f"Sending drafts: {count}", by=by, steps=count)
    job.result_url = f"{reverse('dealreg:drafts')}?job={job.pk}"
    Job.objects.filter(pk=job.pk).update(result_url=job.result_url)
    later(TASK, by=by, key=f"{TASK}:{job.pk}", job_id=job.pk)
    return job


def submit_draft(draft_id: UUID, *, by: Membership) -> bool:
    """One of many: sent, or left as it is. A draft that was sent meanwhile counts as left."""
    deal = drafts_of(by).filter(pk=draft_id).first()
    if deal is None:
        return False
    try:
        with transaction.atomic():
            submit_deal(deal, by=by)
    except Refused:
        return False
    return True


def sent_in(job: Job) -> QuerySet:
    """What a run has sent."""
    made = DealReceipt.objects.filter(deal__submitted_by=job.asked_by_id, created_at__gte=job.created_at)
    if job.is_finished:
        made = made.filter(created_at__lte=job.updated_at)
    found = DealRegistration.objects.filter(pk__in=made.values("deal_id"))
    return found.select_related("partner", "owner__user").order_by("submitted_at", "pk")


def _reason(rule: Any, *given: Any) -> str:
    try:
        rule(*given)
    except Refused as refusal:
        return str(refusal)
    return ""


def _lines_of(deals: Sequence[DealRegistration]) -> dict[UUID, dict[UUID, str]]:
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for row in DealLine.objects.filter(deal_id__in=[deal.pk for deal in deals]).select_related("line"):
        found[row.deal_id][row.line_id] = row.line.name
    return found


def _sent_by_same(deals: Sequence[DealRegistration]) -> dict[UUID, list[tuple[DealRegistration, dict[UUID, str]]]]:
    """By company its active registrations that could be the same customer."""
    names = {deal.normalised_name for deal in deals}
    domains = {deal.normalised_domain for deal in deals} - {""}
    mine = DealRegistration.objects.filter(partner_id__in={deal.partner_id for deal in deals}, state__in=COMPETING)
    named = [*mine.filter(normalised_name__in=names), *mine.filter(normalised_domain__in=domains)]
    today = clock.today()
    active = [one for one in named if not (one.state == State.APPROVED and one.expires_on and one.expires_on < today)]
    lines = _lines_of(active)
    found: dict[UUID, list[tuple[DealRegistration, dict[UUID, str]]]] = defaultdict(list)
    for one in active:
        found[one.partner_id].append((one, lines.get(one.pk, {})))
    return found


def _same(one: DealRegistration, deal: DealRegistration) -> bool:
    if one.normalised_domain and one.normalised_domain == deal.normalised_domain:
        return True
    return one.normalised_name == deal.normalised_name and one.customer_country == deal.customer_country
