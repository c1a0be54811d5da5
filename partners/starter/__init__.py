"""The starter programme: the tiers and the first version that every new tenant begins with and may change."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from partners.models import Program, ProgramTier, Tier
from partners.program_shape import parse

PROGRAM = Path(__file__).with_name("program.yaml")
SINCE = dt.date(2000, 1, 1)  # before all history, so that every day has a version


def copy_program() -> int:
    """Give the current tenant the starter tiers it lacks, and the first version if it has none at all.

    Returns how many tiers were new.
    """
    shape = parse(PROGRAM.read_text(encoding="utf-8"))
    present = set(Tier.objects.values_list("code", flat=True))
    new = [tier for tier in shape.tiers if tier.code not in present]
    Tier.objects.bulk_create(Tier(code=t.code, name=t.name, level=t.level, kind=t.kind) for t in new)
    if Program.objects.exists():
        return len(new)
    held = {tier.code: tier for tier in Tier.objects.all()}
    settings = {name: held.get(value) if name in ("entry_resale", "entry_referral") else value
                for name, value in shape.settings.items()}  # fmt: skip
    program = Program.objects.create(name=shape.name, state=Program.State.PUBLISHED, valid_from=SINCE, **settings)
    ProgramTier.objects.bulk_create(
        ProgramTier(program=program, tier=held[t.code], requirements=t.requirements, **t.benefits) for t in shape.tiers
    )
    return len(new)
