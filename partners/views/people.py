"""The pages of people at a partner, and of what was said and done: contacts, activities, private notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.actions import (
    add_contact,
    add_note,
    edit_activity,
    edit_contact,
    edit_note,
    leave_contact,
    log_activity,
    record_consent,
    return_contact,
    set_objection,
)
from partners.actions.contacts import AddressTaken
from partners.contact_rows import consent_in_words, logins_of, present_contacts
from partners.filters import ContactFilter
from partners.forms import ActivityForm, ContactForm, LeaveForm, NoteForm
from partners.models import Activity, Contact, Note, Partner
from partners.views.company import form_page
from partners.views.profile import tab_of
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, lend_list, list_page

COLUMNS = (
    Column("name", "Name", ("sort_name",), lambda row: row.name),
    Column("function", "Function", ("function", "sort_name"), lambda row: row.function),
    Column("title", "Job title", ("title", "sort_name"), lambda row: row.title),
    Column("email", "E-mail", ("email",), lambda row: row.email),
    Column("phone", "Phone", (), lambda row: row.phone),
    Column("consent", "Agreed to", (), lambda row: row.consent),
    Column("login", "Login", (), lambda row: row.login),
    Column("left", "Left on", ("left_on",), lambda row: row.left),
)


lend_list("partners:contacts", COLUMNS, ContactFilter)


@may("partners.view_contact", Partner)
def contact_list(request: HttpRequest, partner: Partner) -> HttpResponse:
    """All people of a partner. Who objected is in no file that leaves the system."""
    member = request.member  # type: ignore[attr-defined]
    contacts = Contact.objects.visible_to(member).filter(partner=partner)
    if request.GET.get("format"):
        contacts = contacts.filter(objected=False)
    shown = list_page(
        request,
        contacts,
        COLUMNS,
        default_sort="name",
        filterset=ContactFilter,
        present=lambda found: present_contacts(found, member),
        file_name="contacts",
    )
    if isinstance(shown, HttpResponse):
        return shown
    may_edit = permits(member, "partners.edit_contact", partner)
    return render(request, "partners/contacts.html", {"list": shown, "partner": partner, "may_edit": may_edit})


@may("partners.edit_contact", Partner)
@require_http_methods(["GET", "POST"])
def contact_add(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = ContactForm(request.POST or None, initial={"function": Contact.Function.SALES})
    member = request.member  # type: ignore[attr-defined]
    double: dict[str, Any] = {}

    def act(data: dict[str, Any]) -> Contact:
        with _kept(double):
            contact = add_contact(partner, by=member, **form.own_values())
        consent = form.consent()
        return record_consent(contact, by=member, **consent) if any(consent.values()) else contact

    return form_page(
        request,
        form,
        act,
        title=_("Add a contact to %s") % partner.name,
        back=tab_of(partner, "people"),
        then=lambda added: tab_of(partner, "people"),
        template="partners/contact_add.html",
        double=double,
    )


@contextmanager
def _kept(double: dict[str, Any]) -> Iterator[None]:
    """Keep whose the address is, where it is refused for that, so that the page can lead there."""
    try:
        yield
    except AddressTaken as taken:
        double["contact"] = taken.known
        raise


@may("partners.edit_contact", Contact.objects.select_related("partner"))
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, contact: Contact) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    said = contact.consent
    initial = {name: getattr(contact, name, None) for name in ContactForm.base_fields} | {
        "consent_mail": said.get("mail", False),
        "consent_call": said.get("call", False),
        "consent_source": said.get("source", ""),
    }
    form = ContactForm(request.POST or None, initial=initial)

    double: dict[str, Any] = {}

    def act(data: dict[str, Any]) -> Contact:
        with _kept(double):
            edit_contact(contact, by=member, **form.own_values())
        consent = form.consent()
        return record_consent(contact, by=member, **consent) if contact.consent or any(consent.values()) else contact

    back = tab_of(contact.partner, "people")
    return form_page(
        request,
        form,
        act,
        title=str(contact),
        back=back,
        then=lambda saved: back,
        template="partners/contact.html",
        double=double,
        **_about(contact),
    )


def _about(contact: Contact) -> dict[str, Any]:
    write = formatter()
    return {
        "contact": contact,
        "consent": consent_in_words(contact),
        "consent_date": write.day(dt.date.fromisoformat(said)) if (said := contact.consent.get("date")) else "",
        "login": logins_of([contact]).get((contact.partner_id, contact.email), ""),
        "left": write.day(contact.left_on) if contact.left_on else "",
        "leave_form": LeaveForm(initial={"on": clock.today()}),
    }


@may("partners.edit_contact", Contact.objects.select_related("partner"))
@require_POST
def contact_leave(request: HttpRequest, contact: Contact) -> HttpResponse:
    def again(form: LeaveForm) -> HttpResponse:
        return render(
            request, "partners/contact_leave.html", {"form": form, "heading": str(contact), "contact": contact}
        )

    return submit(
        request,
        LeaveForm(request.POST),
        lambda data: leave_contact(contact, by=request.member, on=data["on"]),  # type: ignore[attr-defined]
        again=again,
        then=lambda left: tab_of(contact.partner, "people"),
    )


@may("partners.edit_contact", Contact.objects.select_related("partner"))
@require_POST
def contact_return(request: HttpRequest, contact: Contact) -> HttpResponse:
    return_contact(contact, by=request.member)  # type: ignore[attr-defined]
    return redirect(contact)


@may("partners.edit_contact", Contact.objects.select_related("partner"))
@require_POST
def contact_objection(request: HttpRequest, contact: Contact) -> HttpResponse:
    """The person objects, or withdraws that."""
    objected = request.POST.get("objected") == "yes"
    set_objection(contact, by=request.member, objected=objected)  # type: ignore[attr-defined]
    if objected:
        messages.success(request, _("Noted. The person is no longer shown, exported or written to."))
    return redirect(tab_of(contact.partner, "people"))


@may("partners.log_activity", Partner)
@require_http_methods(["GET", "POST"])
def activity_add(request: HttpRequest, partner: Partner) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    return form_page(
        request,
        ActivityForm(partner, member, request.POST or None),
        lambda data: log_activity(partner, by=member, **data),
        title=_("Log activity with %s") % partner.name,
        back=tab_of(partner, "activity"),
        then=lambda logged: tab_of(partner, "activity"),
    )


@may("partners.edit_activity", Activity.objects.select_related("partner"))
@require_http_methods(["GET", "POST"])
def activity(request: HttpRequest, activity: Activity) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    initial = {name: getattr(activity, name) for name in ("kind", "text", "contact", "at", "intent", "vendor_only")}
    back = tab_of(activity.partner, "activity")
    return form_page(
        request,
        ActivityForm(activity.partner, member, request.POST or None, initial=initial),
        lambda data: edit_activity(activity, by=member, **data),
        title=_("Correct the entry"),
        back=back,
        then=lambda saved: back,
    )


@may("partners.add_note", Partner)
@require_http_methods(["GET", "POST"])
def note_add(request: HttpRequest, partner: Partner) -> HttpResponse:
    return form_page(
        request,
        NoteForm(request.POST or None),
        lambda data: add_note(partner, by=request.member, **data),  # type: ignore[attr-defined]
        title=_("Private note on %s") % partner.name,
        back=tab_of(partner, "activity"),
        then=lambda added: tab_of(partner, "activity"),
    )


@may("partners.edit_note", Note.objects.select_related("partner"))
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, note: Note) -> HttpResponse:
    back = tab_of(note.partner, "activity")
    return form_page(
        request,
        NoteForm(request.POST or None, initial={"text": note.text}),
        lambda data: edit_note(note, by=request.member, **data),  # type: ignore[attr-defined]
        title=_("Private note on %s") % note.partner.name,
        back=back,
        then=lambda saved: back,
    )
