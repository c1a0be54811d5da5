"""The roles of the field and who holds them on which side. The same ids in code, page, API and test."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from prm.kernel.words import own


class Side(models.TextChoices):
    VENDOR = "vendor", _("Vendor")
    PARTNER = "partner", own("Partner")


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


# What a role is for, in the words of those who give it.
MEANS = {
    Role.TENANT_ADMIN: _("Looks after settings, people and interfaces; reads business data, changes none."),
    Role.CHANNEL_CHIEF: _("Sees all partners and figures; decides on program, exceptions and large sums."),
    Role.ACCOUNT_MANAGER: _("Looks after assigned partners: scorecards, plans, deals and reviews."),
    Role.OPERATIONS: _("Runs the program: partner records, agreements, imports, conflicts."),
    Role.MARKETING: _("Runs campaigns, leads and marketing funds with partners."),
    Role.FINANCE: _("Checks and pays: funds, claims, commissions, bank details."),
    Role.AUDITOR: _("Reads records and history; changes nothing."),
    Role.CHAMPION: _("Runs the company's side: people and roles, profile, plans, agreements, all deals and funds."),
    Role.PARTNER_SALES: _("Registers deals, works on leads, sees targets and revenue of the company."),
    Role.PARTNER_MARKETING: _("Plans marketing, asks for funds and claims them."),
    Role.PARTNER_TECHNICAL: _("Takes courses and certifications, answers the technical part of scorecards."),
    Role.DISTRIBUTOR: _("Acts for the own company and for the companies it sponsors."),
}

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
