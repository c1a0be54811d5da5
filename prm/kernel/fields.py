"""Column types with the rules of the house built in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from prm.kernel.errors import Invalid
from prm.kernel.text import clean_text


class TextField(models.CharField):
    """Text that has gone through the one normaliser; empty string when there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)

    def clean(self, value: Any, model_instance: Any) -> Any:
        if isinstance(value, str):
            try:
                value = clean_text(value)
            except Invalid as error:
                raise ValidationError(str(error), code=error.code) from error
        return super().clean(value, model_instance)


class SealedField(models.TextField):
    """What `sealing.seal` has written: after a change of keys `manage.py reseal` finds every column of this kind."""

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class NumericField(models.DecimalField):
    """`numeric` without a scale: Postgres never rounds on its own; constraints say what may be stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 30)
        kwargs.setdefault("decimal_places", 12)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, float):
            raise TypeError(f"{self.name}: a float has no place in money, rates and scores")
        return super().get_db_prep_value(value, connection, prepared)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # The stock field would quantize to decimal_places and so pad every amount with zeros.
        if value is None or hasattr(value, "as_sql"):
            return value
        if isinstance(value, float):
            raise TypeError(f"{self.name}: a float has no place in money, rates and scores")
        return Decimal(value)


def amount_rules(
    table: str, field: str, *, currency: str = "currency", minimum: int | None = None, extra_digits: int = 0
) -> list[models.CheckConstraint]:
    """Constraints of a money column: not NaN, below 1e12, no more decimals than its currency has.

    `extra_digits` allows more decimals for line items that are rounded late; `minimum=0` forbids negatives.
    """
    places = models.Func(models.F(currency), function="app.currency_scale", output_field=models.IntegerField())
    rounded = models.Func(
        models.F(field), places + models.Value(extra_digits), function="round", output_field=NumericField()
    )
    rules = [
        models.CheckConstraint(
            name=f"{table}_{field}_is_money",
            condition=models.Q(**{f"{field}__lt": Decimal("1e12"), f"{field}__gt": Decimal("-1e12"), field: rounded}),
        )
    ]
    if minimum is not None:
        rules.append(
            models.CheckConstraint(
                name=f"{table}_{field}_from_{minimum}", condition=models.Q(**{f"{field}__gte": Decimal(minimum)})
            )
        )
    return rules


def CodesField(**kwargs: Any) -> ArrayField:
    """A short list of codes (regions, roles, verticals)."""
    kwargs.setdefault("default", list)
    kwargs.setdefault("blank", True)
    return ArrayField(models.CharField(max_length=60), **kwargs)
