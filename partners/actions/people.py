"""A partner's person who signs in stands among its contacts as well, once."""

from __future__ import annotations

from django.db import transaction

from partners.actions.contacts import prepared_contact
from partners.models import Contact, Partner
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.roles import Role

FUNCTIONS = {
    Role.CHAMPION: Contact.Function.PRINCIPAL,
    Role.PARTNER_SALES: Contact.Function.SALES,
    Role.PARTNER_MARKETING: Contact.Function.MARKETING,
    Role.PARTNER_TECHNICAL: Contact.Function.TECHNICAL,
}


@transaction.atomic
def link_contact(member: Membership) -> Contact | None:
    """Join a new member with the contact of that address, or make the contact. Doing it twice changes nothing."""
    if member.partner_id is None or Contact.objects.filter(member=member).exists():
        return None
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=member.partner_id)
    known = Contact.objects.filter(partner=partner, email=member.user.email, member=None).order_by("created_at").first()
    contact = known or Contact(partner=partner, function=_function_of(member), title=member.title)
    contact.member, contact.left_on, contact.is_champion = member, None, member.has(Role.CHAMPION)
    prepared_contact(contact, contact.name or member.user.name, member.user.email)
    contact.save()
    if known is None:
        record(contact, "contact.added", by=None)  # names stay out of the log, which is never erased
    return contact


def _function_of(member: Membership) -> str:
    return next((function for role, function in FUNCTIONS.items() if member.has(role)), Contact.Function.OTHER)
