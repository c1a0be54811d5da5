"""Registrations from a file: each row becomes a draft of its partner, to be sent later as any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from dealreg.actions.registering import OwnDuplicate, new_draft, refuse_not_eligible
from dealreg.models import DealLine, DealRegistration
from dealreg.models.deals import COMPETING
from dealreg.queries.pages import active_lines
from partners.formulas import normalise_domain, normalise_name
from partners.models import Partner
from prm.kernel.errors import Invalid, Refused
from prm.kernel.events import record_many
from prm.kernel.imports import values
from prm.kernel.imports.problems import RowProblem, shown
from prm.kernel.imports.registry import Check, Fate, Importer, Prepared, Values, imports
from prm.kernel.models import Membership

State = DealRegistration.State
MOST = 20_000  # of one file: it comes from outside the house


def _codes() -> values.Rule:
    """The product lines of a row, by code or name; their order says nothing."""
    several = values.codes()
    return values.Rule(
        lambda text: tuple(sorted({one.casefold() for one in several.read(text)})),
        empty=(),
        says="codes or names of product lines, separated by commas",
    )


@imports
class DealRegistrations(Importer):
    """Drafts; a row whose draft is there already changes nothing, and one that was sent already is named."""

    entity = "deal_registrations"
    permission = "dealreg.import_deals"
    model = DealRegistration
    is_undoable = True
    undone_event = "deal.import_undone"
    onward = ("dealreg:drafts", _("Look at the drafts and send them"))
    key = ("partner", "customer_name", "customer_domain", "lines")
    rules = {
        "customer_name": values.text(200, required=True),
        "customer_country": values.country(),
        "customer_domain": values.text(253),
        "contact_name": values.text(160),
        "contact_email": values.email(),
        "lines": _codes(),
        "amount": values.number(),
        "expected_close": values.day(),
        "need": values.text(2000),
        "partner": values.text(200),
        "source": values.choice(DealRegistration.Source.values),
        "tender": values.flag(),
        "next_step": values.text(300),
        "next_step_due": values.day(),
    }

    @property
    def sender(self) -> Membership:
        if self.by is None:
            raise Invalid("Registrations are brought in by a person.")
        return self.by

    def begin(self) -> None:
        self._lines = {name.casefold(): line for line in active_lines() for name in (line.name, line.code)}
        found = Partner.objects.visible_to(self.sender).select_related("tier")
        if not self.sender.is_vendor:
            found = found.filter(pk__in=self.sender.reach or ())
        self._partners: dict[str, list[Partner]] = defaultdict(list)
        for partner in found:
            for name in {partner.name, partner.external_id, partner.domain or ""} - {""}:
                self._partners[name.casefold()].append(partner)
        self._own = {partner.pk: partner for partners in self._partners.values() for partner in partners}
        self._refusals: dict[UUID, Refused | None] = {}
        self._standing: dict[tuple[UUID, str], list[tuple[DealRegistration, frozenset[UUID]]]] = {}

    def checks(self) -> Iterable[Check]:
        """The company and the product lines of a row are looked for also where something else of it is wrong."""
        yield ("partner",), lambda row: self._refuse_not_eligible(self._partner(row.get("partner", "")))
        yield ("lines",), lambda row: self._lines_of(row.get("lines", ()))

    def meet(self, rows: Sequence[Values]) -> None:
        """Which of the next rows are drafts, or were sent, by the same company already; nobody else's are looked at."""
        names = {normalise_name(row["customer_name"]) for row in rows}
        found = DealRegistration.objects.visible_to(self.sender).filter(
            partner_id__in=self._own, normalised_name__in=names, state__in=[State.DRAFT, *COMPETING]
        )
        lines: dict[UUID, set[UUID]] = defaultdict(set)
        for deal_id, line_id in DealLine.objects.filter(deal__in=found).values_list("deal_id", "line_id"):
            lines[deal_id].add(line_id)
        self._standing = defaultdict(list)
        for deal in found:
            self._standing[deal.partner_id, deal.normalised_name].append((deal, frozenset(lines[deal.pk])))

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        partner = self._partner(values.get("partner", ""))
        lines = self._lines_of(values.get("lines", ()))
        fields = {name: value for name, value in values.items() if name not in {"partner", "lines"}}
        if not fields.get("source"):
            fields["source"] = DealRegistration.Source.PARTNER_LED
        deal = new_draft(partner, by=self.sender, **fields)
        wanted = frozenset(line.pk for line in lines)
        for standing, its_lines in self._standing.get((partner.pk, deal.normalised_name), ()):
            if not _is_same(standing, deal):
                continue
            if standing.state == State.DRAFT and its_lines == wanted:
                self.warn("customer_name", f"A draft for {shown(deal.customer_name)} is there already; it stays.")
                return Fate.UNCHANGED, (standing, ())
            if standing.state != State.DRAFT and its_lines & wanted:
                raise OwnDuplicate(
                    f"{standing.customer_name} is registered under {standing.number} already, with one of these "
                    "product lines.",
                    field="customer_name",
                )
        return Fate.CREATED, (deal, lines)

    def settle(self, prepared: Sequence[Prepared]) -> list[RowProblem]:
        if len(prepared) > MOST:
            raise Invalid(f"At most {MOST:,} registrations at once. Split the file.")
        return []

    def write(self, batch: Sequence[Prepared]) -> None:
        deals = [each.payload[0] for each in batch]
        self.add(DealRegistration, deals)
        rows = (
            DealLine(partner_id=deal.partner_id, deal=deal, line=line)
            for deal, lines in (each.payload for each in batch)
            for line in lines
        )
        self.add(DealLine, list(rows))
        record_many(deals, "deal.drafted", by=self.by)

    @classmethod
    def goes_along(cls, model: type[Any]) -> bool:
        return model is DealLine

    @classmethod
    def whole_of(cls, row: Any) -> UUID:
        return row.pk if isinstance(row, DealRegistration) else row.deal_id

    @classmethod
    def total(cls) -> str:
        return f"{DealRegistration.objects.filter(state=State.DRAFT).count():,} drafts"

    def _partner(self, name: str) -> Partner:
        """The company of a row: one's own where none is named, else one of those one may write for."""
        if not name:
            if not self.sender.is_vendor and self.sender.partner_id in self._own:
                return self._own[self.sender.partner_id]
            raise Invalid("For which partner is it? Give the name, the external id or the domain.", field="partner")
        found = self._partners.get(name.casefold(), [])
        if len({partner.pk for partner in found}) > 1:
            raise Invalid(f"There are several partners {shown(name)}; give the external id.", field="partner")
        if not found:
            raise Invalid(f"There is no partner {shown(name)} that you can register for.", field="partner")
        return found[0]

    def _refuse_not_eligible(self, partner: Partner) -> None:
        if partner.pk not in self._refusals:
            self._refusals[partner.pk] = None
            try:
                refuse_not_eligible(partner)
            except Refused as refusal:
                self._refusals[partner.pk] = refusal
        refusal = self._refusals[partner.pk]
        if refusal is not None:
            raise Invalid(str(refusal), code=refusal.code)

    def _lines_of(self, names: Iterable[str]) -> list[Any]:
        found = {}
        for name in names:
            line = self._lines.get(name)
            if line is None:
                known = ", ".join(sorted({line.code for line in self._lines.values()})[:10])
                raise Invalid(f"There is no product line {shown(name)}; known are {known}.", field="lines")
            found[line.pk] = line
        return list(found.values())


def _is_same(one: DealRegistration, other: DealRegistration) -> bool:
    """The same customer: by domain where both have one, else by country."""
    if one.normalised_domain and other.normalised_domain:
        return one.normalised_domain == normalise_domain(other.customer_domain)
    return one.customer_country == other.customer_country
