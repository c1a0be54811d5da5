"""Tasks with an owner on either side, and alerts that the vendor's people are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from partners.models import Alert, Partner, Task
from partners.queries import managers_of
from partners.registries import Alert as LentAlert
from partners.registries import alerts as lent_alerts
from partners.registries import onboarding_checks
from prm.kernel import clock
from prm.kernel.addresses import inside
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record, record_many
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.notifications import notify, notify_many
from prm.kernel.policies import permits, require
from prm.kernel.roles import Role, Side
from prm.kernel.text import clean_text


class WrongOwner(Invalid):
    """A task belongs to an active person of its side who may work on tasks."""

    code = "wrong_owner"


class NotYet(Conflict):
    """This closes by itself as soon as it is done; nobody ticks it off before."""

    code = "not_yet"


# --- tasks -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_task(
    partner: Partner | None,
    title: str,
    *,
    by: Membership | None,
    kind: str = "task",
    due_on: dt.date | None = None,
    owner: Membership | None = None,
    side: str = Side.VENDOR,
    role: str = "",
    required: bool = False,
    key: str = "",
    url: str = "",
    proof: str = "",
) -> Task:
    """Ask somebody to do something by a day. An owner decides the side; the same key returns the first task."""
    require(by, "partners.add_task", partner)
    if owner is not None:
        side = owner.side
    task = Task(
        partner=partner,
        title=clean_text(title, field="title", max_length=300),
        kind=kind,
        side=side,
        role=role,
        owner=owner,
        due_on=due_on,
        required=required,
        key=key,
        url=inside(url),
        proof=proof,
        added_by=by,
    )
    if not task.title:
        raise Invalid("Say what is to be done.", field="title")
    if partner is None and side != Side.VENDOR:
        raise Invalid("A task of a partner's people needs the partner.", field="side")
    if by is not None and due_on is not None and due_on < clock.today():
        raise Invalid("Choose a date from today on.", field="due_on")
    _refuse_wrong_owner(task, owner)
    task.full_clean(exclude=["tenant", "partner", "owner", "added_by", "done_by"], validate_constraints=False)
    Task.objects.bulk_create([task], ignore_conflicts=bool(key))
    if key:
        first = Task.objects.get(key=key)
        if first.pk != task.pk:
            return first
    _tell_owner(task, by)
    return record(task, "task.added", by=by, vendor_only=_is_vendors(task), title=task.title, due_on=due_on)


@transaction.atomic
def complete_task(task: Task, *, by: Membership | None) -> Task:
    """It is done. Of two people who say so one succeeds; what the system can see for itself must be so."""
    require(by, "partners.complete_task", task)
    if by is not None and is_checked(task) and not is_proven(task):
        raise NotYet()
    done_at = clock.now()
    # The time first: the database wants one in the state "done".
    Task.objects.filter(pk=task.pk, version=task.version, state=Task.State.OPEN).update(done_at=done_at, done_by=by)
    move(task, Task.State.DONE)
    task.done_at, task.done_by = done_at, by
    return record(task, "task.completed", by=by, vendor_only=_is_vendors(task), title=task.title)


@transaction.atomic
def reopen_task(task: Task, *, by: Membership | None) -> Task:
    """It was not done after all, or is wanted again."""
    require(by, "partners.reopen_task", task)
    move(task, Task.State.OPEN)
    task.done_at, task.done_by, task.reason = None, None, ""
    task.save(update_fields=["done_at", "done_by", "reason", "updated_at"])
    return record(task, "task.reopened", by=by, vendor_only=_is_vendors(task), title=task.title)


@transaction.atomic
def cancel_task(task: Task, *, by: Membership | None, reason: str) -> Task:
    """Nobody has to do it any more, and why. What is required is waived by the chief or operations only."""
    require(by, "partners.cancel_task", task)
    why = clean_text(reason, field="reason", max_length=500)
    if not why:
        raise Invalid("Say why this is not needed any more.", field="reason")
    # The reason first: the database wants one in the state "cancelled".
    Task.objects.filter(pk=task.pk, version=task.version, state=Task.State.OPEN).update(reason=why)
    move(task, Task.State.CANCELLED)
    task.reason = why
    return record(task, "task.cancelled", by=by, vendor_only=_is_vendors(task), title=task.title, reason=why)


@transaction.atomic
def assign_task(task: Task, owner: Membership | None, *, by: Membership | None) -> Task:
    """Give the task to a person of its side; None gives it back to the role it is for."""
    require(by, "partners.assign_task", task)
    if task.state != Task.State.OPEN:
        raise Conflict("Only an open task is given to somebody.", field="owner")
    _refuse_wrong_owner(task, owner)
    touch(task)
    task.owner = owner
    task.save(update_fields=["owner", "updated_at"])
    _tell_owner(task, by)
    name = owner.user.name if owner else ""
    return record(task, "task.assigned", by=by, vendor_only=_is_vendors(task), title=task.title, owner=name)


def is_checked(task: Task) -> bool:
    """Whether somebody lends a check that sees for itself when this is done."""
    return bool(task.proof) and task.proof in onboarding_checks


def is_proven(task: Task) -> bool:
    return task.partner_id is not None and task.partner_id in onboarding_checks[task.proof](
        [task.partner_id], clock.today()
    )


def _is_vendors(task: Task) -> bool:
    return task.side == Side.VENDOR


def _refuse_wrong_owner(task: Task, owner: Membership | None) -> None:
    if owner is None:
        return
    is_theirs = task.partner is not None and owner.partner_id in (task.partner_id, task.partner.sponsor_id)
    fits = owner.side == task.side and (owner.is_vendor or is_theirs)
    if not fits or not permits(owner, "partners.complete_task"):
        raise WrongOwner(field="owner")


def _tell_owner(task: Task, by: Membership | None) -> None:
    """The new owner hears of it; who gave the task to himself knows already."""
    if task.owner is not None and task.owner != by:
        about = f"{task.partner.name}: {task.title}" if task.partner and task.owner.is_vendor else task.title
        text = f"New task for you: {about}"
        notify([task.owner], text, about=task, url=task.url or inside(task.get_absolute_url()),
               key=f"task:{task.pk}:{task.version}", mail=True)  # fmt: skip


# --- alerts ----------------------------------------------------------------------------------------------


@transaction.atomic
def raise_alert(
    partner: Partner | None,
    kind: str,
    text: str,
    *,
    level: str = Alert.Level.WARNING,
    again_after_days: int = 30,
    url: str = "",
) -> Alert:
    """Tell the partner's account manager of a condition: once, and again each `again_after_days` while it holds."""
    found = raise_alerts(kind, [(partner, text, url)], level=level, again_after_days=again_after_days)
    return found[0]


@transaction.atomic
def raise_alerts(
    kind: str,
    found: Iterable[tuple[Partner | None, str, str]],
    *,
    level: str,
    again_after_days: int,
    tells_chief: bool = False,
) -> list[Alert]:
    """As `raise_alert` for many partners (partner, text, url); costs the same queries however many stay as they are."""
    now = clock.now()
    wanted = {(partner.pk if partner else None): (partner, text, url) for partner, text, url in found}
    fresh = [
        Alert(
            partner=partner, kind=kind, level=level, text=clean_text(text)[:300], url=inside(url),
            first_at=now, last_at=now, quiet_since=now,
        )
        for partner, text, url in wanted.values()
    ]  # fmt: skip
    Alert.objects.bulk_create(fresh, ignore_conflicts=True)  # those that are live already stay
    live = [a for a in Alert.objects.filter(kind=kind).live() if a.partner_id in wanted]
    made = {alert.pk for alert in fresh}
    new = [alert for alert in live if alert.pk in made]
    again = []
    for alert in live:
        if alert.pk in made:
            continue
        _, text, url = wanted[alert.partner_id]
        alert.text, alert.level, alert.url = clean_text(text)[:300], level, inside(url)
        alert.last_at = now
        if (now - alert.quiet_since).days >= again_after_days:
            alert.quiet_since, alert.count = now, alert.count + 1
            again.append(alert)
    Alert.objects.bulk_update(
        [a for a in live if a.pk not in made], ["text", "level", "url", "last_at", "quiet_since", "count"]
    )
    for alert in again:
        if alert.state != Alert.State.OPEN:
            move(alert, Alert.State.OPEN)
    record_many(new, "alert.raised", by=None, vendor_only=True, data=lambda a: {"kind": a.kind, "text": a.text})
    _tell_managers(new + again, {key: partner for key, (partner, _, _) in wanted.items()}, tells_chief=tells_chief)
    return live


@transaction.atomic
def end_alerts(kind: str, *, still: set[Any]) -> int:
    """The condition is over wherever it was not found any more; returns at how many partners."""
    over = [alert for alert in Alert.objects.filter(kind=kind).live() if alert.partner_id not in still]
    now = clock.now()
    Alert.objects.filter(pk__in=[alert.pk for alert in over]).update(ended_at=now)
    for alert in over:
        move(alert, Alert.State.DONE)
        alert.ended_at = now
    record_many(over, "alert.ended", by=None, vendor_only=True, data=lambda a: {"kind": a.kind})
    return len(over)


@transaction.atomic
def see_alert(alert: Alert, *, by: Membership | None) -> Alert:
    """Somebody has looked at it; it stays until the condition ends."""
    require(by, "partners.see_alert", alert)
    if alert.state == Alert.State.SEEN:
        return alert
    move(alert, Alert.State.SEEN)
    return record(alert, "alert.seen", by=by, vendor_only=True, kind=alert.kind)


@transaction.atomic
def dismiss_alert(alert: Alert, *, by: Membership | None) -> Alert:
    """Known and accepted: out of sight until it is told again."""
    require(by, "partners.dismiss_alert", alert)
    move(alert, Alert.State.DISMISSED)
    alert.quiet_since = clock.now()
    alert.save(update_fields=["quiet_since", "updated_at"])
    return record(alert, "alert.dismissed", by=by, vendor_only=True, kind=alert.kind)


@transaction.atomic
def look_for_alerts(on: dt.date) -> int:
    """Every lent condition, on that day: opens, tells and ends. Twice on a day changes nothing more."""
    live = 0
    for alert in lent_alerts.values():
        found: dict[Any, tuple[Partner, list[Any]]] = {}
        for holding in alert.find(on):
            partner = alert.partner(holding)
            found.setdefault(partner.pk, (partner, []))[1].append(holding)
        rows = [(partner, _said(alert, records), alert.url(records[0])) for partner, records in found.values()]
        raise_alerts(
            alert.kind,
            rows,
            level=alert.level,
            again_after_days=alert.again_after_days,
            tells_chief=alert.tells_chief,
        )
        end_alerts(alert.kind, still=set(found))
        live += len(rows)
    return live


def _said(alert: LentAlert, records: list[Any]) -> str:
    text = alert.text(records[0])
    return text if len(records) == 1 else f"{text} (and {len(records) - 1} more)"


def _tell_managers(alerts: list[Alert], partners: dict[Any, Partner | None], *, tells_chief: bool) -> None:
    """The account manager of each partner; the chief where asked, and where a partner has no manager."""
    if not alerts:
        return
    managers = managers_of([alert.partner_id for alert in alerts if alert.partner_id])
    chiefs = _chiefs()
    told = []
    for alert in alerts:
        partner = partners[alert.partner_id]
        manager = managers.get(alert.partner_id) if alert.partner_id else None
        text = f"{partner.name}: {alert.text}" if partner else alert.text
        url = alert.url or (f"/partners/{partner.pk}/" if partner else "/partners/alerts/")
        listeners = [manager] if manager else []
        if tells_chief or manager is None:
            listeners += chiefs
        told += [(member, text[:300], alert, url, f"alert:{alert.pk}:{alert.count}") for member in listeners]
    notify_many(told)


def _chiefs() -> list[Membership]:
    return list(Membership.objects.filter(partner=None, active=True, roles__contains=[Role.CHANNEL_CHIEF.value]))
