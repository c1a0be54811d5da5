"""What the partners app shows on the partner page: profile, people, places, the timeline, and the buttons on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.contact_rows import present_contacts
from partners.forms import ActivityForm, NoteForm
from partners.models import Contact, Partner
from partners.profile_rows import present_profile
from partners.queries import KINDS, locations_of, notes_of, profile_of, timeline_page
from partners.registries import PartnerAction, lend_panel, lend_partner_action
from partners.timeline_rows import present_timeline
from prm.kernel import clock
from prm.kernel.grants import grantable_roles
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.text import sort_key
from prm.kernel.web.format import formatter

PEOPLE_SHOWN = 25


@lend_sample("partners.Contact")
def planted_contact(row: dict[str, Any]) -> dict[str, Any]:
    """A login belongs to one contact, and there are more contacts than logins."""
    return {"member_id": None}


@lend_sample("partners.Activity")
def planted_activity(row: dict[str, Any]) -> dict[str, Any]:
    """What the proof of isolation plants says nothing of intent, which only the vendor's own entries may."""
    return {"intent": ""}


@lend_sample("partners.ProfileQuestion")
def planted_question(row: dict[str, Any]) -> dict[str, Any]:
    """A question fills a value that exists."""
    return {"field": "employees" if row["active"] else "founded"}


@lend_panel(10, "partners/panels/profile.html", "profile")
def profile_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    return {
        "profile": present_profile(profile_of(partner), clock.today()),
        "may_edit": permits(member, "partners.edit_profile", partner),
    }


@lend_panel(10, "partners/panels/contacts.html", "people", permission="partners.view_contact", asks=True)
def contacts_panel(member: Membership, partner: Partner, query: Mapping[str, str]) -> dict[str, Any]:
    """The first people by name, or those that a search finds; the whole list has its own page."""
    search = query.get("q", "").strip()
    found = Contact.objects.visible_to(member).filter(partner=partner).present()
    for word in sort_key(search).split()[:5]:
        found = found.filter(sort_name__contains=word)
    contacts = list(found.order_by("sort_name", "pk")[: PEOPLE_SHOWN + 1])
    may_edit = permits(member, "partners.edit_contact", partner)
    return {
        "contacts": present_contacts(contacts[:PEOPLE_SHOWN], member),
        "has_more": len(contacts) > PEOPLE_SHOWN,
        "search": search,
        "may_edit": may_edit,
        "may_invite": permits(member, "kernel.invite_member") and bool(grantable_roles(member, partner.pk)),
    }


@lend_panel(20, "partners/panels/locations.html", "people")
def locations_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    return {
        "locations": locations_of(partner),
        "may_edit": permits(member, "partners.edit_location", partner),
    }


@lend_panel(10, "partners/panels/timeline.html", "activity", permission="partners.view_activity", asks=True)
def timeline_panel(member: Membership, partner: Partner, query: Mapping[str, str]) -> dict[str, Any]:
    kind = query.get("kind", "") if query.get("kind", "") in KINDS else ""
    page = timeline_page(partner, member, kind=kind, before=query.get("before", ""))
    here = f"{partner.get_absolute_url()}?tab=activity"
    narrowed = f"{here}&kind={kind}" if kind else here
    may_log = permits(member, "partners.log_activity", partner)
    return {
        "entries": present_timeline(page, member),
        "kinds": [
            {"label": label, "url": f"{here}&kind={code}" if code else here, "here": code == kind}
            for code, label in KINDS.items()
        ],
        "kind": kind,
        "older": f"{narrowed}&before={page.older}".replace("+", "%2B") if page.older else "",
        "newest": narrowed if query.get("before") else "",
        "form": ActivityForm(partner, member) if may_log else None,
        "autofocus": "log" in query,
    }


@lend_panel(20, "partners/panels/notes.html", "activity", permission="partners.view_note")
def notes_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    write = formatter()
    may_edit = permits(member, "partners.edit_note")
    return {
        "notes": [
            {
                "text": note.text,
                "who": str(note.author.user) if note.author else _("System"),
                "moment": write.moment(note.at),
                "is_changed": note.version > 1,
                "url": reverse("partners:note", args=[note.pk]) if may_edit else "",
            }
            for note in notes_of(partner, member)
        ],
        "form": NoteForm() if permits(member, "partners.add_note", partner) else None,
    }


@lend_partner_action(10)
def log_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "partners.log_activity", partner):
        return None
    url = f"{partner.get_absolute_url()}?tab=activity&log=1#log"
    return PartnerAction(_("Log activity"), url, "phone", access_key="l")


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
