"""The roles of the field and who holds them on which side. The same ids in code, page, API and test."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    VENDOR = "vendor", _("Vendor")
    PARTNER = "partner", _("Partner")


class Role(models.TextChoices):
    TENANT_ADMIN = "tenant_admin", _("Administrator")
    CHANNEL_CHIEF = "channel_chief", _("Channel chief")
    ACCOUNT_MANAGER = "channel_account_manager", _("Channel account manager")
    OPERATIONS = "channel_operations", _("Channel operations")
    MARKETING = "channel_marketing", _("Channel marketing")
    FINANCE = "finance", _("Finance")
    AUDITOR = "auditor", _("Auditor")
    CHAMPION = "partner_champion", _("Champion")
    PARTNER_SALES = "partner_sales", _("Partner sales")
    PARTNER_MARKETING = "partner_marketing", _("Partner marketing")
    PARTNER_TECHNICAL = "partner_technical", _("Partner technical")
    DISTRIBUTOR = "distributor", _("Distributor")


PARTNER_ROLES = frozenset(
    {
        Role.CHAMPION,
        Role.PARTNER_SALES,
        Role.PARTNER_MARKETING,
        Role.PARTNER_TECHNICAL,
        Role.DISTRIBUTOR,
    }
)
VENDOR_ROLES = frozenset(set(Role) - PARTNER_ROLES)
ALL_ROLES = VENDOR_ROLES | PARTNER_ROLES
# Must sign in with a second factor unless the tenant's policy says otherwise; leave after 30 idle minutes.
SECOND_FACTOR_ROLES = frozenset({Role.TENANT_ADMIN, Role.CHANNEL_CHIEF, Role.FINANCE})
SHORT_IDLE_ROLES = frozenset({Role.TENANT_ADMIN, Role.FINANCE})


def side_of(role: str) -> Side:
    return Side.PARTNER if role in PARTNER_ROLES else Side.VENDOR
