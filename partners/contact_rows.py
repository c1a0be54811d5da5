"""People at partners as a page shows them: function, consent, login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Contact
from prm.kernel.models import Membership
from prm.kernel.web.format import formatter


@dataclass(frozen=True)
class ContactRow:
    """One line of a list of people."""

    contact: Contact
    url: str
    name: str
    function: str
    title: str
    email: str
    phone: str
    consent: str
    login: str
    left: str


def present_contacts(contacts: list[Contact], member: Membership) -> list[ContactRow]:
    """People with what they agreed to and their login, which is found by the address: one query for all."""
    write = formatter()
    functions = {value: str(label) for value, label in Contact.Function.choices}
    logins = logins_of(contacts)
    return [
        ContactRow(
            contact=contact,
            url=reverse("partners:contact", args=[contact.pk]),
            name=contact.name or contact.email,
            function=functions[contact.function],
            title=contact.title,
            email=contact.email,
            phone=contact.phone,
            consent=consent_in_words(contact),
            login=logins.get((contact.partner_id, contact.email), ""),
            left=write.day(contact.left_on) if contact.left_on else "",
        )
        for contact in contacts
    ]


def logins_of(contacts: list[Contact]) -> dict[tuple[Any, str], str]:
    """The roles of those who have a live login at the same company, by company and address."""
    found = Membership.objects.filter(
        partner_id__in={contact.partner_id for contact in contacts},
        user__email__in={contact.email for contact in contacts if contact.email} | {""},
        active=True,
    ).select_related("user")
    return {(login.partner_id, login.user.email): login.role_names for login in found}


def consent_in_words(contact: Contact) -> str:
    """What the person agreed to, or that nobody asked."""
    if contact.objected:
        return _("Objected")
    said = contact.consent
    if "mail" not in said and "call" not in said:
        return _("Not asked")
    agreed = [word for name, word in (("mail", _("mail")), ("call", _("calls"))) if said.get(name)]
    return ", ".join(agreed) if agreed else _("None")
