"""What is lent of account managers and sponsors: their buttons on the partner page, the words of their events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.registries import PartnerAction, lend_partner_action, tell
from prm.kernel.addresses import address_of
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.navigation import Entry, navigation
from prm.kernel.words import own

navigation(Entry("Hand over", "partners:reassign", "arrows-exchange", 830, "partners.reassign_partners"))

tell(
    partner__stand_in_added="made {manager} the stand-in from {from_date} to {to}",
    partner__stand_in_ended="ended the stand-in of {manager}",
    partner__sponsor_set="set the sponsor to {sponsor}",
)


@lend_partner_action(70)
def managers_button(member: Membership, partner: Partner) -> PartnerAction | None:
    url = address_of("partners:managers", partner.pk)
    return PartnerAction(own("Account managers"), url, "users", leads=False)


@lend_partner_action(75)
def sponsor_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "partners.set_sponsor", partner):
        return None
    return PartnerAction(_("Sponsor"), address_of("partners:sponsor", partner.pk), "sitemap")
