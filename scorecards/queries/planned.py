"""Why a KPI is empty whose source is not kept in this product yet: said honestly, instead of a zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.registries import measured, measures
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant

_BY_HAND = gettext_lazy("Until then a value can be entered or imported.")
_REASONS = {
    "business_plan_approved": gettext_lazy("Business plans are not kept here yet."),
    "partner_investment": gettext_lazy("Partner investments are not kept here yet."),
    "targeting_rate": gettext_lazy("Account plans are not kept here yet."),
    "average_deal_size_to_target": gettext_lazy("Targets for the size of deals are not kept here yet."),
    "certifications_to_required": gettext_lazy("Certifications are not kept here yet."),
    "engagement": gettext_lazy("Points for engagement are not kept here yet."),
    "cadence_completion": gettext_lazy("The cadence of tools is not kept here yet."),
}
STAGED = ("deal_progression", "pipeline_to_target")  # these need opportunities with stages
REGISTERED = "registered_deals_12m"


def why_not_measured(measure: str, registered: Decimal | None = None) -> str:
    """The sentences for a measure that nobody lends; `registered` deals are told where they are not enough for it."""
    if measure in STAGED:
        reason = f"{no_opportunities(registered)}."
    else:
        reason = str(_REASONS.get(measure) or _("Nobody measures this yet."))
    return f"{reason} {_BY_HAND}"


def no_opportunities(registered: Decimal | None = None) -> str:
    """Why there is no pipeline, without a full stop: registered deals have no stages."""
    if registered is None:
        return _("Opportunities with stages are not kept here yet")
    told = _("Opportunities with stages are not kept here yet; deals registered in the last 12 months: %(count)s")
    return told % {"count": registered}


def registered_deals(partner_ids: Sequence[UUID], on: dt.date) -> Mapping[UUID, Decimal | None]:
    """The deals registered in the 12 months up to a day; nothing where nobody lends that figure."""
    if REGISTERED not in measures:
        return {}
    quarter = FiscalQuarter.containing(on, current_tenant().fy_start_month)
    return {pk: value.number for (pk, _q), value in measured(REGISTERED, partner_ids, [quarter], on).items()}
