"""Everything a deck says, collected as of a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from partners.models import Partner
from partners.queries import TierStanding, managers_of, standing_on
from prm.kernel import clock
from prm.kernel.events import plain
from prm.kernel.models import Tenant
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from qbr.figures.capabilities import capabilities_part
from qbr.figures.deals import deals_part
from qbr.figures.pipeline import pipeline_part
from qbr.figures.program import program_part
from qbr.figures.promises import action_plan_part, commitments_part
from qbr.figures.sales import performance_part
from qbr.figures.summary import summary_part
from qbr.models import Review
from scorecards.queries import (
    no_opportunities,
    registered_deals,
)


def collect(review: Review, as_of: dt.date) -> dict[str, Any]:
    """All figures of the review.

    Money, targets and the program level are as of `as_of`. The scorecard and the actions are the latest ones, with
    their dates: a review is about what was agreed since, and a deck is frozen in any case.
    """
    tenant, partner = current_tenant(), review.partner
    quarter = quarter_of(review, tenant)
    standing = standing_on(partner, as_of)
    sales = performance_part(partner, quarter, as_of)
    capabilities = capabilities_part(partner, tenant)
    no_pipeline = no_opportunities(registered_deals([partner.pk], as_of).get(partner.pk))
    return plain(
        {
            "format": 1,
            "as_of": as_of,
            "made_on": clock.today(),
            "vendor": {
                "name": tenant.name,
                "brand": tenant.brand,
                "accent": tenant.accent,
                "currency": tenant.currency,
            },
            "partner": _partner(partner, standing),
            "review": _review(review, quarter),
            "commitments": commitments_part(partner, tenant, quarter),
            "summary": summary_part(partner, quarter, as_of, sales, standing, capabilities, no_pipeline),
            "performance": sales,
            "pipeline": pipeline_part(partner, quarter, as_of),
            "deals": deals_part(partner, quarter, as_of),
            "program": program_part(standing),
            "capabilities": capabilities,
            "action_plan": action_plan_part(partner),
            "people": {
                "label": "People and engagement",
                "why": "engagement, contacts and satisfaction are not measured yet",
            },
        }
    )


def quarter_of(review: Review, tenant: Tenant) -> FiscalQuarter:
    return FiscalQuarter.containing(review.period_start, tenant.fy_start_month)


def _partner(partner: Partner, standing: TierStanding) -> dict[str, Any]:
    manager = managers_of([partner.pk]).get(partner.pk)
    return {
        "name": partner.name,
        "number": partner.number,
        "tier": standing.held,
        "life_stage": str(partner.get_life_stage_display()),
        "manager": manager.user.name if manager else "",
    }


def _review(review: Review, quarter: FiscalQuarter) -> dict[str, Any]:
    year = quarter.fiscal_year
    return {
        "label": quarter.label,
        "next_label": quarter.next.label,
        "fiscal_year": year.label,
        "start": quarter.start,
        "end": quarter.end,
        "year_start": year.start,
        "year_end": year.end,
        "meeting_on": review.meeting_on,
        "attendees": review.attendees,
    }
