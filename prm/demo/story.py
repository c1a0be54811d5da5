"""The story of one vendor of the demo: partners won, targets agreed, revenue booked, scorecards filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from dealreg.models import DealRegistration
from partners.actions import (
    add_contact,
    add_partner,
    assign_manager,
    lapse_partner,
    record_document,
    set_tier,
    suspend_partner,
    update_profile,
)
from partners.models import Contact, Partner, Tier
from prm.demo.cast import (
    FAMILY_NAMES,
    FIRST_WORDS,
    FIXED_PARTNERS,
    GIVEN_NAMES,
    PASSWORD,
    PLACES,
    SECOND_WORDS,
    SOURCES,
    Vendor,
    domain_of,
)
from prm.demo.deals import tell_deals
from prm.demo.files import bring_in
from prm.demo.leads import tell_leads
from prm.demo.locator import tell_locator
from prm.demo.measuring import tell_measures
from prm.demo.papers import tell_papers
from prm.demo.pipeline import tell_own_sales, tell_pipeline
from prm.demo.portal import make_it_theirs
from prm.demo.program import tell_program
from prm.demo.questionnaire import second_edition, third_edition
from prm.demo.recruiting import tell_of_recruiting
from prm.demo.relations import relate
from prm.demo.segments import group_and_announce
from prm.demo.twins import meet_twice
from prm.demo.work import tell_work
from prm.kernel import clock
from prm.kernel.members import add_member, found_tenant, furnish_tenant, get_or_create_user
from prm.kernel.models import Membership, Tenant
from prm.kernel.numbers import score as to_score
from prm.kernel.periods import FiscalYear, add_months, month_start
from prm.kernel.roles import Role
from prm.kernel.teams import add_team, set_team
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.text import sort_key
from sales.actions import add_line, add_product, book_actuals, set_targets
from sales.models import ProductLine
from scorecards.actions import (
    accept_action_item,
    answer_question,
    complete_action_item,
    release_peers,
    review_assessment,
    start_action_item,
    start_assessment,
    submit_assessment,
)
from scorecards.actions.standings import renew_standings
from scorecards.models import ActionItem, Assessment, Question
from scorecards.queries import possible_owners, proposed_owner, result_of

CENT = Decimal("0.01")
# A team of account managers: its name and region, who leads it, who else is in it.
TEAMS = (
    ("Americas", "North America", "carla@acme.example", "ben@acme.example"),
    ("Europe and Asia", "EMEA, APAC", "sofia@acme.example", "minh@acme.example"),
)
Say = Callable[[str], None]
# How a partner's target is spread over the product lines (a vendor with three leaves the rest unplanned).
LINE_SHARES = tuple(Decimal(share) for share in ("0.35", "0.30", "0.20", "0.15"))
# State of a partner and how many of ten are in it.
STATES = ["active"] * 8 + ["onboarding", "lapsed"]  # who is still on the way: prm/demo/recruiting.py


class Story:
    """Tells one vendor's story; every chance comes from one seeded generator."""

    def __init__(self, vendor: Vendor, say: Say) -> None:
        self.vendor, self.say = vendor, say
        self.chance = Random(vendor.seed)  # noqa: S311 - a demo must repeat itself
        self.managers: list[Membership] = []
        self.people: dict[str, Membership] = {}
        self.manager_of: dict[str, Membership] = {}
        self.operations: Membership | None = None  # a small vendor has none: then the system acts
        self.lines: list[ProductLine] = []
        self.lapsing: set[UUID] = set()

    @transaction.atomic  # a seeding that was interrupted leaves nothing behind, so the next one begins anew
    def tell(self) -> Tenant:
        vendor = self.vendor
        self.tenant = found_tenant(
            vendor.name,
            vendor.slug,
            currency=vendor.currency,
            time_zone=vendor.time_zone,
            locale=vendor.locale,
            fy_start_month=vendor.fy_start_month,
            colours={"brand": vendor.brand, "accent": vendor.accent},
            needs_second_factor=False,
        )
        furnish_tenant(self.tenant)
        with tenant_scope(self.tenant):
            self.today = clock.today()
            self.tiers = {tier.code: tier for tier in Tier.objects.all()}
            self._people()
            self._products()
            partners = [self._partner(number) for number in range(vendor.partners)]
            self._partner_people()
            make_it_theirs(self.people, self.operations)
        self.say(f"{vendor.name}: {len(partners)} partners")
        for number, partner in enumerate(partners):
            with tenant_scope(self.tenant):
                self._business(partner, number)
        self.say(f"{vendor.name}: targets and revenue")
        if self.operations is not None:
            bring_in(self.tenant, by=self.operations)
        self._relations(partners)
        assessed = [p for number, p in enumerate(partners) if p.state == Partner.State.ACTIVE and number % 3 != 2]
        for partner in assessed:
            self._assess(partner, months_ago=8, quality=self._quality(partner))
        with clock.travel(to=self._moment(add_months(self.today, -3))), tenant_scope(self.tenant):
            second_edition()
        for partner in assessed[::2]:
            self._assess(partner, months_ago=1, quality=min(0.95, self._quality(partner) + 0.12))
        with tenant_scope(self.tenant):
            third_edition()
            release_peers(self.today)
        self.say(f"{vendor.name}: scorecards of {len(assessed)} partners")
        tell_program(self.tenant)
        tell_of_recruiting(self)
        with clock.travel(to=self._moment(self.today - dt.timedelta(days=26))), tenant_scope(self.tenant):
            tell_locator()
        with tenant_scope(self.tenant):
            tell_work(lambda partner: self.manager_of[partner.name])
        with clock.travel(to=self._moment(self.today - dt.timedelta(days=20))), tenant_scope(self.tenant):
            tell_measures(self.operations, lambda partner: self.manager_of.get(partner.name) or self.managers[0])
        with tenant_scope(self.tenant):
            tell_papers(self)
            group_and_announce(list(self.people.values()))
            meet_twice()
            renew_standings()
        tell_own_sales(self)
        tell_deals(self)
        tell_pipeline(self)
        tell_leads(self)
        self._suspend()
        return self.tenant

    def _suspend(self) -> None:
        """One partnership is frozen until an invoice is paid."""
        with clock.travel(to=self._moment(self.today - dt.timedelta(days=12))), tenant_scope(self.tenant):
            busy = DealRegistration.objects.values("partner_id")
            calm = Partner.objects.filter(state=Partner.State.ACTIVE, memberships=None).exclude(pk__in=busy)
            partner = calm.order_by("-sort_name").first()
            chief = next((one for one in self.people.values() if Role.CHANNEL_CHIEF in one.roles), None)
            if partner is not None:
                suspend_partner(partner, by=chief, reason="Three invoices are unpaid for more than sixty days.")

    # --- people and products ------------------------------------------------------------------------------
    def _people(self) -> None:
        for person in self.vendor.people:
            if person.partner:
                continue
            user = get_or_create_user(person.email, person.name, password=PASSWORD)
            member = add_member(user, roles=person.roles, title=person.title, by=None)
            self.people[person.email] = member
            if Role.ACCOUNT_MANAGER in person.roles:
                self.managers.append(member)
            if Role.OPERATIONS in person.roles:
                self.operations = member
        if len(self.managers) > 2:
            for name, region, lead, *others in TEAMS:
                team = add_team(name, region=region, by=None)
                for email in (lead, *others):
                    set_team(self.people[email], team, by=None, leads=email == lead)

    def _partner_people(self) -> None:
        for person in self.vendor.people:
            if not person.partner:
                continue
            company = Partner.objects.get(name=person.partner)
            user = get_or_create_user(person.email, person.name, password=PASSWORD)
            add_member(user, roles=person.roles, title=person.title, partner_id=company.pk, by=None)
            function = Contact.Function.PRINCIPAL if Role.CHAMPION in person.roles else Contact.Function.SALES
            add_contact(company, name=person.name, email=person.email, title=person.title, function=function, by=None)

    def _products(self) -> None:
        for code, name in self.vendor.lines:
            line = add_line(code, name, by=None)
            self.lines.append(line)
            for size, price in (("Essentials", "490.00"), ("Professional", "1490.00"), ("Enterprise", "4900.00")):
                add_product(f"{code}-{size.lower()}", f"{name} {size}", line, list_price=Decimal(price), by=None)

    # --- partners -------------------------------------------------------------------------------------------
    def _partner(self, number: int) -> Partner:
        country, city = PLACES[number % len(PLACES)]
        name = FIXED_PARTNERS[number] if number < len(FIXED_PARTNERS) else self._name(number)
        state = "active" if number < len(FIXED_PARTNERS) else STATES[number % 10]
        kind = ("reseller", "msp", "si", "reseller", "consultant", "isv")[number % 6]
        domain = domain_of(name)
        manager = self.managers[number % len(self.managers)]
        self.manager_of[name] = manager
        is_newcomer = state == "onboarding"
        came = self.today - dt.timedelta(days=140) if is_newcomer else add_months(self.today, -26 - number % 30)
        with clock.travel(to=self._moment(came)):
            partner = add_partner(
                name,
                country=country,
                type=kind,
                state="active" if state == "lapsed" else state,  # until it sells nothing for two quarters
                life_stage=_life_stage(state, number),
                domain=domain,
                source=SOURCES[number % len(SOURCES)],
                by=self.operations,
            )
            assign_manager(partner, manager, by=self.operations)
            update_profile(
                partner,
                by=manager,
                source="partner",
                employees=8 + self.chance.randrange(400),
                founded=1985 + self.chance.randrange(35),
                website=f"https://{domain}/",
                about=f"{name} serves companies around {city}.",
                product_focus=self.chance.choice(self.lines).name,
            )
            for _ in range(1 + number % 3):
                self._contact(partner, domain)
            record_document(
                partner,
                kind="agreement",
                title="Reseller agreement",
                signed_by="Management",
                signed_on=clock.today(),
                by=self.operations,
            )
            if state == "lapsed":
                self.lapsing.add(partner.pk)
            code = "silver" if is_newcomer else ("silver", "silver", "gold", "silver", "gold", "platinum")[number % 6]
            set_tier(partner, self.tiers[code], cause="entry", on=clock.today(), by=None)
        return partner

    def _name(self, number: int) -> str:
        first = FIRST_WORDS[number % len(FIRST_WORDS)]
        return f"{first} {SECOND_WORDS[(number * 7 + number // len(FIRST_WORDS)) % len(SECOND_WORDS)]}"

    def _contact(self, partner: Partner, domain: str) -> None:
        given, family = self.chance.choice(GIVEN_NAMES), self.chance.choice(FAMILY_NAMES)
        function = self.chance.choice(["sales", "technical", "marketing", "principal"])
        email = f"{sort_key(given)}.{sort_key(family)}@{domain}"
        add_contact(partner, name=f"{given} {family}", email=email, function=function, by=self.manager_of[partner.name])

    def _relations(self, partners: list[Partner]) -> None:
        """What is known of each other, and what was said over the months."""
        with tenant_scope(self.tenant):
            found = Membership.objects.filter(partner__isnull=False, roles__contains=[Role.CHAMPION])
            champions = {member.partner_id: member for member in found.select_related("user")}
            for number, partner in enumerate(partners):
                by = self.manager_of[partner.name]
                if partner.state == Partner.State.ONBOARDING:
                    continue  # nothing is known of it yet but what it wrote itself
                away = dt.timedelta(days=75 if number > 20 and number % 6 == 2 else 0)  # some are quiet for long
                moment = lambda day, away=away: self._moment(day - away)
                relate(partner, number, by=by, champion=champions.get(partner.pk), moment=moment)
        self.say(f"{self.vendor.name}: profiles, people and activity")

    # --- business -------------------------------------------------------------------------------------------
    def _business(self, partner: Partner, number: int) -> None:
        """Two fiscal years of monthly targets, and bookings up to today, better or worse by the partner's luck."""
        if partner.state == Partner.State.ONBOARDING:
            return  # the first order is still to come
        base = Decimal(4000 + 1500 * (number * 13 % 17))
        luck = Decimal(70 + number * 29 % 55) / 100
        this_year = FiscalYear.containing(self.today, self.vendor.fy_start_month)
        months = [month_start(m) for year in (this_year.previous, this_year) for m in year.months]
        targets = {m: (base * (1 + Decimal(i) / 60)).quantize(CENT) for i, m in enumerate(months)}
        with clock.travel(to=self._moment(this_year.previous.start)):
            for line, share in zip(self.lines, LINE_SHARES, strict=False):
                by_line = {month: (amount * share).quantize(CENT) for month, amount in targets.items()}
                set_targets(partner, by_line, line=line, by=self.manager_of[partner.name])
        bookings = []
        lapses = partner.pk in self.lapsing
        stops = add_months(self.today, -8) if lapses else self.today - dt.timedelta(days=1 + number % 4)
        for month, target in targets.items():
            for line in self.lines:
                day = month + dt.timedelta(days=self.chance.randrange(27))
                share = Decimal(self.chance.randrange(10, 42)) / 100
                if day <= stops:
                    bookings.append({"booked_on": day, "amount": (target * luck * share).quantize(CENT), "line": line})
        with clock.travel(to=self._moment(stops)):
            book_actuals(partner, bookings, by=None)  # from the books, by a file every night
        if lapses:
            with clock.travel(to=self._moment(self.today - dt.timedelta(days=40 + number % 9))):
                lapse_partner(partner, by=None)

    def _quality(self, partner: Partner) -> float:
        """How well it answers, between 0 and 1: by its name, so that it stays the same."""
        return 0.3 + (len(partner.name) * 7 % 55) / 100

    def _assess(self, partner: Partner, *, months_ago: int, quality: float) -> None:
        """A whole scorecard, answered by the account manager with the partner some months ago."""
        day = add_months(self.today, -months_ago) - dt.timedelta(days=self.chance.randrange(20))
        began, pace = self._moment(day), dt.timedelta(seconds=5 + len(partner.name) % 4)  # a person reads and thinks
        with clock.travel(to=began), tenant_scope(self.tenant):
            manager = self.manager_of[partner.name]
            assessment = start_assessment(partner, kind=Assessment.Kind.PARTNER, by=manager)
            questions = self._questions()
            for number, question in enumerate(questions, start=1):
                said: dict[str, Any] = {"options": self._answer(question, quality)}
                if question.kind == Question.Kind.TEXT:
                    said = {"text": "A joint plan for two target accounts."}
                with clock.travel(to=began + number * pace):
                    answer_question(assessment, question, by=manager, **said)
            assessment.refresh_from_db()
            with clock.travel(to=began + (len(questions) + 1) * pace):
                done = submit_assessment(assessment, by=manager)
            self._act(partner, manager)
            if months_ago > 1:
                self._review(done, manager)

    def _act(self, partner: Partner, manager: Membership) -> None:
        """Three proposals are accepted, one of them is done soon after and one is under way."""
        proposed = ActionItem.objects.filter(partner=partner, state=ActionItem.State.RECOMMENDED)
        items = list(proposed.order_by("topic__category__order", "topic__order")[:3])
        owners = possible_owners(partner)
        for number, item in enumerate(items):
            due_on = clock.today() + dt.timedelta(days=30 * (number + 1))
            owner = manager if number == 2 else proposed_owner(item, owners)
            accept_action_item(item, owner=owner, due_on=due_on, by=manager)
        if len(items) == 3:
            start_action_item(items[1], by=manager)
            with clock.travel(days=12):
                complete_action_item(items[0], by=manager)

    def _review(self, assessment: Assessment, manager: Membership) -> None:
        """The two largest gaps get a goal: half the way to best practice within half a year."""
        result = result_of(assessment)
        gaps = [line for line in (result.topics if result else ()) if line.gap and line.score is not None]
        goals = [
            {
                "topic": line.code,
                "goal_score": to_score(line.score + line.gap / 2),  # type: ignore[operator]
                "due_on": add_months(clock.today(), 6),
            }
            for line in sorted(gaps, key=lambda line: -(line.gap or 0))[:2]
        ]
        said = "We agreed on two topics to work on first, and meet again in half a year."
        review_assessment(assessment, by=manager, comment=said, goals=goals, none_needed=not goals)

    def _questions(self) -> list[Question]:
        return list(
            Question.objects.filter(bank__state="active", vendor_only=False)
            .prefetch_related("options")
            .order_by("topic__category__order", "topic__order", "order")
        )

    def _answer(self, question: Question, quality: float) -> list[str]:
        options = sorted(question.options.all(), key=lambda option: option.order)
        if question.kind == Question.Kind.MULTI:
            ticked = [option.code for option in options if self.chance.random() < quality]
            return ticked or [options[0].code]
        if not options:
            return []
        wanted = quality * (len(options) - 1) + self.chance.uniform(-0.9, 0.9)
        return [options[max(0, min(len(options) - 1, round(wanted)))].code]

    def _moment(self, day: dt.date) -> dt.datetime:
        """Ten in the morning of that day at the vendor's."""
        return dt.datetime.combine(day, dt.time(10), tzinfo=ZoneInfo(self.vendor.time_zone))


def _life_stage(state: str, number: int) -> str:
    if state == "onboarding":
        return Partner.LifeStage.ONBOARD
    return ("sell", "target", "pipeline", "success")[number % 4]
