"""Who may do what with business reviews and their decks (the field's role matrix)."""

from prm.kernel.policies import grant
from prm.kernel.roles import VENDOR_ROLES
from prm.kernel.roles import Role as R

grant("qbr.view_review", *VENDOR_ROLES, R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING, R.DISTRIBUTOR)
grant("qbr.open_review", R.ACCOUNT_MANAGER)
grant("qbr.edit_review", R.ACCOUNT_MANAGER)
grant("qbr.make_deck", R.ACCOUNT_MANAGER)
grant("qbr.share_deck", R.ACCOUNT_MANAGER)
