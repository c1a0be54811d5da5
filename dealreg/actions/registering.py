"""Registering: a draft, its lines, and sending it. What the sender is told does not depend on anybody else's deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dealreg.actions.carrying import refuse_bad_amount
from dealreg.actions.steps import enter, lines_of, step
from dealreg.models import DealHistory, DealLine, DealReceipt, DealRegistration, DealReview, DealSharing
from dealreg.queries.claims import lead_claims_on
from dealreg.queries.conflicts import claim_of, own_duplicate, real_rivals, root_of
from dealreg.queries.contracts import claim_of_record, contracts_ending, of_others
from dealreg.queries.engaged import is_engaged
from dealreg.queries.receipts import receipt_body
from dealreg.queries.rules import deal_rules, desk_for, eligibility_of, review_due
from partners.countries import COUNTRIES
from partners.formulas import normalise_domain, normalise_name
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.signing import sign
from prm.kernel.tenancy.context import current_tenant, vendor_scope
from prm.kernel.text import clean_text
from sales.models import ProductLine

TEXTS = ("customer_name", "contact_name", "need", "next_step")


class NotEligible(Conflict):
    """Your company cannot register deals at present."""

    code = "not_eligible"


class OwnDuplicate(Conflict):
    """Your company has registered this customer for one of these product lines already."""

    code = "own_duplicate"


class Incomplete(Invalid):
    """Something is missing. The draft is kept."""

    code = "incomplete"


@transaction.atomic
def draft_deal(
    partner: Partner,
    *,
    by: Membership,
    lines: Sequence[ProductLine] = (),
    owner: Membership | None = None,
    **fields: Any,
) -> DealRegistration:
    """Begin a registration. A draft gives no claim and nobody else sees it; the vendor's people write for a partner."""
    require(by, "dealreg.draft_deal", partner)
    refuse_not_eligible(partner)
    deal = new_draft(partner, by=by, owner=owner, **fields)
    deal.save(force_insert=True)
    _add_lines(deal, lines)
    return record(deal, "deal.drafted", by=by)  # no word of the customer: a draft is nobody else's


def new_draft(partner: Partner, *, by: Membership, owner: Membership | None = None, **fields: Any) -> DealRegistration:
    """A draft as it would be kept, checked and not yet kept: for one that is typed, and for rows of a file."""
    if owner is None and not by.is_vendor:
        owner = by
    deal = DealRegistration(
        partner=partner, created_by=by, owner=owner, is_on_behalf=by.is_vendor, currency=current_tenant().currency
    )
    _write(deal, fields)
    return deal


@transaction.atomic
def edit_draft(
    deal: DealRegistration,
    *,
    by: Membership,
    lines: Sequence[ProductLine] | None = None,
    seen_version: int | None = None,
    **fields: Any,
) -> DealRegistration:
    """Change a draft; what is already sent stays as it was sent."""
    require(by, "dealreg.edit_draft", deal)
    if deal.state != DealRegistration.State.DRAFT:
        raise Conflict("This was sent already and stays as it was sent.", code="sent_already")
    touch(deal, seen_version=seen_version)
    _write(deal, fields)
    deal.save(update_fields=[*_WRITTEN, "updated_at"])
    if lines is not None:
        _set_lines(deal, lines)
    return record(deal, "deal.draft_edited", by=by)


@transaction.atomic
def drop_draft(deal: DealRegistration, *, by: Membership) -> None:
    """Throw a draft away. Only drafts are deleted."""
    require(by, "dealreg.drop_draft", deal)
    if deal.state != DealRegistration.State.DRAFT:
        raise Conflict("Only a draft can be thrown away; withdraw this instead.", code="sent_already")
    touch(deal)
    record(deal, "deal.draft_dropped", by=by)
    DealLine.objects.filter(deal=deal).delete()
    DealRegistration.objects.filter(pk=deal.pk, state=DealRegistration.State.DRAFT).delete()


@transaction.atomic
def submit_deal(deal: DealRegistration, *, by: Membership) -> DealRegistration:
    """Send it: number, time and a signed receipt. The answer is the same whoever else holds the customer.

    Rivals are looked for in the vendor's view, and what is found is kept for the vendor; the statements that run are
    the same in either case.
    """
    require(by, "dealreg.submit_deal", deal)
    lines = lines_of(deal)
    refuse_not_eligible(deal.partner)
    refuse_incomplete(deal, lines)
    duplicate = own_duplicate(deal, list(lines))
    if duplicate is not None:
        raise OwnDuplicate(
            f"Your company has registered {duplicate.customer_name} under {duplicate.number} already, with one of "
            "these product lines. Nothing was sent; the draft is kept."
        )
    now, today = clock.now(), clock.today()
    step(
        deal,
        DealRegistration.State.SUBMITTED,
        submitted_at=now,
        submitted_by=by,
        review_due=review_due(today),
        progress_at=now if deal.next_step else None,
    )
    _put_on_a_desk(deal, list(lines))
    enter(
        deal,
        "deal.submitted",
        by=by,
        amount=deal.amount,
        lines=list(lines.values()),
        domain=deal.customer_domain,
        country=deal.customer_country,
        expected_close=deal.expected_close,
        review_due=deal.review_due,
    )
    write_receipt(deal, list(lines.values()))
    return deal


def _put_on_a_desk(deal: DealRegistration, line_ids: list[UUID]) -> None:
    """The same questions and one row, whether or not somebody else holds the customer or the vendor is at it.

    The partner of record of a contract that ends soon claims its customer from the first day of that time.
    """
    with vendor_scope("which registrations compete with a new one: kept for the vendor, nothing is answered"):
        ending = contracts_ending(deal, line_ids)
        since = claim_of_record(deal, ending, line_ids)
        if since is not None and since < claim_of(deal):
            DealRegistration.objects.filter(pk=deal.pk).update(claimed_at=since)
            deal.claimed_at = since
        has_rivals, engaged = bool(real_rivals(deal, line_ids)), is_engaged(deal, line_ids)
        claims = lead_claims_on(deal, line_ids)
        has_conflict = has_rivals or engaged or bool(claims) or bool(of_others(deal, ending))
        assert deal.amount is not None
        DealReview.objects.create(
            deal=deal, level=desk_for(deal.amount, has_conflict=has_conflict), has_conflict=has_conflict
        )


def write_receipt(deal: DealRegistration, lines: list[str]) -> None:
    first = DealHistory.objects.get(deal=deal, chain=DealHistory.Chain.SHARED, step=1)
    text = receipt_body(deal, lines, first.hash)
    signed = sign(text)
    DealReceipt.objects.create(
        partner_id=deal.partner_id, deal=deal, text=text, key_id=signed.key_id, signature=signed.value
    )


@transaction.atomic
def set_deal_sharing(partner: Partner, *, by: Membership, is_opened: bool) -> DealSharing:
    """Whether the sellers of a company see each other's deals."""
    require(by, "dealreg.set_deal_sharing", partner)
    if by.partner_id != partner.pk:
        raise Invalid("This is decided by the company's own champion.")
    sharing, _ = DealSharing.objects.update_or_create(partner=partner, defaults={"is_opened": is_opened})
    return record(sharing, "deal_sharing.set", by=by, is_opened=is_opened)


# --- what may be written ------------------------------------------------------------------------------------

_WRITTEN = (
    "customer_name", "customer_domain", "customer_country", "normalised_name", "normalised_domain", "domain_root",
    "contact_name", "contact_email", "amount", "expected_close", "need", "source", "tender", "next_step",
    "next_step_due",
)  # fmt: skip
_FROM_OUTSIDE = frozenset(_WRITTEN) - {"normalised_name", "normalised_domain", "domain_root"}


def _write(deal: DealRegistration, fields: dict[str, Any]) -> None:
    """Take what was typed, and derive by what the customer is known."""
    unknown = set(fields) - _FROM_OUTSIDE
    if unknown:
        raise TypeError(f"a deal has no {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        if name in TEXTS:
            limit = DealRegistration._meta.get_field(name).max_length  # type: ignore[union-attr]
            value = clean_text(value or "", field=name, max_length=limit)
        setattr(deal, name, value)
    deal.customer_country = (deal.customer_country or "").upper()
    if deal.amount is not None:
        refuse_bad_amount(deal.amount, deal.currency)
    if not deal.customer_name:
        raise Incomplete(REQUIRED["customer_name"], field="customer_name")
    deal.normalised_name = normalise_name(deal.customer_name)
    typed = deal.customer_domain or ""
    domain = normalise_domain(typed) or ""
    if domain and not _is_host(domain):
        raise Invalid("This is no web domain. Write it such as example.com.", field="customer_domain")
    if typed and not domain:
        raise Invalid(
            "This is the domain of a mail provider. Leave it empty if the customer has none of its own.",
            field="customer_domain",
        )
    deal.customer_domain = deal.normalised_domain = domain
    deal.domain_root = root_of(domain) if domain else ""
    if deal.customer_country and deal.customer_country not in COUNTRIES:
        raise Invalid("This is no country: give its two letters, such as DE.", field="customer_country")
    try:
        deal.full_clean(
            exclude=["tenant", "partner", "owner", "created_by", "submitted_by"],
            validate_unique=False,  # the number is drawn, and the database watches over it
            validate_constraints=False,
        )
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise Invalid(reasons[0], field=field) from error


def _is_host(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(labels) > 1
        and len(domain) <= 253
        and all(0 < len(label) <= 63 and all(c.isalnum() or c == "-" for c in label) for label in labels)
    )


def _set_lines(deal: DealRegistration, lines: Sequence[ProductLine]) -> None:
    DealLine.objects.filter(deal=deal).delete()
    _add_lines(deal, lines)


def _add_lines(deal: DealRegistration, lines: Sequence[ProductLine]) -> None:
    wanted = {line.pk: line for line in lines}
    DealLine.objects.bulk_create(DealLine(partner_id=deal.partner_id, deal=deal, line=line) for line in wanted.values())


def refuse_not_eligible(partner: Partner) -> None:
    found = eligibility_of(partner, clock.today())
    if found.why == "state":
        raise NotEligible("Deals can be registered from onboarding on, and not while a partner is suspended or gone.")
    if found.why == "tier":
        raise NotEligible("The tier held at present does not include deal registration.")


REQUIRED = {
    "customer_name": "Which customer is it?",
    "customer_country": "In which country is the customer?",
    "contact_name": "Who is your contact at the customer?",
    "contact_email": "Under which address is the contact reached?",
    "lines": "Which product lines is it about?",
    "amount": "How large is the business?",
    "expected_close": "When do you expect the order?",
    "need": "What does the customer need?",
}
SHORT = {
    "customer_name": "the customer",
    "customer_country": "its country",
    "contact_name": "the contact",
    "contact_email": "the e-mail of the contact",
    "lines": "product lines",
    "amount": "the amount",
    "expected_close": "the expected order",
    "need": "what the customer needs",
}


def refuse_incomplete(deal: DealRegistration, lines: dict[UUID, str]) -> None:
    """Required fields, an amount worth registering, a close date that is not past: all that is wrong, at once."""
    given = {name: lines if name == "lines" else getattr(deal, name) for name in REQUIRED}
    wrong = {name: question for name, question in REQUIRED.items() if not given[name]}
    missing = list(wrong)
    least, today = deal_rules().min_amount, clock.today()
    if deal.amount and deal.amount < least:
        wrong["amount"] = f"Deals are registered from {deal.currency} {least:,.2f} on."
    if deal.expected_close and deal.expected_close < today:
        wrong["expected_close"] = "The expected close is today or later."
    if not wrong:
        return
    said = [f"Missing: {', '.join(SHORT[name] for name in missing)}."] if len(missing) > 1 else []
    said += [reason for name, reason in wrong.items() if name not in missing or len(missing) == 1]
    raise (Incomplete if missing else Invalid)(" ".join(said), fields=wrong)
