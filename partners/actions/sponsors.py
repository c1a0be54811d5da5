"""Which distributor serves a partner: one level, and never in a circle."""

from __future__ import annotations

from django.db import transaction

from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require

SPONSORS = {Partner.Type.DISTRIBUTOR, Partner.Type.MASTER_AGENT}


class NoSponsor(Invalid):
    """Only a distributor or a master agent can sponsor a partner."""

    code = "no_sponsor"


class OneLevel(Invalid):
    """Sponsoring has one level: who sponsors others has no sponsor."""

    code = "one_level"


@transaction.atomic
def set_sponsor(
    partner: Partner, sponsor: Partner | None, *, by: Membership | None, seen_version: int | None = None
) -> Partner:
    """Put the partner under a distributor, or under none. The distributor's people see it from the next request on."""
    require(by, "partners.set_sponsor", partner)
    wanted = {partner.pk} | ({sponsor.pk} if sponsor else set())
    # Both are held, in one order, so that two who sponsor each other at the same time cannot both succeed.
    locked = {p.pk: p for p in Partner.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")}
    before = locked[partner.pk].sponsor_id
    if before == (sponsor.pk if sponsor else None):
        return partner
    if sponsor is not None:
        above = locked[sponsor.pk]
        if above.pk == partner.pk:
            raise Invalid("A partner cannot sponsor itself.", field="sponsor", code="own_sponsor")
        if not SPONSORS & {above.type, *above.other_types}:
            raise NoSponsor(field="sponsor")
        if above.sponsor_id is not None:
            raise OneLevel(f"{above.name} has a sponsor itself. Sponsoring has one level.", field="sponsor")
        if Partner.objects.filter(sponsor=partner).exists():
            raise OneLevel(f"{partner.name} sponsors others. Sponsoring has one level.", field="sponsor")
    touch(partner, seen_version=seen_version)
    partner.sponsor = sponsor
    partner.save(update_fields=["sponsor", "updated_at"])
    return record(partner, "partner.sponsor_set", by=by, sponsor=sponsor.name if sponsor else "")
