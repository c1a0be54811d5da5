"""Partner companies from files: the rules are those of the actions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F

from partners.actions import (
    PROFILE_FIELDS,
    fill_profile,
    named,
)
from partners.actions.company import refuse_no_country
from partners.countries import COUNTRIES
from partners.importers.doubles import Doubles, as_double
from partners.importers.keys import PERMISSION, UnknownPartner, partners_by_external_id
from partners.models import (
    Alert,
    AnnouncementDelivery,
    BulkEditRow,
    Partner,
    PartnerLocation,
    PartnerProfile,
    SegmentMember,
    Territory,
)
from partners.queries.duplicates import second_reading
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record_many
from prm.kernel.imports import values
from prm.kernel.imports.journal import TECHNICAL
from prm.kernel.imports.problems import LeftOut, RowProblem, shown
from prm.kernel.imports.registry import Check, Fate, Prepared, RecordImporter, Values, imports
from prm.kernel.models import Event
from prm.kernel.tenancy.models import Record

BY_ITSELF = frozenset({Event, Alert, SegmentMember, BulkEditRow, AnnouncementDelivery})


@dataclass
class Company:
    """A partner with its profile and main place, and which of them change."""

    partner: Partner
    profile: PartnerProfile
    location: PartnerLocation | None
    sponsor: str = ""
    changes: frozenset[str] = frozenset()


OWN_SPONSOR = "A partner cannot sponsor itself."


def _refuse_own_sponsor(values: Values) -> None:
    if values.get("sponsor") and values["sponsor"] == values.get("external_id"):
        raise Invalid(OWN_SPONSOR, field="sponsor")


@imports
class Partners(RecordImporter):
    """Partner companies with what is known of them and their main place, told apart by the external id.

    State and life stage count only when a partner is added: from then on its lifecycle moves it, not a file.
    Two companies of one name are told as a warning, since real ones share names.
    """

    entity = "partners"
    permission = PERMISSION
    is_undoable = True
    undone_event = "partner.import_undone"
    model = Partner
    key = ("external_id",)
    key_field = "external_id"
    references = frozenset({"territory", "sponsor", "tier"})
    only_when_added = frozenset({"state", "life_stage", "source"})
    location_fields = frozenset({"address", "city", "state_province", "postal_code"})
    rules = {
        "external_id": values.text(80, required=True),
        "name": values.text(200, required=True),
        "country": values.country(required=True),
        "domain": values.text(253),
        "regions": values.codes(),
        "territory": values.text(60),
        "type": values.choice(Partner.Type.values),
        "other_types": values.codes(Partner.Type.values),
        "sponsor": values.text(80),
        "state": values.choice(Partner.State.values),
        "life_stage": values.choice(Partner.LifeStage.values),
        "source": values.text(60),
        "website": values.text(300),
        "phone": values.text(60),
        "about": values.text(2000),
        "employees": values.count(),
        "relevant_headcount": values.count(),
        "annual_revenue": values.number(),
        "annual_revenue_band": values.choice(PartnerProfile.RevenueBand.values),
        "annual_sales": values.number(),
        "founded": values.count(),
        "verticals": values.codes(),
        "functions": values.codes(),
        "ownership_note": values.text(300),
        "markets": values.codes(sorted(COUNTRIES)),
        "sells_to": values.choice(PartnerProfile.SellsTo.values),
        "vertical_insight": values.text(600),
        "product_focus": values.text(120),
        "product_mix": values.text(300),
        "complementary_products": values.codes(),
        "delivery_model": values.choice(PartnerProfile.DeliveryModel.values),
        "certifications_held": values.codes(),
        "sales_method": values.text(300),
        "demand_generation": values.codes(),
        "partner_to_partner": values.choice(PartnerProfile.PartnerToPartner.values),
        "lead_capacity": values.count(),
        "accepts_leads": values.flag(),
        "share_costs": values.flag(),
        "bank_name": values.text(120),
        "order_frequency": values.text(60),
        "address": values.text(300),
        "city": values.text(120),
        "state_province": values.text(120),
        "postal_code": values.text(20),
    }

    def begin(self) -> None:
        super().begin()
        self._territories = dict(Territory.objects.values_list("code", "pk"))
        self._ids = partners_by_external_id()
        named = Partner.objects.values_list("normalised_name", "country", "external_id")
        self._named = {(second_reading(name), country): external_id for name, country, external_id in named}
        self._look_alikes, self._taken = Doubles(), set[UUID]()
        self._profiles: dict[UUID, PartnerProfile] = {}
        self._locations: dict[UUID, PartnerLocation] = {}
        self._locates = bool(self.fields & self.location_fields)

    def checks(self) -> Iterable[Check]:
        return [
            (("country",), lambda values: refuse_no_country(values["country"])),
            (("territory",), lambda values: self._territory(values.get("territory", ""))),
            (("external_id", "sponsor"), _refuse_own_sponsor),
        ]

    def unknown(self, values: Values, in_file: Container[Any]) -> Iterator[tuple[str, str]]:
        code = values.get("sponsor", "")
        if code and code not in self._ids and code not in in_file:
            yield "sponsor", str(UnknownPartner(code))

    def meet(self, rows: Sequence[Values]) -> None:
        super().meet(rows)
        ids = [partner.pk for partner in self.standing.values()]
        if self.choices is not None:
            self._look_alikes.meet([row for row in rows if row["external_id"] not in self.standing])
            ids += [UUID(choice) for choice in self.choices.values() if choice != "create"]
        self._profiles = {p.partner_id: p for p in PartnerProfile.objects.filter(partner_id__in=ids)}
        places = PartnerLocation.objects.filter(partner_id__in=ids, is_main=True)
        self._locations = {p.partner_id: p for p in places}

    def prepare(self, values: Values) -> tuple[Fate, Company]:
        partner = self.standing.get(values["external_id"]) or self._double(values)
        is_new = partner is None
        partner = partner or Partner(state=Partner.State.ACTIVE)
        profile = self._profiles.get(partner.pk) or PartnerProfile(partner=partner)
        location = self._locations.get(partner.pk)
        before = None if is_new else self.state_of(partner)
        self.fill(partner, values, is_new=is_new)
        self.check(partner)
        changes = set() if before == self.state_of(partner) else {"partner"}
        said = {name: values[name] for name in self.fields & PROFILE_FIELDS}
        if fill_profile(profile, source="import", **said) or profile._state.adding:
            changes.add("profile")
        profile.clean_fields(exclude=TECHNICAL | {"partner"})
        if self._locates:
            location = location or PartnerLocation(partner=partner, is_main=True)
            if self._place(location, values) or location._state.adding:
                changes.add("location")
        company = Company(partner, profile, location, values.get("sponsor", ""), frozenset(changes))
        if is_new:
            self._look_for_namesake(partner)
            return Fate.CREATED, company
        return (Fate.UPDATED if changes else Fate.UNCHANGED), company

    def _double(self, values: Values) -> Partner | None:
        """The partner that a new row is said to be; None for one that is said to be new. Others are left out."""
        found = self._look_alikes.of(values) if self.choices is not None else []
        if not found or self.choices is None:
            return None
        self.doubles.append(as_double(self.line, values, found))
        choice = self.choices.get(str(self.line), "")
        if choice == "create":
            return None
        partner = next((partner for partner, _ in found if str(partner.pk) == choice), None)
        if partner is None:
            raise LeftOut
        if partner.pk in self._taken:
            raise Invalid(f"Another row of the file updates {shown(partner.name)}.", field="external_id")
        self._taken.add(partner.pk)
        return partner

    def fill(self, record: Partner, values: Values, *, is_new: bool) -> None:
        elsewhere = PROFILE_FIELDS | self.location_fields | {"name", "sponsor", "territory"}
        kept = frozenset() if is_new else self.only_when_added
        if not is_new and record.external_id:
            kept |= {"external_id"}  # one that a row of another id updates keeps its own
        for name in self.fields - elsewhere - kept:
            if values[name] or name not in {"type", "state", "life_stage"}:  # empty: the usual one
                setattr(record, name, values[name])
        if "territory" in values:
            record.territory_id = self._territory(values["territory"])
        named(record, values["name"])

    def settle(self, prepared: Sequence[Prepared]) -> list[RowProblem]:
        """Find the sponsors, which may stand further down in the file."""
        if "sponsor" not in self.fields:
            return []
        ids = self._ids | {each.payload.partner.external_id: each.payload.partner.pk for each in prepared}
        problems = []
        for each in prepared:
            company = each.payload
            sponsor = ids.get(company.sponsor) if company.sponsor else None
            if company.sponsor and sponsor is None:
                problems.append(RowProblem(each.line, "sponsor", str(UnknownPartner(company.sponsor))))
            elif sponsor == company.partner.pk:
                problems.append(RowProblem(each.line, "sponsor", OWN_SPONSOR))
            elif company.partner.sponsor_id != sponsor:
                company.partner.sponsor_id = sponsor
                company.changes |= {"partner"}
                each.fate = Fate.UPDATED if each.fate == Fate.UNCHANGED else each.fate
        return problems

    def write(self, batch: Sequence[Prepared]) -> None:
        new = [each.payload for each in batch if each.fate == Fate.CREATED]
        changed = [each.payload for each in batch if each.fate == Fate.UPDATED]
        self.add(Partner, [company.partner for company in new])
        self.replace(Partner, [company.partner for company in changed if "partner" in company.changes])
        for part, model in (("profile", PartnerProfile), ("location", PartnerLocation)):
            records = [getattr(company, part) for company in (*new, *changed) if part in company.changes]
            there = [each for each in records if not each._state.adding]
            self.add(model, [each for each in records if each._state.adding])
            self.replace(model, there)
        record_many([company.partner for company in new], "partner.added", by=self.by, data=self.told)
        record_many([company.partner for company in changed], "partner.edited", by=self.by, data=self.told)

    def told(self, record: Partner) -> dict[str, Any]:
        return {"name": record.name, "state": record.state, "source": record.source, "imported": True}

    @classmethod
    def goes_along(cls, model: type[Record]) -> bool:
        """What nobody wrote by hand: events, which stay for ever, what the night finds, what was only tried."""
        return model in BY_ITSELF or getattr(model, "stays_on_merge", False)

    @classmethod
    def remove(cls, model: type[Record], ids: Sequence[UUID]) -> None:
        """Its events refer to a partner and are never changed, so it stays, with profile and place, in no list."""
        if model is Partner:
            Alert.objects.filter(partner__in=ids).delete()
            SegmentMember.objects.filter(partner__in=ids).delete()
            Partner.objects.filter(pk__in=ids).update(
                taken_back_at=clock.now(), external_id="", version=F("version") + 1, updated_at=clock.now()
            )

    def _place(self, location: PartnerLocation, values: Values) -> bool:
        wanted = {name: values[name] for name in self.fields & self.location_fields} | {"country": values["country"]}
        differs = any(getattr(location, name) != value for name, value in wanted.items())
        for name, value in wanted.items():
            setattr(location, name, value)
        location.clean_fields(exclude=TECHNICAL | {"partner"})
        return differs

    def _territory(self, code: str) -> UUID | None:
        if code and code not in self._territories:
            raise Invalid(f"There is no territory {shown(code)}.", field="territory")
        return self._territories.get(code)

    def _look_for_namesake(self, partner: Partner) -> None:
        name = (second_reading(partner.normalised_name), partner.country)
        if name in self._named:
            self.warn(
                "name",
                f"{shown(partner.name)} in {partner.country} is also the name of {self._named[name] or 'another'}.",
            )
        self._named[name] = partner.external_id
