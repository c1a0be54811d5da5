"""What the partners app lends: navigation, measures of documents, its panels, and a distributor's reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners import home  # noqa: F401 - lends its part of the home page
from partners.models import Contact, Document, Partner, PartnerProfile, assigned_partner_ids
from partners.queries import signed_documents, tier_standing, timeline
from partners.registries import (
    Measure,
    PartnerAction,
    Period,
    Value,
    lend_measure,
    lend_panel,
    lend_partner_action,
    tell,
)
from partners.rows import present_event, present_requirement
from partners.starter import copy_program
from prm.kernel import clock
from prm.kernel.members import furnishes
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.tenancy.remember import remember
from prm.kernel.web.navigation import Entry, navigation

furnishes(order=10)(copy_program)
navigation(Entry("Today", "home", "home", 10))
navigation(
    Entry("Partners", "partners:list", "building-store", 20, "partners.view_partner", partner_label="My company")
)
navigation(Entry("Documents", "partners:documents", "file-certificate", 25, "partners.view_document"))


def sponsored_companies(member: Membership) -> tuple[UUID, ...]:
    """The companies under a distributor; asked on entering, so in a vendor scope of its own."""
    with tenant_scope(member.tenant_id):
        return tuple(Partner.objects.filter(sponsor_id=member.partner_id).values_list("pk", flat=True))


Membership.sponsored = staticmethod(sponsored_companies)  # type: ignore[assignment]
Membership.looks_after = staticmethod(assigned_partner_ids)  # type: ignore[assignment]


def _flags(kinds: Sequence[str], missing: str) -> Any:
    def compute(
        partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date
    ) -> dict[tuple[UUID, Period], Value]:
        key = ("signed", tuple(partner_ids), as_of)  # both flags read the same documents
        documents = remember(key, lambda: signed_documents(partner_ids, as_of))
        signed = set().union(*(documents.get(kind, set()) for kind in kinds))
        return {
            (partner_id, period): Value(Decimal(1)) if partner_id in signed else Value(Decimal(0), missing)
            for partner_id in partner_ids
            for period in periods
        }

    return compute


lend_measure(
    Measure(
        "agreement_signed",
        "Reseller agreement signed",
        "flag",
        "a signed reseller agreement in force on the day",
        _flags([Document.Kind.AGREEMENT], "no signed agreement in force"),
    )
)
lend_measure(
    Measure(
        "community_terms_accepted",
        "Community terms accepted",
        "flag",
        "accepted community terms, or a reseller agreement, in force on the day",
        _flags([Document.Kind.TERMS, Document.Kind.AGREEMENT], "neither terms nor agreement in force"),
    )
)


tell(
    partner__added="added the partner",
    partner__edited="changed the company record",
    partner__imported="imported the partner",
    partner__manager_assigned="made {manager} the account manager",
    partner__tier_set="set the tier to {tier}",
    partner__profile_updated="updated the profile: {fields}",
    contact__added="added the contact {name}",
    contact__changed="changed a contact",
    list__exported="exported the list {list} ({rows} rows)",
    member__added="gave {person} access",
    member__invited="invited {email}",
    member__authority_set="changed the signing authority of {person}",
    member__deactivated="ended a person’s access",
)


@lend_panel(30, "partners/panels/tier.html")
def tier_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    attained = tier_standing(partner, clock.today())
    return {"standing": attained, "gaps": [present_requirement(row) for row in attained.gaps]}


@lend_panel(10, "partners/panels/contacts.html", "people", permission="partners.view_contact")
def contacts_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    contacts = list(Contact.objects.filter(partner=partner, left_on=None).order_by("sort_name")[:11])
    return {
        "contacts": contacts[:10],
        "has_more": len(contacts) > 10,
        "may_edit": permits(member, "partners.edit_contact", partner),
    }


@lend_panel(10, "partners/panels/profile.html", "profile")
def profile_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    return {
        "profile": PartnerProfile.objects.filter(partner=partner).first(),
        "may_edit": permits(member, "partners.edit_profile", partner),
    }


@lend_panel(10, "partners/panels/timeline.html", "activity")
def timeline_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    return {"events": [present_event(event) for event in timeline(partner)]}


@lend_partner_action(50)
def edit_profile_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "partners.edit_profile", partner):
        return None
    return PartnerAction(_("Edit profile"), reverse("partners:profile", args=[partner.pk]), "edit")


@lend_partner_action(60)
def edit_record_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "partners.edit_partner", partner):
        return None
    return PartnerAction(_("Edit company record"), reverse("partners:edit", args=[partner.pk]), "edit")
