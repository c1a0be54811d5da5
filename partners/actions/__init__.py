"""What changes a partner: adding it, who looks after it, its tier, its people."""

from partners.actions.company import (
    PROFILE_FIELDS,
    NoAccountManager,
    add_contact,
    add_partner,
    assign_manager,
    edit_contact,
    edit_partner,
    fill_profile,
    move_partner,
    prepared,
    prepared_contact,
    record_document,
    set_tier,
    update_profile,
)

__all__ = [
    "PROFILE_FIELDS",
    "NoAccountManager",
    "add_contact",
    "add_partner",
    "assign_manager",
    "edit_contact",
    "edit_partner",
    "fill_profile",
    "move_partner",
    "prepared",
    "prepared_contact",
    "record_document",
    "set_tier",
    "update_profile",
]
