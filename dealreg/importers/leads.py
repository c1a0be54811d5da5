"""Leads from files: of a fair, a webinar, a bought list with consent. What is known already is merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from dealreg.actions.leads.capturing import as_sent, checked_lead, prepared_rows
from dealreg.models import OPEN_LEAD, Lead, LeadCapture, LeadContact
from dealreg.queries.lead_rules import lead_rules
from partners.formulas import normalise_name
from partners.profile_fields import VERTICALS
from prm.kernel import clock
from prm.kernel.events import record_many
from prm.kernel.imports import values
from prm.kernel.imports.registry import Fate, Importer, Prepared, Values, imports
from prm.kernel.periods import add_days
from sales.models import ProductLine

SOURCE = LeadContact.Source.IMPORT


@imports
class Leads(Importer):
    """Leads, told apart by the sender's own key. A second one of an open lead is merged into it, as by every door."""

    entity = "leads"
    permission = "dealreg.import_leads"
    key = ("external_id",)
    rules = {
        "external_id": values.text(120, required=True),
        "company": values.text(200, required=True),
        "country": values.country(required=True),
        "line": values.text(60, required=True),
        "name": values.text(160),
        "email": values.email(),
        "phone": values.text(60),
        "industry": values.choice(list(VERTICALS)),
        "region": values.text(60),
        "size_band": values.choice(Lead.Size.values),
        "need": values.text(2000),
        "campaign": values.text(120),
        "consented_at": values.day(required=True),
        "consent": values.text(300),
    }

    @classmethod
    def total(cls) -> str:
        return f"{Lead.objects.count():,} leads"

    def begin(self) -> None:
        self._lines = {line.code: line for line in ProductLine.objects.filter(active=True)}
        self._since = add_days(clock.today(), -lead_rules().merge_days)
        self._by_address: dict[str, UUID] = {}
        self._by_company: dict[tuple[str, str, UUID], UUID] = {}
        self._known: set[str] = set()

    def meet(self, rows: Sequence[Values]) -> None:
        """Which of the next rows came in before, and which open leads they may be the same as."""
        keys = [row["external_id"] for row in rows]
        known = LeadCapture.objects.filter(principal="import", key__in=keys)
        self._known |= set(known.values_list("key", flat=True))
        wanted = [f":{row['email']}" for row in rows if row.get("email")]
        contacts = LeadContact.objects.filter(lead__state__in=OPEN_LEAD, lead__is_given=True)
        for key, pk in contacts.filter(open_key__in=wanted).values_list("open_key", "lead_id"):
            self._by_address.setdefault(key, pk)
        names = [checked for row in rows if (checked := _company_key(row))]
        recent = contacts.filter(company_key__in=names, lead__opened_at__date__gte=self._since)
        for name, country, line, pk in recent.values_list("company_key", "country", "lead__line_id", "lead_id"):
            self._by_company.setdefault((name, country, line), pk)

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        given = checked_lead(values, known=self._lines)
        if values["external_id"] in self._known:
            return Fate.UNCHANGED, None
        place = (given.company_key, given.country, given.line.pk)
        address = f":{given.email}" if given.email else ""
        same = self._by_address.get(address) or self._by_company.get(place)
        if same is not None:
            return Fate.UPDATED, (values["external_id"], given, same, None)
        lead, contact = prepared_rows(given, SOURCE, "", clock.now())
        self._by_company[place] = lead.pk
        if address:
            self._by_address[address] = lead.pk
        return Fate.CREATED, (values["external_id"], given, lead.pk, (lead, contact))

    def write(self, batch: Sequence[Prepared]) -> None:
        """New leads with their contacts; of all a note of how they came in. They are given out afterwards."""
        new = [each.payload[3] for each in batch if each.fate == Fate.CREATED]
        leads = [lead for lead, _contact in new]
        Lead.objects.bulk_create(leads, batch_size=500)
        LeadContact.objects.bulk_create([contact for _lead, contact in new], batch_size=500)
        wanted = [each for each in batch if each.fate != Fate.UNCHANGED]
        LeadCapture.objects.bulk_create([self._capture(each) for each in wanted], batch_size=500)
        record_many(leads, "lead.imported", by=self.by, data=lambda lead: {"number": lead.number}, vendor_only=True)
        merged = Lead.objects.filter(pk__in=[each.payload[2] for each in wanted if each.fate == Fate.UPDATED])
        told = {"source": str(SOURCE), "campaign": ""}
        record_many(
            merged, "lead.merged", by=self.by, data=lambda lead: {"number": lead.number, **told}, vendor_only=True
        )

    def _capture(self, each: Prepared) -> LeadCapture:
        key, given, lead_id, _new = each.payload
        return LeadCapture(
            lead_id=lead_id,
            source=SOURCE,
            campaign=given.campaign,
            at=clock.now(),
            is_merged=each.fate == Fate.UPDATED,
            said=as_sent(given),
            by=self.by,
            principal="import",
            key=key,
        )


def _company_key(row: Values) -> str:
    return normalise_name(row.get("company") or "")
