"""Versions of the programme: drafted, compared, published from a day on. A published version never changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from partners.models import BENEFIT_FIELDS, Partner, Program, ProgramTier, Tier
from partners.program_shape import TierShape, checked_benefits, checked_requirements, parse
from partners.queries.program import ladder_of
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text

SETTINGS = ("entry_resale", "entry_referral", "entry_months", "demotion_notice_days", "override_max_months")


class NotADraft(Conflict):
    """Only a draft can be changed. Copy this version and change the copy."""

    code = "not_a_draft"


class CannotPublish(Invalid):
    """This version cannot be published."""

    code = "cannot_publish"


class DayIsTaken(Conflict):
    """Another version is published for that day already."""

    code = "day_is_taken"


@transaction.atomic
def draft_program(source: Program, *, by: Membership | None, name: str = "") -> Program:
    """Copy a version, whatever its state, to a new draft."""
    require(by, "partners.edit_program", source)
    title = clean_text(name, field="name", max_length=120) or f"Copy of {source.name}"[:120]
    draft = Program(name=title, **{setting: getattr(source, setting) for setting in SETTINGS})
    draft.save()
    for rung in ProgramTier.objects.filter(program=source).select_related("tier"):
        values = {field: getattr(rung, field) for field in ("tier", "requirements", *BENEFIT_FIELDS)}
        ProgramTier.objects.create(program=draft, **values)
    return record(draft, "program.drafted", by=by, vendor_only=True, name=draft.name, source=source.name)


@transaction.atomic
def import_program(text: str, *, by: Membership | None, name: str = "") -> Program:
    """Make a draft from YAML in the shape of a programme file. Tiers nobody knows yet are added above the others."""
    require(by, "partners.edit_program")
    shape = parse(text)
    held = {tier.code: tier for tier in Tier.objects.order_by("level")}
    for wanted in sorted(shape.tiers, key=lambda tier: tier.level):
        if wanted.code not in held:
            held[wanted.code] = _new_tier(wanted.code, wanted.name, wanted.kind)
    order = [held[t.code].level for t in sorted(shape.tiers, key=lambda tier: tier.level)]
    if order != sorted(order):
        raise Invalid("The file orders the tiers otherwise than the ladder partners are on.", field="file")
    settings = {
        key: held.get(value) if key in ("entry_resale", "entry_referral") else value
        for key, value in shape.settings.items()
    }
    title = clean_text(name, field="name", max_length=120) or shape.name or "Imported program"
    draft = Program.objects.create(name=title, **settings)
    for tier in shape.tiers:
        _checked(ProgramTier(program=draft, tier=held[tier.code], **_columns(tier))).save()
    return record(draft, "program.imported", by=by, vendor_only=True, name=draft.name)


@transaction.atomic
def edit_program(program: Program, *, by: Membership | None, seen_version: int | None = None, **values: Any) -> Program:
    """Change name and evaluation settings of a draft."""
    require(by, "partners.edit_program", program)
    _open(program, seen_version)
    if "name" in values:
        values["name"] = clean_text(values["name"], field="name", max_length=120)
        if not values["name"]:
            raise Invalid("A version needs a name.", field="name")
    limits = {"entry_months": (0, 60), "demotion_notice_days": (0, 366), "override_max_months": (1, 60)}
    for field, value in values.items():
        if field not in ("name", *SETTINGS):
            raise Invalid(f"There is no setting {field}.", field=field)
        low, high = limits.get(field, (0, 0))
        if field in limits and not low <= value <= high:
            raise Invalid(f"From {low} to {high}.", field=field)
        setattr(program, field, value)
    program.save(update_fields=[*values, "updated_at"])
    return record(program, "program.edited", by=by, vendor_only=True, name=program.name, fields=sorted(values))


@transaction.atomic
def add_program_tier(
    program: Program,
    *,
    by: Membership | None,
    tier: Tier | None = None,
    code: str = "",
    name: str = "",
    kind: str = Tier.Kind.RESALE,
) -> ProgramTier:
    """Add a tier to a draft: one that partners may hold already, or a new one above all others."""
    require(by, "partners.edit_program", program)
    _open(program)
    if tier is None:
        text = clean_text(code, field="code", max_length=40).lower()
        if not text or not text.replace("_", "").replace("-", "").isalnum() or not text.isascii():
            raise Invalid("A code of letters, digits and underscores, such as diamond.", field="code")
        if Tier.objects.filter(code=text).exists():
            raise Invalid("There is a tier of that code already.", field="code")
        tier = _new_tier(text, clean_text(name, field="name", max_length=80), kind)
    if ProgramTier.objects.filter(program=program, tier=tier).exists():
        raise Invalid(f"{tier.name} is in this version already.", field="tier")
    rung = ProgramTier.objects.create(program=program, tier=tier)
    record(program, "program.tier_added", by=by, vendor_only=True, tier=tier.name)
    return rung


@transaction.atomic
def edit_program_tier(
    rung: ProgramTier,
    *,
    by: Membership | None,
    seen_version: int | None = None,
    requirements: Any = None,
    **benefits: Any,
) -> ProgramTier:
    """Change what a tier of a draft asks and gives; what is not named stays."""
    require(by, "partners.edit_program", rung.program)
    _open(rung.program)
    touch(rung, seen_version=seen_version)
    if requirements is not None:
        rung.requirements = checked_requirements(requirements)
    for field, value in checked_benefits(benefits).items():
        setattr(rung, field, value)
    _checked(rung).save()
    record(rung.program, "program.tier_edited", by=by, vendor_only=True, tier=rung.tier.name)
    return rung


@transaction.atomic
def remove_program_tier(rung: ProgramTier, *, by: Membership | None) -> Program:
    """Take a tier out of a draft."""
    require(by, "partners.edit_program", rung.program)
    _open(rung.program)
    program, tier = rung.program, rung.tier
    for field in ("entry_resale", "entry_referral"):
        if getattr(program, f"{field}_id") == tier.pk:
            setattr(program, field, None)
            program.save(update_fields=[field, "updated_at"])
    rung.delete()
    return record(program, "program.tier_removed", by=by, vendor_only=True, tier=tier.name)


@transaction.atomic
def publish_program(program: Program, *, by: Membership | None, valid_from: dt.date) -> Program:
    """Let a draft be the programme from a day on, today at the earliest. Days before keep the version they had."""
    require(by, "partners.publish_program", program)
    if valid_from < clock.today():
        raise CannotPublish("From today at the earliest: the past is never rewritten.", field="valid_from")
    _open(program)
    ladder = ladder_of(program)
    if not ladder.rungs:
        raise CannotPublish("A program needs at least one tier.")
    included = {rung.id for rung in ladder.rungs}
    for entry in (program.entry_resale, program.entry_referral):
        if entry is not None and entry.pk not in included:
            raise CannotPublish(f"New partners enter with {entry.name}, which is not in this version.")
    left_out = Partner.objects.exclude(tier=None).exclude(tier__in=included).exclude(state="terminated")
    orphan = left_out.select_related("tier").order_by("tier__level").first()
    if orphan is not None and orphan.tier is not None:
        count = left_out.filter(tier=orphan.tier).count()
        raise CannotPublish(f"{count} of your partners hold {orphan.tier.name}, which is not in this version.")
    if Program.objects.filter(state="published", valid_from=valid_from).exists():
        raise DayIsTaken(field="valid_from")
    program.valid_from, program.published_at, program.published_by = valid_from, clock.now(), by
    program.save(update_fields=["valid_from", "published_at", "published_by", "updated_at"])
    move(program, Program.State.PUBLISHED)
    return record(program, "program.published", by=by, vendor_only=True, name=program.name, valid_from=valid_from)


@transaction.atomic
def withdraw_program(program: Program, *, by: Membership | None) -> Program:
    """Put a draft aside, or take back a published version before its first day."""
    is_published = program.state == Program.State.PUBLISHED
    require(by, "partners.publish_program" if is_published else "partners.edit_program", program)
    if is_published and program.valid_from is not None and program.valid_from <= clock.today():
        raise NotADraft("This version is or was in force. Publish another one instead.")
    move(program, Program.State.WITHDRAWN)
    return record(program, "program.withdrawn", by=by, vendor_only=True, name=program.name)


def _open(program: Program, seen_version: int | None = None) -> None:
    """Hold a draft for a change, so that publishing and editing exclude each other, and count its version up."""
    standing = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    if standing.state != Program.State.DRAFT:
        raise NotADraft()
    program.version = standing.version
    touch(program, seen_version=seen_version)


def _new_tier(code: str, name: str, kind: str) -> Tier:
    highest = Tier.objects.order_by("-level").values_list("level", flat=True).first()
    return Tier.objects.create(
        code=code, name=name or code.capitalize(), kind=kind, level=0 if highest is None else highest + 1
    )


def _columns(tier: TierShape) -> dict[str, Any]:
    return {"requirements": tier.requirements, **tier.benefits}


def _checked(rung: ProgramTier) -> ProgramTier:
    """What the database would refuse, said in words."""
    for field in ("base_discount", "registration_discount", "mdf_vendor_share", "mdf_prepay_max_share"):
        if not 0 <= getattr(rung, field) <= 1:
            raise Invalid("A share from 0 to 1: write 0.15 for 15 %.", field=field)
    if rung.base_discount + rung.registration_discount > 1:
        raise Invalid("Both discounts together are at most 1.", field="registration_discount")
    for field in ("mdf_activity_cap", "mdf_quarter_cap"):
        cap = getattr(rung, field)
        if cap is not None and not 0 <= cap < 1_000_000_000_000:
            raise Invalid("An amount of 0 or more.", field=field)
    return rung
