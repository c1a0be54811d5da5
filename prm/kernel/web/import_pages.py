"""The pages of imports: send a file, name its columns, see what would come in, bring it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prm.kernel.addresses import shown
from prm.kernel.errors import Invalid, Refused
from prm.kernel.files import CONTENT_TYPES
from prm.kernel.imports.mapping import (
    DATE_FORMATS,
    NUMBER_FORMATS,
    first_values,
    map_lines,
    value_map,
)
from prm.kernel.imports.registry import importer_of, importers
from prm.kernel.imports.undo import Weighed, may_undo, undo_import, weigh, why_not_undo
from prm.kernel.imports.uploads import (
    apply_upload,
    check_upload,
    entities_for,
    keep_mapping,
    profile_text,
    sample_of,
    send_file,
)
from prm.kernel.models import ImportBatch, ImportChange, ImportMapping, ImportUpload, Membership
from prm.kernel.policies import permits
from prm.kernel.signin.forms import NothingForm
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import go, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of

COLUMNS = (
    Column("file", "File", ("file_name",), lambda row: row["batch"].file_name),
    Column("entity", "What", ("entity", "file_name"), lambda row: row["entity"], optional=True),
    Column("state", "State", ("state", "file_name"), lambda row: row["batch"].get_state_display(), optional=True),
    Column("rows", "Rows", ("rows",), lambda row: row["batch"].rows, optional=True),
    Column("created", "New", ("created",), lambda row: row["batch"].created, optional=True),
    Column("updated", "Changed", ("updated",), lambda row: row["batch"].updated, optional=True),
    Column("failed", "Faulty", ("failed",), lambda row: row["batch"].failed, optional=True),
    Column("by", "By", ("by__user__name",), lambda row: row["by"], optional=True),
    Column("at", "When", ("finished_at",), lambda row: row["batch"].finished_at, optional=True),
)
lend_list("kernel:imports", COLUMNS)
OPEN_SHOWN = 10
STAYING_SHOWN = 100


def entity_name(entity: str) -> str:
    return entity.replace("_", " ").capitalize().replace("Kpi", "KPI")


class UploadForm(forms.Form):
    entity = forms.ChoiceField(label="What the file holds")
    file = forms.FileField(label="File", help_text="CSV, TSV or TXT (also packed as .gz), or XLSX; at most 50 MB")
    mapping: Any = forms.ModelChoiceField(
        queryset=None, required=False, label="Read it as", empty_label="By the names of its columns"
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(entities_for(member))
        self.fields["entity"].choices = [(name, entity_name(name)) for name in names]  # type: ignore[attr-defined]
        self.fields["mapping"].queryset = ImportMapping.objects.filter(entity__in=names).order_by("entity", "name")  # type: ignore[attr-defined]


@may("kernel.import_file")
def import_list(request: HttpRequest) -> HttpResponse:
    """What came in and what was refused, and one's own files that are still on their way."""
    member = member_of(request)
    write = formatter()
    shown = list_page(
        request,
        ImportBatch.objects.visible_to(member).select_related("by__user"),
        COLUMNS,
        default_sort="-at",
        present=lambda batches: [
            {
                "batch": batch,
                "entity": entity_name(batch.entity),
                "by": batch.by.user.name if batch.by else "",
                "at": write.moment(batch.finished_at),
            }
            for batch in batches
        ],
        file_name="imports",
    )
    if isinstance(shown, HttpResponse):
        return shown
    waiting = ImportUpload.objects.visible_to(member).exclude(state=ImportUpload.State.APPLIED)
    sent = [(one, write.moment(one.created_at)) for one in waiting.order_by("-created_at")[:OPEN_SHOWN]]
    context = {"list": shown, "waiting": sent}
    return render(request, "kernel/imports/list.html", context)


@may("kernel.import_file")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    form = UploadForm(request.POST or None, request.FILES or None, member=member)

    def page(form: Any) -> HttpResponse:
        return render(request, "kernel/imports/upload.html", {"form": form})

    if request.method == "GET":
        return page(form)
    return submit(
        request,
        form,
        lambda data: send_file(
            data["file"].read(), name=data["file"].name, entity=data["entity"], mapping=data["mapping"], by=member
        ),
        again=page,
        then=lambda sent: sent,
    )


@may("kernel.import_file", ImportUpload.objects.select_related("file", "job", "by__user"))
@require_http_methods(["GET", "POST"])
def import_upload(request: HttpRequest, upload: ImportUpload) -> HttpResponse:
    """Name the columns; check; see what would come in with the reasons of what would not."""
    if request.method == "GET":
        return _page(request, upload, upload.mapping)
    mapping, errors = _mapping(request, upload)
    if not errors:
        try:
            check_upload(upload, mapping, by=member_of(request))
        except Refused as refusal:
            errors[refusal.field or ""] = str(refusal)
            answer = _page(request, upload, mapping, errors)
            answer.status_code = 422 if refusal.status == 400 else refusal.status
            return answer
        return redirect("kernel:job", upload.job.pk)  # type: ignore[union-attr]
    answer = _page(request, upload, mapping, errors)
    answer.status_code = 422
    return answer


@may("kernel.import_file", ImportUpload.objects.select_related("file"))
@require_POST
def apply(request: HttpRequest, upload: ImportUpload) -> HttpResponse:
    marked = {
        name.removeprefix("double-"): str(value) for name, value in request.POST.items() if name.startswith("double-")
    }
    apply_upload(upload, by=member_of(request), choices=marked)
    return redirect("kernel:job", upload.job.pk)  # type: ignore[union-attr]


@may("kernel.import_file", ImportUpload)
@require_POST
def keep(request: HttpRequest, upload: ImportUpload) -> HttpResponse:
    keep_mapping(upload, request.POST.get("name", ""), by=member_of(request))
    return go(request, upload)


@may("kernel.import_file", ImportUpload)
@require_safe
def profile(request: HttpRequest, upload: ImportUpload) -> HttpResponse:
    """The mapping as a profile for the command."""
    response = HttpResponse(profile_text(upload), content_type=CONTENT_TYPES["txt"])
    response["Content-Disposition"] = f'attachment; filename="{upload.entity}.yaml"'
    return response


BATCHES = ImportBatch.objects.select_related("by__user", "undone_by__user")


@may("kernel.import_file", BATCHES)
@require_safe
def batch(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """What became of a file; whether it can be taken back, or what was."""
    write, refused = formatter(), why_not_undo(batch)
    stayed = batch.changes.exclude(stays="").select_related("later_by__user").order_by("title", "pk")
    context = _facts(batch) | {
        "onward": _onward(batch.entity) if batch.undone_at is None and batch.created else {},
        "may_undo": not refused and may_undo(batch, member_of(request)),
        "why_not": refused if batch.state == ImportBatch.State.APPLIED and batch.undone_at is None else "",
        "until": write.moment(batch.ends_at),
        "undone_at": write.moment(batch.undone_at) if batch.undone_at else "",
        "staying": staying_rows(stayed) if batch.undone_at else {},
    }
    return render(request, "kernel/imports/batch.html", context)


@may("kernel.undo_import", BATCHES)
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """What would be taken back and what stays, then the deed."""

    def page(form: Any) -> HttpResponse:
        why = why_not_undo(batch)
        if not why and not may_undo(batch, member_of(request)):
            why = _("You may not bring in this kind of file, so you cannot take it back either.")
        weighed = Weighed() if why else weigh(batch)
        rows = staying_rows(weighed.staying)
        context = _facts(batch) | {"form": form, "why_not": why, "weighed": weighed, "staying": rows}
        return render(request, "kernel/imports/undo.html", context)

    if request.method == "GET":
        return page(NothingForm())
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: undo_import(batch, by=member_of(request)),
        again=page,
        then=lambda undone: undone,
    )


def _facts(batch: ImportBatch) -> dict[str, Any]:
    return {"batch": batch, "entity": entity_name(batch.entity), "at": formatter().moment(batch.finished_at)}


def staying_rows(changes: Iterable[ImportChange]) -> dict[str, Any]:
    """The first of the records that stay, with how many more there are."""
    write, found = formatter(), list(changes)
    rows = [
        {
            "title": change.title or "–",
            "why": change.get_stays_display(),
            "by": change.later_by.user.name if change.later_by else "",
            "at": write.moment(change.later_at) if change.later_at else "",
        }
        for change in found[:STAYING_SHOWN]
    ]
    return {"rows": rows, "count": len(found), "more": max(len(found) - STAYING_SHOWN, 0)}


def _mapping(request: HttpRequest, upload: ImportUpload) -> tuple[dict[str, Any], dict[str, str]]:
    """What the page said, and what is wrong with it by field."""
    data = request.POST
    errors: dict[str, str] = {}
    fields: dict[str, Any] = {}
    for field in importer_of(upload.entity).rules:
        column, constant = data.get(f"column-{field}", "")[:200], data.get(f"constant-{field}", "").strip()[:200]
        try:
            pairs = value_map(data.get(f"map-{field}", "")[:20_000])
        except ValueError as error:
            pairs, errors[field] = {}, f"{error}."
        if constant:
            fields[field] = {"constant": constant}
        elif column:
            fields[field] = {"column": column, **({"map": pairs} if pairs else {})}
    options = {
        "date_format": data.get("date_format", "") if data.get("date_format") in DATE_FORMATS else "",
        "number_format": data.get("number_format", "") if data.get("number_format") in NUMBER_FORMATS else "",
        "skip": bool(data.get("skip")),
        **{word: upload.mapping.get("options", {}).get(word, "") for word in ("encoding", "delimiter", "sheet")},
    }
    return {"fields": fields, "options": options}, errors


def _page(
    request: HttpRequest, upload: ImportUpload, mapping: dict[str, Any], errors: dict[str, str] | None = None
) -> HttpResponse:
    importer, errors = importer_of(upload.entity), dict(errors or {})
    try:
        columns, rows = sample_of(upload)
    except (Invalid, OSError) as error:
        columns, rows = (), []
        errors[""] = str(error) if isinstance(error, Invalid) else "The file is no longer there."
    said = mapping.get("fields", {})
    batch_id = upload.report.get("batch_id") if upload.state == ImportUpload.State.APPLIED else None
    lines = [
        {
            "field": field,
            "label": field.replace("_", " ").capitalize(),
            "says": rule.says,
            "is_required": rule.required,
            "column": said.get(field, {}).get("column", ""),
            "constant": said.get(field, {}).get("constant", ""),
            "map": map_lines(said.get(field, {}).get("map", {})),
            "samples": first_values(rows, said[field]["column"]) if said.get(field, {}).get("column") else [],
            "error": errors.pop(field, ""),
        }
        for field, rule in importer.rules.items()
    ]
    used = {line["column"] for line in lines}
    taken = [line for line in lines if line["is_required"] or line["column"] or line["constant"] or line["error"]]
    context = {
        "upload": upload,
        "entity": entity_name(upload.entity),
        "columns": columns,
        "unused": [column for column in columns if column not in used],
        "groups": [taken, [line for line in lines if line not in taken]],
        "sample": _sample(upload.report, list(importer.rules)),
        "batch_url": reverse("kernel:import_batch", args=[batch_id]) if batch_id else "",
        "undone": _undone(batch_id),
        "onward": _onward(upload.entity),
        "may_keep": member_of(request).is_vendor,
        "errors": list(errors.values()),
        "options": mapping.get("options", {}),
        "date_formats": DATE_FORMATS.items(),
        "number_formats": NUMBER_FORMATS.items(),
        "report": upload.report,
        "doubles": _doubles(upload.report),
        "counts": [
            (label, formatter().number(upload.report.get(name) or 0, 0))
            for label, name in COUNTS
            if name != "left_out" or upload.report.get(name)
        ],
        "is_open": upload.state in {ImportUpload.State.SENT, ImportUpload.State.CHECKED},
        "is_working": upload.state in {ImportUpload.State.CHECKING, ImportUpload.State.APPLYING},
        "may_apply": upload.state == ImportUpload.State.CHECKED
        and upload.report.get("may_apply")
        and permits(member_of(request), importer.permission),
    }
    return render(request, "kernel/imports/mapping.html", context)


def _onward(entity: str) -> dict[str, Any]:
    """Where one goes on once a file of this kind is in; empty when that is nowhere in particular."""
    found = importers().get(entity)
    route, says = found.onward if found else ("", "")
    return {"url": reverse(route), "says": says} if route else {}


def _undone(batch_id: str | None) -> dict[str, str]:
    """When and by whom what came in was taken back; empty when it was not."""
    batch = BATCHES.filter(pk=batch_id, undone_at__isnull=False).first() if batch_id else None
    if batch is None or batch.undone_at is None:
        return {}
    return {
        "at": formatter().moment(batch.undone_at),
        "by": batch.undone_by.user.name if batch.undone_by else "",
    }


COUNTS = (
    (gettext_lazy("Rows"), "rows"),
    (gettext_lazy("New"), "created"),
    (gettext_lazy("Changed"), "updated"),
    (gettext_lazy("As they are"), "unchanged"),
    (gettext_lazy("Faulty"), "faulty_rows"),
    (gettext_lazy("Left out"), "left_out"),
)
FATES = {
    "created": (gettext_lazy("New"), "green"),
    "updated": (gettext_lazy("Changed"), "blue"),
    "unchanged": (gettext_lazy("As it is"), "grey"),
}


def _doubles(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that may be there already, each record they may be with its address here."""
    return [
        {**double, "found": [{**one, "url": shown(one["url"]) if one.get("url") else ""} for one in double["found"]]}
        for double in report.get("doubles") or []
    ]


def _sample(report: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """The first rows as they were read: what one looks at before anything comes in."""
    rows = report.get("sample") or []
    names = [name for name in fields if rows and name in rows[0]["values"]]
    return {
        "heads": [name.replace("_", " ").capitalize() for name in names],
        "rows": [
            {
                "line": row["line"],
                "fate": FATES[row["fate"]][0],
                "tone": FATES[row["fate"]][1],
                "cells": [row["values"].get(name, "") for name in names],
            }
            for row in rows
        ],
    }
