"""The figures of planning: the 36-month business plan, the marketing plan, white space and cadence."""

from planning.formulas.business_plan import business_plan
from planning.formulas.cadence import cadence_compliance
from planning.formulas.marketing import campaign_actuals, lead_waterfall, mgo_worksheet
from planning.formulas.whitespace import whitespace

__all__ = [
    "business_plan",
    "cadence_compliance",
    "campaign_actuals",
    "lead_waterfall",
    "mgo_worksheet",
    "whitespace",
]
