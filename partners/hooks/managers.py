"""What is lent of account managers and sponsors: their buttons on the partner page, the words of their events."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from partners.actions.sponsors import SPONSORS
from partners.models import Partner
from partners.registries import PartnerAction, lend_panel, lend_partner_action, tell
from partners.rows import STATE_TONES
from prm.kernel.addresses import address_of
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.navigation import Entry, navigation
from prm.kernel.words import own

SPONSORED_SHOWN = 50

navigation(Entry("Hand over", "partners:reassign", "arrows-exchange", 830, "partners.reassign_partners"))

tell(
    partner__stand_in_added="made {manager} the stand-in from {from_date} to {to}",
    partner__stand_in_ended="ended the stand-in of {manager}",
    partner__secondary_manager_added="made {manager} the second account manager",
    partner__secondary_manager_ended="ended the work of {manager} as second account manager",
    partner__sponsor_set="set the sponsor to {sponsor}",
)


@lend_panel(35, "partners/panels/sponsored.html")
def sponsored_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """Of a distributor: the partners that it sponsors."""
    if partner.type not in SPONSORS:
        return None
    found = Partner.objects.visible_to(member).filter(sponsor=partner).select_related("tier").order_by("sort_name")
    rows = list(found[: SPONSORED_SHOWN + 1])
    shown = [
        {"name": one.name, "url": one.get_absolute_url(), "state": one.get_state_display(), "country": one.country_name}
        | {"tone": STATE_TONES.get(one.state, "grey"), "tier": one.tier.name if one.tier else ""}
        for one in rows[:SPONSORED_SHOWN]
    ]
    return {"rows": shown, "has_more": len(rows) > SPONSORED_SHOWN, "most": SPONSORED_SHOWN}


@lend_partner_action(70)
def managers_button(member: Membership, partner: Partner) -> PartnerAction | None:
    url = address_of("partners:managers", partner.pk)
    return PartnerAction(own("Account managers"), url, "users", leads=False)


@lend_partner_action(75)
def sponsor_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "partners.set_sponsor", partner):
        return None
    return PartnerAction(_("Sponsor"), address_of("partners:sponsor", partner.pk), "sitemap")
