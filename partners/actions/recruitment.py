"""The way of a candidate: contacted, engaged, qualified, committed, or declined and perhaps opened again."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from partners.actions.candidates import ON_THE_WAY, note_stage
from partners.actions.documents import put_up_for_signature, record_document
from partners.actions.questions import waive_vendor_question
from partners.actions.tiers import give_entry_tier
from partners.models import Candidate, Contact, Document, DocumentVersion, Partner, VendorQuestion
from partners.queries import Standing, login_of, rules, standing_in_recruiting, unsigned_agreement
from prm.kernel import clock
from prm.kernel.errors import Conflict, IllegalMove, Invalid
from prm.kernel.events import record
from prm.kernel.invitations import invite_member
from prm.kernel.lifecycle import move
from prm.kernel.models import Invitation, Membership
from prm.kernel.outbox import later
from prm.kernel.periods import add_days
from prm.kernel.policies import permits, require
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text
from prm.kernel.uploads import Upload

S = Partner.State
PARTNERS_REASONS = frozenset({"terms", "no_interest", "timing", "other_vendor", "other"})


class NotScreened(Conflict):
    """The screening is not submitted yet. Fill it in first; the channel chief may qualify without it, with a reason."""

    code = "not_screened"


class FitTooLow(Conflict):
    """The fit score is below what is asked. The channel chief may qualify all the same, with a reason."""

    code = "fit_too_low"


class QuestionsOpen(Conflict):
    """The candidate's questions wait for an answer. Answer them, or say why they stay unanswered."""

    code = "questions_open"


class AgreementMissing(Conflict):
    """There is no signed agreement in force. Record or sign it first."""

    code = "agreement_missing"


class SignerUnknown(Conflict):
    """It is not known that the signer may sign for the company. Channel operations can confirm it."""

    code = "signer_unknown"


class SignerNotChampion(Conflict):
    """This person has a login without the champion role, and only a champion signs. Give the role first."""

    code = "signer_not_champion"


class TermsMissing(Invalid):
    """Say who accepted the community terms for the company."""

    code = "terms_missing"


class TooEarly(Conflict):
    """This was declined too recently to be opened again."""

    code = "too_early"


# --- the steps -----------------------------------------------------------------------------------------


@transaction.atomic
def log_first_contact(partner: Partner, *, by: Membership | None, text: str = "") -> Partner:
    """Somebody has written to or called a company that was only known by name."""
    require(by, "partners.log_first_contact", partner)
    return _step(partner, S.CONTACTED, by=by, only_from=S.IDENTIFIED, note=_note(text))


@transaction.atomic
def engage_partner(partner: Partner, *, by: Membership | None, text: str = "") -> Partner:
    """The company answered: there is a conversation."""
    require(by, "partners.engage_partner", partner)
    return _step(partner, S.ENGAGED, by=by, note=_note(text))


@transaction.atomic
def qualify_partner(partner: Partner, *, by: Membership | None, reason: str = "", waive: str = "") -> Partner:
    """Accept the candidate after its screening.

    Below the fit score asked for (or without screening) the channel chief alone may, with a `reason`. Open questions
    of the candidate are answered first, or left unanswered on purpose: `waive` says why.
    """
    require(by, "partners.qualify_partner", partner)
    standing = standing_in_recruiting(partner, clock.today())
    why = clean_text(reason, field="reason", max_length=500)
    is_override = not standing.is_fit
    if is_override and not (why and (by is None or permits(by, "partners.override_fit", partner))):
        raise not_fit(standing)
    if standing.open_questions:
        if not clean_text(waive, field="waive"):
            raise QuestionsOpen(field="waive")
        for question in VendorQuestion.objects.filter(partner=partner, state=VendorQuestion.State.OPEN):
            waive_vendor_question(question, by=by, reason=waive)
    note: dict[str, Any] = {"fit_score": standing.fit.number, "needed": standing.needed}
    if is_override:
        note |= {"override": why}
    _step(partner, S.QUALIFIED, by=by, note=note)
    Candidate.objects.filter(partner=partner).update(
        fit_score=standing.fit.number,
        override_reason=why if is_override else "",
        override_by=by if is_override else None,
    )
    return partner


def not_fit(standing: Standing) -> Conflict:
    """Why a candidate is not qualified without a word of the channel chief."""
    if standing.fit.number is None:
        return NotScreened(field="reason")
    said = f"The fit score is {standing.fit.number}, asked is {standing.needed}. "
    return FitTooLow(said + "The channel chief may qualify all the same, with a reason.", field="reason")


@transaction.atomic
def send_agreement(
    partner: Partner, signer: Contact, *, by: Membership | None, file: Upload | None = None
) -> Candidate:
    """Put the agreement up for signature in the portal, and write to the person who is to sign. May be done again.

    What is sent is the `file` (from those who may keep documents), else the agreement on file that nobody has signed
    yet. Without either the letter says that it comes separately. Who has no login yet is invited as a champion.
    """
    require(by, "partners.send_agreement", partner)
    if partner.state != S.QUALIFIED:
        raise IllegalMove("The agreement is sent to a qualified candidate.")
    if signer.partner_id != partner.pk or not signer.email or signer.left_on:
        raise Invalid("Choose a contact of this company with an e-mail address.", field="signer")
    candidate = _candidate(partner)
    version = _agreement_to_sign(partner, by=by, file=file)
    if version is not None:
        _invite_signer(signer, by=by)
    candidate.agreement_sent_on, candidate.signer = clock.today(), signer
    candidate.save(update_fields=["agreement_sent_on", "signer", "updated_at"])
    later(
        "partners.send_agreement_letter",
        by=by,
        key=f"agreement:{partner.pk}:{signer.pk}:{candidate.agreement_sent_on}",
        candidate_id=candidate.pk,
    )
    record(partner, "partner.agreement_sent", by=by, signer=signer.name)
    return candidate


def _agreement_to_sign(partner: Partner, *, by: Membership | None, file: Upload | None) -> DocumentVersion | None:
    """An account manager keeps no papers, but sends the one that channel operations has put on file."""
    if file is not None:
        document = record_document(
            partner, by=by, kind=Document.Kind.AGREEMENT, title=str(Document.Kind.AGREEMENT.label), file=file
        )
        return put_up_for_signature(document, by=by)
    version = unsigned_agreement(partner.pk)
    if version is None or version.state == DocumentVersion.State.SENT:
        return version
    return put_up_for_signature(version.document, by=by)


def _invite_signer(signer: Contact, *, by: Membership | None) -> None:
    """Where the sender may not invite people, the system does: an agreement is sent to somebody who can open it."""
    login = login_of(signer)
    if login is not None:
        if not login.has(Role.CHAMPION, Role.DISTRIBUTOR):
            raise SignerNotChampion(field="signer")
        return
    open_ones = Invitation.objects.filter(
        partner_id=signer.partner_id,
        email=signer.email,
        roles__contains=[Role.CHAMPION.value],
        used_at=None,
        revoked_at=None,
        expires_at__gt=clock.now(),
    )
    if open_ones.exists():
        return
    inviter = by if by is not None and permits(by, "kernel.invite_member") else None
    invite_member(signer.email, roles=[Role.CHAMPION], by=inviter, partner_id=signer.partner_id, name=signer.name[:120])


@transaction.atomic
def commit_partner(partner: Partner, *, by: Membership | None, vouched: bool = False) -> Partner:
    """The agreement is signed: the candidate is won and holds its entry tier, which cannot fall for twelve months.

    Needs a signed agreement in force. That the signer may sign for the company is known from the mark operations
    gives to a person; `vouched` says that channel operations or the chief has looked into it otherwise.
    """
    require(by, "partners.commit_partner", partner)
    today = clock.today()
    standing = standing_in_recruiting(partner, today)
    if standing.agreement is None:
        raise AgreementMissing()
    may_vouch = by is None or permits(by, "partners.vouch_for_signer", partner)
    if not standing.has_authority and not (vouched and may_vouch):
        raise SignerUnknown(field="vouched")
    _step(
        partner,
        S.COMMITTED,
        by=by,
        note={"signed_by": standing.agreement.signed_by, "vouched": vouched and not standing.has_authority},
    )
    give_entry_tier(partner, by=by)
    partner.life_stage = Partner.LifeStage.ONBOARD
    partner.save(update_fields=["life_stage", "updated_at"])
    return partner


def agreement_allows(partner: Partner) -> bool:
    """Whether a signature that has just come in makes a partner by itself."""
    if partner.state != S.QUALIFIED:
        return False
    standing = standing_in_recruiting(partner, clock.today())
    return standing.agreement is not None and standing.has_authority


@transaction.atomic
def offer_community(partner: Partner, *, by: Membership | None) -> Candidate:
    """Offer a place in the community: those who applied may accept it on the page of their application."""
    require(by, "partners.offer_community", partner)
    if partner.state not in {S.ENGAGED, S.QUALIFIED}:
        raise IllegalMove("The community is offered to engaged and qualified candidates.")
    candidate = _candidate(partner)
    if candidate.community_offered_on is None:
        candidate.community_offered_on = clock.today()
        candidate.save(update_fields=["community_offered_on", "updated_at"])
        record(partner, "partner.community_offered", by=by)
        later("partners.send_community_letter", by=by, key=f"community:{candidate.pk}", candidate_id=candidate.pk)
    return candidate


@transaction.atomic
def join_community(partner: Partner, *, by: Membership | None, accepted_by: str) -> Partner:
    """Into the community with the lowest tier, once its terms are accepted; it stays in the lists of recruiting."""
    require(by, "partners.join_community", partner)
    name = clean_text(accepted_by, field="accepted_by", max_length=160)
    if not name:
        raise TermsMissing(field="accepted_by")
    if partner.state not in {S.ENGAGED, S.QUALIFIED}:
        raise IllegalMove("Engaged and qualified candidates join the community.")
    today = clock.today()
    document = Document.objects.create(
        partner=partner, kind=Document.Kind.TERMS, title="Community terms", signed_by=name, signed_on=today
    )
    record(document, "document.recorded", by=by, kind=document.kind, title=document.title)
    _step(partner, S.ACTIVE, by=by, note={"accepted_by": name})
    Candidate.objects.filter(partner=partner).update(joined_community_on=today)
    return give_entry_tier(partner, by=by, community=True)


@transaction.atomic
def decline_partner(
    partner: Partner, *, by: Membership | None, reason: str, text: str = "", by_partner: bool = False
) -> Partner:
    """Stop: the vendor says no, or the company does (its champion for itself). Why is the vendor's to know."""
    require(by, "partners.decline_partner", partner)
    by_partner = by_partner if by is None or by.is_vendor else True
    if reason not in Candidate.Reason.values or (by_partner and reason not in PARTNERS_REASONS):
        raise Invalid("Choose a reason.", field="reason")
    said = clean_text(text, field="text", max_length=500)
    if reason == Candidate.Reason.OTHER and not said:
        raise Invalid("Say which other reason.", field="text")
    if partner.state not in ON_THE_WAY:
        raise IllegalMove("Only a candidate on its way can be declined.")
    with vendor_scope("a candidate that declines: its own record is the vendor's to write"):
        _step(partner, S.DECLINED, by=by, note={"reason": reason, "text": said, "by_partner": by_partner})
        Candidate.objects.filter(partner=partner).update(close_reason=reason, closed_by_partner=by_partner)
    return partner


@transaction.atomic
def reopen_partner(partner: Partner, *, by: Membership | None, text: str = "") -> Partner:
    """Talk to a declined company again, ninety days after at the earliest; its way begins anew."""
    require(by, "partners.reopen_partner", partner)
    candidate = Candidate.objects.filter(partner=partner).first()
    today = clock.today()
    if partner.state == S.DECLINED and candidate is not None and candidate.closed_on is not None:
        earliest = add_days(candidate.closed_on, rules().reopen_after_days)
        if today < earliest:
            raise TooEarly(f"This was declined on {candidate.closed_on}. It can be opened again from {earliest} on.")
    before = dict(candidate.entered) if candidate else {}
    if candidate is not None:
        kept = {stage: day for stage, day in before.items() if stage == Candidate.Stage.IDENTIFIED}
        candidate.entered, candidate.closed, candidate.closed_on = kept, False, None
        candidate.close_reason, candidate.closed_by_partner = "", False
        candidate.fit_score, candidate.override_reason, candidate.override_by = None, "", None
        candidate.agreement_sent_on = candidate.signer = candidate.community_offered_on = None
        candidate.save()
    return _step(partner, S.CONTACTED, by=by, only_from=S.DECLINED, note={"text": clean_text(text), "before": before})


def _step(
    partner: Partner, to: str, *, by: Membership | None, note: dict[str, Any], only_from: str | None = None
) -> Partner:
    """Move the partner and its candidate together. What stands in `note` the vendor alone reads."""
    if only_from is not None and partner.state != only_from:
        raise IllegalMove(f"This is {partner.get_state_display().lower()}: this step does not exist from there.")
    before = partner.state
    move(partner, to)
    note_stage(partner)
    return record(partner, f"partner.{to}", by=by, note={k: v for k, v in note.items() if v}, before=before)


def _candidate(partner: Partner) -> Candidate:
    return Candidate.objects.filter(partner=partner).first() or note_stage(partner)  # type: ignore[return-value]


def _note(text: str) -> dict[str, str]:
    return {"text": clean_text(text, field="text", max_length=1000)}
