"""What waits for somebody, and what somebody is warned of."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.models import DealRegistration
from dealreg.queries.waiting import (
    changes_on_my_desk,
    expiring_for_partner,
    extensions_to_decide,
    hearings_to_answer,
    on_my_desk,
    questions_to_answer,
    transfers_to_decide,
)
from partners.models import Partner
from partners.registries import Alert, Worklist, lend_alert, lend_worklist
from prm.kernel.periods import add_days
from prm.kernel.web.format import formatter

State = DealRegistration.State

lend_worklist(
    Worklist(
        "deals_to_decide",
        "Deals to decide",
        on_my_desk,
        url=lambda deal: deal.get_absolute_url(),
        text=lambda deal: f"{deal.partner.name}: {deal.customer_name}",
        due=lambda deal: deal.review_due,
        page=lambda: f"{reverse('dealreg:deals')}?desk=mine",
    )
)
lend_worklist(
    Worklist(
        "deal_changes",
        "Changed deals to decide",
        changes_on_my_desk,
        url=lambda change: change.deal.get_absolute_url(),
        text=lambda change: f"{change.partner.name}: {change.deal.customer_name}",
    )
)
lend_worklist(
    Worklist(
        "deal_extensions",
        "Extensions to decide",
        extensions_to_decide,
        url=lambda asked: asked.deal.get_absolute_url(),
        text=lambda asked: f"{asked.partner.name}: {asked.deal.customer_name}",
        due=lambda asked: asked.deal.expires_on,
    )
)
lend_worklist(
    Worklist(
        "deal_transfers",
        "Transfers to decide",
        transfers_to_decide,
        url=lambda conflict: conflict.candidate.get_absolute_url(),
        text=lambda conflict: f"{conflict.candidate.partner.name}: {conflict.candidate.customer_name}",
        due=lambda conflict: conflict.hearing.due_on,
    )
)
lend_worklist(
    Worklist(
        "deal_questions",
        "Questions on your deals",
        questions_to_answer,
        url=lambda deal: deal.get_absolute_url(),
        text=lambda deal: deal.customer_name,
    )
)
lend_worklist(
    Worklist(
        "deal_hearings",
        "Your word is asked",
        hearings_to_answer,
        url=lambda hearing: hearing.deal.get_absolute_url(),
        text=lambda hearing: hearing.deal.customer_name,
        due=lambda hearing: hearing.due_on,
    )
)
lend_worklist(
    Worklist(
        "deals_ending",
        "Protection that ends soon",
        expiring_for_partner,
        url=lambda deal: deal.get_absolute_url(),
        text=lambda deal: deal.customer_name,
        due=lambda deal: deal.expires_on,
    )
)
lend_alert(
    Alert(
        "deal_expiring",
        lambda on: (
            DealRegistration.objects.filter(state=State.APPROVED, expires_on__range=(on, add_days(on, 14)))
            .exclude(partner__state=Partner.State.SUSPENDED)
            .select_related("partner")
            .order_by("expires_on")
        ),
        text=lambda deal: (
            f"The protection of the deal with {deal.customer_name} ends on {formatter().day(deal.expires_on)}"
        ),
        label=_("Deal protection ends"),
        level="warning",
    )
)
