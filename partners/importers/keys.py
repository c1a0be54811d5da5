"""How rows of files name partners, and who may bring them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from partners.models import (
    Partner,
)
from prm.kernel.errors import Invalid
from prm.kernel.imports.problems import shown

PERMISSION = "partners.import_data"


class UnknownPartner(Invalid):
    """There is no partner with this external id."""

    code = "unknown_partner"

    def __init__(self, external_id: str, field: str = "partner") -> None:
        super().__init__(f"There is no partner with the external id {shown(external_id)}.", field=field)


def partners_by_external_id() -> dict[str, UUID]:
    """The id of a merged partner leads to the one that was kept."""
    rows = Partner.with_merged.exclude(external_id="").values_list("external_id", "pk", "merged_into")
    return {external_id: merged_into or pk for external_id, pk, merged_into in rows}


def known_partner(partners: Mapping[str, UUID], values: Mapping[str, Any]) -> UUID:
    """The partner of a row, by its external id."""
    found = partners.get(values["partner"])
    if found is None:
        raise UnknownPartner(values["partner"])
    return found
