"""Onboarding: from a signed agreement to an active partner, by dated tasks of the vendor's own blueprint."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction

from partners.actions.work import add_task, complete_task
from partners.models import Onboarding, OnboardingStep, Partner, Task
from partners.queries import has_champion, open_required, tier_standing, with_champion
from partners.registries import onboarding_checks
from partners.starter.onboarding import copy_blueprint
from prm.kernel import clock
from prm.kernel.errors import Conflict, IllegalMove, Invalid, Stale
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.roles import Role, Side
from prm.kernel.text import clean_text

KIND = "onboarding"
NEWCOMER = "welcome"
SLOW_AFTER_DAYS = 120
# Where the people of a partner do what is asked of them, by the proof of the step.
PLACES = {
    "agreement_signed": "/partners/{partner}/?tab=documents",
    "profile_complete": "/partners/{partner}/profile/",
    "users_invited": "/people/",
    "bank_verified": "/partners/{partner}/?tab=documents",
    "scorecard_submitted": "/scorecards/",
}
S = Partner.State


class NoChampion(Conflict):
    """Invite the partner's champion first: somebody there has to do it."""

    code = "no_champion"


class NotComplete(Conflict):
    """Something required is still open."""

    code = "onboarding_not_complete"


@transaction.atomic
def start_onboarding(partner: Partner, *, by: Membership | None) -> Partner:
    """The agreement is signed and a champion is invited: the partner receives its dated tasks."""
    require(by, "partners.start_onboarding", partner)
    if partner.state == S.COMMITTED and not has_champion(partner):
        raise NoChampion()
    move(partner, S.ONBOARDING)
    partner.life_stage = Partner.LifeStage.ONBOARD
    partner.save(update_fields=["life_stage", "updated_at"])
    tasks = give_path(partner)
    return record(partner, "partner.onboarding", by=by, tasks=tasks)


def give_path(partner: Partner, *, started_on: dt.date | None = None) -> int:
    """The tasks of the blueprint for a partner in onboarding, each once; returns how many the blueprint has."""
    copy_blueprint()
    way, _ = Onboarding.objects.get_or_create(partner=partner, defaults={"started_on": started_on or clock.today()})
    steps = list(OnboardingStep.objects.filter(active=True).order_by("due_days", "code"))
    for step in steps:
        _ask(partner, step, way.started_on, key=f"{KIND}:{partner.pk}:{step.code}")
    return len(steps)


@transaction.atomic
def welcome_newcomer(member: Membership) -> int:
    """A new person at a partner that is active already: the path of the own role, and only that."""
    partner = member.partner
    if partner is None or partner.state not in {S.ACTIVE, S.LAPSED, S.REACTIVATING}:
        return 0
    copy_blueprint()
    steps = OnboardingStep.objects.filter(active=True, for_newcomers=True, role__in=member.roles)
    for step in steps:
        _ask(partner, step, clock.today(), key=f"{NEWCOMER}:{member.pk}:{step.code}", owner=member)
    return len(steps)


def _ask(partner: Partner, step: OnboardingStep, since: dt.date, *, key: str, owner: Membership | None = None) -> Task:
    """A newcomer's own tasks are ticked off by hand: the checks look at the company, which may have it already."""
    return add_task(
        partner,
        step.text,
        by=None,
        kind=NEWCOMER if owner else KIND,
        side=Side.PARTNER,
        role=step.role,
        owner=owner,
        due_on=since + dt.timedelta(days=step.due_days),
        required=step.required and owner is None,
        key=key,
        proof="" if owner else step.proof,
        url="" if owner else PLACES.get(step.proof, "").format(partner=partner.pk),
    )


@transaction.atomic
def complete_onboarding(partner: Partner, *, by: Membership | None) -> Partner:
    """All that is required is done: the partner is active. Refused before, with what is missing."""
    require(by, "partners.complete_onboarding", partner)
    way = Onboarding.objects.select_for_update(of=("self",)).filter(partner=partner).first()
    if way is None:
        raise NotComplete("Onboarding has not begun: there are no tasks yet.")
    missing = [task.title for task in open_required([partner.pk])]
    if missing:
        raise NotComplete("Still open: " + ", ".join(missing) + ".")
    move(partner, S.ACTIVE)
    partner.life_stage = Partner.LifeStage.SELL
    partner.save(update_fields=["life_stage", "updated_at"])
    way.completed_on = clock.today()
    way.save(update_fields=["completed_on", "updated_at"])
    standing = tier_standing(partner, clock.today())
    return record(partner, "partner.active", by=by, tier=standing.held, qualifies=standing.qualifying)


@transaction.atomic
def settle_onboarding(on: dt.date, *, only: Sequence[UUID] | None = None) -> dict[str, int]:
    """Close what is proven, complete what is done; nightly also start what is committed. Twice changes nothing more."""
    counts = {"started": 0, "closed": 0, "completed": 0}
    if only is None:
        committed = list(Partner.objects.filter(state=S.COMMITTED).order_by("pk"))
        ready = with_champion([partner.pk for partner in committed])
        for partner in committed:
            if partner.pk in ready:
                start_onboarding(partner, by=None)
                counts["started"] += 1
    in_it = Partner.objects.filter(state=S.ONBOARDING).order_by("pk")
    partners = {partner.pk: partner for partner in (in_it if only is None else in_it.filter(pk__in=list(only)))}
    known = set(Onboarding.objects.filter(partner_id__in=partners).values_list("partner_id", flat=True))
    for partner_id, partner in partners.items():
        if partner_id not in known:  # imported in the middle of it
            give_path(partner)
    counts["closed"] = _close_proven(list(partners), on)
    waiting = {task.partner_id for task in open_required(list(partners))}
    for partner_id, partner in partners.items():
        if partner_id not in waiting:
            complete_onboarding(partner, by=None)
            counts["completed"] += 1
    return counts


def _close_proven(partner_ids: list[UUID], on: dt.date) -> int:
    """Tasks whose check sees that they are done; one question per check, for all partners at once."""
    by_proof: dict[str, list[Task]] = defaultdict(list)
    for task in Task.objects.open().filter(partner_id__in=partner_ids, kind=KIND, proof__in=list(onboarding_checks)):
        by_proof[task.proof].append(task)
    closed = 0
    for proof, tasks in by_proof.items():
        done = onboarding_checks[proof]([task.partner_id for task in tasks if task.partner_id], on)
        for task in tasks:
            if task.partner_id in done:
                with suppress(Stale, IllegalMove):  # somebody was quicker: it is closed all the same
                    complete_task(task, by=None)
                    closed += 1
    return closed


# --- the blueprint ---------------------------------------------------------------------------------------


@transaction.atomic
def add_onboarding_step(*, by: Membership | None, text: str, **values: Any) -> OnboardingStep:
    """Another step for the partners who start from now on."""
    require(by, "partners.edit_onboarding_step")
    code = re.sub(r"[^a-z0-9]+", "_", clean_text(text).lower()).strip("_")[:32] or "step"
    taken = set(OnboardingStep.objects.filter(code__startswith=code).values_list("code", flat=True))
    number = next(n for n in range(1, 10_000) if (code if n == 1 else f"{code}_{n}") not in taken)
    step = OnboardingStep(code=code if number == 1 else f"{code}_{number}")
    _fill(step, text=text, **values)
    step.save()
    return record(step, "onboarding_step.added", by=by, vendor_only=True, text=step.text)


@transaction.atomic
def edit_onboarding_step(
    step: OnboardingStep, *, by: Membership | None, seen_version: int | None = None, **values: Any
) -> OnboardingStep:
    """Change a step or switch it off, for partners who start from now on; tasks already given stay."""
    require(by, "partners.edit_onboarding_step", step)
    touch(step, seen_version=seen_version)
    _fill(step, **values)
    step.save(update_fields=[*values, "updated_at"])
    return record(step, "onboarding_step.changed", by=by, vendor_only=True, text=step.text, fields=sorted(values))


def _fill(step: OnboardingStep, **values: Any) -> None:
    for name, value in values.items():
        setattr(step, name, clean_text(value, field=name) if isinstance(value, str) else value)
    if not step.text:
        raise Invalid("Say what is to be done.", field="text")
    if step.role not in {Role.CHAMPION, Role.PARTNER_SALES, Role.PARTNER_MARKETING, Role.PARTNER_TECHNICAL}:
        raise Invalid("A step belongs to a role at the partner.", field="role")
    if not 1 <= step.due_days <= 365:
        raise Invalid("Between 1 and 365 days.", field="due_days")
    step.full_clean(exclude=["tenant"], validate_unique=False)
