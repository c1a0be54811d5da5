"""What a vendor's administrator sets for everybody: name, look, words, calendar. Each change is an event."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from prm.kernel import clock, logos
from prm.kernel.contrast import HEX, READABLE, TOLD_APART, WHITE, best_ink, contrast
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership, Tenant
from prm.kernel.periods import FiscalYear
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text
from prm.kernel.words import TERMS

LOCALES = {
    "en": "English",
    "en-us": "English (United States)",
    "de": "Deutsch",
    "de-ch": "Deutsch (Schweiz)",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt": "Português",
    "sv": "Svenska",
    "da": "Dansk",
    "nb": "Norsk",
    "fi": "Suomi",
    "pl": "Polski",
    "cs": "Čeština",
}
MOST_HOLIDAYS = 400
LONGEST_WORD = 40


@transaction.atomic
def change_look(*, by: Membership | None, name: str, brand: str, accent: str) -> Tenant:
    """Name and colours. A brand that cannot be told from a white page, or carries no readable text, is refused."""
    require(by, "kernel.edit_settings")
    tenant = current_tenant()
    shown = clean_text(name, field="name", max_length=120)
    if not shown:
        raise Invalid("The vendor needs a name.", field="name")
    colours = {"brand": checked_colour(brand, "brand"), "accent": checked_colour(accent, "accent")}
    changed = {"name": shown} if shown != tenant.name else {}
    changed |= {k: v for k, v in colours.items() if tenant.colours.get(k) != v}
    tenant.name, tenant.colours = shown, {**tenant.colours, **colours}
    return _saved(tenant, ["name", "colours"], "tenant.look_changed", by, changed)


@transaction.atomic
def change_logo(content: bytes, *, by: Membership | None) -> Tenant:
    """A new picture for header, sign-in page and letters."""
    require(by, "kernel.edit_settings")
    tenant = current_tenant()
    tenant.logo = logos.keep(tenant, content)
    return _saved(tenant, ["logo"], "tenant.logo_changed", by, {"logo": tenant.logo[:12]})


@transaction.atomic
def remove_logo(*, by: Membership | None) -> Tenant:
    """Back to the plain sign. The file stays for letters that were sent."""
    require(by, "kernel.edit_settings")
    tenant = current_tenant()
    changed = {"logo": ""} if tenant.logo else {}
    tenant.logo = ""
    return _saved(tenant, ["logo"], "tenant.logo_changed", by, changed)


@transaction.atomic
def change_words(words: Mapping[str, Mapping[str, str]], *, by: Membership | None) -> Tenant:
    """What the vendor calls things, singular and plural; both or neither of each."""
    require(by, "kernel.edit_settings")
    tenant = current_tenant()
    chosen: dict[str, dict[str, str]] = {}
    for term, forms in words.items():
        if term not in TERMS:
            raise Invalid(f"There is no word {term} to choose.", field="words")
        one, many = (
            clean_text(forms.get(n, ""), field=f"{term}_{n}", max_length=LONGEST_WORD) for n in ("one", "many")
        )
        if bool(one) != bool(many):
            raise Invalid("Give the word for one and for several.", field=f"{term}_{'many' if one else 'one'}")
        for number, text in (("one", one), ("many", many)):
            if re.search(r"[<>{}%\n]", text):
                raise Invalid("A word holds letters, digits, blanks and hyphens.", field=f"{term}_{number}")
        if one:
            chosen[term] = {"one": one, "many": many}
    changed = {"words": chosen} if chosen != tenant.words else {}
    tenant.words = chosen
    return _saved(tenant, ["words"], "tenant.words_changed", by, changed)


@transaction.atomic
def change_calendar(
    *, by: Membership | None, time_zone: str, locale: str, holidays: Iterable[dt.date], public_pages: bool
) -> Tenant:
    """Time zone, formats, the days on which nobody works, and whether visitors see the vendor at all."""
    require(by, "kernel.edit_settings")
    tenant = current_tenant()
    if time_zone not in available_timezones():
        raise Invalid("There is no such time zone.", field="time_zone")
    if locale not in LOCALES:
        raise Invalid("There is no such locale.", field="locale")
    days = sorted(set(holidays))
    if len(days) > MOST_HOLIDAYS:
        raise Invalid(f"At most {MOST_HOLIDAYS} holidays.", field="holidays")
    wanted = {"time_zone": time_zone, "locale": locale, "holidays": days, "public_pages": public_pages}
    changed = {name: value for name, value in wanted.items() if getattr(tenant, name) != value}
    for name, value in changed.items():
        setattr(tenant, name, value)
    return _saved(tenant, sorted(changed), "tenant.calendar_changed", by, changed)


@transaction.atomic
def plan_fiscal_year(begins: dt.date | None, *, by: Membership | None) -> Tenant:
    """Let fiscal years begin in another month, from a year that has not begun; None takes the plan back.

    Targets, plans and decks of running and past years are counted by the old calendar until that day.
    """
    require(by, "kernel.edit_settings")
    tenant = current_tenant()
    if begins is not None:
        if begins.day != 1:
            raise Invalid("A fiscal year begins on the first of a month.", field="begins")
        if begins.month == tenant.fy_start_month:
            raise Invalid("Your fiscal years begin in that month already.", field="begins")
        if begins <= FiscalYear.containing(clock.today(), tenant.fy_start_month).end:
            raise Invalid("The running fiscal year cannot be changed: choose a month after its end.", field="begins")
    changed = {"next_fy_from": begins} if begins != tenant.next_fy_from else {}
    tenant.next_fy_from = begins
    return _saved(tenant, ["next_fy_from"], "tenant.fiscal_year_planned", by, changed)


@transaction.atomic
def begin_planned_fiscal_year(on: dt.date) -> bool:
    """On the day that was planned the new calendar holds. Doing it twice changes nothing."""
    tenant = Tenant.objects.select_for_update().get(pk=current_tenant().pk)
    if tenant.next_fy_from is None or tenant.next_fy_from > on:
        return False
    tenant.fy_start_month, tenant.next_fy_from = tenant.next_fy_from.month, None
    month = {"fy_start_month": tenant.fy_start_month}
    _saved(tenant, ["fy_start_month", "next_fy_from"], "tenant.fiscal_year_changed", None, month)
    return True


def checked_colour(colour: str, field: str) -> str:
    """The colour as `#rrggbb`, if people can read with it (WCAG 2.2 AA); else refused with its figures."""
    value = colour.strip().lower()
    if not HEX.fullmatch(value):
        raise Invalid("Give the colour as # and six digits, for example #1f6fb2.", field=field)
    _, reads = best_ink(value)
    if reads < READABLE:
        raise Invalid(f"Text on this colour reaches a contrast of {reads} only; {READABLE} is needed.", field=field)
    apart = contrast(value, WHITE)
    if field == "brand" and apart < TOLD_APART:
        raise Invalid(
            f"Buttons in this colour cannot be told from a white page: contrast {apart}, {TOLD_APART} is needed. "
            "Choose a darker one.",
            field=field,
        )
    return value


def _saved(tenant: Tenant, fields: list[str], event: str, by: Membership | None, changed: dict[str, Any]) -> Tenant:
    if not changed:
        return tenant
    tenant.full_clean(validate_unique=False)
    tenant.save(update_fields=fields)
    return record(tenant, event, by=by, vendor_only=True, **changed)
