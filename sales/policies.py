"""Who reads figures of sales, and who may change targets and bookings."""

from __future__ import annotations

from typing import Any

from prm.kernel.models import Membership
from prm.kernel.policies import grant
from prm.kernel.roles import VENDOR_ROLES, Role

R = Role


def of_own_company(member: Membership, subject: Any) -> bool:
    """A champion agrees on targets of the own company, not of those it sponsors."""
    company = subject.pk if subject._meta.label == "partners.Partner" else subject.partner_id
    return member.is_vendor or company == member.partner_id


grant("sales.view_actual", *VENDOR_ROLES, R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING, R.DISTRIBUTOR)
grant("sales.view_target", *VENDOR_ROLES, R.CHAMPION, R.PARTNER_SALES, R.DISTRIBUTOR)
grant("sales.set_target", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("sales.book_actual", R.OPERATIONS, R.FINANCE)
# The performance scorecard shows targets and actuals together; technical users read it too.
grant("sales.view_performance", *VENDOR_ROLES, *(r for r in Role if r.startswith("partner_")), R.DISTRIBUTOR)
# Either side proposes, the other decides; which side that is stands in the action.
DECIDES_TARGETS = (R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION)
grant("sales.propose_targets", *DECIDES_TARGETS, guard=of_own_company)
grant("sales.confirm_targets", *DECIDES_TARGETS, guard=of_own_company)
grant("sales.decline_targets", *DECIDES_TARGETS, guard=of_own_company)
grant("sales.withdraw_targets", *DECIDES_TARGETS, guard=of_own_company)
