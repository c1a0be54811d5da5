"""The starter programme: the tiers that every new tenant begins with and may change."""

from __future__ import annotations

from pathlib import Path

import yaml

from partners.models import Tier

PROGRAM = Path(__file__).with_name("program.yaml")


def copy_program() -> int:
    """Copy the starter tiers into the current tenant; those that are there already stay. Returns how many were new."""
    wanted = yaml.safe_load(PROGRAM.read_text(encoding="utf-8"))["tiers"]
    present = set(Tier.objects.values_list("code", flat=True))
    new = [
        Tier(
            code=tier["id"],
            name=tier["name"],
            level=tier["level"],
            kind=tier["kind"],
            requirements=tier["requirements"],
            benefits=tier["benefits"],
        )
        for tier in wanted
        if tier["id"] not in present
    ]
    Tier.objects.bulk_create(new)
    return len(new)
