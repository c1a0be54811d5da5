"""Applications in words, and what the public page of the program says of the tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Application
from partners.queries import Benefits, Ladder
from prm.kernel.web.format import formatter
from prm.kernel.words import own

APPLICATION_TONES = {"confirmed": "yellow", "taken": "green", "sent": "grey"}


@dataclass(frozen=True)
class ApplicationRow:
    url: str
    company: str
    country: str
    name: str
    email: str
    state: str
    state_tone: str
    received: str
    became: str
    became_url: str
    looks_like: str


def present_applications(applications: Sequence[Application]) -> list[ApplicationRow]:
    write = formatter()
    states = {value: str(label) for value, label in Application.State.choices}
    return [
        ApplicationRow(
            url=reverse("recruitment:application", args=[a.pk]),
            company=a.company,
            country=a.country,
            name=a.name,
            email=a.email,
            state=states[a.state],
            state_tone=APPLICATION_TONES.get(a.state, "grey"),
            received=write.moment(a.confirmed_at or a.created_at),
            became=a.became.name if a.became else "",
            became_url=a.became.get_absolute_url() if a.became else "",
            looks_like=a.looks_like.name if a.looks_like and a.state == Application.State.CONFIRMED else "",
        )
        for a in applications
    ]


def present_tiers(ladder: Ladder) -> list[dict[str, Any]]:
    """What each tier gives, as the programme in force says; what it does not give is left out."""
    return [{"name": rung.name, "lines": _benefits(rung.benefits)} for rung in ladder.rungs]


def _benefits(given: Benefits) -> list[str]:
    write = formatter()
    share = lambda value: write.percent(value, 0)
    lines = [
        (given.base_discount, _("%(p)s discount") % {"p": share(given.base_discount)}),
        (
            given.registration_discount,
            _("%(p)s more on registered deals") % {"p": share(given.registration_discount)},
        ),
        (
            given.can_register_deals and given.protection_days,
            _("Registered deals protected for %(n)s days") % {"n": given.protection_days},
        ),
        (given.can_refer, _("Rewards for referrals")),
        (given.can_receive_leads, _("Leads from us")),
        (
            given.mdf_eligible and given.mdf_vendor_share,
            _("We pay %(p)s of joint marketing") % {"p": share(given.mdf_vendor_share)},
        ),
        (given.locator, own("A place on our partner locator")),
        (given.account_manager == "named", own("An account manager of your own")),
    ]
    return [text for value, text in lines if value]
