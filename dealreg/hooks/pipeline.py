"""The pipeline on the pages of others, what waits of it, and what somebody is warned of."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.models import Opportunity
from dealreg.queries.pipeline import by_stage, overdue, stale, steps_due
from dealreg.rows.opportunities import present_opportunities, present_totals
from partners.models import Partner
from partners.registries import (
    Alert,
    PartnerAction,
    Worklist,
    lend_alert,
    lend_panel,
    lend_partner_action,
    lend_worklist,
)
from prm.kernel import clock
from prm.kernel.addresses import address_of
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part
from prm.kernel.web.tenancy import member_of

State, SHOWN = Opportunity.State, 5


@lend_partner_action(32)
def open_button(member: Membership, partner: Partner) -> PartnerAction | None:
    """The vendor's own sales begins something together with this partner."""
    if not member.is_vendor or not permits(member, "dealreg.open_opportunity", partner):
        return None
    url = address_of("dealreg:new_opportunity_with", partner.pk)
    return PartnerAction(_("New opportunity"), url, "layout-kanban", leads=False)


@lend_panel(26, "dealreg/pipeline_panel.html", "deals", permission="dealreg.view_opportunity")
def pipeline_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    """What is open with a partner: the nearest order first."""
    rows = present_opportunities(_nearest(member, partner.pk))
    url = f"{reverse('dealreg:opportunities')}?show=open&partner={partner.pk}"
    return {"rows": rows, "url": url}


@prepared
def _nearest(member: Membership, partner_id: UUID | None) -> QuerySet[Opportunity]:
    found = Opportunity.objects.visible_to(member).filter(state=State.OPEN)
    if partner_id:
        found = found.filter(partner_id=partner_id)
    return found.select_related("partner", "registration", "owner__user").order_by("expected_close", "pk")[:SHOWN]


@home_part(14, "dealreg/pipeline_home.html")
def my_pipeline(request: HttpRequest) -> dict[str, Any] | None:
    """For the partner's people: what they sell, what it adds up to, the nearest orders."""
    member = member_of(request)
    if member.is_vendor or not permits(member, "dealreg.view_opportunity"):
        return None
    rows = present_opportunities(_nearest(member, None))
    if not rows:
        return None
    found = Opportunity.objects.visible_to(member).filter(state=State.OPEN)
    return {"rows": rows, "totals": present_totals(by_stage(found, clock.today()))}


def _mine(member: Membership, verb: str) -> QuerySet:
    """The open ones that this member works on: a seller's own, a champion's company's, a manager's partners'."""
    found = Opportunity.objects.visible_to(member).filter(state=State.OPEN)
    if not permits(member, f"dealreg.{verb}") or member.has(Role.OPERATIONS):
        found = found.none()
    elif not member.is_vendor and not member.has(Role.CHAMPION, Role.DISTRIBUTOR):
        found = found.filter(owner=member)
    return found.select_related("partner")


def _partners_own(member: Membership) -> QuerySet:
    found = _mine(member, "edit_opportunity")
    return found.none() if member.is_vendor else found


def _text(one: Opportunity) -> str:
    return one.name


def _company(one: Opportunity) -> Partner | None:
    return one.partner


lend_worklist(
    Worklist(
        "opportunities_overdue",
        "Overdue business: a new day, won or lost",
        lambda member: (
            _mine(member, "edit_opportunity").filter(overdue(clock.today())).order_by("expected_close", "pk")
        ),
        url=lambda one: one.get_absolute_url(),
        text=_text,
        company=_company,
        due=lambda one: one.expected_close,
    )
)
lend_worklist(
    Worklist(
        "opportunity_steps",
        "Next steps due",
        lambda member: steps_due(_partners_own(member), clock.today()),
        url=lambda one: one.get_absolute_url(),
        text=lambda one: f"{one.name}: {one.next_step}",
        company=_company,
        due=lambda one: one.next_step_due,
    )
)
lend_worklist(
    Worklist(
        "opportunities_stale",
        "Business without news",
        lambda member: _partners_own(member).filter(stale(clock.today())).order_by("worked_at", "pk"),
        url=lambda one: one.get_absolute_url(),
        text=_text,
        company=_company,
    )
)


def _stale_ones(on: dt.date) -> QuerySet:
    found = Opportunity.objects.filter(stale(on), partner__isnull=False)
    return found.select_related("partner").order_by("worked_at", "pk")


lend_alert(
    Alert(
        "opportunity_stale",
        _stale_ones,
        text=lambda one: f"No news of {one.name} since {formatter().day(one.worked_at)}",
        label=_("Business without news"),
        level="warning",
    )
)
lend_alert(
    Alert(
        "opportunity_overdue",
        lambda on: (
            Opportunity.objects.filter(overdue(on), partner__isnull=False)
            .select_related("partner")
            .order_by("expected_close", "pk")
        ),
        text=lambda one: f"The order of {one.name} was expected on {formatter().day(one.expected_close)}",
        label=_("Business overdue"),
        level="info",
    )
)
