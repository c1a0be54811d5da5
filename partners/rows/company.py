"""Partners, contacts, requirements and events as a page shows them: every figure and date written once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from partners.models import Alert, Partner, Task
from partners.queries import Progress, RequirementRow, managers_of, progress_of
from partners.registries import Value, alerts, event_words, measured, onboarding_checks
from prm.kernel import clock
from prm.kernel.addresses import shown
from prm.kernel.models import Event, Membership
from prm.kernel.periods import FiscalQuarter
from prm.kernel.policies import permits
from prm.kernel.roles import Role, Side
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.format import Formatter, formatter

STATE_TONES = {"active": "green", "onboarding": "blue", "lapsed": "yellow", "suspended": "red", "terminated": "grey"}


@dataclass(frozen=True)
class PartnerRow:
    """One line of the partner list. The `raw_` figures are for exports."""

    partner: Partner
    url: str
    name: str
    number: str
    tier: str
    state: str
    state_tone: str
    type: str
    country: str
    manager: str
    revenue: str
    raw_revenue: Decimal | None
    performance: str
    performance_status: str
    raw_performance: Decimal | None
    capability: str
    capability_status: str
    raw_capability: Decimal | None


def present_partners(partners: list[Partner], as_of: dt.date) -> list[PartnerRow]:
    """The rows of a page of partners, every measure asked once for all of them."""
    ids = [partner.pk for partner in partners]
    quarter = FiscalQuarter.containing(as_of, current_tenant().fy_start_month)
    managers = managers_of(ids)
    revenue = measured("net_revenue_12m", ids, [quarter], as_of)
    performance = measured("performance_to_plan", ids, [quarter], as_of)
    capability = measured("capability_score", ids, [quarter], as_of)
    write = formatter()
    # The stock get_..._display builds its table of translated labels anew for each call.
    states = {value: str(label) for value, label in Partner.State.choices}
    types = {value: str(label) for value, label in Partner.Type.choices}
    rows = []
    for partner in partners:
        key = partner.pk, quarter
        manager = managers.get(partner.pk)
        rows.append(
            PartnerRow(
                partner=partner,
                url=partner.get_absolute_url(),
                name=partner.name,
                number=partner.number,
                tier=partner.tier.name if partner.tier else "",
                state=states[partner.state],
                state_tone=STATE_TONES.get(partner.state, "grey"),
                type=types[partner.type],
                country=partner.country,
                manager=manager.user.name if manager else "",
                revenue=write.money(revenue[key].number),
                raw_revenue=revenue[key].number,
                performance=write.percent(performance[key].number),
                performance_status=performance[key].status,
                raw_performance=performance[key].number,
                capability=write.score(capability[key].number),
                capability_status=_score_status(capability[key]),
                raw_capability=capability[key].number,
            )
        )
    return rows


def _score_status(value: Value) -> str:
    from partners.formulas import score_status

    return value.status if value.status != "grey" else score_status(value.number)


@dataclass(frozen=True)
class ShownRequirement:
    """One requirement with its figures in words; `gap` is in units people count in."""

    tier: str
    label: str
    target: str
    actual: str
    gap: str
    is_met: bool
    why: str


def present_requirement(row: RequirementRow) -> ShownRequirement:
    write = formatter()
    return ShownRequirement(
        tier=row.tier,
        label=row.label,
        target=_in_unit(write, row.target, row.unit) if row.kind != "flag" else "yes",
        actual=("yes" if row.actual else "no") if row.kind == "flag" else _in_unit(write, row.actual, row.unit),
        gap="" if row.gap is None or row.kind == "flag" else _in_unit(write, row.gap, row.unit),
        is_met=row.is_met,
        why=row.why,
    )


def _in_unit(write: Formatter, value: Decimal | None, unit: str) -> str:
    by_unit = {"money": write.money, "ratio": write.percent, "score": write.score, "multiple": write.multiple}
    return by_unit.get(unit, write.count)(value)


@dataclass(frozen=True)
class ShownEvent:
    """One line of the timeline."""

    moment: str
    who: str
    text: str


def present_event(event: Event) -> ShownEvent:
    words = event_words.get(event.name, event.name.replace(".", " ").replace("_", " "))
    return ShownEvent(
        moment=formatter().moment(event.at),
        who=str(event.actor.user) if event.actor else "System",
        text=_filled(words, event.data),
    )


def _filled(words: str, data: dict[str, Any]) -> str:
    """Put values of the event into the words; what people typed is a value here, never a pattern."""
    for name, value in data.items():
        shown = ", ".join(str(v).replace("_", " ") for v in value) if isinstance(value, list) else str(value)
        words = words.replace("{" + name + "}", shown[:120], 1)
    return words


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
