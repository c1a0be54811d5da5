"""Territories and towns from files."""

from __future__ import annotations

from typing import Any

from partners.importers.keys import PERMISSION
from partners.models import (
    Place,
    Territory,
)
from prm.kernel.errors import Invalid
from prm.kernel.imports import values
from prm.kernel.imports.registry import RecordImporter, Values, imports
from prm.kernel.text import sort_key


@imports
class Territories(RecordImporter):
    """Sales territories, told apart by their code."""

    entity = "territories"
    permission = PERMISSION
    is_undoable = True
    model = Territory
    key = ("code",)
    key_field = "code"
    rules = {
        "code": values.text(60, required=True),
        "name": values.text(120, required=True),
        "country": values.country(),
        "region": values.text(80),
    }


@imports
class Places(RecordImporter):
    """Towns with their coordinates, by which the locator finds partners within a radius."""

    entity = "places"
    permission = PERMISSION
    model = Place
    key = ("external_id",)
    key_field = "external_id"
    rules = {
        "external_id": values.text(40, required=True),
        "name": values.text(120, required=True),
        "country": values.country(required=True),
        "latitude": values.number(required=True),
        "longitude": values.number(required=True),
        "population": values.count(),
    }

    def fill(self, record: Any, given: Values, *, is_new: bool) -> None:
        super().fill(record, given, is_new=is_new)
        if abs(record.latitude) > 90:
            raise Invalid("A latitude lies between -90 and 90.", field="latitude")
        if abs(record.longitude) > 180:
            raise Invalid("A longitude lies between -180 and 180.", field="longitude")
        record.population = record.population or 0
        record.sort_name = sort_key(record.name)
