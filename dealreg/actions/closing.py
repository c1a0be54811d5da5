"""How business ends: won or lost, said of the opportunity; its registration moves in the same transaction."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from dealreg.actions.carrying import amounts_of, open_for, opportunity_of, refuse_bad_amount, spread, told, write_lines
from dealreg.actions.contracts import contract_of_won, forget_contract_of
from dealreg.actions.protecting import AlreadyProtected, protect, release
from dealreg.actions.steps import enter, hold, reason_of, step
from dealreg.models import DealHistory, DealRegistration, Opportunity, OpportunityActual, OpportunityLine
from dealreg.queries.rules import deal_rules
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, IllegalMove, Invalid
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import require
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text
from sales.actions import book_actuals
from sales.models import SalesActual

Deal = DealRegistration.State
LIVE = (Deal.APPROVED, Deal.EXPIRED)


class BookedElsewhere(Conflict):
    """This booking belongs to another opportunity already."""

    code = "booked_elsewhere"


@transaction.atomic
def win_opportunity(
    opportunity: Opportunity,
    *,
    by: Membership | None,
    order_on: dt.date,
    amount: Decimal | None = None,
    reason: str = "",
    books: bool = False,
    actual: SalesActual | None = None,
    term_months: int | None = None,
) -> Opportunity:
    """The order is booked: linked to a booking that stands, or booked with it, or linked when it comes in.

    What runs for some months is a contract from then on. After the end of the protection it counts with a reason, or
    of an expired registration without its discount.
    """
    require(by, "dealreg.win_opportunity", opportunity)
    return _win(opportunity, by, order_on, amount, reason, books=books, actual=actual, term_months=term_months)


@transaction.atomic
def win_deal(
    deal: DealRegistration,
    *,
    by: Membership | None,
    order_on: dt.date,
    amount: Decimal | None = None,
    reason: str = "",
    term_months: int | None = None,
) -> DealRegistration:
    """The same, said of the registration."""
    require(by, "dealreg.win_deal", deal)
    _refuse_not_live(deal, Deal.WON)
    _win(_begun(deal, by), by, order_on, amount, reason, term_months=term_months)
    deal.refresh_from_db()
    return deal


def _begun(deal: DealRegistration, by: Membership | None) -> Opportunity:
    """The opportunity of a registration; one that has none yet gets it, from one of many who ask."""
    found = opportunity_of(deal)
    if found is None:
        hold(deal)
        found = open_for(deal, by=by)
    return found


@transaction.atomic
def lose_opportunity(
    opportunity: Opportunity, *, by: Membership | None, loss_reason: str, reason: str = ""
) -> Opportunity:
    """The business is lost, with why: nobody learns from a loss without a reason."""
    require(by, "dealreg.lose_opportunity", opportunity)
    return _lose(opportunity, by, loss_reason, reason)


@transaction.atomic
def lose_deal(deal: DealRegistration, *, by: Membership, loss_reason: str, reason: str = "") -> DealRegistration:
    """The same, said of the registration."""
    require(by, "dealreg.lose_deal", deal)
    _refuse_not_live(deal, Deal.LOST)
    _lose(_begun(deal, by), by, loss_reason, reason)
    deal.refresh_from_db()
    return deal


@transaction.atomic
def reopen_opportunity(opportunity: Opportunity, *, by: Membership, reason: str) -> Opportunity:
    """It goes on after all. The registration is protected again if nobody else is meanwhile, else it is expired.

    Bookings are facts and stay; they only belong to it no more.
    """
    require(by, "dealreg.reopen_opportunity", opportunity)
    said = reason_of(reason)
    if opportunity.closed_on is None or opportunity.state == Opportunity.State.OPEN:
        raise IllegalMove("This opportunity is open.")
    if clock.today() > add_days(opportunity.closed_on, deal_rules().reopen_days):
        raise Conflict("It was closed too long ago to be opened again.", code="too_late")
    move(opportunity, Opportunity.State.OPEN)
    _write(opportunity, closed_on=None, loss_reason="", reason="", worked_at=clock.now())
    OpportunityActual.objects.filter(opportunity=opportunity).delete()
    forget_contract_of(opportunity)
    deal = _registration(opportunity)
    if deal is not None and deal.state in (Deal.WON, Deal.LOST):
        _reopen_registration(deal, by, said)
    return told(opportunity, "opportunity.reopened", by=by, reason=said)


@transaction.atomic
def link_booking(opportunity: Opportunity, *, by: Membership, actual: SalesActual) -> Opportunity:
    """A booking came of this opportunity."""
    require(by, "dealreg.link_booking", opportunity)
    if opportunity.state != Opportunity.State.WON:
        raise IllegalMove("Only a won opportunity has bookings.")
    _link(opportunity, [actual])
    return told(opportunity, "opportunity.booked", by=by, amount=actual.amount, booked_on=actual.booked_on)


# --- won ----------------------------------------------------------------------------------------------------------


def _win(
    opportunity: Opportunity,
    by: Membership | None,
    order_on: dt.date,
    amount: Decimal | None,
    reason: str,
    *,
    books: bool = False,
    actual: SalesActual | None = None,
    term_months: int | None = None,
) -> Opportunity:
    if order_on > clock.today():
        raise Invalid("The order is of today or earlier.", field="order_on")
    deal = _registration(opportunity)
    is_live = deal is not None and deal.state in LIVE
    is_late = deal is not None and deal.state == Deal.APPROVED and deal.expires_on is not None
    is_late = is_late and order_on > deal.expires_on  # type: ignore[union-attr, operator]
    said = reason_of(reason, ask="The order came after the protection: say why it counts.") if is_late else reason
    said = clean_text(said)[:500]
    won = opportunity.amount if amount is None else amount
    refuse_bad_amount(won, opportunity.currency)
    _close(opportunity, Opportunity.State.WON, order_on, reason=said)
    if won != opportunity.amount:
        known = amounts_of(opportunity)
        write_lines(opportunity, spread(won, list(known), known, opportunity.currency))
    if deal is not None and is_live:
        _win_registration(deal, by, order_on, won, said)
    if books or actual is not None:
        _link(opportunity, _booked(opportunity, by, order_on) if actual is None else [actual])
    contract_of_won(opportunity, by=by, order_on=order_on, term_months=term_months)
    return told(opportunity, "opportunity.won", by=by, order_on=order_on, amount=won, registered=is_live)


def _win_registration(
    deal: DealRegistration, by: Membership | None, order_on: dt.date, amount: Decimal, reason: str
) -> None:
    discount = deal.discount if deal.state == Deal.APPROVED else Decimal(0)
    step(deal, Deal.WON, closed_on=order_on, amount=amount, discount=discount, reason=reason)
    release(deal)
    enter(deal, "deal.won", by=by, order_on=order_on, amount=amount, discount=discount)


def _booked(opportunity: Opportunity, by: Membership | None, on: dt.date) -> list[SalesActual]:
    """Net revenue booked line by line, on the day of the order."""
    if opportunity.partner_id is None:
        raise Invalid("Revenue is booked to a partner, and this opportunity has none.", field="booking")
    lines = OpportunityLine.objects.filter(opportunity=opportunity, amount__gt=0).select_related("line")
    bookings: list[dict[str, Any]] = [{"booked_on": on, "amount": row.amount, "line": row.line} for row in lines]
    if not bookings:
        raise Invalid("There is no amount to book.", field="booking")
    return book_actuals(Partner.objects.get(pk=opportunity.partner_id), bookings, by=by)


def _link(opportunity: Opportunity, actuals: list[SalesActual]) -> None:
    for actual in actuals:
        if actual.partner_id != opportunity.partner_id:
            raise Invalid("This booking is another partner's.", field="booking")
    rows = [OpportunityActual(partner_id=a.partner_id, opportunity=opportunity, actual=a) for a in actuals]
    try:
        with transaction.atomic():
            OpportunityActual.objects.bulk_create(rows)
    except IntegrityError as error:
        if "opportunity_actual_once" not in str(error):
            raise
        raise BookedElsewhere() from error


# --- lost ---------------------------------------------------------------------------------------------------------


def _lose(opportunity: Opportunity, by: Membership | None, loss_reason: str, reason: str) -> Opportunity:
    by_hand = loss_reason != DealRegistration.LossReason.TRANSFERRED or by is None
    if loss_reason not in DealRegistration.LossReason.values or not by_hand:
        raise Invalid("Choose a reason.", field="loss_reason")
    needs_words = loss_reason == DealRegistration.LossReason.OTHER
    said = reason_of(reason) if needs_words or reason else ""
    deal, label = _registration(opportunity), str(DealRegistration.LossReason(loss_reason).label)
    _close(opportunity, Opportunity.State.LOST, clock.today(), loss_reason=loss_reason, reason=said)
    is_live = deal is not None and deal.state in LIVE
    if deal is not None and is_live:
        step(deal, Deal.LOST, closed_on=clock.today(), loss_reason=loss_reason, reason=said)
        with vendor_scope("the protection of a deal that was lost"):
            release(deal)
        enter(deal, "deal.lost", by=by, loss_reason=label, reason=said)
    return told(opportunity, "opportunity.lost", by=by, loss_reason=label, reason=said, registered=is_live)


def lose_transferred(deal: DealRegistration) -> None:
    """The customer chose another partner: the business of the first one ends, and counts neither as won nor lost."""
    opportunity = opportunity_of(deal)
    if opportunity is not None and opportunity.state == Opportunity.State.OPEN:
        _lose(opportunity, None, DealRegistration.LossReason.TRANSFERRED, "")


# --- both ---------------------------------------------------------------------------------------------------------


def _close(opportunity: Opportunity, to: str, on: dt.date, **fields: Any) -> None:
    """The fields first: the database wants them in the new state."""
    same = Opportunity.objects.filter(pk=opportunity.pk, version=opportunity.version, state=opportunity.state)
    if opportunity.state == Opportunity.State.OPEN:
        same.update(closed_on=on, worked_at=clock.now(), **fields)
    move(opportunity, to)
    for name, value in {"closed_on": on, **fields}.items():
        setattr(opportunity, name, value)


def _write(opportunity: Opportunity, **fields: Any) -> None:
    Opportunity.objects.filter(pk=opportunity.pk).update(**fields)
    for name, value in fields.items():
        setattr(opportunity, name, value)


def _registration(opportunity: Opportunity) -> DealRegistration | None:
    """As it is now, and held until the end of the transaction: it moves with its opportunity."""
    if opportunity.registration_id is None:
        return None
    rows = DealRegistration.objects.select_for_update(of=("self",)).select_related("partner")
    return rows.get(pk=opportunity.registration_id)


def _refuse_not_live(deal: DealRegistration, to: str) -> None:
    if deal.state not in LIVE:
        raise IllegalMove(f"This is {Deal(deal.state).label.lower()} and cannot become {Deal(to).label.lower()}.")


def _reopen_registration(deal: DealRegistration, by: Membership, reason: str) -> None:
    """To the state before; a protection that ran out, or that somebody else holds by now, does not come back."""
    links = DealHistory.objects.filter(deal=deal, chain=DealHistory.Chain.SHARED).exclude(
        to_state__in=[Deal.WON, Deal.LOST]
    )
    before = links.order_by("-step").values_list("to_state", flat=True).first()
    runs = deal.expires_on is not None and clock.today() <= deal.expires_on
    is_protected = before == Deal.APPROVED and runs and _can_protect(deal)
    move(deal, Deal.APPROVED if is_protected else Deal.EXPIRED)
    cleared: dict[str, Any] = {"closed_on": None, "loss_reason": "", "reason": ""}
    DealRegistration.objects.filter(pk=deal.pk).update(**cleared)
    for name, value in cleared.items():
        setattr(deal, name, value)
    enter(deal, "deal.reopened", by=by, reason=reason)


def _can_protect(deal: DealRegistration) -> bool:
    try:
        protect(deal)
    except AlreadyProtected:
        return False
    return True
