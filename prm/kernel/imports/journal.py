"""What a file did to each record, noted while it is written, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prm.kernel.events import plain
from prm.kernel.models import ImportBatch, ImportChange

TECHNICAL = frozenset({"id", "tenant", "version", "created_at", "updated_at"})


class Journal:
    """The changes of one file."""

    def __init__(self) -> None:
        self._changes: list[ImportChange] = []

    def added(self, records: Iterable[Any]) -> None:
        for record in records:
            label, after = record._meta.label, plain(values_of(record))
            self._changes.append(ImportChange(model=label, record_id=record.pk, is_new=True, after=after))

    def removed(self, records: Iterable[Any]) -> None:
        """What was taken away: as it was, so that it can come back."""
        for record in records:
            label, before = record._meta.label, plain(values_of(record))
            self._changes.append(ImportChange(model=label, record_id=record.pk, before=before))

    def changed(self, record: Any, former: Any) -> None:
        """`former` is the record as the database holds it; only what differs is noted."""
        now, was = values_of(record), values_of(former)
        names = [name for name in now.keys() | was.keys() if now.get(name) != was.get(name)]
        self._changes.append(
            ImportChange(
                model=record._meta.label,
                record_id=record.pk,
                before=plain({name: was[name] for name in names if name in was}),
                after=plain({name: now.get(name) for name in names}),
            )
        )

    def keep(self, batch: ImportBatch) -> None:
        for change in self._changes:
            change.batch, change.partner_id = batch, batch.partner_id
        ImportChange.objects.bulk_create(self._changes, batch_size=1000)


def values_of(record: Any) -> dict[str, Any]:
    """All that is said of a record; what is kept under keys, key by key."""
    out: dict[str, Any] = {}
    for field in record._meta.local_concrete_fields:
        if field.name in TECHNICAL:
            continue
        value = getattr(record, field.attname)
        if isinstance(value, dict):
            out |= {f"{field.attname}.{key}": each for key, each in value.items()}
        else:
            out[field.attname] = value
    return out


def differs(record: Any, noted: dict[str, Any]) -> bool:
    """Whether a noted value is no longer what the record says."""
    now = values_of(record)
    return any(read(record, name, value) != now.get(name) for name, value in noted.items())


def put_back(record: Any, change: ImportChange) -> set[str]:
    """Give a record the values it had before; returns the names of its columns."""
    columns = set()
    for name in change.after:
        column, _, key = name.partition(".")
        columns.add(column)
        if not key:
            setattr(record, column, read(record, name, change.before.get(name)))
        elif name in change.before:
            getattr(record, column)[key] = change.before[name]
        else:
            getattr(record, column).pop(key, None)
    return columns


def is_removal(change: ImportChange) -> bool:
    return not change.is_new and bool(change.before) and not change.after


def revived(model: Any, change: ImportChange) -> Any:
    """A record that a file took away, as it was; not saved yet."""
    record = model(pk=change.record_id)
    for name, value in change.before.items():
        setattr(record, name, read(record, name, value))
    return record


def read(record: Any, name: str, value: Any) -> Any:
    """A noted value as the record holds it."""
    return value if "." in name or value is None else record._meta.get_field(name).to_python(value)
