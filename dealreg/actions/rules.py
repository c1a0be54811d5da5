"""The vendor's rules of registration and pipeline; they hold from then on and change no day that was told."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dealreg.models import DealRules, Opportunity
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.policies import require

DAYS = (
    "review_days", "escalate_days", "answer_days", "appeal_days", "hearing_days", "warn_days", "last_warn_days",
    "reinstate_days", "renewal_days", "auto_after_hours", "stale_days", "reopen_days",
)  # fmt: skip
AMOUNTS = ("min_amount", "manager_band", "operations_band", "auto_max_amount")
PROBABILITIES = tuple(f"{stage}_probability" for stage in Opportunity.Stage.values)
FIELDS = (*DAYS, *AMOUNTS, *PROBABILITIES, "coverage_index", "auto_approve")


@transaction.atomic
def edit_deal_rules(*, by: Membership | None, **fields: Any) -> DealRules:
    """Change bands, days, the switch of automatic approval, and how likely a stage is."""
    require(by, "dealreg.edit_deal_rules")
    rules = DealRules.objects.select_for_update().first() or DealRules()
    before = {name: getattr(rules, name) for name in fields}
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"there is no rule {name}")
        if name in DAYS and not 0 < value <= 366:
            raise Invalid("Give a number from 1 to 366.", field=name)
        if name in PROBABILITIES and not 0 <= value <= 1:
            raise Invalid("A probability lies between 0 and 100 %.", field=name)
        if name == "coverage_index" and not 1 <= value <= 20:
            raise Invalid("Give a number from 1 to 20.", field=name)
        setattr(rules, name, value)
    if rules.last_warn_days >= rules.warn_days:
        raise Invalid("The last warning comes after the first one.", field="last_warn_days")
    if rules.operations_band < rules.manager_band:
        raise Invalid(
            "The band of operations reaches at least as far as the account manager's.", field="operations_band"
        )
    rules.full_clean(exclude=["tenant"], validate_constraints=False)
    rules.save()
    changed = {name: [before[name], getattr(rules, name)] for name in fields if before[name] != getattr(rules, name)}
    return record(rules, "deal_rules.edited", by=by, vendor_only=True, changed=changed)
