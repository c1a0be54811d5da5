"""Tasks, alerts and onboarding as pages show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from partners.models import Alert, Partner, Task
from partners.queries import Progress, managers_of, progress_of
from partners.registries import Waiting, Worklist, alerts, onboarding_checks
from prm.kernel import clock
from prm.kernel.addresses import address_of, shown
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role, Side
from prm.kernel.web.format import formatter


@dataclass(frozen=True)
class TaskRow:
    """One line of a list of tasks. The `raw_` figures are for exports."""

    pk: Any
    title: str
    url: str
    partner: str
    partner_url: str
    owner: str
    side: str
    is_vendors: bool
    due: str
    raw_due: dt.date | None
    is_overdue: bool
    is_required: bool
    state: str
    tone: str
    complete_url: str
    may_complete: bool
    waits_for_system: bool


TASK_TONES = {"open": "blue", "done": "green", "cancelled": "grey"}


def present_tasks(tasks: list[Task], member: Membership) -> list[TaskRow]:
    """Tasks as this member reads them; owners and partners must have been joined in."""
    write, today = formatter(), clock.today()
    states = {value: str(label) for value, label in Task.State.choices}
    roles = {value: str(label) for value, label in Role.choices}
    rows = []
    for task in tasks:
        is_open = task.state == Task.State.OPEN
        is_checked = task.proof in onboarding_checks
        partner = task.partner if task.partner_id and member.is_vendor else None
        rows.append(
            TaskRow(
                pk=task.pk,
                title=task.title,
                url=task.get_absolute_url(),
                partner=partner.name if partner else "",
                partner_url=partner.get_absolute_url() if partner else "",
                owner=task.owner.user.name if task.owner else roles.get(task.role, ""),
                side=str(Side(task.side).label),
                is_vendors=task.side == Side.VENDOR,
                due=write.day(task.due_on) if task.due_on else "",
                raw_due=task.due_on,
                is_overdue=is_open and task.due_on is not None and task.due_on < today,
                is_required=task.required,
                state=states[task.state],
                tone=TASK_TONES[task.state],
                complete_url=address_of("partners:task_complete", task.pk),
                may_complete=is_open and not is_checked and permits(member, "partners.complete_task", task),
                waits_for_system=is_open and is_checked,
            )
        )
    return rows


ALERT_TONES = {"info": "blue", "warning": "yellow", "critical": "red"}


@dataclass(frozen=True)
class AlertRow:
    """One line of a list of alerts."""

    pk: Any
    text: str
    kind: str
    partner: str
    url: str
    level: str
    tone: str
    state: str
    since: str
    told: str
    count: int
    may_see: bool
    may_dismiss: bool


def present_alerts(found: list[Alert], member: Membership) -> list[AlertRow]:
    write = formatter()
    levels = {value: str(label) for value, label in Alert.Level.choices}
    states = {value: str(label) for value, label in Alert.State.choices}
    may_work = permits(member, "partners.see_alert")
    return [
        AlertRow(
            pk=alert.pk,
            text=alert.text,
            kind=_label_of(alert.kind) or alert.kind.replace("_", " ").capitalize(),
            partner=alert.partner.name if alert.partner else "",
            url=shown(alert.url) or (alert.partner.get_absolute_url() if alert.partner else ""),
            level=levels[alert.level],
            tone=ALERT_TONES[alert.level],
            state=states[alert.state],
            since=write.moment(alert.first_at),
            told=write.moment(alert.last_at),
            count=alert.count,
            may_see=may_work and alert.state == Alert.State.OPEN,
            may_dismiss=may_work and alert.state in {Alert.State.OPEN, Alert.State.SEEN},
        )
        for alert in found
    ]


@dataclass(frozen=True)
class ShownProgress:
    """How far an onboarding is, in words."""

    percent: int
    text: str
    state: str
    days: str
    next_due: str
    overdue: int
    required_open: int


def present_progress(progress: Progress) -> ShownProgress:
    state = "red" if progress.overdue > 2 else "yellow" if progress.overdue else "green"
    return ShownProgress(
        percent=progress.percent,
        text=gettext("%(done)s of %(all)s done") % {"done": progress.done, "all": progress.all},
        state=state,
        days="" if progress.days is None else str(progress.days),
        next_due=formatter().day(progress.next_due) if progress.next_due else "",
        overdue=progress.overdue,
        required_open=progress.required_open,
    )


@dataclass(frozen=True)
class OnboardingRow:
    """One partner on the board."""

    name: str
    url: str
    manager: str
    state: str
    progress: ShownProgress


def present_onboarding(partners: list[Partner], on: dt.date) -> list[OnboardingRow]:
    ids = [partner.pk for partner in partners]
    managers, progress = managers_of(ids), progress_of(ids, on)
    states = {value: str(label) for value, label in Partner.State.choices}
    return [
        OnboardingRow(
            name=partner.name,
            url=partner.get_absolute_url(),
            manager=managers[partner.pk].user.name if partner.pk in managers else "",
            state=states[partner.state],
            progress=present_progress(progress[partner.pk]),
        )
        for partner in partners
    ]


def _label_of(kind: str) -> str:
    return alerts[kind].label if kind in alerts else ""


def rest_of(cut: list[Worklist]) -> list[dict[str, Any]]:
    """The ways to the whole of lists that were cut."""
    whole = reverse("partners:waiting")
    return [
        {"label": worklist.title, "url": worklist.page() if worklist.page else f"{whole}?list={worklist.name}"}
        for worklist in cut
    ]


def present_waiting(found: list[Waiting]) -> list[dict[str, Any]]:
    """What waits for somebody, each with the word of its list and whether its day is past."""
    today, write = clock.today(), formatter()
    return [
        {
            "list": item.label,
            "text": item.text,
            "url": item.url,
            "due": write.day(item.due) if item.due else "",
            "is_overdue": item.due is not None and item.due < today,
        }
        for item in found
    ]
