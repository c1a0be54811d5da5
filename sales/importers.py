"""What is sold, agreed and booked, from files. Amounts are in the vendor's reporting currency, to four decimals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from partners.importers import PERMISSION, known_partner, partners_by_external_id
from prm.kernel.errors import Invalid
from prm.kernel.imports import values
from prm.kernel.imports.problems import shown
from prm.kernel.imports.registry import Check, RecordImporter, Values, imports
from prm.kernel.money import currency_places, format_money
from prm.kernel.numbers import places_of
from prm.kernel.periods import FiscalYear
from prm.kernel.tenancy.context import current_tenant
from sales.models import Product, ProductLine, SalesActual, Target

LARGEST = Decimal("1e12")
LINE_DIGITS = 2  # single lines carry two decimals more than the currency has; sums are rounded late
FIRST_DAY = dt.date(1990, 1, 1)  # a booking before that is a typing error


class NotOurCurrency(Invalid):
    """Amounts come in the vendor's reporting currency; convert them before the import."""

    code = "currency"


def checked_amount(amount: Decimal | None, field: str, *, extra_digits: int = 0, minimum: int | None = None) -> None:
    """The rules that the table has for an amount, told in words."""
    if amount is None:
        return
    currency = current_tenant().currency
    places = currency_places(currency) + extra_digits
    if abs(amount) >= LARGEST:
        raise Invalid(f"{shown(amount)} is too large.", field=field)
    if places_of(amount.normalize()) > places:
        raise Invalid(f"{shown(amount)} has more than {places} decimals.", field=field)
    if minimum is not None and amount < minimum:
        raise Invalid(f"{shown(amount)} is less than {minimum}.", field=field)


class _Lines:
    """The product lines by their code."""

    def __init__(self) -> None:
        self._ids = dict(ProductLine.objects.values_list("code", "pk"))

    def id_of(self, code: str) -> UUID:
        if code not in self._ids:
            raise Invalid(f"There is no product line {shown(code)}.", field="line")
        return self._ids[code]


def _currency(values: Values) -> str:
    ours = current_tenant().currency
    if values.get("currency") not in (None, "", ours):
        raise NotOurCurrency(f"{values['currency']} is not the reporting currency {ours}.", field="currency")
    return ours


def _refuse_long_ago(values: Values) -> None:
    if values["booked_on"] < FIRST_DAY:
        raise Invalid(f"{values['booked_on']} is too long ago for a booking.", field="booked_on")


def _refuse_bad_line_amount(values: Values) -> None:
    checked_amount(values["amount"], "amount", extra_digits=LINE_DIGITS)


def _refuse_bad_target(values: Values) -> None:
    checked_amount(values["amount"], "amount", minimum=0)


@imports
class Lines(RecordImporter):
    """Product lines, told apart by their code."""

    entity = "product_lines"
    permission = PERMISSION
    model = ProductLine
    key = ("code",)
    key_field = "code"
    rules = {
        "code": values.text(60, required=True),
        "name": values.text(120, required=True),
        "active": values.flag(),
    }


@imports
class Products(RecordImporter):
    """Articles, told apart by their number."""

    entity = "products"
    permission = PERMISSION
    model = Product
    key = ("sku",)
    key_field = "sku"
    references = frozenset({"line"})
    rules = {
        "sku": values.text(80, required=True),
        "name": values.text(200, required=True),
        "line": values.text(60, required=True),
        "list_price": values.number(),
        "currency": values.currency(),
        "recurring": values.flag(),
        "active": values.flag(),
    }

    def begin(self) -> None:
        super().begin()
        self._lines = _Lines()

    def fill(self, record: Product, values: Values, *, is_new: bool) -> None:
        for name in self.fields - {"line", "currency"}:
            setattr(record, name, values[name])
        record.line_id = self._lines.id_of(values["line"])
        record.currency = _currency(values)
        checked_amount(record.list_price, "list_price", extra_digits=LINE_DIGITS, minimum=0)


@imports
class Actuals(RecordImporter):
    """Booked lines of revenue, told apart by the external id. Without a line the product's line is meant."""

    entity = "sales_actuals"
    permission = PERMISSION
    model = SalesActual
    key = ("external_id",)
    key_field = "external_id"
    references = frozenset({"partner", "line", "product"})
    rules = {
        "external_id": values.text(120, required=True),
        "partner": values.text(80, required=True),
        "line": values.text(60),
        "product": values.text(80),
        "booked_on": values.day(required=True),
        "amount": values.number(required=True),
        "currency": values.currency(),
        "quantity": values.number(),
        "kind": values.choice(SalesActual.Kind.values),
    }

    @classmethod
    def total(cls) -> str:
        currency = current_tenant().currency
        booked = SalesActual.objects.aggregate(sum=Sum("amount"), sellers=Count("partner", distinct=True))
        revenue = format_money(booked["sum"] or 0, currency)
        return f"{super().total()} of {booked['sellers']:,} partners, net revenue {revenue}"

    def begin(self) -> None:
        super().begin()
        self._partners = partners_by_external_id()
        self._lines = _Lines()
        products = Product.objects.values_list("sku", "pk", "line_id")
        self._products = {sku: (pk, line_id) for sku, pk, line_id in products}

    def checks(self) -> Iterable[Check]:
        return [
            (("partner",), partial(known_partner, self._partners)),
            (("product", "line"), self._what),
            (("booked_on",), _refuse_long_ago),
            (("amount",), _refuse_bad_line_amount),
            (("currency",), _currency),
        ]

    def fill(self, record: SalesActual, values: Values, *, is_new: bool) -> None:
        _refuse_long_ago(values)
        _refuse_bad_line_amount(values)
        record.external_id = values["external_id"]
        record.partner_id = known_partner(self._partners, values)
        record.product_id, record.line_id = self._what(values)
        record.booked_on, record.amount = values["booked_on"], values["amount"]
        record.currency = _currency(values)
        if "quantity" in values:
            record.quantity = values["quantity"]
        usual = SalesActual.Kind.SALE if record.amount >= 0 else SalesActual.Kind.CREDIT
        record.kind = values.get("kind") or usual

    def _what(self, values: Values) -> tuple[UUID | None, UUID]:
        """Product and line."""
        sku, code = values.get("product"), values.get("line")
        if sku and sku not in self._products:
            raise Invalid(f"There is no product {shown(sku)}.", field="product")
        if not sku and not code:
            raise Invalid("A product line or a product is needed.", field="line")
        product_id, line_id = self._products[sku] if sku else (None, None)
        return product_id, self._lines.id_of(code) if code else line_id  # type: ignore[return-value]


@imports
class Targets(RecordImporter):
    """Agreed revenue per partner and month, by line or in total; for a partner not both in one fiscal year."""

    entity = "targets"
    permission = PERMISSION
    model = Target
    key = ("partner", "month", "line")
    key_field = "month"
    references = frozenset({"partner", "line", "proposed_by", "confirmed_by"})
    rules = {
        "partner": values.text(80, required=True),
        "month": values.month(required=True),
        "line": values.text(60),
        "amount": values.number(required=True),
        "currency": values.currency(),
    }

    def begin(self) -> None:
        super().begin()
        self._partners = partners_by_external_id()
        self._lines = _Lines()
        self._start = current_tenant().fy_start_month
        self._kinds: dict[tuple[UUID, FiscalYear], bool] = {}

    def meet(self, rows: Sequence[Values]) -> None:
        ids = {self._partners.get(row["partner"]) for row in rows} - {None}
        months = {row["month"] for row in rows}
        years = {self._year(month) for month in months}
        first, last = min(year.start for year in years), max(year.end for year in years)
        found = Target.objects.filter(partner_id__in=ids, month__gte=first, month__lte=last)
        self.standing = {(t.partner_id, t.month, t.line_id): t for t in found}
        for target in found:
            self._kinds[target.partner_id, self._year(target.month)] = target.line_id is not None

    def checks(self) -> Iterable[Check]:
        return [
            (("partner",), partial(known_partner, self._partners)),
            (("line",), self._line),
            (("amount",), _refuse_bad_target),
            (("currency",), _currency),
        ]

    def _line(self, values: Values) -> UUID | None:
        return self._lines.id_of(values["line"]) if values.get("line") else None

    def _year(self, month: dt.date) -> FiscalYear:
        return FiscalYear.containing(month, self._start)

    def prepare(self, values: Values) -> tuple[Any, Any]:
        partner_id, line_id = known_partner(self._partners, values), self._line(values)
        year = self._year(values["month"])
        if self._kinds.setdefault((partner_id, year), line_id is not None) != (line_id is not None):
            raise Invalid(f"{year.label} has targets either by line or in total, not both.", field="line")
        _refuse_bad_target(values)
        target = self.standing.get((partner_id, values["month"], line_id))
        before = None if target is None else self.state_of(target)
        target = target or Target(partner_id=partner_id, month=values["month"], line_id=line_id)
        if before is None or target.amount != values["amount"]:
            target.amount, target.source = values["amount"], Target.Source.IMPORT
            target.proposed_by_id = target.confirmed_by_id = None
        target.currency = _currency(values)
        self.check(target)
        return self.fate_of(target, before), target
