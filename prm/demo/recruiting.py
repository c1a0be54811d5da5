"""Recruiting in the demo: a public page, applications over months, candidates in every stage, some too long there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from partners.actions import (
    add_contact,
    add_partner,
    answer_vendor_question,
    ask_vendor,
    assign_manager,
    commit_partner,
    confirm_application,
    decline_partner,
    edit_program_page,
    engage_partner,
    join_community,
    log_first_contact,
    move_partner,
    note_first_revenue,
    qualify_partner,
    receive_application,
    record_document,
    send_agreement,
)
from partners.models import Application, Candidate, Contact, Partner
from prm.demo.cast import domain_of
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope
from sales.actions import book_actuals
from scorecards.actions import answer_question, start_assessment, submit_assessment
from scorecards.models import Assessment, Question
from scorecards.queries import asked_questions

# Company, country, kind, where it stands, how many days ago it came, whether it applied by itself.
CANDIDATES = (
    ("Aurora Netzwerk GmbH", "DE", "reseller", "identified", 6, False),
    ("Bluefin Cloud Ltd", "GB", "msp", "identified", 18, False),
    ("Cascade Integrators", "US", "si", "identified", 47, False),
    ("Dunes Digital", "ES", "consultant", "identified", 11, False),
    ("Estuary IT", "NL", "reseller", "contacted", 12, False),
    ("Fennel Systems", "CA", "msp", "contacted", 40, False),
    ("Grove Security", "US", "reseller", "contacted", 9, False),
    ("Hafen Datentechnik", "DE", "reseller", "engaged", 5, True),
    ("Inlet Consulting", "AU", "consultant", "engaged", 21, True),
    ("Jetty Software", "US", "isv", "engaged", 52, True),
    ("Kestrel Managed Services", "GB", "msp", "engaged", 33, False),
    ("Lagune Informatique", "FR", "reseller", "engaged", 3, True),
    ("Marsh & Moor", "GB", "referral", "community", 60, True),
    ("Northgate Solutions", "US", "si", "qualified", 45, False),
    ("Osier Data", "SE", "reseller", "qualified", 75, True),
    ("Pinnacle Works", "SG", "msp", "committed", 80, False),
    ("Quay Networks", "CA", "reseller", "committed", 130, True),
    ("Rowan Networks", "US", "reseller", "won", 210, True),
    ("Sable Cloud", "DE", "msp", "won", 290, False),
    ("Reed Technologies", "US", "reseller", "declined", 110, True),
    ("Shoal Analytics", "AU", "isv", "declined", 65, False),
    ("Tarn Services", "ES", "msp", "left", 40, True),
)
PAGE = {
    "headline": "Grow with us",
    "intro": (
        "Our partners win customers we would never meet, and we make sure that it pays: a fair discount from the "
        "first day, protection for the deals you register, and people who pick up the phone.\n\n"
        "Tell us in two minutes who you are. We call within one business day."
    ),
    "terms": (
        "We keep what you enter here to answer your application and delete it when it leads to nothing. "
        "You can withdraw at any time on the page of your application."
    ),
    "questions": [
        {
            "question": "What does it cost to become a partner?",
            "answer": "Nothing. You invest time in training, we invest in joint marketing.",
        },
        {
            "question": "How long does it take?",
            "answer": "From the first call to a signed agreement most partners need four to eight weeks.",
        },
        {
            "question": "Do we have to promise revenue?",
            "answer": "Not in the first year: you hold your entry tier for twelve months whatever you sell.",
        },
    ],
}


def tell_of_recruiting(story: Any) -> None:
    """Open the public page and walk each candidate as far as it came."""
    _Recruiting(story).tell()


class _Recruiting:
    def __init__(self, story: Any) -> None:
        self.story, self.chance = story, Random(story.vendor.seed + 1)  # noqa: S311 - a demo must repeat itself
        self.managers: list[Membership] = story.managers
        self.zone = ZoneInfo(story.vendor.time_zone)

    def tell(self) -> None:
        with tenant_scope(self.story.tenant):
            edit_program_page(by=self.story.operations, is_open=True, **PAGE)
            self.chief = Membership.objects.filter(roles__contains=[Role.CHANNEL_CHIEF.value], partner=None).first()
            shown = CANDIDATES if len(self.managers) > 1 else CANDIDATES[::3]
            for number, row in enumerate(shown):
                self._candidate(number, *row)
            self._double()
        self.story.say(f"{self.story.vendor.name}: {len(shown)} candidates")

    def _candidate(self, number: int, name: str, country: str, kind: str, end: str, ago: int, applied: bool) -> None:
        manager = self.managers[number % len(self.managers)]
        domain = domain_of(name)
        with self._at(ago):
            partner = (
                self._apply(name, country, kind, domain)
                if applied
                else add_partner(name, country=country, type=kind, domain=domain, source="Research", by=manager)
            )
            assign_manager(partner, manager, by=self.story.operations)
        if not applied:
            add_contact(partner, name="Robin Vale", email=f"robin@{domain}", function="principal", by=manager)
        if end == "identified":
            return
        if not applied:
            with self._at(ago - 3):
                log_first_contact(partner, by=manager, text="Wrote to the managing director.")
            if end == "contacted":
                return
            with self._at(ago - 9 if ago > 9 else 0):
                engage_partner(partner, by=manager, text="A good first call.")
        self._onward(partner, number, end, ago, manager)

    def _onward(self, partner: Partner, number: int, end: str, ago: int, manager: Membership) -> None:
        if number % 2 == 0:
            with self._at(max(0, ago - 10)):
                question = ask_vendor(partner, "Which training do our engineers need first?", by=manager)
                if end != "engaged":
                    answer_vendor_question(question, "Two days online, free of charge.", by=manager)
        if end == "engaged":
            if ago > 20:
                with self._at(ago - 15):
                    self._screen(partner, manager, good=number % 3 != 0)
            return
        if end in {"declined", "left"}:
            with self._at(ago // 3):
                decline_partner(
                    partner,
                    by=manager,
                    reason="timing" if end == "left" else "no_fit",
                    text="",
                    by_partner=end == "left",
                )
            return
        if end == "community":
            with self._at(ago // 2):
                join_community(partner, by=manager, accepted_by="Robin Vale")
            return
        with self._at(ago - 12):
            self._screen(partner, manager, good=number % 4 != 1)
            score = Assessment.objects.filter(partner=partner, kind=Assessment.Kind.SCREENING).first()
            low = score is None or score.overall is None or score.overall < 55
            qualify_partner(
                partner, by=self.chief if low else manager, reason="The only one in its region." if low else ""
            )
        with self._at(ago - 18):
            signer = Contact.objects.filter(partner=partner).exclude(email="").first()
            if signer is not None:
                send_agreement(partner, signer, by=manager)
        if end in {"committed", "won"}:
            with self._at(ago - 30):
                record_document(
                    partner,
                    kind="agreement",
                    title="Reseller agreement",
                    signed_by="Robin Vale",
                    signed_on=clock.today(),
                    by=self.story.operations,
                )
                commit_partner(partner, by=self.story.operations, vouched=True)
        if end == "won":
            self._first_order(partner, ago)

    def _first_order(self, partner: Partner, ago: int) -> None:
        """Through onboarding, and on to the first order: the end of the way."""
        with self._at(ago - 32):
            move_partner(partner, Partner.State.ONBOARDING, by=None)
        with self._at(ago - 75):
            move_partner(partner, Partner.State.ACTIVE, by=None)
        with self._at(ago - 120 - ago // 10):
            day, line = clock.today(), self.story.lines[0]
            book_actuals(
                partner, [{"booked_on": day, "amount": Decimal("7400.00"), "line": line}], by=self.story.operations
            )
            note_first_revenue(Candidate.objects.get(partner=partner), on=day)

    def _apply(self, name: str, country: str, kind: str, domain: str) -> Partner:
        given = {
            "company": name,
            "country": country,
            "type": kind,
            "website": f"https://{domain}/",
            "name": "Robin Vale",
            "email": f"robin@{domain}",
            "message": "We look after medium-sized companies and are looking for a vendor like you.",
            "accepts_terms": True,
        }
        receive_application(given, network=domain)
        application = Application.objects.get(email=f"robin@{domain}")
        partner = confirm_application(application).became
        assert partner is not None
        return partner

    def _double(self) -> None:
        """An application of a company that is a partner already: operations decides."""
        known = Partner.objects.filter(state=Partner.State.ACTIVE).exclude(domain="").order_by("sort_name").first()
        if known is None:
            return
        with self._at(1):
            given = {
                "company": known.name,
                "country": known.country,
                "type": "reseller",
                "website": known.domain,
                "name": "Toni Marsh",
                "email": f"toni@{known.domain}",
                "message": "We would like to sell more of your products.",
                "accepts_terms": True,
            }
            receive_application(given, network="demo")
            confirm_application(Application.objects.get(email=f"toni@{known.domain}"))

    def _screen(self, partner: Partner, manager: Membership, *, good: bool) -> None:
        screening = start_assessment(partner, kind=Assessment.Kind.SCREENING, by=manager)
        for question in asked_questions(screening):
            options = sorted(question.options.all(), key=lambda option: option.order)
            if question.kind == Question.Kind.TEXT or not options:
                answer_question(screening, question, text="Told on the phone.", by=manager)
                continue
            place = len(options) - 1 if good else self.chance.randrange(2)
            answer_question(screening, question, options=[options[min(place, len(options) - 1)].code], by=manager)
        submit_assessment(screening, by=manager)

    def _at(self, days_ago: int) -> Any:
        """Ten in the morning, some days ago."""
        day = self.story.today - dt.timedelta(days=max(0, days_ago))
        return clock.travel(to=dt.datetime.combine(day, dt.time(10), tzinfo=self.zone))
