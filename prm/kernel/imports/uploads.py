"""Files sent in the browser: kept, mapped, checked by a dry run, and applied; the engine is the command's.

Checking and applying are done by a worker in one transaction each, so a worker that dies leaves nothing half done.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from prm.kernel import files
from prm.kernel.errors import Invalid, NotAllowed, Refused
from prm.kernel.events import record
from prm.kernel.imports.mapping import as_yaml, profile_of, proposed
from prm.kernel.imports.opening import open_table
from prm.kernel.imports.profiles import Profile, load_profile
from prm.kernel.imports.registry import Importer, importer_of, importers
from prm.kernel.imports.reports import Report
from prm.kernel.imports.run import run
from prm.kernel.imports.sources import Source
from prm.kernel.jobs import beating, begin_job, end_job, start_job
from prm.kernel.lifecycle import move
from prm.kernel.models import ImportMapping, ImportUpload, Membership
from prm.kernel.outbox import deferred, later
from prm.kernel.policies import permits, require
from prm.kernel.tenancy.context import Context, current_tenant, reenter
from prm.kernel.text import clean_text

State = ImportUpload.State
CHECK_TASK, APPLY_TASK = "kernel.check_import", "kernel.apply_import"
KINDS = {".csv": "csv", ".tsv": "txt", ".txt": "txt", ".xlsx": "xlsx", ".gz": "gz"}
SAMPLE_ROWS = 50
TOLD = 200
CREATE, LEAVE = "create", "leave"


def entities_for(member: Membership) -> dict[str, type[Importer]]:
    """What this member may bring in."""
    return {name: one for name, one in sorted(importers().items()) if permits(member, one.permission)}


@transaction.atomic
def send_file(
    content: bytes, *, name: str, entity: str, by: Membership, mapping: ImportMapping | None = None
) -> ImportUpload:
    """Keep a file and propose which column is which. A file that cannot be read is refused and not kept."""
    require(by, "kernel.import_file")
    importer = importer_of(entity)
    require(by, importer.permission)
    safe = re.sub(r"[^\w. -]", "_", Path(name).name)[-120:].strip() or "file.csv"
    kind = KINDS.get(Path(safe).suffix.lower())
    if kind is None:
        raise Invalid("Only .csv, .tsv, .txt (also packed as .gz) and .xlsx can be read.", field="file")
    stored = files.store(content, name=safe, kind=kind, made_by=by, partner_id=by.partner_id, is_personal=True)
    upload = ImportUpload(partner_id=by.partner_id, file=stored, file_name=safe, entity=entity, by=by)
    columns, _ = sample_of(upload, mapping.mapping if mapping else {})
    fields = {field: {"column": column} for field, column in proposed(importer, columns).items()}
    if mapping is not None:
        kept = mapping.mapping.get("fields", {})
        fits = {f: said for f, said in kept.items() if said.get("constant") or said.get("column") in columns}
        fields = fields | fits
        upload.mapping = {"fields": fields, "options": mapping.mapping.get("options", {})}
    else:
        upload.mapping = {"fields": fields, "options": {}}
    upload.save()
    return record(upload, "import.sent", by=by, file=safe, entity=entity)


@transaction.atomic
def check_upload(upload: ImportUpload, mapping: Mapping[str, Any], *, by: Membership) -> ImportUpload:
    """Keep the mapping and try the whole file; nothing of it comes in."""
    importer = importer_of(upload.entity)
    require(by, importer.permission)
    missing = [f for f, rule in importer.rules.items() if rule.required and f not in mapping["fields"]]
    if missing:
        names = ", ".join(name.replace("_", " ") for name in missing)
        raise Invalid(f"Say which column is the {names}.", field=missing[0])
    if not mapping["fields"]:
        raise Invalid("Name at least one column.")
    upload.mapping = dict(mapping)
    with opened(upload):
        pass  # a profile that cannot be read is refused now, not by the worker
    _begin(upload, State.CHECKING, CHECK_TASK, f"Checking {upload.file_name}", by)
    return upload


@transaction.atomic
def apply_upload(upload: ImportUpload, *, by: Membership, choices: Mapping[str, str] | None = None) -> ImportUpload:
    """Bring the file in as it was checked. Rows that look like records that are there are left out, but for those
    of which `choices` says by line to "create" them anyway, or which record they update."""
    require(by, importer_of(upload.entity).permission)
    upload.mapping = {**upload.mapping, "choices": _choices(upload, choices or {})}
    if not upload.report.get("may_apply"):
        raise Invalid("Rows of this file are faulty. Correct them, or let faulty rows be left out, and check again.")
    _begin(upload, State.APPLYING, APPLY_TASK, f"Importing {upload.file_name}", by)
    return upload


def _choices(upload: ImportUpload, choices: Mapping[str, str]) -> dict[str, str]:
    asked = {str(double["line"]): double["found"] for double in upload.report.get("doubles", ())}
    wanted = {line: choice for line, choice in choices.items() if choice not in {"", LEAVE}}
    for line, choice in wanted.items():
        if line not in asked:
            raise Invalid(f"Nothing is to be chosen for line {line[:20]}.", field="choices")
        if choice != CREATE and choice not in {one["id"] for one in asked[line]}:
            raise Invalid(f"Line {line}: choose to create it, to leave it out, or what it updates.", field="choices")
    return wanted


@transaction.atomic
def keep_mapping(upload: ImportUpload, name: str, *, by: Membership) -> ImportMapping:
    """Keep how this file is read under a name; the same name is replaced."""
    require(by, importer_of(upload.entity).permission)
    if not by.is_vendor:
        raise NotAllowed("Mappings are kept for the vendor's files.")
    title = clean_text(name, field="name", max_length=80)
    if not title:
        raise Invalid("A mapping needs a name.", field="name")
    found, _ = ImportMapping.objects.update_or_create(
        entity=upload.entity, name=title, defaults={"mapping": upload.mapping}
    )
    return found


def sample_of(upload: ImportUpload, mapping: Mapping[str, Any] | None = None) -> tuple[tuple[str, ...], list[Any]]:
    """The columns of the file and its first rows. Raises Refused when it cannot be read."""
    options = (upload.mapping if mapping is None else mapping).get("options", {})
    with _laid_out(upload) as path:
        said: dict[str, Any] = {word: options.get(word) or "" for word in ("encoding", "delimiter", "sheet")}
        table = open_table(Source(path, **said))
        rows = [row.cells for row in islice(table.rows, SAMPLE_ROWS) if not row.problem]
    return table.columns, rows


def profile_text(upload: ImportUpload) -> str:
    """The mapping as a profile, for the command and for the next vendor's files."""
    return as_yaml(profile_of(importer_of(upload.entity), upload.file_name, upload.mapping))


@contextmanager
def opened(upload: ImportUpload) -> Iterator[Profile]:
    """The profile of an upload, with its file laid beside it, as the command finds them."""
    with _laid_out(upload) as path:
        profile = path.parent / "profile.yaml"
        profile.write_text(profile_text(upload), encoding="utf-8")
        yield load_profile(profile, path.parent)


@contextmanager
def _laid_out(upload: ImportUpload) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in" / upload.file_name
        path.parent.mkdir()
        shutil.copyfile(files.path_of(upload.file), path)
        yield path


def _begin(upload: ImportUpload, state: str, task: str, title: str, by: Membership) -> None:
    move(upload, state)
    upload.job = start_job("import", title, by=by, result_url=upload.get_absolute_url())
    upload.save(update_fields=["job", "mapping", "updated_at"])
    later(task, by=by, key=f"{task}:{upload.job.pk}", upload_id=upload.pk, job_id=upload.job.pk)


@deferred(CHECK_TASK, long=True)
def check_import(*, upload_id: str, job_id: str, context: Context) -> None:
    _work(upload_id, job_id, context, dry_run=True)


@deferred(APPLY_TASK, long=True)
def apply_import(*, upload_id: str, job_id: str, context: Context) -> None:
    _work(upload_id, job_id, context, dry_run=False)


def _work(upload_id: str, job_id: str, context: Context, *, dry_run: bool) -> None:
    with reenter(context):
        if begin_job(job_id) is None:
            return
        upload = ImportUpload.objects.select_related("file", "by__user").get(pk=upload_id)
        tenant = current_tenant()
    with beating(job_id, context) as counter:

        def progress(file: str, doing: str, rows: int) -> None:
            counter.done = rows

        choices = upload.mapping.get("choices", {})
        report = _report(
            upload,
            lambda profile: run(profile, tenant, by=upload.by, dry_run=dry_run, choices=choices, progress=progress),
        )
    with reenter(context):
        upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        is_in = not dry_run and not report.is_refused
        if upload.state in {State.CHECKING, State.APPLYING}:
            move(upload, State.APPLIED if is_in else State.CHECKED)
        skips = bool(upload.mapping.get("options", {}).get("skip"))
        has_rows = bool(report.rows or report.doubles)
        upload.report = told(report) | {"may_apply": dry_run and has_rows and (report.is_clean or skips)}
        upload.save(update_fields=["report", "updated_at"])
        words = (
            f"{report.created} new, {report.updated} changed, {report.unchanged} as they are, {report.failed} faulty."
        )
        end_job(job_id, failed=report.is_refused and not dry_run, message=words)


def _report(upload: ImportUpload, work: Callable[[Profile], list[Report]]) -> Report:
    try:
        with opened(upload) as profile:
            return work(profile)[0]
    except Refused as refusal:
        report = Report(upload.file_name, upload.entity)
        report.add(0, refusal.field or "", str(refusal))
        report.refuse()
        return report


def told(report: Report) -> dict[str, Any]:
    """The report as it is kept: counts, and the first of the problems and warnings."""
    kept = asdict(report)
    kept["problems"] = [problem.as_json() for problem in report.problems[:TOLD]]
    kept["doubles"] = kept["doubles"][:TOLD]
    kept["warnings"] = [warning.as_json() for warning in report.warnings[:TOLD]]
    return kept
