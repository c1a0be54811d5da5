"""The way of an edition: drafted as a copy, put in use, retired. Only one is in use at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import ProtectedError

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from scorecards.bank_fields import EDITION, read_lenses, values_of
from scorecards.bank_shape import Built, build
from scorecards.bank_sheets import read_sheets
from scorecards.bank_yaml import read_yaml
from scorecards.models import Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.queries import contents_of, missing_in

PARTS: tuple[Any, ...] = (Category, Topic, Question, Option, Resource)
PARENTS = ("category", "topic", "question")


class NotADraft(Conflict):
    """Only a draft can be changed. Copy this edition and change the copy."""

    code = "not_a_draft"


class NotReady(Invalid):
    """This edition cannot be put in use yet."""

    code = "not_ready"


class PartInUse(Conflict):
    """Answers refer to this part of the questionnaire, so it stays."""

    code = "part_in_use"


@transaction.atomic
def draft_bank(source: QuestionBank, *, by: Membership | None, name: str = "") -> QuestionBank:
    """Copy an edition, whatever its state, to the next draft. Codes stay, so that the two can be compared."""
    require(by, "scorecards.edit_bank", source)
    title = clean_text(name, field="name", max_length=160) or source.name
    kept = ("code", "green_from", "yellow_from", "min_peers", "peer_months", "lenses")
    draft = QuestionBank.objects.create(
        name=title, edition=next_edition(source.code), **{field: getattr(source, field) for field in kept}
    )
    copies: dict[UUID, UUID] = {}
    for model in PARTS:
        model.objects.bulk_create([_copy(part, draft, copies) for part in _parts(model, source)])
    return record(draft, "bank.drafted", by=by, vendor_only=True, edition=draft.edition, source=source.edition)


def next_edition(code: str) -> int:
    """The number of the next edition under this code."""
    editions = QuestionBank.objects.select_for_update().filter(code=code).order_by("-edition")
    last = editions.values_list("edition", flat=True).first()
    return 1 if last is None else last + 1


def _parts(model: Any, bank: QuestionBank) -> Any:
    return model.objects.filter(question__bank=bank) if model is Option else model.objects.filter(bank=bank)


def _copy(part: Any, draft: QuestionBank, copies: dict[UUID, UUID]) -> Any:
    values = {f.attname: getattr(part, f.attname) for f in part._meta.local_concrete_fields}
    for stamped in ("version", "created_at", "updated_at"):
        del values[stamped]
    copies[part.pk] = values["id"] = uuid4()
    if "bank_id" in values:
        values["bank_id"] = draft.pk
    for parent in PARENTS:
        if f"{parent}_id" in values:
            values[f"{parent}_id"] = copies[values[f"{parent}_id"]]
    return type(part)(**values)


@transaction.atomic
def import_bank(content: bytes, *, by: Membership | None, kind: str, name: str = "") -> QuestionBank:
    """Make the next draft from a file (`yaml` or `xlsx`) in the shape of an export: all of it, or nothing."""
    require(by, "scorecards.edit_bank")
    built = build(read_sheets(content) if kind == "xlsx" else read_yaml(content))
    bank = built.bank
    bank.name = clean_text(name, field="name", max_length=160) or bank.name
    save_built(built)
    return record(bank, "bank.imported", by=by, vendor_only=True, edition=bank.edition, name=bank.name)


def save_built(built: Built) -> QuestionBank:
    """Keep what a file described as the next edition under its code."""
    built.bank.edition = next_edition(built.bank.code)
    built.bank.save()
    for model in PARTS:
        model.objects.bulk_create([part for part in built.parts if type(part) is model])
    return built.bank


@transaction.atomic
def edit_bank(
    bank: QuestionBank, /, *, by: Membership | None, seen_version: int | None = None, **values: Any
) -> QuestionBank:
    """Change name, colours, peers and lenses of a draft; what is not named stays."""
    require(by, "scorecards.edit_bank", bank)
    open_draft(bank)
    touch(bank, seen_version=seen_version)
    lenses = values.pop("lenses", None)
    changed = values_of(EDITION, values)
    if lenses is not None:
        changed["lenses"] = _lenses(bank, lenses)
    for field, value in changed.items():
        setattr(bank, field, value)
    if bank.yellow_from >= bank.green_from:
        raise Invalid("Yellow begins below green.", field="yellow_from")
    bank.save(update_fields=[*changed, "updated_at"])
    return record(bank, "bank.edited", by=by, vendor_only=True, edition=bank.edition, fields=sorted(changed))


def _lenses(bank: QuestionBank, wanted: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Lenses as kept. A lens keeps its code when it is renamed; one that topics use cannot be taken away."""
    found = read_lenses(wanted)
    left = {lens["id"] for lens in found}
    used = Topic.objects.filter(bank=bank).exclude(lens="").exclude(lens__in=left).values_list("name", "lens").first()
    if used is not None:
        names = {lens["id"]: lens["name"] for lens in bank.lenses}
        raise Invalid(f"The lens {names.get(used[1], used[1])} is used by “{used[0]}”.", field="lenses")
    return found


@transaction.atomic
def activate_bank(bank: QuestionBank, *, by: Membership | None) -> QuestionBank:
    """Put a draft in use and fix it; the edition in use until now retires. Scorecards in progress keep theirs."""
    require(by, "scorecards.activate_bank", bank)
    open_draft(bank)
    missing = missing_in(contents_of(bank))
    if missing:
        raise NotReady(" ".join(missing[:5]))
    for before in QuestionBank.objects.filter(state=QuestionBank.State.ACTIVE):
        move(before, QuestionBank.State.RETIRED)
    move(bank, QuestionBank.State.ACTIVE)
    bank.activated_at = clock.now()
    bank.save(update_fields=["activated_at", "updated_at"])
    return record(bank, "bank.activated", by=by, vendor_only=True, edition=bank.edition, name=bank.name)


@transaction.atomic
def retire_bank(bank: QuestionBank, *, by: Membership | None) -> QuestionBank:
    """Take the edition in use out of use. No scorecard can be started until another one is in use."""
    require(by, "scorecards.activate_bank", bank)
    move(bank, QuestionBank.State.RETIRED)
    return record(bank, "bank.retired", by=by, vendor_only=True, edition=bank.edition, name=bank.name)


@transaction.atomic
def remove_bank(bank: QuestionBank, *, by: Membership | None) -> QuestionBank:
    """Delete a draft for good; editions that were in use stay."""
    require(by, "scorecards.edit_bank", bank)
    open_draft(bank)
    record(bank, "bank.removed", by=by, vendor_only=True, edition=bank.edition, name=bank.name)
    with nothing_refers_to_it():
        for model in reversed(PARTS):
            _parts(model, bank).delete()
        QuestionBank.objects.filter(pk=bank.pk).delete()
    return bank


@contextmanager
def nothing_refers_to_it() -> Iterator[None]:
    """What answers refer to stays, whatever state its edition is in."""
    try:
        yield
    except ProtectedError as error:
        raise PartInUse() from error


def open_draft(bank: QuestionBank) -> None:
    """Hold a draft for a change, so that changing it and putting it in use exclude each other."""
    standing = QuestionBank.objects.select_for_update().get(pk=bank.pk)
    if standing.state != QuestionBank.State.DRAFT:
        raise NotADraft()
    bank.state, bank.version = standing.state, standing.version


def new_code(bank: QuestionBank, model: Any, text: str, *, numbered: bool = False) -> str:
    """A code from a name that no edition has used yet: an old code would make two things look comparable."""
    stem = "".join(c if c.isascii() and c.isalnum() else "_" for c in text.lower())
    stem = "_".join(filter(None, stem.split("_")))[:40] or model._meta.model_name
    taken = set(model.objects.filter(bank__code=bank.code, code__startswith=stem).values_list("code", flat=True))
    codes = (stem if n == 1 and not numbered else f"{stem}_{n}" for n in range(1, 100_000))
    return next(code for code in codes if code not in taken)


def count_options(codes: list[str]) -> dict[str, int]:
    """Of questions by code: the highest number an option `o7` ever had in any edition."""
    highest: dict[str, int] = defaultdict(int)
    for question, code in Option.objects.filter(question__code__in=codes).values_list("question__code", "code"):
        if code[:1] == "o" and code[1:].isascii() and code[1:].isdigit():
            highest[question] = max(highest[question], int(code[1:]))
    return highest
