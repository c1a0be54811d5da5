"""What the programme lends: how its versions are planted for the proof of isolation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prm.kernel.isolation.planting import lend_sample


@lend_sample("partners.Program")
def planted_program(row: dict[str, Any]) -> dict[str, Any]:
    """A version that is planted as published has a first day."""
    return {"valid_from": dt.date(2000, 1, 1)} if row["state"] == "published" else {}
