"""The vendor's rules of leads, and the days that follow from them. Read in the vendor's scope only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from dealreg.formulas import LeadWeights
from dealreg.models import LeadRoute, LeadRules
from prm.kernel.numbers import to_decimal
from prm.kernel.periods import add_business_days
from prm.kernel.tenancy.context import current, current_tenant
from prm.kernel.tenancy.remember import remember


def lead_rules() -> LeadRules:
    """The rules in force: the vendor's own, else those of the starter program. Read once per request."""
    if current().partner_ids is not None:
        raise RuntimeError("the rules of leads are the vendor's; a partner's scope would read none and take others")
    return remember("lead rules", lambda: LeadRules.objects.first() or LeadRules())


def lead_routes() -> list[LeadRoute]:
    """The ways past the points, in the order in which they are tried."""
    return list(LeadRoute.objects.select_related("line", "to_partner").order_by("position", "created_at", "pk"))


def weights() -> LeadWeights:
    rules = lead_rules()
    return LeadWeights(
        region=rules.region_points,
        vertical=rules.vertical_points,
        composite=rules.composite_weight,
        load=rules.load_points,
        tiers={code: to_decimal(points) for code, points in rules.tier_points.items()},
    )


def business_days_after(day: dt.date, count: int, pauses: Collection[tuple[dt.date, dt.date]] = ()) -> dt.date:
    """F36's rule: the count-th business day after the day, at whose end a deadline is; days of a pause do not count."""
    return add_business_days(day, count, set(current_tenant().holidays), pauses)
