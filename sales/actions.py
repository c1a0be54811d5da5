"""What changes targets and bookings, and the product lines they are made in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.money import fits_currency
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text
from sales.models import Product, ProductLine, SalesActual, Target


@transaction.atomic
def add_line(code: str, name: str, *, by: Membership | None) -> ProductLine:
    """Add a product line; the code is its identity."""
    line, _ = ProductLine.objects.get_or_create(code=clean_text(code), defaults={"name": clean_text(name)})
    return line


@transaction.atomic
def add_product(sku: str, name: str, line: ProductLine, *, by: Membership | None, **fields: Any) -> Product:
    """Add an article to a line."""
    defaults = {"name": clean_text(name), "line": line, "currency": current_tenant().currency, **fields}
    product, _ = Product.objects.get_or_create(sku=clean_text(sku), defaults=defaults)
    return product


@transaction.atomic
def set_targets(
    partner: Partner, amounts: Mapping[dt.date, Decimal], *, by: Membership | None, line: ProductLine | None = None
) -> Partner:
    """Agree net revenue per month (first of the month to amount); what was agreed for those months is replaced."""
    require(by, "sales.set_target", partner)
    currency = current_tenant().currency
    for month, amount in amounts.items():
        if month.day != 1:
            raise Invalid("A target is set for a month: give its first day.", field="month")
        if not amount.is_finite() or amount < 0 or not fits_currency(amount, currency):
            raise Invalid(f"{amount} is no amount in {currency}.", field="amount")
    Target.objects.filter(partner=partner, line=line, month__in=amounts).delete()
    Target.objects.bulk_create(
        Target(partner=partner, line=line, month=month, amount=amount, currency=currency)
        for month, amount in amounts.items()
    )
    months = {month.isoformat(): amount for month, amount in sorted(amounts.items())}
    return record(partner, "targets.set", by=by, line=line.code if line else None, months=months)


@transaction.atomic
def book_actuals(partner: Partner, bookings: list[dict[str, Any]], *, by: Membership | None) -> list[SalesActual]:
    """Book lines of net revenue: `booked_on`, `amount`, `line`, and optionally `product`, `quantity`, `external_id`."""
    require(by, "sales.book_actual", partner)
    currency = current_tenant().currency
    rows = SalesActual.objects.bulk_create(
        SalesActual(partner=partner, currency=currency, kind=_kind_of(booking["amount"]), **booking)
        for booking in bookings
    )
    total = sum((row.amount for row in rows), Decimal(0))
    record(partner, "actuals.booked", by=by, lines=len(rows), total=total)
    return rows


def _kind_of(amount: Decimal) -> str:
    return SalesActual.Kind.SALE if amount >= 0 else SalesActual.Kind.CREDIT
