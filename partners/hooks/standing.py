"""Interruptions and ends as the app lends them: the notice on the partner page, its buttons, the nightly moves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.actions import end_partnership, lapse_partner
from partners.models import Partner
from partners.noted import is_frozen
from partners.queries import due_notices, open_notice, open_suspension, partners_to_lapse
from partners.registries import PartnerAction, lend_panel, lend_partner_action, tell
from prm.kernel.models import Membership
from prm.kernel.outbox import deferred
from prm.kernel.policies import permits
from prm.kernel.schedule import daily
from prm.kernel.web.format import formatter

S = Partner.State

Membership.frozen = staticmethod(is_frozen)  # type: ignore[assignment]

tell(
    partner__suspended="suspended the partnership: {reason}",
    partner__suspension_lifted="lifted the suspension: {reason}",
    partner__termination_given="gave notice for {ends_on}: {reason}",
    partner__termination_withdrawn="withdrew the notice: {reason}",
    partner__terminated="ended the partnership",
    partner__lapsed="found no net sales in {quarters} full quarters: the partner has lapsed",
    partner__reactivating="began the reactivation",
    partner__returned="found the partner selling again ({cause})",
)


@lend_panel(1, "partners/panels/standing.html")
def standing_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """What stands above everything else: suspended, or ending on a day."""
    suspension = open_suspension(partner) if partner.state == S.SUSPENDED else None
    notice = open_notice(partner) if partner.state != S.TERMINATED else None
    if suspension is None and notice is None:
        return None
    write = formatter()
    return {
        "suspension": suspension,
        "since": write.day(suspension.from_date) if suspension else "",
        "notice": notice,
        "ends_on": write.day(notice.ends_on) if notice else "",
        "partner_side": not member.is_vendor,
    }


def _button(order: int, label: Any, route: str, permission: str, icon: str, *, fits: Any) -> None:
    @lend_partner_action(order)
    def action(member: Membership, partner: Partner) -> PartnerAction | None:
        if not permits(member, permission, partner) or not fits(partner):
            return None
        return PartnerAction(label, reverse(f"partners:{route}", args=[partner.pk]), icon)


def _can_become(state: str) -> Any:
    return lambda partner: state in Partner.MOVES[S(partner.state)]


def _has_notice(partner: Partner) -> bool:
    return open_notice(partner) is not None


_button(
    70, _("Begin reactivation"), "reactivate", "partners.begin_reactivation", "refresh",
    fits=lambda partner: partner.state == S.LAPSED,
)  # fmt: skip
_button(
    75, _("Lift the suspension"), "lift", "partners.lift_suspension", "player-play",
    fits=lambda partner: partner.state == S.SUSPENDED,
)  # fmt: skip
_button(80, _("Suspend"), "suspend", "partners.suspend_partner", "player-pause", fits=_can_become(S.SUSPENDED))
_button(
    90, _("Terminate"), "terminate", "partners.terminate_partner", "ban",
    fits=lambda partner: S.TERMINATED in Partner.MOVES[S(partner.state)] and not _has_notice(partner),
)  # fmt: skip
_button(
    91, _("Withdraw the notice"), "withdraw_termination", "partners.withdraw_termination", "arrow-back-up",
    fits=_has_notice,
)  # fmt: skip


@daily
@deferred("partners.end_partnerships")
def end_partnerships(on: str) -> None:
    """The notices whose day has come."""
    for notice in due_notices(dt.date.fromisoformat(on)):
        end_partnership(notice, by=None)


@daily
@deferred("partners.lapse_partners")
def lapse_partners(on: str) -> None:
    """Partners without net sales for two full quarters leave the active count."""
    for partner in partners_to_lapse(dt.date.fromisoformat(on)):
        lapse_partner(partner, by=None)
