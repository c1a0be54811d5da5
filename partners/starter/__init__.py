"""What every new tenant begins with and may change: tiers, the first programme, questions on the profile."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from partners.models import ProfileQuestion, Program, ProgramTier, Tier
from partners.program_shape import parse

PROGRAM = Path(__file__).with_name("program.yaml")
QUESTIONS = Path(__file__).with_name("profile_questions.yaml")
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


def copy_profile_questions() -> int:
    """Copy the starter questions on the profile into the current tenant; those that are there already stay."""
    wanted = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    present = set(ProfileQuestion.objects.values_list("field", flat=True))
    new = [
        ProfileQuestion(
            field=question["field"],
            text=question["text"],
            roles=question.get("roles", []),
            order=(number + 1) * 10,
            refresh_months=question.get("months", 12),
        )
        for number, question in enumerate(wanted)
        if question["field"] not in present
    ]
    ProfileQuestion.objects.bulk_create(new)
    return len(new)
