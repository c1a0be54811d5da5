"""What the partners app lends: navigation, measures of documents, its panels, and a distributor's reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from partners import home, panels  # noqa: F401 - lend their parts of the home page and of the partner page
from partners.models import Document, Partner, assigned_partner_ids
from partners.queries import signed_documents
from partners.registries import (
    Measure,
    Period,
    Value,
    lend_measure,
    tell,
)
from partners.starter import copy_profile_questions, copy_program
from prm.kernel.members import furnishes
from prm.kernel.models import Membership
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.tenancy.remember import remember
from prm.kernel.web.navigation import Entry, navigation

furnishes(order=10)(copy_program)
furnishes(order=11)(copy_profile_questions)
navigation(Entry("Today", "home", "home", 10))
navigation(
    Entry(
        "Partners",
        "partners:list",
        "building-store",
        20,
        "partners.view_partner",
        partner_label="My company",
        several_label="My companies",
    )
)


navigation(
    Entry("Whom to ask", "partners:directory", "address-book", 790, "partners.view_directory", for_partners=True)
)


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
    partner__merged="merged {other} (No. {number}) into this partner",
    partner__merge_undone="took back the merge with {other} (No. {number})",
    partner__imported="imported the partner",
    partner__manager_assigned="made {manager} the account manager",
    partner__profile_updated="updated the profile: {fields}",
    contact__added="added the contact {contact}",
    contact__changed="changed the contact {contact}",
    contact__consent_recorded="noted what {contact} agreed to",
    contact__objected="noted that {contact} objects to being contacted",
    contact__objection_withdrawn="noted that {contact} withdrew the objection",
    contact__left="noted that {contact} left the company",
    contact__returned="noted that {contact} is back",
    location__added="added the location {place}",
    location__changed="changed the location {place}",
    location__removed="removed the location {place}",
    list__exported="exported the list {list} ({rows} rows)",
    member__added="gave {person} access",
    member__invited="invited {email}",
    member__authority_set="changed the signing authority of {person}",
    member__deactivated="ended the access of {person}",
    member__reactivated="gave {person} access again",
    member__roles_changed="changed the roles of {person}",
    member__champion_handed_over="made {person} the champion",
    member__card_changed="changed the own card",
    invitation__sent="invited {email}",
    invitation__accepted="accepted the invitation",
    invitation__revoked="took back the invitation of {email}",
)
