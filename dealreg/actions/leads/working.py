"""What a partner does with a lead: accept or refuse it, speak with the customer, qualify it."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from dealreg.actions.leads.steps import State, needed, step, take_away, tell, write_note
from dealreg.models import HELD, Lead, LeadContact, LeadOffer
from dealreg.queries.lead_rules import business_days_after, lead_rules
from dealreg.queries.routing import capacity_of, held_by
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, IllegalMove, Invalid
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text

Outcome = LeadOffer.Outcome


class NoCapacity(Conflict):
    """Your company holds as many leads as it said it can follow up. Close one first, or raise the number."""

    code = "no_capacity"


class OfferOver(Conflict):
    """The time to answer this offer is over. The lead goes to somebody else."""

    code = "offer_over"


@transaction.atomic
def accept_lead(lead: Lead, *, by: Membership) -> Lead:
    """Take a lead: from now on its details are the partner's, and it is to be contacted within two business days.

    Accepts of one company wait for each other on its row, so that together they never exceed its capacity.
    """
    require(by, "dealreg.accept_lead", lead)
    with vendor_scope("a lead that its partner accepts: its capacity is counted, the details become the partner's"):
        if lead.partner_id is not None:
            wait_for_others(lead.partner_id)
        if lead.state == State.ASSIGNED and lead.partner_id is not None:
            if lead.accept_due is not None and clock.today() > lead.accept_due:
                raise OfferOver()
            if held_by(lead.partner_id) >= capacity_of(lead.partner_id):
                raise NoCapacity()
        now, due = clock.now(), business_days_after(clock.today(), lead_rules().contact_days)
        owner = by.pk if by.has(Role.PARTNER_SALES) else lead.owner_id
        step(lead, State.ACCEPTED, accepted_at=now, progress_at=now, contact_due=due, owner_id=owner)
        LeadContact.objects.filter(lead=lead).update(partner_id=lead.partner_id)
        LeadOffer.objects.filter(lead=lead, outcome=Outcome.OPEN).update(outcome=Outcome.ACCEPTED, answered_at=now)
        return tell(lead, "lead.accepted", by=by, contact_due=due)


def wait_for_others(partner_id: UUID) -> None:
    """One accept of a company after the other: what the first one takes, the next one counts."""
    Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner_id)


@transaction.atomic
def refuse_lead(lead: Lead, *, by: Membership, refuse_reason: str, reason: str = "") -> Lead:
    """Say no to an offer, with a reason; the next partner in the order is asked."""
    require(by, "dealreg.refuse_lead", lead)
    if refuse_reason not in LeadOffer.RefuseReason.values:
        raise Invalid("Choose a reason.", field="refuse_reason")
    said = clean_text(reason or "", field="reason", max_length=500)
    if refuse_reason == LeadOffer.RefuseReason.OTHER and not said:
        raise Invalid("Say why in a few words.", field="reason")
    with vendor_scope("a lead that its partner refuses: it is nobody's then, and the next one is asked"):
        if lead.state != State.ASSIGNED:
            raise IllegalMove("Only an open offer is refused. A lead that you hold is disqualified.")
        former = take_away(lead, State.RETURNED, Outcome.REFUSED, refuse_reason=refuse_reason, reason=said)
        label = str(LeadOffer.RefuseReason(refuse_reason).label)
        return tell(lead, "lead.refused", by=by, to=former, refuse_reason=label, reason=said)


@transaction.atomic
def contact_lead(lead: Lead, *, by: Membership, note: str) -> Lead:
    """The first word with the customer: the clock stops."""
    require(by, "dealreg.contact_lead", lead)
    said = needed(note, "note", "With whom did you speak, and what came of it?", 2000)
    now = clock.now()
    step(lead, State.CONTACTED, contacted_at=now, progress_at=now)
    write_note(lead, said, by=by)
    return tell(lead, "lead.contacted", by=by)


@transaction.atomic
def note_lead(lead: Lead, *, by: Membership, note: str) -> Lead:
    """Write down what is new. A word of its partner keeps the lead from going back to nurturing."""
    require(by, "dealreg.note_lead", lead)
    said = needed(note, "note", "What is new?", 2000)
    if lead.state not in (*HELD, State.NEW, State.RETURNED) or (not by.is_vendor and lead.state not in HELD):
        raise Conflict("Nothing is written on a lead in this state.", code="not_open")
    touch(lead)
    if not by.is_vendor:
        lead.progress_at = clock.now()
        Lead.objects.filter(pk=lead.pk).update(progress_at=lead.progress_at)
    write_note(lead, said, by=by)
    return tell(lead, "lead.noted", by=by)


@transaction.atomic
def qualify_lead(
    lead: Lead, *, by: Membership, found_need: str = "", found_budget: str = "", found_timing: str = ""
) -> Lead:
    """The need is real: what is known of need, budget or timing is written down. It counts as a qualified lead."""
    require(by, "dealreg.qualify_lead", lead)
    given = {"found_need": found_need, "found_budget": found_budget, "found_timing": found_timing}
    said = {name: clean_text(text or "", field=name, max_length=500) for name, text in given.items()}
    if not any(said.values()):
        raise Invalid("Write down the need, the budget or the timing: one of them at least.", field="found_need")
    now = clock.now()
    step(lead, State.QUALIFIED, qualified_at=now, progress_at=now)
    LeadContact.objects.filter(lead=lead).update(**said)
    return tell(lead, "lead.qualified", by=by)


@transaction.atomic
def disqualify_lead(lead: Lead, *, by: Membership, disqualify_reason: str, reason: str = "") -> Lead:
    """There is no business: say why. It no longer counts against the capacity."""
    require(by, "dealreg.disqualify_lead", lead)
    if disqualify_reason not in Lead.DisqualifyReason.values:
        raise Invalid("Choose a reason.", field="disqualify_reason")
    said = clean_text(reason or "", field="reason", max_length=500)
    if disqualify_reason == Lead.DisqualifyReason.OTHER and not said:
        raise Invalid("Say why in a few words.", field="reason")
    step(lead, State.DISQUALIFIED, disqualify_reason=disqualify_reason, reason=said)
    LeadContact.objects.filter(lead=lead).update(open_key="")
    label = str(Lead.DisqualifyReason(disqualify_reason).label)
    return tell(lead, "lead.disqualified", by=by, disqualify_reason=label, reason=said)


@transaction.atomic
def hand_lead(lead: Lead, *, by: Membership, to: Membership) -> Lead:
    """The champion gives a lead to one of the company's sellers."""
    require(by, "dealreg.hand_lead", lead)
    if to.partner_id != lead.partner_id or not to.active or not to.has(Role.PARTNER_SALES, Role.CHAMPION):
        raise Invalid("Choose one of your company's sellers.", field="to")
    if lead.state not in (State.ASSIGNED, *HELD):
        raise Conflict("This lead is not open any more.", code="not_open")
    touch(lead)
    Lead.objects.filter(pk=lead.pk).update(owner=to)
    lead.owner = to
    return tell(lead, "lead.handed", by=by, owner=to.user.name)


@transaction.atomic
def reopen_lead(lead: Lead, *, by: Membership, reason: str) -> Lead:
    """Try again with a recycled or disqualified lead: it is new, and whoever had it may have it again."""
    require(by, "dealreg.reopen_lead", lead)
    said = needed(reason, "reason", "Say why it is opened again.")
    take_away(lead, State.NEW)
    fresh = {"opened_at": clock.now(), "reassignments": 0, "queue": "", "disqualify_reason": "", "reason": ""}
    Lead.objects.filter(pk=lead.pk).update(**fresh)
    for name, value in fresh.items():
        setattr(lead, name, value)
    contact = LeadContact.objects.get(lead=lead)
    try:
        with transaction.atomic():
            LeadContact.objects.filter(pk=contact.pk, lead__is_given=True).update(
                open_key=f":{contact.email}" if contact.email else ""
            )
    except IntegrityError as error:
        if "lead_open_once" not in str(error):
            raise
        raise Conflict("There is another open lead of this person by now.", code="open_already") from error
    return tell(lead, "lead.reopened", by=by, inner=True, reason=said)


@transaction.atomic
def return_lead(lead: Lead, *, by: Membership | None, reason: str = "") -> Lead:
    """Take a lead back from a partner that cannot work on it: suspended, gone, or it never spoke with the customer."""
    require(by, "dealreg.return_lead", lead)
    partner = Partner.objects.get(pk=lead.partner_id) if lead.partner_id else None
    if by is not None and partner is not None and partner.state not in STANDS_STILL:
        raise Conflict("A partner's lead is taken back when it is suspended or gone, or by time.", code="not_standing")
    former = take_away(lead, State.RETURNED)
    return tell(lead, "lead.taken_back", by=by, to=former, reason=clean_text(reason or "", field="reason"))


STANDS_STILL = (Partner.State.SUSPENDED, Partner.State.TERMINATED)
