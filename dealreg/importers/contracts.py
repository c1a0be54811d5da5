"""Contracts that a CRM or an accounting system keeps, told apart by external id: what is to be renewed, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from dealreg.actions.carrying import spread
from dealreg.actions.contracts import contract_lines, write_contract
from dealreg.models import Contract, ContractLine
from dealreg.queries.pages import active_lines
from partners.importers import PERMISSION, UnknownPartner, partners_by_external_id
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record_many
from prm.kernel.imports import values
from prm.kernel.imports.problems import shown
from prm.kernel.imports.registry import Fate, Prepared, RecordImporter, Values, imports
from prm.kernel.models import ImportChange
from prm.kernel.tenancy.context import current_tenant
from sales.importers import checked_amount


@imports
class Contracts(RecordImporter):
    """Contracts with their partner of record. One that changed follows the file; one that is renewed here stays so."""

    entity = "contracts"
    permission = PERMISSION
    model = Contract
    is_undoable = True
    undone_event = "contract.import_undone"
    key = ("external_id",)
    key_field = "external_id"
    references = frozenset({"partner", "owner", "opportunity"})
    rules = {
        "external_id": values.text(120, required=True),
        "partner": values.text(80, required=True),
        "customer": values.text(200, required=True),
        "customer_domain": values.text(253),
        "customer_country": values.country(required=True),
        "lines": values.codes(required=True),
        "ends_on": values.day(required=True),
        "amount": values.number(),
        "currency": values.currency(),
    }

    def begin(self) -> None:
        super().begin()
        self._partners = partners_by_external_id()
        self._lines = {line.code: line.pk for line in active_lines()}
        self._amounts: dict[UUID, Mapping[UUID, Decimal | None]] = {}
        self._standing_lines: dict[UUID, dict[UUID, ContractLine]] = {}

    def existing(self, keys: set[Any]) -> Iterable[Contract]:
        found = list(Contract.objects.filter(external_id__in=keys))
        self._standing_lines |= {one.pk: {} for one in found}
        for row in ContractLine.objects.filter(contract__in=found):
            self._standing_lines[row.contract_id][row.line_id] = row
        return found

    def _has_other_lines(self, record: Contract) -> bool:
        standing = self._standing_lines[record.pk]
        return {line: row.amount for line, row in standing.items()} != self._amounts[record.pk]

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        fate, record = super().prepare(values)
        if fate == Fate.UNCHANGED and self._has_other_lines(record):
            fate = Fate.UPDATED
        return fate, record

    def fill(self, record: Contract, values: Values, *, is_new: bool) -> None:
        partner_id = self._partners.get(values["partner"])
        if partner_id is None:
            raise UnknownPartner(values["partner"])
        if not is_new and record.partner_id != partner_id:
            raise Conflict("This contract stands with another partner already.", field="partner")
        record.partner_id = partner_id
        if is_new:
            record.external_id, record.source = values["external_id"], Contract.Source.IMPORT
        given = {"customer_name": values["customer"], "ends_on": values["ends_on"]}
        given["customer_country"] = values["customer_country"]
        if "customer_domain" in values:
            given["customer_domain"] = values["customer_domain"]
        write_contract(record, given)
        self._amounts[record.pk] = self._parts(values)

    def _parts(self, values: Values) -> Mapping[UUID, Decimal | None]:
        currency = current_tenant().currency
        if values.get("currency") not in (None, "", currency):
            raise Invalid(f"{values['currency']} is not the reporting currency.", field="currency")
        for code in values["lines"]:
            if code not in self._lines:
                raise Invalid(f"There is no product line {shown(code)}.", field="lines")
        lines, amount = [self._lines[code] for code in values["lines"]], values.get("amount")
        if amount is None:
            return dict.fromkeys(lines)
        checked_amount(amount, "amount", minimum=0)
        return spread(amount, lines, {}, currency)

    def write(self, batch: Sequence[Prepared]) -> None:
        new = [each.payload for each in batch if each.fate == Fate.CREATED]
        changed = [each.payload for each in batch if each.fate == Fate.UPDATED]
        self.add(Contract, new)
        self.replace(Contract, changed)
        others = [one for one in changed if self._has_other_lines(one)]
        self.take_away([row for one in others for row in self._standing_lines[one.pk].values()])
        self.add(ContractLine, [row for one in (*new, *others) for row in contract_lines(one, self._amounts[one.pk])])
        record_many(new, "contract.imported", by=self.by, data=self.told)
        record_many(changed, "contract.edited", by=self.by, data=self.told)

    @classmethod
    def whole_of(cls, row: Any) -> UUID:
        return row.pk if isinstance(row, Contract) else row.contract_id

    @classmethod
    def changed_since(cls, changes: Sequence[tuple[ImportChange, Any]]) -> set[UUID]:
        """A contract whose lines are others by now stays as it is, and so do its lines when the contract does."""
        brought: dict[UUID, set[UUID]] = {cls.whole_of(row): set() for _change, row in changes}
        for change, row in changes:
            if change.is_new and isinstance(row, ContractLine):
                brought[row.contract_id].add(row.pk)
        with_lines = {row.contract_id for _change, row in changes if isinstance(row, ContractLine)}
        standing: dict[UUID, set[UUID]] = {pk: set() for pk in brought}
        rows = ContractLine.objects.filter(contract__in=list(brought))
        for contract_id, pk in rows.values_list("contract_id", "pk"):
            standing[contract_id].add(pk)
        alive = {row.pk for _change, row in changes if isinstance(row, Contract)}
        new = {row.pk for change, row in changes if isinstance(row, Contract) and change.is_new}
        other = {pk for pk in with_lines | new if pk not in alive or standing[pk] != brought[pk]}
        return {change.pk for change, row in changes if cls.whole_of(row) in other}

    def told(self, record: Contract) -> dict[str, Any]:
        said = {"customer": record.customer_name, "number": record.number, "ends_on": record.ends_on.isoformat()}
        return {"imported": True, **said}
