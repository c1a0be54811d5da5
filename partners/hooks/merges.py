"""What merging lends: the panel to take it back, the button, and samples for the proof of isolation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.queries import merges_of
from partners.registries import PartnerAction, lend_panel, lend_partner_action
from prm.kernel import clock
from prm.kernel.addresses import address_of
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter


@lend_sample("partners.Partner")
def planted_partner(row: dict[str, Any]) -> dict[str, Any]:
    """One that stands for itself: a merged partner is in no list, nor one whose import was taken back."""
    return {"merged_into_id": None, "taken_back_at": None}


@lend_panel(30, "partners/panels/merges.html", "activity", permission="partners.view_merge")
def merges_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    write, now = formatter(), clock.now()
    rows = [
        {
            "id": merge.pk,
            "name": merge.other.name,
            "number": merge.other.number,
            "day": write.moment(merge.at),
            "who": str(merge.by.user) if merge.by else "",
            "until": write.moment(merge.ends_at) if merge.ends_at >= now else "",
        }
        for merge in merges_of(partner)
    ]
    return {"rows": rows} if rows else None


@lend_partner_action(90)
def merge_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "partners.merge_partners", partner):
        return None
    return PartnerAction(_("Merge with another"), address_of("partners:merge", partner.pk), "arrows-join")
