"""How leads come in: by hand, by the public form, by the interface, by import, by an inquiry of the locator.

Whoever sends one is told the same whether the person is known or not: a second one of an open lead is merged into it,
and only the vendor sees that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from dealreg.actions.leads.steps import State, step, tell
from dealreg.models import OPEN_LEAD, Lead, LeadCapture, LeadContact
from dealreg.queries.lead_rules import business_days_after, lead_rules
from partners.actions.visitors import LINK, MOST_LINKS, count_visit
from partners.countries import is_country
from partners.formulas import normalise_domain, normalise_name
from partners.models import Inquiry, Partner
from partners.profile_fields import VERTICALS
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, Refused
from prm.kernel.events import plain
from prm.kernel.models import Membership
from prm.kernel.once import KEY_LIVES, InProgress, KeyUsed
from prm.kernel.policies import require
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text
from sales.models import ProductLine

Source = LeadContact.Source
TEXTS = {"company": 200, "name": 160, "email": 254, "phone": 60, "need": 2000, "campaign": 120, "region": 60}


class QuotaReached(Refused):
    """More leads came in today than your vendor's quota allows. Try again tomorrow."""

    status = 429
    code = "quota_reached"


@dataclass(frozen=True)
class Given:
    """A lead as it came in, checked."""

    line: ProductLine
    company: str
    country: str
    name: str = ""
    email: str = ""
    phone: str = ""
    region: str = ""
    industry: str = ""
    size_band: str = ""
    need: str = ""
    campaign: str = ""
    domain: str = ""
    consent: Mapping[str, str] | None = None

    @property
    def company_key(self) -> str:
        return normalise_name(self.company)


def checked_lead(given: Mapping[str, Any], *, known: Mapping[str, ProductLine] | None = None) -> Given:
    """What was sent, or Invalid with the field and a sentence."""
    said = {name: clean_text(str(given.get(name) or ""), field=name, max_length=most) for name, most in TEXTS.items()}
    said["email"] = said["email"].lower()
    if not normalise_name(said["company"]):
        raise Invalid("Which company is it?", field="company")
    if said["email"]:
        try:
            validate_email(said["email"])
        except ValidationError:
            raise Invalid("This is no e-mail address.", field="email") from None
    if not said["email"] and not said["phone"]:
        raise Invalid("Give an e-mail address or a phone number: somebody must be able to answer.", field="email")
    country = str(given.get("country") or "").upper()
    if not is_country(country):
        raise Invalid("This is no country: give its two letters, such as DE.", field="country")
    industry = str(given.get("industry") or "")
    if industry and industry not in VERTICALS:
        raise Invalid("This is none of the industries.", field="industry")
    size = str(given.get("size_band") or "")
    if size and size not in Lead.Size.values:
        raise Invalid(f"The size is one of {', '.join(Lead.Size.values)}.", field="size_band")
    return Given(
        line=_line(given.get("line"), known),
        country=country,
        industry=industry,
        size_band=size,
        domain=normalise_domain(said["email"]) or "",
        consent=_consent(given),
        **said,
    )


def _line(line: Any, known: Mapping[str, ProductLine] | None) -> ProductLine:
    if isinstance(line, ProductLine):
        return line
    code = str(line or "")
    found = known.get(code) if known is not None else ProductLine.objects.filter(code=code, active=True).first()
    if found is None:
        raise Invalid("Which product line is it about? Give the code of one that is sold.", field="line")
    return found


def _consent(given: Mapping[str, Any]) -> dict[str, str]:
    """When and how the person agreed to be contacted; without it nothing is taken in."""
    at = given.get("consented_at")
    if not at:
        raise Invalid("Say when the person agreed to be contacted.", field="consented_at")
    moment = at if isinstance(at, dt.datetime) else dt.datetime.combine(at, dt.time(12), tzinfo=dt.UTC)
    if moment > clock.now() + dt.timedelta(days=1):
        raise Invalid("Nobody has agreed in the future.", field="consented_at")
    how = clean_text(str(given.get("consent") or ""), field="consent", max_length=300)
    return {"at": moment.isoformat(), "how": how}


# --- the doors ----------------------------------------------------------------------------------------------------


@transaction.atomic
def capture_lead(given: Mapping[str, Any], *, by: Membership | None, partner: Partner | None = None) -> LeadCapture:
    """Take in a lead by hand. The vendor's people enter it for whoever fits; a partner's people their company's own."""
    require(by, "dealreg.capture_lead", partner)
    own = partner if by is not None and not by.is_vendor else None
    with vendor_scope("a lead that is entered: whether it is known is kept for the vendor, nothing is answered"):
        lead = checked_lead(given)
        source = Source.PARTNER if own is not None else Source.CAMPAIGN if lead.campaign else Source.HAND
        return take_in(lead, source=source, by=by, own=own)


@transaction.atomic
def receive_lead(given: Mapping[str, Any], *, by: Membership, principal: str = "", key: str = "") -> LeadCapture:
    """Take in a lead from the interface. With a key it is taken in once, however often it is sent."""
    require(by, "dealreg.receive_lead")
    digest = hashlib.sha256(json.dumps(plain(dict(given)), sort_keys=True).encode()).hexdigest()
    sent_before = _sent_before(principal, key, digest)
    if sent_before is not None:
        return sent_before
    _refuse_over_quota()
    lead = checked_lead(given)
    try:
        with transaction.atomic():
            return take_in(lead, source=Source.INTERFACE, by=by, principal=principal, key=key, digest=digest)
    except IntegrityError as error:
        if "lead_capture_key" not in str(error):
            raise
    found = _sent_before(principal, key, digest)  # its twin was faster
    if found is None:
        raise InProgress()
    return found


@transaction.atomic
def receive_public_lead(given: Mapping[str, Any], *, network: str) -> None:
    """What a visitor wrote on the vendor's public form. Says nothing of what is known here."""
    with vendor_scope("a lead of a visitor: kept for the vendor, nothing is answered"):
        count_visit(network)
        if not given.get("consents"):
            raise Invalid("Without your consent we may not pass this on.", field="consents")
        lead = checked_lead({**given, "consented_at": clock.now(), "consent": "public form"})
        if len(LINK.findall(lead.need)) > MOST_LINKS or LINK.search(lead.company) or LINK.search(lead.name):
            raise Invalid(f"At most {MOST_LINKS} links, and those in the message.", field="need")
        take_in(lead, source=Source.FORM, by=None)


@transaction.atomic
def convert_inquiry(inquiry: Inquiry, *, by: Membership | None, given: Mapping[str, Any]) -> LeadCapture:
    """Make a lead of what a visitor of the locator wrote to a partner. It stays with that partner: it was asked."""
    require(by, "dealreg.convert_inquiry", inquiry)
    with vendor_scope("a lead that an inquiry of the locator becomes: it stays with the partner that was asked"):
        if LeadCapture.objects.filter(source=Source.LOCATOR, key=f"inquiry:{inquiry.pk}").exists():
            raise Conflict("This inquiry is a lead already.", code="lead_already")
        partner = Partner.objects.select_related("tier").get(pk=inquiry.partner_id)
        lead = checked_lead(
            {
                "company": inquiry.company or inquiry.name,
                "name": inquiry.name,
                "email": inquiry.email,
                "phone": inquiry.phone,
                "need": inquiry.message,
                "country": partner.country,
                "consented_at": inquiry.consented_at,
                "consent": "locator",
                **given,
            }
        )
        return take_in(
            lead, source=Source.LOCATOR, by=by, own=partner, principal="locator", key=f"inquiry:{inquiry.pk}"
        )


# --- what they share ----------------------------------------------------------------------------------------------


def take_in(
    given: Given,
    *,
    source: str,
    by: Membership | None,
    own: Partner | None = None,
    principal: str = "",
    key: str = "",
    digest: str = "",
) -> LeadCapture:
    """Make a lead of it, or merge it into the open one of the same person (or company and product line).

    A partner's own leads are told apart from the vendor's: what one side has changes nothing for the other.
    """
    now, pool = clock.now(), str(own.pk) if own is not None else ""
    lead = _same_open_lead(given, pool, now)
    is_merged = lead is not None
    if lead is None:
        lead = _add(given, source, pool, now)
    if lead is None:  # another one came in with the same address at this very moment
        lead, is_merged = _same_open_lead(given, pool, now), True
    if lead is None:
        raise InProgress()
    capture = LeadCapture.objects.create(
        lead=lead,
        source=source,
        campaign=given.campaign,
        at=now,
        is_merged=is_merged,
        said=as_sent(given),
        by=by,
        principal=principal,
        key=key,
        digest=digest,
    )
    if is_merged:
        tell(lead, "lead.merged", by=by, inner=True, source=source, campaign=given.campaign)
        return capture
    if own is None:
        tell(lead, "lead.captured", by=by, inner=True, source=source, campaign=given.campaign)
    else:
        _keep_at(lead, own, by)
        tell(lead, "lead.brought", by=by)
    return capture


def as_sent(given: Given) -> dict[str, Any]:
    names = ("company", "country", "name", "email", "phone", "region", "industry", "size_band", "need", "campaign")
    return {name: getattr(given, name) for name in names if getattr(given, name)} | {
        "line": given.line.code,
        "consent": dict(given.consent or {}),
    }


def _same_open_lead(given: Given, pool: str, now: dt.datetime) -> Lead | None:
    """By address; else by company, country and product line within the days of the rules."""
    contacts = LeadContact.objects.filter(lead__state__in=OPEN_LEAD)
    if given.email:
        found = contacts.filter(open_key=f"{pool}:{given.email}").values_list("lead_id", flat=True).first()
        if found:
            return Lead.objects.get(pk=found)
    since = now - dt.timedelta(days=lead_rules().merge_days)
    same = contacts.filter(
        company_key=given.company_key, country=given.country, lead__line=given.line, lead__opened_at__gte=since
    )
    same = same.filter(lead__partner_id=pool, lead__is_given=False) if pool else same.filter(lead__is_given=True)
    found = same.order_by("lead__opened_at").values_list("lead_id", flat=True).first()
    return Lead.objects.get(pk=found) if found else None


def _add(given: Given, source: str, pool: str, now: dt.datetime) -> Lead | None:
    """A new lead with its contact; None when the address became another open lead's meanwhile."""
    lead, contact = prepared_rows(given, source, pool, now)
    try:
        with transaction.atomic():
            lead.save(force_insert=True)
            contact.save(force_insert=True)
    except IntegrityError as error:
        if "lead_open_once" not in str(error):
            raise
        return None
    return lead


def prepared_rows(given: Given, source: str, pool: str, now: dt.datetime) -> tuple[Lead, LeadContact]:
    """A lead and its contact, not saved yet."""
    lead = Lead(
        line=given.line,
        industry=given.industry,
        region=given.region,
        country=given.country,
        size_band=given.size_band,
        is_given=not pool,
        opened_at=now,
    )
    contact = LeadContact(
        lead=lead,
        company=given.company,
        company_key=given.company_key,
        domain=given.domain,
        name=given.name,
        email=given.email,
        phone=given.phone,
        country=given.country,
        need=given.need,
        source=source,
        campaign=given.campaign,
        consent=dict(given.consent or {}),
        open_key=f"{pool}:{given.email}" if given.email else "",
    )
    return lead, contact


def _keep_at(lead: Lead, partner: Partner, by: Membership | None) -> None:
    """A lead that a partner brought or was asked for is its own at once: there is nothing to offer."""
    now, today = clock.now(), clock.today()
    rules = lead_rules()
    step(
        lead,
        State.ASSIGNED,
        partner_id=partner.pk,
        assigned_at=now,
        accept_due=business_days_after(today, rules.accept_days),
    )
    step(
        lead,
        State.ACCEPTED,
        accepted_at=now,
        progress_at=now,
        contact_due=business_days_after(today, rules.contact_days),
        owner_id=by.pk if by is not None and by.partner_id == partner.pk else None,
    )
    LeadContact.objects.filter(lead=lead).update(partner=partner)


def _sent_before(principal: str, key: str, digest: str) -> LeadCapture | None:
    if not key:
        return None
    found = LeadCapture.objects.filter(principal=principal, key=key, at__gte=clock.now() - KEY_LIVES).first()
    if found is not None and found.digest != digest:
        raise KeyUsed()
    return found


def _refuse_over_quota() -> None:
    today = clock.now() - dt.timedelta(hours=24)
    if LeadCapture.objects.filter(source=Source.INTERFACE, at__gte=today).count() >= lead_rules().daily_quota:
        raise QuotaReached()
