"""What the demo's people know of each other: profiles with mixed sources, consents, places, calls and notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

from partners.actions import (
    add_contact,
    add_location,
    add_note,
    leave_contact,
    log_activity,
    record_consent,
    set_objection,
    update_profile,
)
from partners.models import Contact, Partner
from partners.profile_fields import DEMAND, FUNCTIONS, VERTICALS
from prm.demo.cast import PLACES
from prm.kernel import clock
from prm.kernel.models import Membership

TALKS = (
    ("call", "Asked for the new price list; two customers want an offer before the end of the quarter.", ""),
    ("call", "Walked through the open points of the last review. Training for two engineers is booked.", ""),
    ("visit", "On site with the sales team: pipeline looked at, three target accounts agreed.", ""),
    ("mail", "Sent the slides of the webinar and the case study from retail.", ""),
    ("meeting", "Planned the joint breakfast event; they bring fifteen customers.", ""),
    ("call", "Nobody answered twice; left a message about the certification that runs out.", "paused"),
    ("call", "They quote a rival in two deals because of delivery times. Worth a visit by the chief.", "leaving"),
    ("visit", "After the quiet months they are back: a new head of sales and a first deal.", "returning"),
)
NOTES = (
    "The managing director decides alone; win him first, then the team.",
    "Pays late in December every year. Not a sign of trouble.",
    "The new head of sales came from a rival and knows their prices.",
    "Wants to sell the company within three years; ask about the successor at the next review.",
)
CONSENTS = (
    (True, True, "Trade fair"),
    (True, False, "Form on the website"),
    (False, False, "Asked by phone"),
    None,
)
METHODS = ("Consultative, with a fixed price for the assessment", "Tenders", "Inside sales and a web shop", "Projects")


def relate(
    partner: Partner, number: int, *, by: Membership, champion: Membership | None, moment: Callable[..., dt.datetime]
) -> None:
    """Months of looking after one partner: what is known, who agreed to what, and what was said."""
    chance = Random(f"{partner.name} {number}")  # noqa: S311 - a demo must repeat itself
    today = clock.today()
    with clock.travel(to=moment(today - dt.timedelta(days=300 - number % 60))):
        _know(partner, number, chance, by)
    if number % 3 == 0 or champion:
        with clock.travel(to=moment(today - dt.timedelta(days=40 + number))):
            source = {"by": champion} if champion else {"by": by, "source": "partner"}
            update_profile(
                partner,
                relevant_headcount=3 + chance.randrange(25),
                sells_to=chance.choice(("it", "business", "both")),
                sales_method=chance.choice(METHODS),
                delivery_model=chance.choice(("on_premise", "hybrid", "cloud")),
                demand_generation=sorted(chance.sample(sorted(DEMAND), 2)),
                **source,  # type: ignore[arg-type]
            )
        with clock.travel(to=moment(today - dt.timedelta(days=9 + number % 5))):  # the yearly file knows it otherwise
            update_profile(partner, by=None, source="import", employees=12 + chance.randrange(300), sells_to="it")
    with clock.travel(to=moment(today - dt.timedelta(days=120 + number))):
        for index, contact in enumerate(Contact.objects.filter(partner=partner).order_by("sort_name")):
            consent = CONSENTS[(number + index) % len(CONSENTS)]
            if consent:
                record_consent(contact, by=by, mail=consent[0], call=consent[1], source=consent[2])
    _talk(partner, number, chance, by, moment, today)


def _know(partner: Partner, number: int, chance: Random, by: Membership) -> None:
    country, city = PLACES[number % len(PLACES)]
    add_location(partner, by=by, address=f"{1 + number * 7 % 120} Market Street", city=city, country=country)
    if number % 5 == 0:
        country, city = PLACES[(number + 3) % len(PLACES)]
        add_location(partner, by=by, city=city, country=country)
    update_profile(
        partner,
        by=None,
        source="import",
        annual_revenue_band=chance.choice(("under_1m", "1m_5m", "5m_20m", "20m_100m")),
        verticals=sorted(chance.sample(sorted(VERTICALS), 2)),
        functions=sorted(chance.sample(sorted(FUNCTIONS), 2)),
        markets=sorted({partner.country, country}),
    )
    if number % 2 == 0:
        update_profile(
            partner,
            by=by,
            lead_capacity=2 + chance.randrange(20),
            accepts_leads=True,
            partner_to_partner=chance.choice(("never", "sometimes", "regularly")),
            product_mix="Software 30 %, hardware 25 %, services 45 %",
            certifications_held=["ISO 27001"],
        )


def _talk(
    partner: Partner,
    number: int,
    chance: Random,
    by: Membership,
    moment: Callable[..., dt.datetime],
    today: dt.date,
) -> None:
    people = list(Contact.objects.filter(partner=partner).order_by("sort_name"))
    for back in range(6 if number < 4 else 2):
        kind, text, intent = TALKS[(number * 3 + back) % len(TALKS)]
        with clock.travel(to=moment(today - dt.timedelta(days=4 + number % 9 + back * 24))):
            log_activity(
                partner,
                by=by,
                kind=kind,
                text=text,
                intent=intent,
                contact=chance.choice(people) if people and kind != "mail" else None,
                vendor_only=bool(intent) or chance.random() < 0.5,
            )
    if number % 3 == 0:
        with clock.travel(to=moment(today - dt.timedelta(days=20 + number))):
            add_note(partner, by=by, text=NOTES[number % len(NOTES)])
            if number == 0:
                add_note(partner, by=by, text=NOTES[3])
    if number == 0:
        with clock.travel(to=moment(today - dt.timedelta(days=210))):
            gone = add_contact(
                partner, by=by, name="Viktor Hale", email="viktor@northwind.example", function="marketing"
            )
            quiet = add_contact(partner, by=by, name="Irene Falk", email="irene@northwind.example", function="finance")
        with clock.travel(to=moment(today - dt.timedelta(days=30))):
            leave_contact(gone, by=by)
            set_objection(quiet, by=by, objected=True)
