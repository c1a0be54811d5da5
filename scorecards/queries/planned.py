"""Why a KPI is empty whose source is not kept in this product yet: said honestly, instead of a zero."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_BY_HAND = gettext_lazy("Until then a value can be entered or imported.")
_REASONS = {
    "business_plan_approved": gettext_lazy("Business plans are not kept here yet."),
    "partner_investment": gettext_lazy("Partner investments are not kept here yet."),
    "targeting_rate": gettext_lazy("Account plans are not kept here yet."),
    "registered_deals_quarter": gettext_lazy("Deal registrations are not kept here yet."),
    "deal_progression": gettext_lazy("Deals are not kept here yet."),
    "pipeline_to_target": gettext_lazy("Open deals are not kept here yet."),
    "average_deal_size_to_target": gettext_lazy("Won deals are not kept here yet."),
    "certifications_to_required": gettext_lazy("Certifications are not kept here yet."),
    "engagement": gettext_lazy("Points for engagement are not kept here yet."),
    "cadence_completion": gettext_lazy("The cadence of tools is not kept here yet."),
}


def why_not_measured(measure: str) -> str:
    """The sentence for a measure that nobody lends."""
    reason = _REASONS.get(measure)
    return f"{reason} {_BY_HAND}" if reason else _("Nobody measures this yet. ") + str(_BY_HAND)
