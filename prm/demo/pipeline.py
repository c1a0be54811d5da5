"""The pipeline in the demo: registered business on its way, the vendor's own sales, what is late and what went quiet.

Registrations begin their opportunities by themselves; here they are worked on, and the vendor's own are added.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from dealreg.actions import (
    add_contract,
    add_paper,
    draft_deal,
    lose_opportunity,
    open_opportunity,
    plan_next_step,
    set_credits,
    set_opportunity_lines,
    set_stage,
    submit_deal,
    win_opportunity,
)
from dealreg.models import Opportunity
from dealreg.queries.pipeline_measures import read_pipeline
from partners.models import Partner
from prm.demo.deals import _at, _people, customers_of
from prm.demo.papers import leaflet
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter, add_days
from prm.kernel.tenancy.context import tenant_scope

PROJECTS = ("refresh of the branches", "zero trust pilot", "backup of the sites", "managed network", "seat renewal")
STAGES = Opportunity.Stage.values
PARTNERS = 18
FACTORS = ("0.9", "1.25", "0.55", "1.05", "0.75", "0.3")  # of what is needed for the rest of the year


def tell_own_sales(story: Any) -> None:
    """Before the registrations: two deals of the vendor's own sales, one of which a registration will meet."""
    with tenant_scope(story.tenant):
        seller = story.operations or story.managers[0]
    at_acme = (
        ("Silverline Rail: control rooms", "Silverline Rail", "silverline-rail.example", 40, "145000.00"),
        ("Atlas Ports: frame agreement", "Atlas Ports", "atlas-ports.example", 75, "320000.00"),
    )
    elsewhere = (
        ("Rheinhafen Nord: archive", "Rheinhafen Nord", "rheinhafen-nord.example", 40, "95000.00"),
        ("Alpenbahn: frame agreement", "Alpenbahn", "alpenbahn.example", 75, "180000.00"),
    )
    for name, customer, domain, back, amount in at_acme if story.operations else elsewhere:
        with _at(story, story.today, back=back):
            open_opportunity(
                by=seller,
                name=name,
                customer_name=customer,
                customer_domain=domain,
                customer_country="US" if story.operations else "DE",
                lines={story.lines[0]: Decimal(amount)},
                expected_close=add_days(story.today, 100 - back),
            )


def tell_pipeline(story: Any) -> None:
    """After the registrations: stages, steps, papers, credits; business led by the vendor with its partners."""
    with tenant_scope(story.tenant):
        partners = list(Partner.objects.filter(state=Partner.State.ACTIVE).order_by("created_at", "pk")[:PARTNERS])
        numbers = read_pipeline([one.pk for one in partners], [story.today], ["remaining_target"]).numbers
    for place, partner in enumerate(partners):
        left = numbers["remaining_target"].get(partner.pk, [None])[0]
        _vendor_led(story, partner, place, Decimal(left or 40000))
    if story.operations is not None:
        _work_on_registered(story)
        _met_by_a_registration(story)
        _contracts(story)
    with tenant_scope(story.tenant):
        for place, one in enumerate(Opportunity.objects.filter(state="open", stage="registered").order_by("pk")[:12]):
            if place % 3:
                set_stage(one, by=_manager(story, one), stage=STAGES[place % 3])


def _manager(story: Any, one: Opportunity) -> Any:
    name = one.partner.name if one.partner else ""
    return story.manager_of.get(name) or story.managers[0]


def _vendor_led(story: Any, partner: Partner, place: int, left: Decimal) -> None:
    """Three deals with each partner: two on their way, and one that is late, quiet, won or lost."""
    manager = story.manager_of.get(partner.name) or story.managers[0]
    end = FiscalQuarter.containing(story.today, story.vendor.fy_start_month).fiscal_year.end
    whole = left * 3 * Decimal(FACTORS[place % len(FACTORS)])
    for turn, share in enumerate(("0.62", "0.38", "0.20")):
        customers = customers_of(story)
        customer, domain = customers[(place * 3 + turn + 7) % len(customers)]
        customer = f"{customer} {partner.country}" if place >= len(customers) // 3 else customer
        amount = max(Decimal("6000"), (whole * Decimal(share)).quantize(Decimal("1E+2")))
        back = 12 + (place * 7 + turn * 13) % 45
        if turn == 2 and place % 4 < 2:
            back = 100 if place % 4 else 30 + place
        close = min(add_days(story.today, 15 + (place * 11 + turn * 23) % 70), end)
        is_late = turn == 2 and place % 4 == 0
        with _at(story, story.today, back=back):
            one = open_opportunity(
                by=manager,
                partner=Partner.objects.get(pk=partner.pk),
                name=f"{customer}: {PROJECTS[(place + turn) % len(PROJECTS)]}",
                customer_name=customer,
                customer_domain=f"{place}-{turn}.{domain}" if domain else "",
                customer_country=partner.country,
                stage=STAGES[(place + turn) % len(STAGES)],
                lines=_lines(story, amount, place + turn),
                expected_close=add_days(story.today, -6 - place) if is_late else close,
            )
        if turn == 2 and place % 4 == 2:
            with _at(story, story.today, back=5):
                win_opportunity(_fresh(one), by=story.operations, order_on=add_days(story.today, -5))
        elif turn == 2 and place % 4 == 3:
            with _at(story, story.today, back=4):
                lose_opportunity(_fresh(one), by=manager, loss_reason=("price", "timing", "no_decision")[place % 3])
        elif turn == 0 and place % 2 == 0:
            with _at(story, story.today, back=3):
                due = add_days(story.today, (place * 3) % 12 - 2)
                due = max(due, clock.today())
                plan_next_step(_fresh(one), by=manager, next_step="Workshop with the buyers", next_step_due=due)


def _lines(story: Any, amount: Decimal, place: int) -> dict[Any, Decimal]:
    first, second = (story.lines[(place + step) % len(story.lines)] for step in (0, 1))
    if place % 3:
        return {first: amount}
    part = (amount * Decimal("0.7")).quantize(Decimal("0.01"))
    return {first: part, second: amount - part}


def _work_on_registered(story: Any) -> None:
    """What Northwind has registered goes on: stages, a proposal, a proof of concept, a credit that is shared."""
    with tenant_scope(story.tenant):
        people = _people()
        sam, carla = people["sam@northwind.example"], story.people["carla@acme.example"]
        harbor = people["bea@both.example"].partner
        mine = {one.customer_name: one for one in Opportunity.objects.filter(partner=sam.partner, owner=sam)}
    for customer, stage, kind in (
        ("Harborview Schools", "proposed", "proposal"),
        ("Lantern Health", "qualified", "poc"),
        ("Stonebridge Bank", "committed", "business_case"),
    ):
        one = mine[customer]
        with _at(story, story.today, back=3):
            set_stage(_fresh(one), by=sam, stage=stage)
            paper = leaflet(f"{customer} {kind.replace('_', ' ')}", f"What Northwind proposes to {customer}.")
            add_paper(_fresh(one), by=sam, kind=kind, file=paper)
    with _at(story, story.today, back=2):
        one = _fresh(mine["Harborview Schools"])
        known = {row.line: row.amount + 500 for row in one.lines.select_related("line")}
        set_opportunity_lines(one, by=carla, lines=known)
        credits = [(sam.partner, Decimal("0.8"), "source"), (harbor, Decimal("0.2"), "influence")]
        set_credits(_fresh(one), by=story.operations, credits=credits)


def _met_by_a_registration(story: Any) -> None:
    """Paula registers a customer with whom the vendor's own sales talks: operations decides."""
    with tenant_scope(story.tenant):
        paula = _people()["paula@northwind.example"]
    with _at(story, story.today, back=1):
        deal = draft_deal(
            Partner.objects.get(pk=paula.partner_id),
            by=paula,
            lines=[story.lines[0]],
            customer_name="Silverline Rail",
            customer_domain="silverline-rail.example",
            customer_country="US",
            contact_name="Mina Sato",
            contact_email="mina@silverline-rail.example",
            amount=Decimal("58000.00"),
            expected_close=clock.today() + dt.timedelta(days=80),
            need="Cameras and access for twelve stations.",
        )
        submit_deal(deal, by=paula)


def _contracts(story: Any) -> None:
    """Northwind's customers whose contracts end; another partner registers one of them: operations decides."""
    with tenant_scope(story.tenant):
        people = _people()
        northwind, bea = people["paula@northwind.example"].partner, people["bea@both.example"]
        for place, (customer, domain, days, amount) in enumerate(
            (
                ("Cedar Valley Clinics", "cedar-valley.example", 74, "48000.00"),
                ("Old Mill Breweries", "old-mill.example", 21, "12500.00"),
                ("Bluff Street Hotels", "bluff-street.example", 160, "31000.00"),
                ("Tall Pines Council", "tall-pines.example", 320, "22000.00"),
            )
        ):
            add_contract(
                northwind,
                by=story.operations,
                customer_name=customer,
                customer_domain=domain,
                customer_country=northwind.country,
                ends_on=add_days(story.today, days),
                lines=[story.lines[place % len(story.lines)]],
                amount=Decimal(amount),
            )  # fmt: skip
        deal = draft_deal(
            bea.partner,
            by=bea,
            lines=[story.lines[0]],
            customer_name="Cedar Valley Clinics",
            customer_domain="cedar-valley.example",
            customer_country=northwind.country,
            contact_name="Ida Moreno",
            contact_email="ida@cedar-valley.example",
            amount=Decimal("52000.00"),
            expected_close=clock.today() + dt.timedelta(days=60),
            need="Cameras for the new wing, and what they have today.",
        )
        submit_deal(deal, by=bea)


def _fresh(one: Opportunity) -> Opportunity:
    return Opportunity.objects.select_related("partner", "registration").get(pk=one.pk)
