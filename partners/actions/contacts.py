"""The people at a partner: who they are, what they agreed to, and that they left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from partners.models import Contact, Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.members import LastChampion, deactivate_member
from prm.kernel.models import Membership
from prm.kernel.policies import permits, require
from prm.kernel.text import clean_text, sort_key

CONTACT_FIELDS = frozenset({"external_id", "phone", "function", "title", "is_champion", "headcount_relevant"})


class AddressTaken(Conflict):
    """This e-mail address stands at another contact of this partner already."""

    code = "address_taken"

    def __init__(self, known: Contact | None, *, left: bool = False) -> None:
        said = [(AddressTaken.__doc__ or "").strip()]
        if known is not None:
            said = [f"This e-mail address stands at {known} already: one person is one contact."]
            self.more = {"contact_id": str(known.pk)}
        if left:
            said.append("Who left the company and is back is brought back there.")
        super().__init__(" ".join(said), field="email")
        self.known = known


class HasAccess(NotAllowed):
    """This person has a login that you cannot end. Ask the champion of the company or the account manager."""

    code = "has_access"


@transaction.atomic
def add_contact(partner: Partner, *, by: Membership | None, name: str = "", email: str = "", **fields: Any) -> Contact:
    """Add a person to a partner; a name or an address is needed."""
    require(by, "partners.edit_contact", partner)
    contact = Contact(partner=partner)
    _set_fields(contact, fields)
    prepared_contact(contact, name, email)
    _refuse_taken_address(contact, by)
    contact.save()
    return record(contact, "contact.added", by=by)  # names stay out of the log, which is never erased


@transaction.atomic
def edit_contact(contact: Contact, *, by: Membership | None, seen_version: int | None = None, **values: Any) -> Contact:
    require(by, "partners.edit_contact", contact)
    former = contact.email
    name, email = values.pop("name", contact.name), values.pop("email", contact.email)
    _set_fields(contact, values)
    prepared_contact(contact, name, email)
    if contact.email != former:
        _refuse_taken_address(contact, by)
    touch(contact, seen_version=seen_version)
    contact.save()
    return record(contact, "contact.changed", by=by, fields=sorted(values))


def _refuse_taken_address(contact: Contact, by: Membership | None) -> None:
    """One person is one contact. Of somebody whom `by` may not know of the name is not told."""
    if not contact.email:
        return
    same = Contact.objects.filter(partner=contact.partner_id, email=contact.email).exclude(pk=contact.pk)
    known = same.order_by("created_at", "pk").first()
    if known is None:
        return
    is_known = by is None or Contact.objects.visible_to(by).filter(pk=known.pk).exists()
    raise AddressTaken(known if is_known else None, left=is_known and known.left_on is not None)


def _set_fields(contact: Contact, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in CONTACT_FIELDS:
            raise Invalid(f"There is no {name} in a contact.", field=name)
        setattr(contact, name, value)


@transaction.atomic
def record_consent(contact: Contact, *, by: Membership | None, mail: bool, call: bool, source: str = "") -> Contact:
    """Note what the person agreed to, where that was said, and today's date."""
    require(by, "partners.edit_contact", contact)
    source = clean_text(source, field="source", max_length=120)
    before = contact.consent
    if before and (before.get("mail"), before.get("call"), before.get("source")) == (mail, call, source):
        return contact
    touch(contact)
    contact.consent = {"mail": mail, "call": call, "source": source, "date": clock.today().isoformat()}
    contact.save(update_fields=["consent", "updated_at"])
    return record(contact, "contact.consent_recorded", by=by, mail=mail, call=call)


@transaction.atomic
def set_objection(contact: Contact, *, by: Membership | None, objected: bool) -> Contact:
    """The person objects to being known: at once absent for all outside the company and operations, and from
    exports and campaigns. What was agreed to before ends with it; withdrawing the objection does not bring it back.
    """
    require(by, "partners.edit_contact", contact)
    if contact.objected == objected:
        return contact
    touch(contact)
    contact.objected = objected
    if objected:
        contact.consent = {"mail": False, "call": False, "source": "objection", "date": clock.today().isoformat()}
    contact.save(update_fields=["objected", "consent", "updated_at"])
    return record(contact, "contact.objected" if objected else "contact.objection_withdrawn", by=by)


@transaction.atomic
def leave_contact(contact: Contact, *, by: Membership | None, on: dt.date | None = None) -> Contact:
    """The person left the company: a login with the same address ends at once. The last champion stays."""
    require(by, "partners.edit_contact", contact)
    day = on or clock.today()
    if day > clock.today():
        raise Invalid("The day lies in the future. Enter it when the person has left.", field="on")
    touch(contact)
    contact.left_on = day
    contact.save(update_fields=["left_on", "updated_at"])
    for member in members_of(contact):
        if by is not None and not permits(by, "kernel.deactivate_member", member):
            raise HasAccess()
        deactivate_member(member, by=by)
    return record(contact, "contact.left", by=by, on=day)


@transaction.atomic
def return_contact(contact: Contact, *, by: Membership | None) -> Contact:
    """The person is back (or had not left). A login that ended is given anew by an invitation."""
    require(by, "partners.edit_contact", contact)
    if contact.left_on is None:
        return contact
    touch(contact)
    contact.left_on = None
    contact.save(update_fields=["left_on", "updated_at"])
    return record(contact, "contact.returned", by=by)


def members_of(contact: Contact) -> Iterable[Membership]:
    """The live memberships of this person at this partner: the one it is joined with, and those of the same address."""
    same = Q(pk=contact.member_id) | Q(user__email=contact.email) if contact.email else Q(pk=contact.member_id)
    found = Membership.objects.filter(same, partner_id=contact.partner_id, active=True)
    return list(found.select_related("user"))


def end_access_of(contacts: Iterable[Contact], *, by: Membership | None) -> list[Contact]:
    """For imports that say who left: their logins end. Returns those who stay because they are the last champion."""
    kept = []
    gone = {(c.partner_id, c.email): c for c in contacts if c.left_on and c.left_on <= clock.today() and c.email}
    members = Membership.objects.filter(
        partner_id__in={partner_id for partner_id, _ in gone},
        user__email__in={email for _, email in gone},
        active=True,
    ).select_related("user")
    for member in members:
        contact = gone.get((member.partner_id, member.user.email))
        if contact is None:
            continue
        try:
            with transaction.atomic():
                deactivate_member(member, by=by)
        except LastChampion:
            kept.append(contact)
    return kept


def prepared_contact(contact: Contact, name: str, email: str, *, validate_constraints: bool = True) -> Contact:
    """Set name and address with the key derived from them, and check the whole; nothing is saved."""
    contact.name, contact.email = clean_text(name, field="name"), email.strip().lower()
    if not contact.name and not contact.email:
        raise Invalid("A contact needs a name or an e-mail address.", field="name")
    contact.sort_name = sort_key(contact.name or contact.email)
    contact.full_clean(exclude=["partner", "tenant"], validate_unique=False, validate_constraints=validate_constraints)
    return contact
