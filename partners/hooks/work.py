"""Tasks, alerts and onboarding as the app lends them: worklist, panels, home card, checks, the slow ones."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.actions import SLOW_AFTER_DAYS
from partners.models import Alert, Document, Onboarding, Partner, Task
from partners.queries import (
    my_tasks,
    open_tasks,
    progress_of,
    shown_alerts,
    signed_documents,
    slow_onboardings,
    with_all_users,
    with_complete_profile,
)
from partners.registries import Alert as LentAlert
from partners.registries import (
    PartnerAction,
    Worklist,
    lend_alert,
    lend_panel,
    lend_partner_action,
    lend_worklist,
    onboarding_check,
    tell,
)
from partners.rows import present_alerts, present_progress, present_tasks
from partners.starter.onboarding import copy_blueprint
from prm.kernel import clock
from prm.kernel.addresses import address_of, shown
from prm.kernel.members import furnishes
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.home import home_part
from prm.kernel.web.navigation import Entry, navigation

PANEL_ROWS = 6

furnishes(order=15)(copy_blueprint)
navigation(Entry("Tasks", "partners:tasks", "checklist", 15, "partners.view_task"))
navigation(Entry("Alerts", "partners:alerts", "bell-ringing", 16, "partners.view_alert"))
navigation(Entry("Onboarding", "partners:onboarding", "route", 22, "partners.view_onboarding"))

tell(
    task__added="added the task “{title}”",
    task__completed="completed the task “{title}”",
    task__reopened="re-opened the task “{title}”",
    task__cancelled="cancelled the task “{title}”: {reason}",
    task__assigned="gave the task “{title}” to {owner}",
    partner__onboarding="started onboarding",
    partner__active="completed onboarding: the partner is active",
)
lend_worklist(
    Worklist(
        "my_tasks",
        "Your tasks",
        my_tasks,
        url=lambda task: shown(task.url) or task.get_absolute_url(),
        text=lambda task: task.title,
        company=lambda task: task.partner,
        due=lambda task: task.due_on,
        page=lambda: reverse("partners:tasks"),
    )
)
lend_alert(
    LentAlert(
        "onboarding_slow",
        lambda on: slow_onboardings(on, SLOW_AFTER_DAYS),
        lambda way: f"Onboarding is not complete after {SLOW_AFTER_DAYS} days",
        label="Slow onboarding",
        level=Alert.Level.CRITICAL,
        url=lambda way: way.partner.get_absolute_url(),
        tells_chief=True,
    )
)
onboarding_check("agreement_signed", lambda ids, on: signed_documents(ids, on).get(Document.Kind.AGREEMENT, set()))
onboarding_check("profile_complete", with_complete_profile)
onboarding_check("users_invited", with_all_users)


@lend_panel(5, "partners/panels/onboarding.html")
def onboarding_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """How far the partner is, while it is in onboarding."""
    if partner.state != Partner.State.ONBOARDING:
        return None
    progress = progress_of([partner.pk], clock.today())[partner.pk]
    return {"progress": present_progress(progress)} if progress.all else None


@lend_panel(12, "partners/panels/alerts.html")
def alerts_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """What the account manager should know; nothing when all is well."""
    if not permits(member, "partners.view_alert"):
        return None
    alerts = shown_alerts(member, partner.pk, PANEL_ROWS)
    return {"alerts": present_alerts(alerts, member)} if alerts else None


@lend_panel(15, "partners/panels/tasks.html")
def tasks_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    tasks = open_tasks(member, partner.pk, PANEL_ROWS + 1)
    return {
        "tasks": present_tasks(tasks[:PANEL_ROWS], member),
        "has_more": len(tasks) > PANEL_ROWS,
        "all_url": f"{reverse('partners:tasks')}?whose=all&partner={partner.pk}",
        "add_url": f"{reverse('partners:task_add')}?partner={partner.pk}"
        if permits(member, "partners.add_task", partner)
        else "",
    }


@lend_partner_action(5)
def start_button(member: Membership, partner: Partner) -> PartnerAction | None:
    """The first thing to do with a partner that has just been won."""
    if partner.state != Partner.State.COMMITTED or not permits(member, "partners.start_onboarding", partner):
        return None
    return PartnerAction(_("Start onboarding"), address_of("partners:start_onboarding", partner.pk), "route")


@home_part(5, "partners/home/onboarding.html")
def onboarding_card(request: HttpRequest) -> dict[str, Any] | None:
    """For a partner's people: the way to being active, and what is next."""
    member = request.member  # type: ignore[attr-defined]
    if member.is_vendor:
        return None
    way = Onboarding.objects.filter(partner=member.partner_id, completed_on=None).select_related("partner").first()
    if way is None or way.partner.state != Partner.State.ONBOARDING:
        return None
    found = Task.objects.visible_to(member).filter(partner=member.partner_id, kind="onboarding")
    tasks = list(found.exclude(state="cancelled").select_related("owner__user").order_by("due_on", "pk"))
    progress = progress_of([member.partner_id], clock.today())[member.partner_id]
    return {"progress": present_progress(progress), "tasks": present_tasks(tasks, member)}
