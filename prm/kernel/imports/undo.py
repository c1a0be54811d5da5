"""Taking an import back: new records go, changed ones get their former values; what was changed since stays."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.events import record, record_many
from prm.kernel.imports.journal import differs, is_removal, put_back, revived
from prm.kernel.imports.registry import Importer, importer_of, importers
from prm.kernel.imports.run import take_turn
from prm.kernel.models import Event, ImportBatch, ImportChange, Membership
from prm.kernel.models.imports import UNDO_DAYS
from prm.kernel.policies import permits, require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.models import CurrentTenant

Stays = ImportChange.Stays


class NotUndoable(Conflict):
    """What this kind of file brought cannot be taken back here. Import the right values again."""

    code = "not_undoable"


class ImportTooOld(Conflict):
    """An import can be taken back for thirty days; this one is older."""

    code = "too_late"


class ImportAlreadyUndone(Conflict):
    """This import was taken back already."""

    code = "already_undone"


class NothingLeft(Conflict):
    """Everything that this file brought was changed since, so nothing of it can be taken back."""

    code = "nothing_left"


class FormerValueTaken(Conflict):
    """A former value belongs to another record by now, so nothing was taken back."""

    code = "former_value_taken"


@dataclass
class Weighed:
    """What taking an import back would do, by what is true now."""

    going: list[tuple[ImportChange, Any]] = field(default_factory=list)  # with the record
    staying: list[ImportChange] = field(default_factory=list)  # why, and by whom, if that is known; one per record
    removed: int = 0
    restored: int = 0


def refuse_undo(batch: ImportBatch) -> None:
    """Raises the reason why an import cannot be taken back at all."""
    if batch.undone_at is not None:
        raise ImportAlreadyUndone()
    if batch.state != ImportBatch.State.APPLIED:
        raise NotUndoable("Nothing of this file came in, so there is nothing to take back.")
    importer = importers().get(batch.entity)
    if importer is None or not importer.is_undoable:
        raise NotUndoable()
    if not batch.is_noted:
        raise NotUndoable("This file came in before changes were noted record by record, so it cannot be taken back.")
    if clock.now() > batch.ends_at:
        raise ImportTooOld()
    if not batch.created + batch.updated:
        raise NothingLeft("This file changed nothing, so there is nothing to take back.")


@transaction.atomic
def undo_import(batch: ImportBatch, *, by: Membership) -> ImportBatch:
    """Take back what a file brought; records that were changed since stay as they are and are named."""
    require(by, "kernel.undo_import", batch)
    refuse_undo(batch)
    importer = importer_of(batch.entity)
    require(by, importer.permission)
    take_turn(current_tenant(), by)
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    refuse_undo(batch)
    weighed = weigh(batch, hold=True)
    if not weighed.going:
        raise NothingLeft()
    try:
        with transaction.atomic():
            _take_back(importer, weighed)
            connection.check_constraints()
    except IntegrityError as error:
        raise FormerValueTaken() from error
    batch.undone_at, batch.undone_by = clock.now(), by
    batch.save(update_fields=["undone_at", "undone_by", "updated_at"])
    batch.changes.exclude(pk__in=[change.pk for change in weighed.staying]).delete()
    ImportChange.objects.bulk_update(weighed.staying, ["stays", "title", "later_by", "later_at"], batch_size=500)
    batch.changes.update(before={}, after={})
    if importer.undone_event:
        whole = [row for change, row in weighed.going if isinstance(row, importer.model)]
        record_many(whole, importer.undone_event, by=by, data=lambda row: {"file": batch.file_name})
    return record(
        batch,
        "import.undone",
        by=by,
        file=batch.file_name,
        removed=weighed.removed,
        restored=weighed.restored,
        kept=len(weighed.staying),
    )


def why_not_undo(batch: ImportBatch) -> str:
    """Why an import cannot be taken back at all, in a sentence; empty when it can be tried."""
    try:
        refuse_undo(batch)
    except Conflict as refusal:
        return str(refusal)
    return ""


def may_undo(batch: ImportBatch, member: Membership) -> bool:
    importer = importers().get(batch.entity)
    return permits(member, "kernel.undo_import", batch) and (importer is None or permits(member, importer.permission))


def weigh(batch: ImportBatch, *, hold: bool = False) -> Weighed:
    """What can be taken back and what was changed since. `hold` locks the records, in the order of their ids."""
    importer = importer_of(batch.entity)
    changes = list(batch.changes.order_by("pk"))
    rows = _rows_of(changes, hold=hold)
    for change in changes:
        if is_removal(change):
            rows.setdefault(change.record_id, revived(apps.get_model(change.model), change))
    why: dict[UUID, Stays] = {}
    for change in changes:
        row = rows.get(change.record_id)
        if row is None:
            why[change.pk] = Stays.GONE
        elif differs(row, change.after):
            why[change.pk] = Stays.CHANGED
    for pk in importer.changed_since([(c, rows[c.record_id]) for c in changes if c.pk not in why]):
        why[pk] = Stays.CHANGED
    for pk in importer.ended([(c, rows[c.record_id]) for c in changes if c.pk not in why]):
        why[pk] = Stays.ENDED
    _keep_used(importer, changes, rows, why)
    out = Weighed(going=[(c, rows[c.record_id]) for c in changes if c.pk not in why])
    out.removed = sum(1 for c, row in out.going if c.is_new and isinstance(row, importer.model))
    out.restored = len({importer.whole_of(row) for c, row in out.going if not c.is_new})
    out.staying = _named(importer, batch, [(c, rows.get(c.record_id)) for c in changes if c.pk in why], why)
    return out


def forget_changes() -> int:
    """Former values, and the names of people, are kept no longer than an import can be taken back."""
    before = clock.now() - dt.timedelta(days=UNDO_DAYS + 1)
    return ImportChange.objects.filter(batch__finished_at__lt=before).delete()[0]


# --- weighing --------------------------------------------------------------------------------------------


def _rows_of(changes: Iterable[ImportChange], *, hold: bool) -> dict[UUID, Any]:
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for change in changes:
        wanted[change.model].append(change.record_id)
    found: dict[UUID, Any] = {}
    for label, ids in wanted.items():
        rows = _all(apps.get_model(label)).filter(pk__in=ids).order_by("pk")
        found |= {row.pk: row for row in (rows.select_for_update(of=("self",)) if hold else rows)}
    return found


def _all(model: Any) -> QuerySet:
    """All rows of the tenant, also those that the usual manager leaves out."""
    return model._base_manager.filter(tenant=CurrentTenant())


def _keep_used(
    importer: type[Importer], changes: list[ImportChange], rows: dict[UUID, Any], why: dict[UUID, Stays]
) -> None:
    """Keep new records that something refers to, and the parts of a whole together, until nothing is added."""
    new = {c.record_id: c for c in changes if c.is_new}
    grew = True
    while grew:
        going = {pk: c for pk, c in new.items() if c.pk not in why}
        kept = set(_used(importer, going))
        for pk in going:
            whole = importer.whole_of(rows[pk])
            if whole != pk and whole in new and new[whole].pk in why:
                kept.add(pk)
        why |= {new[pk].pk: Stays.USED for pk in kept}
        grew = bool(kept)


def _used(importer: type[Importer], going: dict[UUID, ImportChange]) -> Iterator[UUID]:
    ids: dict[str, list[UUID]] = defaultdict(list)
    for pk, change in going.items():
        ids[change.model].append(pk)
    for label, mine in ids.items():
        model = apps.get_model(label)
        uses = [
            Exists(
                _all(link.related_model)
                .filter(**{link.field.attname: OuterRef("pk")})
                .exclude(pk__in=ids.get(link.related_model._meta.label, ()))
            )
            for link in model._meta.get_fields(include_hidden=True)
            if link.auto_created and not link.concrete and not importer.goes_along(link.related_model)
        ]
        if uses:
            yield from _all(model).filter(pk__in=mine).filter(reduce(or_, uses)).values_list("pk", flat=True)


def _named(
    importer: type[Importer], batch: ImportBatch, changes: list[tuple[ImportChange, Any]], why: dict[UUID, Stays]
) -> list[ImportChange]:
    """One line per record that stays, with its name and who was last at it."""
    wholes = {importer.whole_of(row) for _, row in changes if row is not None}
    names = {row.pk: str(row) for row in _all(importer.model).filter(pk__in=wholes)}
    last = _last_at(wholes, batch.finished_at)
    out: dict[UUID, ImportChange] = {}
    for change, row in changes:
        pk = change.record_id if row is None else importer.whole_of(row)
        reason = why[change.pk]
        if pk in out and out[pk].stays != Stays.USED:
            continue
        change.stays, change.title = reason, names.get(pk) or str(change.after.get("name", ""))
        if pk in last:
            change.later_by, change.later_at = last[pk].actor, last[pk].at
        out[pk] = change
    return sorted(out.values(), key=lambda change: change.title.casefold())


def _last_at(wholes: Iterable[UUID], since: dt.datetime) -> dict[UUID, Event]:
    """By record, what a person did last at it, or at what belongs to it."""
    found: dict[UUID, Event] = {}
    later = Event.objects.filter(at__gt=since).exclude(actor=None).select_related("actor__user")
    for name in ("partner_id", "subject_id"):
        events = later.filter(**{f"{name}__in": wholes}).order_by(name, "-at").distinct(name)
        for event in events:
            pk = getattr(event, name)
            if pk not in found or found[pk].at < event.at:
                found[pk] = event
    return found


# --- taking back -----------------------------------------------------------------------------------------


def _take_back(importer: type[Importer], weighed: Weighed) -> None:
    gone: dict[Any, list[UUID]] = defaultdict(list)
    former: dict[Any, list[Any]] = defaultdict(list)
    back: dict[Any, list[Any]] = defaultdict(list)
    columns: dict[Any, set[str]] = defaultdict(set)
    for change, row in weighed.going:
        model = type(row)
        if is_removal(change):
            back[model].append(row)
            continue
        if change.is_new:
            gone[model].append(row.pk)
            continue
        columns[model] |= put_back(row, change)
        row.version += 1
        row.updated_at = timezone.now()
        former[model].append(row)
    for model, rows in former.items():
        model._base_manager.bulk_update(rows, sorted({*columns[model], "version", "updated_at"}), batch_size=200)
    for model, ids in gone.items():
        importer.remove(model, ids)
    for model, rows in back.items():
        model._base_manager.bulk_create(rows, batch_size=200)
