"""Who may do what with partners, their people and their account managers (the field's role matrix)."""

from prm.kernel.policies import grant
from prm.kernel.roles import ALL_ROLES, Role

R = Role

grant("partners.view_partner", *ALL_ROLES)
grant("partners.add_partner", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING, R.DISTRIBUTOR)
grant("partners.edit_partner", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("partners.edit_profile", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION, R.DISTRIBUTOR)
grant("partners.assign_manager", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.view_contact", *ALL_ROLES)
grant(
    "partners.edit_contact",
    R.CHANNEL_CHIEF,
    R.ACCOUNT_MANAGER,
    R.OPERATIONS,
    R.CHAMPION,
    R.PARTNER_SALES,
    R.PARTNER_MARKETING,
    R.DISTRIBUTOR,
)
grant("partners.view_internal", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("partners.record_document", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.import_data", R.OPERATIONS, R.CHANNEL_CHIEF)
