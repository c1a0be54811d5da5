"""Importing: each file is checked to its last row, then written in one transaction, or not at all.

A dry run does the same to the last constraint of the database and takes everything back. Per file the counts add
up: created + updated + unchanged + failed = rows; of a refused file nothing came in, so all its rows failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.events import record
from prm.kernel.imports.expressions import plain
from prm.kernel.imports.journal import Journal
from prm.kernel.imports.problems import FileRefused, ImportRunning, LeftOut, ValueRefused, shown
from prm.kernel.imports.profiles import Plan, Profile
from prm.kernel.imports.registry import BATCH, Check, Fate, Importer, Prepared, Values
from prm.kernel.imports.reports import KEPT_PROBLEMS, Report
from prm.kernel.imports.sources import Row
from prm.kernel.models import ImportBatch, Membership, Tenant
from prm.kernel.policies import require
from prm.kernel.tenancy.context import member_scope, tenant_scope
from prm.kernel.tenancy.remember import memory

SAMPLE_ROWS = 12
Progress = Callable[[str, str, int], None]  # file, what is being done, rows so far


class _NotWritten(Exception):
    """Takes back what was begun for a file."""


def run(
    profile: Profile,
    tenant: Tenant,
    *,
    by: Membership | None,
    dry_run: bool = False,
    skip: bool = False,
    choices: Mapping[str, str] | None = None,
    progress: Progress = lambda file, doing, rows: None,
) -> list[Report]:
    """Import all files of a profile in its order. A refused file ends the run; those before it stand.

    A dry run goes on to the end, so that all problems are told at once, and leaves no trace.
    """
    reports = []
    with transaction.atomic() if dry_run else nullcontext():
        for plan in profile.plans:
            report = import_file(
                plan, profile.name, tenant, by=by, dry_run=dry_run, skip=skip, choices=choices, progress=progress
            )
            reports.append(report)
            if report.is_refused and not dry_run:
                break
        if dry_run:
            transaction.set_rollback(True)
    return reports


def import_file(
    plan: Plan,
    profile_name: str,
    tenant: Tenant,
    *,
    by: Membership | None,
    dry_run: bool = False,
    skip: bool = False,
    choices: Mapping[str, str] | None = None,
    progress: Progress = lambda file, doing, rows: None,
) -> Report:
    """Check and write one file in one transaction. The report says what became of it.

    `choices` says by line what becomes of rows that look like records that are there (`Importer.choices`).
    """
    with scope_of(by, tenant):
        require(by, plan.importer.permission)
    report = Report(plan.file, plan.importer.entity)
    may_skip = skip or plan.skips
    try:
        with scope_of(by, tenant), memory():
            take_turn(tenant, by)
            importer = plan.importer(by=by, fields=plan.columns)
            importer.choices = choices
            prepared = _checked(plan, importer, report, progress)
            # A dry run lets the good rows in, so that the files after it find what they refer to.
            if report.problem_count and not (may_skip or dry_run):
                raise _NotWritten
            _write(importer, prepared, report, progress)
            refused = report.problem_count and not may_skip
            report.state = "refused" if refused else "dry run" if dry_run else "applied"
            if not dry_run:
                _note(report, profile_name, by, importer.journal)
    except _NotWritten:
        report.refuse()
    except (FileRefused, ImportRunning) as error:
        report.add(0, "", str(error))
        report.refuse()
    except Refused as error:
        report.add(0, error.field or "", str(error))
        report.refuse()
    except IntegrityError as error:
        report.add(0, "", f"The database refused it: {_first_line(error)}")
        report.refuse()
    except DatabaseError as error:
        report.add(0, "", f"The database failed: {_first_line(error)}")
        report.refuse()
    if report.is_refused and not dry_run:
        with scope_of(by, tenant):
            _note(report, profile_name, by)
    return report


def scope_of(by: Membership | None, tenant: Tenant) -> AbstractContextManager[Any]:
    """The tenant as who brings the file sees it: the vendor's people as the vendor, a partner's as their company."""
    return tenant_scope(tenant) if by is None or by.is_vendor else member_scope(by)


def take_turn(tenant: Tenant, by: Membership | None) -> None:
    """One import per vendor, and one per partner, at a time; and more patience than a page's, for this transaction."""
    whose = by.partner_id if by is not None and by.partner_id else tenant.pk
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '300s'")
        cursor.execute("set local idle_in_transaction_session_timeout = '300s'")
        cursor.execute(
            "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"import {whose}"],
        )
        if not cursor.fetchone()[0]:
            raise ImportRunning()


def _checked(plan: Plan, importer: Importer, report: Report, progress: Progress) -> list[Prepared]:
    """All rows that may come in; the problems of the others are in the report."""
    table = plan.open()
    report.read_as, report.sha256 = table.read_as, table.sha256
    importer.begin()
    prepared: list[Prepared] = []
    first_values: dict[int, Values] = {}
    first_line: dict[tuple[Any, ...], int] = {}
    doubtful: list[tuple[int, Values]] = []
    try:
        for chunk in _in_chunks(_meant(plan, table.rows, report)):
            readable = _readable(plan, importer, chunk, report, first_line, doubtful)
            importer.meet([values for _, values in readable])
            if not first_values:
                first_values = {line: {name: cut(v) for name, v in values.items()} for line, values in readable}
            prepared += _prepared(plan, importer, readable, report)
            progress(plan.file, "checked", report.rows)
    except FileRefused:
        # Torn in the middle: what was counted so far says nothing about the file.
        report.rows = 0
        raise
    prepared = _settled(importer, prepared, report, plan)
    _tell_unknown(plan, importer, doubtful, first_line, report)
    report.problems.sort(key=lambda problem: problem.line)
    report.warnings, report.doubles = importer.warnings, importer.doubles
    report.failed = report.faulty_rows
    report.sample = [
        {"line": each.line, "fate": str(each.fate), "values": first_values[each.line]}
        for each in prepared[:SAMPLE_ROWS]
        if each.line in first_values
    ]
    for fate in Fate:
        setattr(report, fate, sum(1 for each in prepared if each.fate == fate))
    return prepared


def cut(value: Any, length: int = 60) -> str:
    """A value as it was read, short, for people who look at a preview."""
    text = plain(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def _meant(plan: Plan, rows: Iterable[Row], report: Report) -> Iterator[Row]:
    """The rows the profile means: those of its conditions, and of several versions the newest."""
    wanted = (row for row in rows if row.problem or _is_meant(plan, row, report))
    if plan.newest is None:
        yield from wanted
        return
    newest: dict[str, Row] = {}
    for row in wanted:
        if row.problem:
            yield row
            continue
        key = row.cells[plan.newest.per].strip()
        rival = newest.get(key)
        if rival is not None:
            report.left_out += 1
        if rival is None or row.cells[plan.newest.by].strip() >= rival.cells[plan.newest.by].strip():
            newest[key] = row
    yield from sorted(newest.values(), key=lambda row: row.line)


def _is_meant(plan: Plan, row: Row, report: Report) -> bool:
    meant = all(condition.takes(row.cells) for condition in plan.where)
    report.left_out += not meant
    return meant


def _readable(
    plan: Plan,
    importer: Importer,
    rows: Sequence[Row],
    report: Report,
    first_line: dict[tuple[Any, ...], int],
    doubtful: list[tuple[int, Values]],
) -> list[tuple[int, Values]]:
    """The rows whose every value can be read and holds for itself, and whose key is new in the file.

    Of the others everything is told that can be said without what could not be read.
    """
    out: list[tuple[int, Values]] = []
    checks = list(importer.checks())
    for row in rows:
        report.rows += 1
        told = report.problem_count
        values = _values(plan, importer, row, report)
        _tell_faults(plan, checks, row.line, values, report)
        key = tuple(values.get(name) for name in importer.key)
        if key in first_line and all(name in values or name not in plan.columns for name in importer.key):
            column = ", ".join(plan.column_of(name) for name in importer.key)
            same = shown(" ".join(str(part) for part in key if part is not None))
            report.add(row.line, column, f"{same} stands already in line {first_line[key]}.")
        if report.problem_count > told:
            report.faulty_rows += 1
            if len(doubtful) < KEPT_PROBLEMS:
                doubtful.append((row.line, values))
            continue
        first_line[key] = row.line
        out.append((row.line, values))
    return out


def _tell_faults(plan: Plan, checks: Iterable[Check], line: int, values: Values, report: Report) -> None:
    """What each check says of the fields it needs; those that could not be read are told already."""
    for names, check in checks:
        if all(name in values or name not in plan.columns for name in names):
            try:
                check(values)
            except Refused as error:
                report.add(line, plan.column_of(error.field or names[0]), str(error))


def _tell_unknown(
    plan: Plan, importer: Importer, doubtful: Iterable[tuple[int, Values]], keys: Iterable[Any], report: Report
) -> None:
    """References of refused rows, looked up once the whole file is known."""
    in_file = {key[0] for key in keys} | {values.get(importer.key[0]) for _, values in doubtful}
    for line, values in doubtful:
        for name, reason in importer.unknown(values, in_file):
            report.add(line, plan.column_of(name), reason)


def _values(plan: Plan, importer: Importer, row: Row, report: Report) -> dict[str, Any]:
    """The values that can be read; the problems of the others are told."""
    if row.problem:
        report.add(row.line, "", row.problem)
        return {}
    values: dict[str, Any] = {}
    for name, expression in plan.columns.items():
        try:
            values[name] = importer.rules[name].value_of(expression.text(row.cells))
        except ValueRefused as error:
            report.add(row.line, error.column or plan.column_of(name), str(error))
        except Refused as error:
            report.add(row.line, plan.column_of(name), str(error))
    return values


def _prepared(plan: Plan, importer: Importer, rows: Iterable[tuple[int, Values]], report: Report) -> Iterator[Prepared]:
    for line, values in rows:
        importer.line = line
        try:
            fate, payload = importer.prepare(values)
        except LeftOut:
            report.rows, report.left_out = report.rows - 1, report.left_out + 1
            continue
        except Refused as error:
            report.add(line, plan.column_of(error.field) if error.field else "", str(error))
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                report.add(line, plan.column_of(name), " ".join(reasons))
        else:
            yield Prepared(line, fate, payload)
            continue
        report.faulty_rows += 1


def _settled(importer: Importer, prepared: list[Prepared], report: Report, plan: Plan) -> list[Prepared]:
    """Apply the rules between rows until nothing falls out any more (a row may have needed one that fell out)."""
    while problems := importer.settle(prepared):
        for problem in problems:
            report.add(problem.line, plan.column_of(problem.column), problem.reason)
        lines = {problem.line for problem in problems}
        report.faulty_rows += len(lines)
        prepared = [each for each in prepared if each.line not in lines]
    return prepared


def _write(importer: Importer, prepared: list[Prepared], report: Report, progress: Progress) -> None:
    changes = [each for each in prepared if each.fate != Fate.UNCHANGED]
    done = 0
    for batch in _in_chunks(changes):
        importer.write(batch)
        done += len(batch)
        progress(report.file, "written", done)
    # References are checked at the end of a transaction; a dry run never gets there, so ask now.
    connection.check_constraints()


def _note(report: Report, profile_name: str, by: Membership | None, journal: Journal | None = None) -> ImportBatch:
    """Keep what was imported, from which file, by whom; and what it did to each record."""
    state = ImportBatch.State.CHECKED if report.is_refused else ImportBatch.State.APPLIED
    batch = ImportBatch(
        profile=profile_name[:120],
        entity=report.entity,
        file_name=report.file[:200],
        sha256=report.sha256,
        rows=report.rows,
        created=report.created,
        updated=report.updated,
        unchanged=report.unchanged,
        failed=report.failed,
        errors=[problem.as_json() for problem in report.problems],
        state=state,
        by=by,
        partner_id=by.partner_id if by else None,
        finished_at=clock.now(),
        is_noted=journal is not None and state == ImportBatch.State.APPLIED,
    )
    batch.save()
    report.batch_id = str(batch.pk)
    if batch.is_noted and journal is not None:
        journal.keep(batch)
    counts = {name: getattr(report, name) for name in ("rows", "created", "updated", "unchanged", "failed")}
    return record(
        batch,
        "import.finished",
        by=by,
        file=batch.file_name,
        entity=report.entity,
        state=state,
        **counts,
    )


def _in_chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(items)
    while chunk := list(islice(waiting, BATCH)):
        yield chunk


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
