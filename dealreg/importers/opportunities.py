"""Business that a CRM keeps: open opportunities and renewals, and how former ones ended, told apart by external id.

New ones are written in bulk. One that stands here and is closed in the file is closed as people close it, so that its
registration moves along; one that is closed here is not opened by a file. A file can be taken back, but for what it
closed, and for lines that were more than one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from decimal import Decimal
from typing import Any
from uuid import UUID

from dealreg.actions import lose_opportunity, win_opportunity
from dealreg.actions.carrying import write_lines
from dealreg.models import Contract, DealRegistration, Opportunity, OpportunityCredit, OpportunityLine
from partners.formulas import normalise_domain, normalise_name
from partners.importers import PERMISSION, UnknownPartner, partners_by_external_id
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record_many
from prm.kernel.imports import values
from prm.kernel.imports.problems import shown
from prm.kernel.imports.registry import Fate, Prepared, RecordImporter, Values, imports
from prm.kernel.models import ImportChange
from prm.kernel.money import format_money
from prm.kernel.tenancy.context import current_tenant
from sales.importers import checked_amount
from sales.models import Product, ProductLine

State, Source = Opportunity.State, Opportunity.Source
PLAIN = ("stage", "probability", "customer_domain", "customer_country", "next_step", "next_step_due", "source")


@imports
class Opportunities(RecordImporter):
    """Business from a CRM. Without a partner it is the vendor's own; a line or a product says what it is about."""

    entity = "opportunities"
    permission = PERMISSION
    model = Opportunity
    is_undoable = True
    undone_event = "opportunity.import_undone"
    key = ("external_id",)
    key_field = "external_id"
    references = frozenset({"partner", "owner", "created_by", "registration", "renews"})
    rules = {
        "external_id": values.text(120, required=True),
        "name": values.text(200),
        "partner": values.text(80),
        "customer": values.text(200),
        "customer_domain": values.text(253),
        "customer_country": values.country(),
        "line": values.text(60),
        "product": values.text(80),
        "amount": values.number(required=True),
        "currency": values.currency(),
        "state": values.choice(State.values),
        "stage": values.choice(Opportunity.Stage.values),
        "probability": values.number(),
        "source": values.choice(Source.values),
        "opened_on": values.day(),
        "expected_close": values.day(required=True),
        "closed_on": values.day(),
        "loss_reason": values.choice([value for value, _label in DealRegistration.LossReason.by_people()]),
        "reason": values.text(500),
        "renews": values.text(120),
        "next_step": values.text(300),
        "next_step_due": values.day(),
    }

    def begin(self) -> None:
        super().begin()
        self._partners = partners_by_external_id()
        self._lines = dict(ProductLine.objects.values_list("code", "pk"))
        self._products = dict(Product.objects.values_list("sku", "line_id"))
        self._contracts = {
            external_id: (pk, partner_id)
            for external_id, pk, partner_id in Contract.objects.exclude(external_id="").values_list(
                "external_id", "pk", "partner_id"
            )
        }
        self._today = clock.today()
        self._line_of: dict[UUID, UUID] = {}
        self._closings: dict[UUID, tuple[str, dt.date, Decimal, str, str]] = {}

    def existing(self, keys: set[Any]) -> Iterable[Opportunity]:
        return super().existing(keys).select_related("registration", "partner")  # type: ignore[attr-defined]

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        fate, record = super().prepare(values)
        if record.pk in self._closings and fate == Fate.UNCHANGED:
            fate = Fate.UPDATED
        return fate, record

    def fill(self, record: Opportunity, values: Values, *, is_new: bool) -> None:
        checked_amount(values["amount"], "amount", minimum=0)
        if values.get("currency") not in (None, "", current_tenant().currency):
            raise Invalid(f"{values['currency']} is not the reporting currency.", field="currency")
        record.currency = current_tenant().currency
        self._line_of[record.pk] = self._line(values)
        self._whose(record, values, is_new=is_new)
        self._dates(record, values, is_new=is_new)
        for name in PLAIN:
            if name in values and (values[name] or name in ("probability", "next_step", "next_step_due")):
                setattr(record, name, values[name])
        if record.probability is not None and not 0 <= record.probability <= 1:
            raise Invalid(f"{shown(record.probability)} is no probability from 0 to 1.", field="probability")
        self._customer(record, values)
        if is_new:
            record.amount, record.worked_at, record.created_by = values["amount"], clock.now(), self.by
            self._end(record, values)
        else:
            self._change(record, values)

    def _line(self, values: Values) -> UUID:
        code, sku = values.get("line"), values.get("product")
        if code and code not in self._lines:
            raise Invalid(f"There is no product line {shown(code)}.", field="line")
        if sku and sku not in self._products:
            raise Invalid(f"There is no product {shown(sku)}.", field="product")
        if not code and not sku:
            raise Invalid("A product line or a product is needed.", field="line")
        return self._lines[code] if code else self._products[sku]  # type: ignore[index]

    def _whose(self, record: Opportunity, values: Values, *, is_new: bool) -> None:
        named = values.get("partner")
        partner_id = self._partners.get(named) if named else None
        if named and partner_id is None:
            raise UnknownPartner(named)
        if not is_new and record.partner_id != partner_id:
            raise Conflict("This stands with another partner, or with none, already.", field="partner")
        record.partner_id = partner_id
        if is_new:
            record.external_id = values["external_id"]
            record.source = Source.PARTNER_LED if partner_id else Source.VENDOR_LED

        if values.get("renews"):
            contract_id, of_record = self._contracts.get(values["renews"], (None, None))
            if contract_id is None:
                raise Invalid(f"There is no contract {shown(values['renews'])}.", field="renews")
            if of_record != partner_id:
                raise Invalid("A contract is renewed with its partner of record.", field="renews")
            record.renews_id = contract_id

    def _dates(self, record: Opportunity, values: Values, *, is_new: bool) -> None:
        if values.get("opened_on") or is_new:
            record.opened_on = values.get("opened_on") or self._today
        if record.opened_on > self._today:
            raise Invalid("It is opened in days to come.", field="opened_on")
        record.expected_close = values["expected_close"]

    def _customer(self, record: Opportunity, values: Values) -> None:
        if record.registration_id is not None:
            return  # who the customer is was registered
        if "customer" in values:
            record.customer_name = values["customer"] or ""
        record.normalised_name = normalise_name(record.customer_name)
        record.customer_domain = record.normalised_domain = normalise_domain(record.customer_domain) or ""
        record.name = values.get("name") or record.name or record.customer_name or values["external_id"]

    def _end(self, record: Opportunity, values: Values) -> None:
        """How a new one ended before it came in."""
        record.state = values.get("state") or State.OPEN
        if record.state == State.OPEN:
            return
        record.closed_on = self._closed_on(values)
        if record.state == State.LOST:
            record.loss_reason = values.get("loss_reason") or DealRegistration.LossReason.OTHER
            record.reason = values.get("reason") or "As the CRM says, without a reason."

    def _closed_on(self, values: Values) -> dt.date:
        day = values.get("closed_on")
        if day is None:
            raise Invalid("Won and lost ones need the day.", field="closed_on")
        if day > self._today:
            raise Invalid("It is closed in days to come.", field="closed_on")
        return day

    def _change(self, record: Opportunity, values: Values) -> None:
        """What may still change of one that stands here."""
        wanted = values.get("state") or record.state
        if record.state != State.OPEN:
            if wanted != record.state:
                raise Conflict("This is closed here. Operations opens it again.", field="state")
            return
        if wanted != State.OPEN:
            reason = values.get("loss_reason") or DealRegistration.LossReason.OTHER
            said = values.get("reason") or "As the CRM says, without a reason."
            self._closings[record.pk] = (wanted, self._closed_on(values), values["amount"], reason, said)
        elif record.amount != values["amount"]:
            if record.registration_id is not None:
                raise Conflict("The amount of a registered deal is changed at the deal.", field="amount")
            record.amount = values["amount"]

    def write(self, batch: Sequence[Prepared]) -> None:
        new = [each.payload for each in batch if each.fate == Fate.CREATED]
        changed = [each.payload for each in batch if each.fate == Fate.UPDATED]
        self.add(Opportunity, new)
        self._add_parts(new)
        self.replace(Opportunity, changed)
        record_many(new, "opportunity.imported", by=self.by, data=self.told)
        plain = [one for one in changed if one.pk not in self._closings]
        record_many(plain, "opportunity.edited", by=self.by, data=self.told)
        self._set_lines([one for one in changed if one.registration_id is None])
        for one in changed:
            if one.pk in self._closings:
                self._close(Opportunity.objects.select_related("registration", "partner").get(pk=one.pk))

    def _set_lines(self, changed: Sequence[Opportunity]) -> None:
        """The line and its amount follow the file; several lines, which people made, become that one."""
        rows: dict[UUID, list[OpportunityLine]] = defaultdict(list)
        for row in OpportunityLine.objects.filter(opportunity__in=changed).order_by("created_at", "pk"):
            rows[row.opportunity_id].append(row)
        moved = []
        for one in changed:
            line_id, standing = self._line_of[one.pk], rows[one.pk]
            if len(standing) != 1:
                write_lines(one, {line_id: one.amount})
            elif (standing[0].line_id, standing[0].amount) != (line_id, one.amount):
                standing[0].line_id, standing[0].amount = line_id, one.amount
                moved.append(standing[0])
        self.replace(OpportunityLine, moved)

    def _add_parts(self, new: Sequence[Opportunity]) -> None:
        """A line each, and the credit of those that have a partner."""
        self.add(
            OpportunityLine,
            [
                OpportunityLine(
                    partner_id=one.partner_id,
                    opportunity=one,
                    line_id=self._line_of[one.pk],
                    amount=one.amount,
                    currency=one.currency,
                )
                for one in new
            ],
        )
        own = [one for one in new if one.partner_id is not None]
        self.add(
            OpportunityCredit,
            [OpportunityCredit(partner_id=one.partner_id, opportunity=one, share=Decimal(1)) for one in own],
        )

    def _close(self, one: Opportunity) -> None:
        state, day, amount, loss_reason, said = self._closings[one.pk]
        before = copy(one)
        if state == State.WON:
            win_opportunity(one, by=None, order_on=day, amount=amount, reason=said)
        else:
            lose_opportunity(one, by=None, loss_reason=loss_reason, reason=said)
        if self.journal is not None:
            self.journal.changed(Opportunity.objects.get(pk=one.pk), before)

    @classmethod
    def whole_of(cls, row: Any) -> UUID:
        return row.pk if isinstance(row, Opportunity) else row.opportunity_id

    @classmethod
    def ended(cls, changes: Sequence[tuple[ImportChange, Any]]) -> set[UUID]:
        """What was closed as people close it, and whose several lines became one, is not put back with the values."""
        old = [(change, row) for change, row in changes if not change.is_new]
        stays = {row.pk for change, row in old if isinstance(row, Opportunity) and "state" in change.after}
        with_line = {row.opportunity_id for _change, row in changes if cls._is_part(row)}
        sums = {row.pk for change, row in old if isinstance(row, Opportunity) and "amount" in change.after}
        parts = {row.opportunity_id for change, row in old if cls._is_part(row) and "amount" in change.after}
        stays |= (sums - with_line) | (parts - sums)
        return {change.pk for change, row in old if cls.whole_of(row) in stays}

    @staticmethod
    def _is_part(row: Any) -> bool:
        return isinstance(row, OpportunityLine)

    def told(self, record: Opportunity) -> dict[str, Any]:
        money = format_money(record.amount, record.currency)
        return {"imported": True, "name": record.name, "number": record.number, "money": money}
