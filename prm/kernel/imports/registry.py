"""Importers: one per kind of record, lent by the app that owns the records in its `importers.py`.

An importer knows which fields a record takes, what tells one from another, and the rules of its app; it calls the
same functions as the actions do. Reading, counting and all-or-nothing are the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone

from prm.kernel.errors import Stale
from prm.kernel.events import record_many
from prm.kernel.imports.journal import TECHNICAL, Journal
from prm.kernel.imports.problems import Double, ProfileInvalid, RowProblem, shown
from prm.kernel.imports.values import Rule
from prm.kernel.models import ImportChange, Membership
from prm.kernel.tenancy.models import CurrentTenant, Record

Values = Mapping[str, Any]
# The fields a check needs, and what refuses them; a check is not asked where one of them could not be read.
Check = tuple[tuple[str, ...], Callable[[Values], object]]
BATCH = 1_000


class Fate(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Prepared:
    """A row that may come in: what it will be, and what is to be written for it."""

    line: int
    fate: Fate
    payload: Any


class Importer:
    """How the rows of one entity come in. One object per file."""

    entity: ClassVar[str]
    permission: ClassVar[str]
    rules: ClassVar[dict[str, Rule]]
    key: ClassVar[tuple[str, ...]]  # what no two rows of a file may share
    is_undoable: ClassVar[bool] = False  # each change is noted, so that the import can be taken back
    model: ClassVar[type[Record]]  # whose records the rows are; of the undoable and the usual ones
    undone_event: ClassVar[str] = ""
    onward: ClassVar[tuple[str, Any]] = ("", "")  # where one goes on once the file is in: a route, and what it says

    def __init__(self, *, by: Membership | None, fields: Iterable[str]) -> None:
        self.by = by
        self.fields = frozenset(fields)
        self.line = 0
        self.warnings: list[RowProblem] = []
        # By line what to do with a row that looks like a record that is there: "create", or the id of the one that it
        # updates; all others are left out. None: nobody is asked, and such rows come in with a warning.
        self.choices: Mapping[str, str] | None = None
        self.doubles: list[Double] = []
        self.journal = Journal() if self.is_undoable else None

    def begin(self) -> None:
        """Read what the rows will refer to. Called once, before the first row."""

    def checks(self) -> Iterable[Check]:
        """What can be said of single fields, apart from each other: all that is wrong with a row is told at once."""
        return ()

    def unknown(self, values: Values, in_file: Container[Any]) -> Iterator[tuple[str, str]]:
        """Of a row that is refused anyway: references (field and reason) to nothing known and to no row of the file."""
        return iter(())

    def meet(self, rows: Sequence[Values]) -> None:
        """Find out which of the next rows stand already."""

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        """Check one row and say what is to be written, without writing. Raises Refused or ValidationError."""
        raise TypeError(f"{type(self).__name__} does not say how a row comes in")

    def settle(self, prepared: Sequence[Prepared]) -> list[RowProblem]:
        """Rules between rows, once all are read."""
        return []

    def write(self, batch: Sequence[Prepared]) -> None:
        """Write a batch of created and updated rows."""
        raise TypeError(f"{type(self).__name__} does not say how rows are written")

    def add(self, model: type[Record], records: Sequence[Any]) -> None:
        """Write new records in bulk."""
        model._default_manager.bulk_create(records, batch_size=BATCH)
        if self.journal is not None:
            self.journal.added(records)

    def replace(self, model: type[Record], records: Sequence[Any]) -> None:
        """Write changed records back in bulk."""
        replace(model, records, self.journal)

    def take_away(self, records: Sequence[Any]) -> None:
        """Delete parts of a record that a file no longer names; taking the import back brings them back."""
        for model in {type(record) for record in records}:
            model._default_manager.filter(pk__in=[record.pk for record in records if type(record) is model]).delete()
        if self.journal is not None:
            self.journal.removed(records)

    @classmethod
    def total(cls) -> str:
        """How many there are now, for the last line of an import."""
        return ""

    @classmethod
    def goes_along(cls, model: type[Record]) -> bool:
        """Whether rows of `model` that refer to a new record do not keep it from being taken back."""
        return False

    @classmethod
    def whole_of(cls, row: Any) -> UUID:
        """The record that a row is a part of, or the row itself."""
        return row.pk if isinstance(row, cls.model) else row.partner_id

    @classmethod
    def changed_since(cls, changes: Sequence[tuple[ImportChange, Any]]) -> set[UUID]:
        """Of changes with their records, those of a whole whose parts somebody has changed since."""
        return set()

    @classmethod
    def ended(cls, changes: Sequence[tuple[ImportChange, Any]]) -> set[UUID]:
        """Of changes with their records, those that did something that is not put back with the values."""
        return set()

    @classmethod
    def remove(cls, model: type[Record], ids: Sequence[UUID]) -> None:
        """Take away records that an import brought and nothing refers to."""
        model._base_manager.filter(tenant=CurrentTenant(), pk__in=ids).delete()

    def warn(self, column: str, reason: str) -> None:
        """Tell of something odd that keeps nothing from coming in."""
        self.warnings.append(RowProblem(self.line, column, reason))


_importers: dict[str, type[Importer]] = {}


def imports(importer: type[Importer]) -> type[Importer]:
    """Decorate an importer: from then on profiles may name its entity."""
    if importer.entity in _importers:
        raise ValueError(f"{importer.entity} are imported twice")
    _importers[importer.entity] = importer
    return importer


def importers() -> dict[str, type[Importer]]:
    return dict(_importers)


def importer_of(entity: str) -> type[Importer]:
    if entity not in _importers:
        known = ", ".join(sorted(_importers))
        raise ProfileInvalid(f"There is nothing to import named {shown(entity)}; known are {known}.")
    return _importers[entity]


class RecordImporter(Importer):
    """The usual case: a row is one record with an external key, and its fields are the record's."""

    key_field: ClassVar[str]
    references: ClassVar[frozenset[str]] = frozenset()  # foreign keys; resolved by the importer, so not checked again
    added_event: ClassVar[str] = ""
    edited_event: ClassVar[str] = ""

    @classmethod
    def total(cls) -> str:
        return f"{cls.model.objects.count():,} {cls.entity.replace('_', ' ')}"

    def begin(self) -> None:
        self.standing: dict[Any, Any] = {}
        self._kept = [f.attname for f in self.model._meta.local_concrete_fields if f.name not in TECHNICAL]
        self._unchecked = TECHNICAL | self.references

    def meet(self, rows: Sequence[Values]) -> None:
        keys = {row[self.key[0]] for row in rows}
        self.standing = {getattr(found, self.key_field): found for found in self.existing(keys)}

    def existing(self, keys: set[Any]) -> Iterable[Record]:
        return self.model.objects.filter(**{f"{self.key_field}__in": keys})

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        record = self.standing.get(values[self.key[0]])
        is_new = record is None
        before = None if is_new else self.state_of(record)
        record = self.model() if record is None else record
        self.fill(record, values, is_new=is_new)
        self.check(record)
        return self.fate_of(record, before), record

    def fill(self, record: Any, values: Values, *, is_new: bool) -> None:
        """Put the values into the record."""
        for name, value in values.items():
            setattr(record, name, value)

    def check(self, record: Any) -> None:
        """The rules of the columns. What needs the database is its constraints' business."""
        record.clean_fields(exclude=self._unchecked)

    def state_of(self, record: Any) -> list[Any]:
        return [copy(getattr(record, name)) for name in self._kept]

    def fate_of(self, record: Any, before: list[Any] | None) -> Fate:
        if before is None:
            return Fate.CREATED
        return Fate.UNCHANGED if before == self.state_of(record) else Fate.UPDATED

    def write(self, batch: Sequence[Prepared]) -> None:
        new = [prepared.payload for prepared in batch if prepared.fate == Fate.CREATED]
        changed = [prepared.payload for prepared in batch if prepared.fate == Fate.UPDATED]
        self.add(self.model, new)
        self.replace(self.model, changed)
        if self.added_event:
            record_many(new, self.added_event, by=self.by, data=self.told)
        if self.edited_event:
            record_many(changed, self.edited_event, by=self.by, data=self.told)

    def told(self, record: Any) -> dict[str, Any]:
        """What the event says."""
        return {"imported": True}


def replace(model: type[Record], changed: Sequence[Any], journal: Journal | None = None) -> None:
    """Write changed records back in bulk, unless somebody changed one of them since it was read (then Stale)."""
    if not changed:
        return
    rows = model.objects.filter(pk__in=[record.pk for record in changed]).select_for_update(of=("self",))
    former = {row.pk: row for row in (rows if journal is not None else rows.only("version"))}
    for record in changed:
        if record.pk not in former or former[record.pk].version != record.version:
            raise Stale(f"{record} was changed while the file was read. Import it again.")
        if journal is not None:
            journal.changed(record, former[record.pk])
        record.version += 1
        record.updated_at = timezone.now()
    fixed = {"id", "tenant", "created_at"}
    names = [f.name for f in model._meta.local_concrete_fields if f.name not in fixed]
    model.objects.bulk_update(changed, names, batch_size=200)
