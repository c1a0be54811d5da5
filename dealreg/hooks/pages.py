"""Deals on the pages of others: the partner page and the home pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.models import DealRegistration
from dealreg.queries.rules import eligibility_of
from dealreg.queries.waiting import expiring, open_deals
from dealreg.rows.deals import present_deals, present_eligibility
from partners.models import Partner
from partners.registries import PartnerAction, lend_panel, lend_partner_action
from prm.kernel import clock
from prm.kernel.addresses import address_of
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.home import home_part
from prm.kernel.web.tenancy import member_of

State = DealRegistration.State
SHOWN = 5


@lend_partner_action(30)
def register_button(member: Membership, partner: Partner) -> PartnerAction | None:
    """Register a deal: the thing to do for a partner's people, one of several for the vendor's."""
    if not permits(member, "dealreg.draft_deal", partner):
        return None
    url = address_of("dealreg:register", partner.pk)
    return PartnerAction(_("Register a deal"), url, "businessplan", leads=not member.is_vendor)


@lend_panel(25, "dealreg/panel.html", "deals", permission="dealreg.view_deal")
def deals_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    """The deals that are open, the nearest clock first."""
    rows = present_deals(open_deals(member, partner.pk, SHOWN), with_lines=False)
    return {"rows": rows, "url": f"{reverse('dealreg:deals')}?partner={partner.pk}"}


@home_part(12, "dealreg/home.html")
def deals_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """A partner's open deals with their clocks, and the way to register the next one."""
    member = member_of(request)
    if member.is_vendor or not permits(member, "dealreg.view_deal"):
        return None
    partner = Partner.objects.select_related("tier").get(pk=member.partner_id)
    wanted = [State.SUBMITTED, State.IN_REVIEW, State.INFO_REQUESTED, State.APPROVED]
    found = DealRegistration.objects.visible_to(member).filter(state__in=wanted)
    rows = present_deals(
        list(found.select_related("partner", "owner__user").order_by("expires_on", "pk")[:SHOWN]), with_lines=False
    )
    benefit = present_eligibility(eligibility_of(partner, clock.today()), partner.tier.name if partner.tier else "")
    may_register = benefit.may_register and permits(member, "dealreg.draft_deal", partner)
    return {"rows": rows, "benefit": benefit, "may_register": may_register} if rows or may_register else None


@home_part(33, "dealreg/ending.html", area="side")
def ending_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """For account managers: whose protection ends within two weeks."""
    member = member_of(request)
    if not member.is_vendor or not permits(member, "dealreg.grant_extension"):
        return None
    rows = present_deals(
        list(expiring(member, clock.today(), 14).select_related("owner__user")[:SHOWN]), with_lines=False
    )
    return {"rows": rows} if rows else None
