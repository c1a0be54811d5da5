"""What becomes of a confirmed application: a new candidate, another person at a partner we know, or nothing."""

from __future__ import annotations

from django.db import transaction

from partners.actions.candidates import ON_THE_WAY, note_stage
from partners.actions.company import add_partner, assign_manager
from partners.actions.contacts import add_contact, record_consent, return_contact
from partners.actions.profile import update_profile
from partners.actions.recruitment import engage_partner
from partners.actions.work import add_task
from partners.models import Application, Contact, Partner, VendorQuestion
from partners.queries import manager_for, managers_of
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.periods import add_business_days
from prm.kernel.policies import require
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text

SOURCE = "Application"


class AlreadyDecided(Conflict):
    """This application was decided already."""

    code = "already_decided"


@transaction.atomic
def take_application(application: Application, *, by: Membership | None) -> Application:
    """It is another company than the one it looks like: make it a candidate."""
    require(by, "partners.take_application", application)
    become_candidate(application, decided_by=by)
    return application


@transaction.atomic
def attach_application(application: Application, partner: Partner, *, by: Membership | None) -> Application:
    """It is a company we know: add the person there, and let its account manager call."""
    require(by, "partners.attach_application", application)
    _decide(application, partner, by=by, is_own=False)
    if partner.state in {Partner.State.IDENTIFIED, Partner.State.CONTACTED}:
        engage_partner(partner, by=by, text="Applied by itself.")
    elif partner.state in ON_THE_WAY:
        note_stage(partner)
    manager = managers_of([partner.pk]).get(partner.pk)
    ask_to_call(partner, f"Call {application.name} of {partner.name}, who applied", application, owner=manager)
    record(partner, "application.attached", by=by, vendor_only=True, company=application.company)
    return application


@transaction.atomic
def refuse_application(application: Application, *, by: Membership | None, reason: str) -> Application:
    """Nothing comes of it (spam, a mistake). The applicant reads that it is closed, not why."""
    require(by, "partners.refuse_application", application)
    why = clean_text(reason, field="reason", max_length=500)
    if not why:
        raise Invalid("Say why.", field="reason")
    if application.state != Application.State.CONFIRMED:
        raise AlreadyDecided()
    move(application, Application.State.REFUSED)
    application.reason, application.decided_by = why, by
    application.save(update_fields=["reason", "decided_by", "updated_at"])
    return record(application, "application.refused", by=by, vendor_only=True, reason=why)


def become_candidate(application: Application, *, decided_by: Membership | None = None) -> None:
    partner = add_partner(
        application.company,
        country=application.country,
        domain=application.domain,
        type=application.type,
        state=Partner.State.ENGAGED,
        source=SOURCE,
        by=None,
    )
    update_profile(partner, by=None, source="partner", website=application.website, phone=application.phone)
    _decide(application, partner, by=decided_by, is_own=True)
    manager = manager_for(application.country)
    if manager is not None:
        assign_manager(partner, manager, by=None)
    ask_to_call(partner, f"Call {application.name} of {application.company}", application, owner=manager)
    record(partner, "partner.applied", by=decided_by, name=application.name)


def _decide(application: Application, partner: Partner, *, by: Membership | None, is_own: bool) -> None:
    """Move it first: of two who decide at once, the second is refused before anything is made twice."""
    if application.state != Application.State.CONFIRMED:
        raise AlreadyDecided()
    Application.objects.filter(pk=application.pk, version=application.version).update(became=partner)
    move(application, Application.State.TAKEN)
    application.became, application.is_own_partner, application.decided_by = partner, is_own, by
    application.save(update_fields=["is_own_partner", "decided_by", "updated_at"])
    VendorQuestion.objects.filter(application=application).update(partner=partner)
    known = Contact.objects.filter(partner=partner, email=application.email).order_by("left_on").first()
    if known is not None and known.left_on is not None:
        return_contact(known, by=None)
    if known is None:
        known = add_contact(partner, name=application.name, email=application.email, phone=application.phone, by=None)
    if not known.objected:
        # Who applies asks to be called and written to; the terms it accepted stand in the application.
        record_consent(known, by=None, mail=True, call=True, source="application")


def ask_to_call(
    partner: Partner | None, title: str, application: Application, *, owner: Membership | None, kind: str = "first_call"
) -> None:
    """A task for the next business day: the account manager's, else the pool of operations."""
    due = add_business_days(clock.today(), 1, current_tenant().holidays)
    url = application.get_absolute_url() if partner is None else partner.get_absolute_url()
    add_task(
        partner,
        title[:300],
        by=None,
        kind=kind,
        due_on=due,
        owner=owner,
        role="" if owner else Role.OPERATIONS.value,
        key=f"{kind}:{application.pk}",
        url=url,
    )
