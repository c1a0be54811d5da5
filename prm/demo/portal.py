"""The demo's vendors make the portal theirs: logo, words, holidays, cards of their people, an open invitation."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from prm.kernel import clock
from prm.kernel.invitations import invite_member
from prm.kernel.members import edit_own_card, set_signing_authority
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.vendor import change_calendar, change_logo, change_words

WORDS = {
    "acme": {},
    "globex": {
        "partner": {"one": "Fachpartner", "many": "Fachpartner"},
        "tier": {"one": "Stufe", "many": "Stufen"},
        "manager": {"one": "Betreuer", "many": "Betreuer"},
    },
}
# Title, phone, what to ask about, languages.
CARDS: dict[str, tuple[str, str, list[str]]] = {
    "carla@acme.example": ("+1 555 0134", "plans, scorecards, everything about you", ["en", "pt"]),
    "ben@acme.example": ("+1 555 0135", "plans, scorecards, everything about you", ["en"]),
    "sofia@acme.example": ("+46 8 555 0136", "plans, scorecards, everything about you", ["en", "sv", "de"]),
    "minh@acme.example": ("+65 5550 137", "plans, scorecards, everything about you", ["en", "zh"]),
    "owen@acme.example": ("+1 555 0140", "contracts, tiers, your company record", ["en"]),
    "maya@acme.example": ("", "campaigns and marketing funds", ["en", "ar", "fr"]),
    "greta@globex.example": ("+49 30 555 0150", "Planung und Bewertung", ["de", "en"]),
    "hugo@globex.example": ("+49 30 555 0151", "Programm und Verträge", ["de", "fr", "en"]),
}


def make_it_theirs(people: dict[str, Membership], seat: Any) -> None:
    """Look, words and holidays of the vendor one is with."""
    tenant = current_tenant()
    change_logo(logo(tenant.slug, tenant.brand, tenant.accent), by=None)
    change_words(WORDS.get(tenant.slug, {}), by=None)
    year = clock.today().year
    days = [dt.date(y, month, day) for y in (year, year + 1) for month, day in ((1, 1), (12, 25), (12, 26))]
    change_calendar(by=None, time_zone=tenant.time_zone, locale=tenant.locale, holidays=days, public_pages=True)
    for email, (phone, asks, languages) in CARDS.items():
        member = people.get(email)
        if member is not None:
            edit_own_card(member, by=member, title=member.title, phone=phone, asks=asks, languages=languages)
    for champion in Membership.objects.filter(roles__contains=[Role.CHAMPION], active=True).select_related("user"):
        set_signing_authority(champion, given=True, by=seat)
        if champion.user.email == "paula@northwind.example":
            invite_member(
                "nora.lind@northwind.example",
                name="Nora Lind",
                roles=[Role.PARTNER_MARKETING],
                partner_id=champion.partner_id,
                by=champion,
            )


def logo(slug: str, brand: str, accent: str) -> bytes:
    """A sign of two shapes in the vendor's colours, the name's first letter cut out of it."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGBA", (160, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    if slug == "acme":
        draw.rounded_rectangle((4, 4, 156, 156), 34, fill=brand)
        draw.polygon([(80, 30), (132, 126), (106, 126), (80, 76), (54, 126), (28, 126)], fill="#ffffff")
        draw.ellipse((66, 98, 94, 126), fill=accent)
    else:
        draw.ellipse((4, 4, 156, 156), fill=brand)
        draw.arc((36, 36, 124, 124), 20, 320, fill="#ffffff", width=16)
        draw.rectangle((80, 74, 124, 90), fill="#ffffff")
        draw.ellipse((112, 100, 136, 124), fill=accent)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
