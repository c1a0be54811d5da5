"""Product lines, products, and what is booked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from partners.models import Partner
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text
from sales.models import Product, ProductLine, SalesActual


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
