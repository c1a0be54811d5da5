"""What several registrations of one business have of each other: credit of a joint deal, discount of a tender."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q

from dealreg.actions.carrying import credit_of, opportunity_of
from dealreg.actions.steps import enter
from dealreg.models import COMPETING, DealConflict, DealEngagement, DealLine, DealRegistration
from prm.kernel.tenancy.context import vendor_scope

State = DealRegistration.State
Decision = DealConflict.Decision


def share_credit(first: DealRegistration, later: DealRegistration, share: Decimal) -> None:
    """The later one gets its share of what the first had; together they never have more than the whole."""
    first = DealRegistration.objects.select_for_update(of=("self",)).select_related("partner").get(pk=first.pk)
    given = round(first.credit_share * share, 4)
    _set_share(first, first.credit_share - given)
    _set_share(later, given)


def give_credit_back(deal: DealRegistration) -> None:
    """A joint deal goes on with one of the two: the share of the one that left is the other's again, once."""
    with vendor_scope("the credit of a joint deal that one of the two has left: written by the vendor alone"):
        pairs = DealConflict.objects.filter(Q(candidate=deal) | Q(existing=deal), decision=Decision.JOINT)
        ids = {pk for pair in pairs.values_list("candidate_id", "existing_id") for pk in pair} - {deal.pk}
        rows = DealRegistration.objects.select_for_update(of=("self",)).filter(pk__in=ids, state__in=COMPETING)
        other = rows.select_related("partner").order_by("submitted_at", "pk").first()
        led = DealEngagement.objects.filter(candidate=deal, decision=DealEngagement.Decision.JOINT)
        led = led.filter(opportunity__partner__isnull=False).select_related("opportunity")
        if (other is None and not led) or not deal.credit_share:
            return
        left = DealRegistration.objects.filter(pk=deal.pk, credit_share=deal.credit_share).update(credit_share=0)
        if left:
            back, deal.credit_share = deal.credit_share, Decimal(0)
            if other is not None:
                _set_share(other, other.credit_share + back)
            for engagement in led:
                credit_of(engagement.opportunity, min(engagement.opportunity.credit + back, Decimal(1)))


def _set_share(deal: DealRegistration, share: Decimal) -> None:
    DealRegistration.objects.filter(pk=deal.pk).update(credit_share=share)
    deal.credit_share = share
    business = opportunity_of(deal)
    if business is not None:
        credit_of(business, share)
    enter(deal, "deal.joined", by=None, credit_share=share)


def has_earlier_tender(deal: DealRegistration) -> bool:
    """Whether another partner's registration of this public tender has the discount already.

    Those of the same customer and lines wait for each other here, so of two approved at once one is the first.
    """
    lines = DealLine.objects.filter(deal=deal, granted=True).values("line_id")
    same = Q(normalised_name=deal.normalised_name, customer_country=deal.customer_country)
    if deal.normalised_domain:
        same |= Q(normalised_domain=deal.normalised_domain)
    bids = DealRegistration.objects.filter(same, tender=True, state__in=[*COMPETING, State.WON])
    bids = bids.filter(pk__in=DealLine.objects.filter(line_id__in=lines, granted=True).values("deal_id"))
    held = bids.select_for_update(of=("self",)).order_by("pk").values_list("pk", "partner_id", "state", "discount")
    return any(
        partner_id != deal.partner_id and state in {State.APPROVED, State.WON} and (discount or 0) > 0
        for pk, partner_id, state, discount in list(held)
        if pk != deal.pk
    )
