"""The demo's locator: towns, profiles that are published or wait for it, and two inquiries."""

from __future__ import annotations

from decimal import Decimal

from partners.actions import edit_locator_profile, publish_locator_profile, receive_inquiry
from partners.models import LocatorEntry, Partner, PartnerLocation, Place
from partners.queries import benefits_of_many, may_stand_in_locator
from partners.registries import choices_of
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.text import sort_key

TOWNS = {
    ("US", "Boston"): ("42.36", "-71.06", 650000),
    ("US", "Denver"): ("39.74", "-104.98", 715000),
    ("US", "Austin"): ("30.27", "-97.74", 961000),
    ("CA", "Toronto"): ("43.70", "-79.42", 2794000),
    ("DE", "Köln"): ("50.93", "6.95", 1073000),
    ("GB", "Leeds"): ("53.80", "-1.55", 536000),
    ("FR", "Lyon"): ("45.75", "4.85", 522000),
    ("SE", "Malmö"): ("55.61", "13.00", 362000),
    ("SG", "Singapore"): ("1.29", "103.85", 5638000),
    ("AU", "Perth"): ("-31.95", "115.86", 2192000),
    ("NL", "Utrecht"): ("52.09", "5.12", 361000),
    ("ES", "Sevilla"): ("37.38", "-5.97", 684000),
    ("DE", "Berlin"): ("52.52", "13.41", 3677000),
}
SPOKEN = {"US": "en", "CA": "en", "DE": "de", "GB": "en", "FR": "fr", "SE": "sv", "SG": "en", "AU": "en", "NL": "nl"}
WORK = (
    ("healthcare", "hospitals and medical practices"),
    ("manufacturing", "makers of machines and parts"),
    ("finance", "banks and insurers"),
    ("public", "cities and public agencies"),
    ("retail", "shops and their warehouses"),
    ("education", "schools and universities"),
)


def tell_locator() -> None:
    """Profiles for partners that may stand there; every fourth waits for somebody to look at it."""
    for (country, name), (latitude, longitude, population) in TOWNS.items():
        Place.objects.get_or_create(
            external_id=f"demo-{country}-{sort_key(name)}",
            defaults={
                "name": name,
                "sort_name": sort_key(name),
                "country": country,
                "latitude": Decimal(latitude),
                "longitude": Decimal(longitude),
                "population": population,
            },
        )
    partners = list(Partner.objects.select_related("tier").order_by("sort_name", "pk"))
    benefits = benefits_of_many([partner.pk for partner in partners], clock.today())
    fitting = [partner for partner in partners if may_stand_in_locator(partner, benefits[partner.pk])]
    cities = dict(PartnerLocation.objects.filter(is_main=True).values_list("partner_id", "city"))
    lines = [code for code, _ in choices_of("product_lines")]
    publisher = _someone(Role.OPERATIONS)
    for number, partner in enumerate(fitting[:30]):
        vertical, customers = WORK[number % len(WORK)]
        profile = edit_locator_profile(
            partner,
            by=None,
            text=f"{partner.name} plans, installs and looks after systems for {customers}. "
            "We answer within one business day, on site where it is needed.",
            city=cities.get(partner.pk, ""),
            country=partner.country,
            product_lines=[line for place, line in enumerate(lines) if (number + place) % 2 == 0],
            verticals=[vertical, WORK[(number + 2) % len(WORK)][0]],
            languages=sorted({"en", SPOKEN.get(partner.country, "en")}),
        )
        if number % 4 != 3:
            publish_locator_profile(profile, by=publisher)
    for entry in LocatorEntry.objects.order_by("name")[:2]:
        receive_inquiry(
            entry,
            {
                "name": "Robin Falk",
                "company": "Falk Logistics",
                "email": "robin.falk@falk.example",
                "message": "We open a second warehouse in spring and need its network planned. Can you call us?",
                "consents": True,
            },
            network="",
        )


def _someone(role: Role) -> Membership | None:
    return Membership.objects.filter(partner=None, roles__contains=[role.value]).first()
