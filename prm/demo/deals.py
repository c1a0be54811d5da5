"""Deals in the demo: a year of registrations that were won and lost, and what is going on today.

Today there is something for everybody: decisions on each desk, a conflict, a question, protection that ends soon,
an extension that is asked for, a late decision, an appeal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from dealreg.actions import (
    appeal_deal,
    approve_deal,
    ask_about_deal,
    ask_extension,
    change_deal,
    draft_deal,
    expire_deal,
    lose_deal,
    open_deal,
    reject_deal,
    run_night,
    submit_deal,
    update_next_step,
    win_deal,
)
from dealreg.models import DealRegistration
from dealreg.queries.pages import note_opening
from partners.actions import settle_onboarding
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_months
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.text import sort_key

CUSTOMERS = (
    ("Aurora Retail", "aurora-retail.example"),
    ("Bergmann Logistik GmbH", "bergmann.example"),
    ("Cascade Credit Union", "cascadecu.example"),
    ("Dunmore Council", ""),
    ("Elbe Kliniken AG", "elbe-kliniken.example"),
    ("Foxglove Foods", "foxglove.example"),
    ("Gran Vía Seguros", "granvia.example"),
    ("Halcyon Hotels", "halcyon.example"),
    ("Ironbridge Steel", "ironbridge.example"),
    ("Jade River Bank", "jaderiver.example"),
    ("Kestral Airways", ""),
    ("Lakeside Schools", "lakeside.example"),
    ("Maple Street Clinics", "maplestreet.example"),
    ("Nordhavn Shipping", "nordhavn.example"),
    ("Opal Insurance", "opal.example"),
    ("Pinnacle Law LLP", "pinnacle.example"),
    ("Quarry & Sons Ltd", "quarry.example"),
    ("Rheingold Brauerei", "rheingold.example"),
    ("Solis Energy", "solis.example"),
    ("Tamarind Textiles", "tamarind.example"),
    ("Union Bay Transit", "unionbay.example"),
    ("Valle Verde", "valleverde.example"),
    ("Wexford Pharma", "wexford.example"),
    ("Yarrow Media", "yarrow.example"),
    ("Zephyr Motors", "zephyr.example"),
)
# Those of the small vendor: two vendors that know nothing of each other do not sell to the same companies.
OTHER_CUSTOMERS = (
    ("Amsel Versicherung", "amsel.example"),
    ("Brücke Medien", "bruecke-medien.example"),
    ("Castell Bank", "castell.example"),
    ("Domstadt Kliniken", "domstadt-kliniken.example"),
    ("Espérance Transports", "esperance.example"),
    ("Falkenberg Chemie", "falkenberg.example"),
    ("Gemeinde Talheim", ""),
    ("Hanse Logistik", "hanse-logistik.example"),
    ("Isar Druck", "isar-druck.example"),
    ("Jura Montres", "jura-montres.example"),
    ("Kranich Touristik", "kranich.example"),
    ("Lindner Maschinenbau", "lindner.example"),
    ("Moselwein Handel", "moselwein.example"),
    ("Neckar Stadtwerke", "neckar-stadtwerke.example"),
    ("Oberland Schulen", "oberland-schulen.example"),
    ("Pfalz Papier", "pfalz-papier.example"),
)
NEEDS = (
    "Replace the firewalls of all sites before support ends in spring.",
    "Zero trust access for field staff; a pilot with one depot first.",
    "Backup of the clinics' records with a tested restore.",
    "Move the warehouse network to managed switches.",
    "A security review, then endpoint protection for 400 seats.",
)
CONTACTS = ("Ines Roth", "Paul Adeyemi", "Greta Lund", "Tomás Vega", "Mina Sato")
OUTCOMES = ("won", "won", "lost", "won", "expired", "lost", "won")
PAST_PARTNERS = 16


def tell_deals(story: Any) -> None:
    """After partners, people and the program stand."""
    with tenant_scope(story.tenant):
        partners = list(Partner.objects.filter(state=Partner.State.ACTIVE).order_by("created_at", "pk"))
    _past(story, partners[:PAST_PARTNERS])
    if story.operations is not None:
        _today(story)
    with tenant_scope(story.tenant):
        settle_onboarding(story.today)


# --- a year of deals ------------------------------------------------------------------------------------------------


def customers_of(story: Any) -> tuple[tuple[str, str], ...]:
    return CUSTOMERS if story.operations is not None else OTHER_CUSTOMERS


def _past(story: Any, partners: Sequence[Partner]) -> None:
    """Two or three deals of each partner in the year behind, each a legal history of its own."""
    for number, partner in enumerate(partners):
        for turn in range(2 + number % 2):
            place = number * 3 + turn
            began = add_months(story.today, -13 + (place * 5) % 12) + dt.timedelta(days=place % 20)
            if began > story.today - dt.timedelta(days=75):
                continue
            _one_past(story, partner, place, began, OUTCOMES[place % len(OUTCOMES)])


def _one_past(story: Any, partner: Partner, place: int, began: dt.date, outcome: str) -> None:
    customers = customers_of(story)
    name, domain = customers[place % len(customers)]
    manager = story.manager_of.get(partner.name) or story.managers[0]
    writer, decider = manager, story.operations
    if decider is None:  # a small vendor without operations: its champions write, the account manager decides
        with tenant_scope(story.tenant):
            champions = Membership.objects.filter(partner=partner, roles__contains=[Role.CHAMPION.value])
            writer, decider = champions.select_related("user").first(), manager
    if writer is None:
        return
    if place >= len(customers):
        name, domain = f"{name} {partner.country}", domain and f"{partner.country.lower()}.{domain}"
    with _at(story, began):
        deal = _send(story, partner, name, domain, place, by=writer)
    with _at(story, began + dt.timedelta(days=1)):
        deal = approve_deal(_fresh(deal), by=decider)
    if deal.state != DealRegistration.State.APPROVED or deal.expires_on is None:
        return
    end = began + dt.timedelta(days=20 + place % 30)
    if outcome == "expired":
        with _at(story, deal.expires_on + dt.timedelta(days=1)):
            expire_deal(_fresh(deal), by=None)
        return
    with _at(story, end):
        if outcome == "lost":
            reasons = ("price", "no_decision", "competitor", "budget")
            lose_deal(_fresh(deal), by=manager, loss_reason=reasons[place % 4])
        elif story.operations is not None:
            win_deal(_fresh(deal), by=story.operations, order_on=end)


# --- today ----------------------------------------------------------------------------------------------------------


def _today(story: Any) -> None:
    with tenant_scope(story.tenant):
        people = _people()
    northwind, harbor = people["paula@northwind.example"].partner, people["bea@both.example"].partner
    carla, owen = story.people["carla@acme.example"], story.operations
    sam, paula, bea = (people[f"{who}.example"] for who in ("sam@northwind", "paula@northwind", "bea@both"))
    diego = people["diego@rioclaro.example"]
    _protected(story, northwind, sam, carla, owen)
    with _at(story, story.today, back=9):
        first = _send(story, harbor, "Meridian Hospitals", "meridian-hospitals.example", 3, by=bea, amount="86000.00")
    with _at(story, story.today, back=8):
        approve_deal(_fresh(first), by=owen)
    with _at(story, story.today, back=1):  # the conflict that waits for operations
        _send(
            story, northwind, "Meridian Hospitals Inc.", "www.meridian-hospitals.example", 7, by=sam, amount="64000.00"
        )
    with _at(story, story.today, back=1):
        _send(story, northwind, "Tideline Ferries", "tideline.example", 11, by=paula, amount="38500.00")
        asked = _send(story, northwind, "Juniper Dental Group", "juniperdental.example", 12, by=sam, amount="21000.00")
        big = _send(story, harbor, "Great Plains Utilities", "greatplains.example", 13, by=bea, amount="310000.00")
        _send(story, diego.partner, "Puerto Nuevo", "puertonuevo.example", 14, by=diego, amount="52000.00")
    with tenant_scope(story.tenant):
        ask_about_deal(_fresh(asked), by=story.manager_of[northwind.name], question="Which sites come first, and when?")
        approve_deal(_fresh(big), by=owen)  # the channel chief signs second
    with _at(story, story.today, back=12):
        late = _send(story, harbor, "Copperfield Homes", "copperfield.example", 15, by=bea, amount="47000.00")
    with _at(story, story.today, back=6):
        no = _send(story, northwind, "Saltmarsh Farms", "saltmarsh.example", 16, by=paula, amount="12000.00")
    with _at(story, story.today, back=5):
        reject_deal(_fresh(no), by=owen, reject_reason="not_qualified", reason="No budget was named.")
    with tenant_scope(story.tenant):
        appeal_deal(_fresh(no), by=paula, text="The budget was approved on Monday; the letter is with me.")
        draft_deal(
            northwind, by=sam, customer_name="Blue Kite Events", customer_country="US", need="Wi-Fi for the halls"
        )
        run_night(story.today)
        open_deal(_fresh(late), by=owen)
        note_opening(_fresh(first), owen)


def _protected(story: Any, northwind: Partner, sam: Membership, carla: Membership, owen: Membership) -> None:
    """Northwind's own: one that ends in days with an extension asked for, one in two weeks, one fresh and growing."""
    for customer, back, amount in (
        ("Harborview Schools", 58, "74000.00"),
        ("Lantern Health", 49, "29500.00"),
        ("Stonebridge Bank", 12, "95000.00"),
    ):
        place = len(customer)
        with _at(story, story.today, back=back):
            domain = f"{customer.lower().replace(' ', '')}.example"
            deal = _send(story, northwind, customer, domain, place, by=sam, amount=amount)
        with _at(story, story.today, back=back - 1):
            approve_deal(_fresh(deal), by=owen)
        with _at(story, story.today, back=4):
            due = story.today + dt.timedelta(days=6)
            update_next_step(_fresh(deal), by=sam, next_step="Pilot review with the board", next_step_due=due)
        with tenant_scope(story.tenant):
            if customer.startswith("Harborview"):
                said = "The pilot runs in two schools; the board meets next week."
                ask_extension(_fresh(deal), by=sam, evidence=said)
            if customer.startswith("Stonebridge"):
                change_deal(_fresh(deal), by=sam, amount=Decimal("128000.00"), explanation="Two more branches joined.")
            note_opening(_fresh(deal), carla)


# --- small things ---------------------------------------------------------------------------------------------------


def _send(
    story: Any, partner: Partner, name: str, domain: str, place: int, *, by: Membership, amount: str = ""
) -> DealRegistration:
    lines = [story.lines[place % len(story.lines)]]
    if place % 4 == 0:
        lines.append(story.lines[(place + 1) % len(story.lines)])
    contact = CONTACTS[place % len(CONTACTS)]
    deal = draft_deal(
        Partner.objects.get(pk=partner.pk),
        by=by,
        lines=lines,
        customer_name=name,
        customer_domain=domain,
        customer_country=partner.country,
        contact_name=contact,
        contact_email=f"{sort_key(contact.split()[0])}@{domain.removeprefix('www.') or 'customer.example'}",
        amount=Decimal(amount or 9000 + 3700 * (place * 7 % 19)),
        expected_close=clock.today() + dt.timedelta(days=70),
        need=NEEDS[place % len(NEEDS)],
        source="vendor_led" if place % 3 == 2 else "partner_led",
    )
    return submit_deal(deal, by=by)


def _fresh(deal: DealRegistration) -> DealRegistration:
    return DealRegistration.objects.select_related("partner").get(pk=deal.pk)


def _people() -> dict[str, Membership]:
    found = Membership.objects.filter(partner__isnull=False, active=True).select_related("user", "partner")
    return {member.user.email: member for member in found}


@contextmanager
def _at(story: Any, day: dt.date, back: int = 0, hours: int = 0) -> Iterator[None]:
    """The vendor's scope at ten o'clock of a day, some days back or hours later."""
    moment = story._moment(day - dt.timedelta(days=back)) + dt.timedelta(hours=hours)
    with clock.travel(to=moment), tenant_scope(story.tenant):
        yield
