"""Who reads figures of sales, and who may change targets and bookings."""

from prm.kernel.policies import grant
from prm.kernel.roles import VENDOR_ROLES, Role

R = Role

grant("sales.view_actual", *VENDOR_ROLES, R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING, R.DISTRIBUTOR)
grant("sales.view_target", *VENDOR_ROLES, R.CHAMPION, R.PARTNER_SALES, R.DISTRIBUTOR)
grant("sales.set_target", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("sales.book_actual", R.OPERATIONS, R.FINANCE)
# The performance scorecard shows targets and actuals together; technical users read it too.
grant("sales.view_performance", *VENDOR_ROLES, *(r for r in Role if r.startswith("partner_")), R.DISTRIBUTOR)
