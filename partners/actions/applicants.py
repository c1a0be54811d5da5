"""Applications as visitors send them: taken in, confirmed by mail, and followed on a page of their own.

What a visitor is told never depends on what the vendor knows: not on whether the company or the address is known,
nor on how often the address was used. Nothing becomes a partner record before the address is confirmed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from partners.actions.applications import ask_to_call, become_candidate
from partners.actions.candidates import ON_THE_WAY
from partners.actions.recruitment import decline_partner, join_community
from partners.actions.visitors import LINK, MOST_LINKS, TooMany, count_visit, counts_for
from partners.countries import is_country
from partners.formulas import normalise_domain, normalise_name
from partners.models import Application, ApplicationCount, Candidate, Partner, VendorQuestion
from partners.queries import doubles_of, is_offered_community, program_page
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, Unknown
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.outbox import later
from prm.kernel.tenancy.context import current_tenant, vendor_scope
from prm.kernel.text import clean_text

LIVES = dt.timedelta(hours=48)
STATUS_LIVES = dt.timedelta(days=365)
TOKEN_BYTES = 48  # the application, and 256 bits that only we can compute
_THROWN_AWAY = frozenset(
    {
        *("mailinator.com", "guerrillamail.com", "10minutemail.com", "yopmail.com", "trashmail.com", "maildrop.cc"),
        *("sharklasers.com", "temp-mail.org", "throwawaymail.com", "getnada.com", "dispostable.com"),
    }
)


class LinkOver(Unknown):
    """This link is used up, too old, or was never ours."""

    code = "link_over"


# --- from the world --------------------------------------------------------------------------------------


@transaction.atomic
def receive_application(given: Mapping[str, Any], *, network: str) -> None:
    """Take in an application and write to its address. Says nothing of what is known here.

    Refuses only what the sender knows itself: what it typed, and how much came from its network. An address that
    has had its letters for the day gets no more of them, and the sender no other answer.
    """
    with vendor_scope("an application of a visitor: kept for the vendor, nothing is answered"):
        count_visit(network)
        application = _prepared(given)
        if not counts_for("address", application.email):
            return
        application.save()
        later("partners.send_application_letter", by=None, key=f"apply:{application.pk}", application_id=application.pk)


def _prepared(given: Mapping[str, Any]) -> Application:
    company = clean_text(given["company"], field="company", max_length=200)
    country = str(given["country"]).upper()
    message = clean_text(given.get("message", ""), field="message", max_length=2000)
    name = clean_text(given["name"], field="name", max_length=160)
    email = clean_text(given["email"], field="email", max_length=254).lower()
    website = clean_text(given.get("website", ""), field="website", max_length=300)
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("Please give an e-mail address.", field="email") from None
    if not company or not normalise_name(company):
        raise Invalid("What is your company called?", field="company")
    if not name:
        raise Invalid("Please tell us your name.", field="name")
    if not is_country(country):
        raise Invalid("Choose a country.", field="country")
    if given.get("type") not in Partner.Type.values:
        raise Invalid("Choose what fits best.", field="type")
    if not given.get("accepts_terms"):
        raise Invalid("Without your consent we cannot keep the application.", field="accepts_terms")
    if len(LINK.findall(message)) > MOST_LINKS or LINK.search(company) or LINK.search(name):
        raise Invalid(f"At most {MOST_LINKS} links, and those in the message.", field="message")
    if email.rpartition("@")[2] in _THROWN_AWAY:
        raise Invalid("Please use the address at which we can reach you next week, too.", field="email")
    now = clock.now()
    return Application(
        company=company,
        normalised_name=normalise_name(company),
        domain=normalise_domain(website) or normalise_domain(email) or "",
        country=country,
        website=website,
        name=name,
        email=email,
        phone=clean_text(given.get("phone", ""), field="phone", max_length=60),
        type=given["type"],
        message=message,
        terms=program_page().terms,
        terms_accepted_at=now,
        expires_at=now + LIVES,
    )


# --- links -----------------------------------------------------------------------------------------------


def token_of(application: Application, purpose: str) -> str:
    """What stands in a link: bound to its purpose (confirm, status), the vendor, the application and the address."""
    said = f"{application.tenant_id}|{application.pk}|{application.email}"
    seal = salted_hmac(f"partners.application.{purpose}", said, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(application.pk.bytes + seal).rstrip(b"=").decode()


def link_of(application: Application, purpose: str) -> str:
    tenant = current_tenant()
    return f"{settings.SITE_URL}/t/{tenant.slug}/become-a-partner/{purpose}/{token_of(application, purpose)}/"


def find_application(token: str, purpose: str) -> Application:
    """The application of a link that still works; LinkOver for every other."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        raise LinkOver() from None
    if len(raw) != TOKEN_BYTES:
        raise LinkOver()
    with vendor_scope("the application of a link that carries our seal"):
        found = Application.objects.select_related("became").filter(pk=UUID(bytes=raw[:16])).first()
    if found is None or not constant_time_compare(token, token_of(found, purpose)):
        raise LinkOver()
    if purpose == "confirm":
        if found.state != Application.State.SENT or found.expires_at <= clock.now():
            raise LinkOver()
    elif found.confirmed_at is None or found.confirmed_at + STATUS_LIVES <= clock.now():
        raise LinkOver()
    return found


@transaction.atomic
def confirm_application(application: Application) -> Application:
    """The address is real: make a candidate of it, or ask operations when it may be a partner already. Once."""
    with vendor_scope("a confirmed application becomes a candidate; the visitor is told the same in any case"):
        now = clock.now()
        if application.state != Application.State.SENT or application.expires_at <= now:
            raise LinkOver()
        # The time first: the database wants one in every state after this.
        Application.objects.filter(pk=application.pk, version=application.version).update(confirmed_at=now)
        application.confirmed_at = now
        move(application, Application.State.CONFIRMED)
        record(application, "application.confirmed", by=None, vendor_only=True, company=application.company)
        doubles = doubles_of(application)
        if doubles:
            application.looks_like = doubles[0]
            application.save(update_fields=["looks_like", "updated_at"])
            ask_to_call(
                None,
                f"Decide on the application of {application.company}: it may be {doubles[0].name}",
                application,
                owner=None,
                kind="application",
            )
        else:
            become_candidate(application)
        later("partners.send_status_letter", by=None, key=f"status:{application.pk}", application_id=application.pk)
    return application


# --- what an applicant does on the page of the application -----------------------------------------------


@transaction.atomic
def ask_as_applicant(application: Application, text: str) -> None:
    """A question before there is a login; the vendor sees it with the candidate."""
    said = clean_text(text, field="text", max_length=1000)
    if not said:
        raise Invalid("Write your question.", field="text")
    with vendor_scope("a question of an applicant"):
        if not counts_for("address", f"question|{application.pk}"):
            raise TooMany("Three questions a day. We answer the ones you asked first.")
        question = VendorQuestion.objects.create(
            partner=application.became, application=application, text=said, asked_on=clock.today()
        )
        record(question, "question.asked", by=None, text=said)


@transaction.atomic
def withdraw_application(application: Application) -> None:
    """The applicant has thought better of it. A candidate that came of it is declined, by its own wish."""
    with vendor_scope("an applicant withdraws"):
        move(application, Application.State.WITHDRAWN)
        partner = application.became
        if partner is not None and application.is_own_partner and partner.state in ON_THE_WAY:
            decline_partner(
                partner, by=None, reason=Candidate.Reason.NO_INTEREST, text="Withdrew its application.", by_partner=True
            )
        record(application, "application.withdrawn", by=None, vendor_only=True, company=application.company)


@transaction.atomic
def accept_community(application: Application) -> None:
    """The applicant accepts the place in the community that it was offered."""
    with vendor_scope("an applicant joins the community it was offered"):
        partner = application.became
        if partner is None or not is_offered_community(application):
            raise Conflict("Nothing is offered at the moment.")
        join_community(partner, by=None, accepted_by=application.name)


@transaction.atomic
def expire_applications() -> int:
    """Those nobody confirmed in time; what they said is forgotten two weeks later. The counts of past days go, too."""
    now = clock.now()
    expired = 0
    for application in Application.objects.filter(state=Application.State.SENT, expires_at__lte=now):
        move(application, Application.State.EXPIRED)
        expired += 1
    Application.objects.filter(state=Application.State.EXPIRED, expires_at__lte=now - dt.timedelta(days=14)).delete()
    ApplicationCount.objects.filter(created_at__lte=now - dt.timedelta(days=2)).delete()
    return expired
