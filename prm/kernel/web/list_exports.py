"""A list as a file: at once when it is short, else by a worker, who asks the same page as the same person.

So an export shows what the page shows to that member at that time, column by column, and no list needs to be
registered anywhere to be exported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve, reverse

from prm.kernel import clock, files
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.exports import EXPORT_LIMIT, as_file, attachment
from prm.kernel.jobs import Counter, beating, begin_job, end_job, start_job, tell_steps
from prm.kernel.models import Job, Membership
from prm.kernel.outbox import deferred, later
from prm.kernel.schedule import daily
from prm.kernel.tenancy.context import Context, reenter
from prm.kernel.tenancy.remember import memory

AT_ONCE = 2_000  # rows answered in the request itself
CHUNK = 1_000
KEPT_DAYS = 7
TASK = "kernel.export_list"
KINDS = ("csv", "xlsx")


class TooLarge(Invalid):
    """This list is too long for one file. Narrow it with the filters first."""

    code = "export_too_large"


def answer_export(
    request: HttpRequest,
    queryset: QuerySet,
    columns: Sequence[Any],
    present: Callable[[list[Any]], list[Any]],
    *,
    kind: str,
    name: str,
) -> HttpResponse:
    """The file, or the page of the job that makes it; `columns` are those that go into the file."""
    ids = list(queryset.values_list("pk", flat=True)[: EXPORT_LIMIT + 1])
    if len(ids) > EXPORT_LIMIT:
        raise TooLarge()
    counter: Counter | None = getattr(request, "export_counter", None)
    if counter is None and len(ids) > AT_ONCE:
        return redirect("kernel:job", _ask(request, kind, name, len(ids)).pk)
    marked = request.GET.get("bom") != "no"
    content = as_file(_table(queryset, ids, columns, present, counter or Counter()), kind, marked=marked)
    member: Membership = request.member  # type: ignore[attr-defined]
    record(member, "list.exported", by=member, list=name, rows=len(ids), format=kind)
    return attachment(content, name, kind)


def _table(
    queryset: QuerySet, ids: list[Any], columns: Sequence[Any], present: Callable[..., Any], counter: Counter
) -> Iterator[list[Any]]:
    """The head, then the rows by their ids in the order of the list: none twice, however long it takes."""
    yield [str(column.title) for column in columns]
    for start in range(0, len(ids), CHUNK):
        for row in present(list(queryset.filter(pk__in=ids[start : start + CHUNK]))):
            yield [column.export(row) for column in columns]
        counter.done = min(start + CHUNK, len(ids))


def _ask(request: HttpRequest, kind: str, name: str, rows: int) -> Job:
    member: Membership = request.member  # type: ignore[attr-defined]
    query = request.GET.urlencode()
    file_id = uuid4()
    job = start_job(
        "export",
        f"Export of {name} ({rows:,} rows)",
        by=member,
        steps=rows,
        result_url=reverse("kernel:download", args=[file_id]),
    )
    later(
        TASK,
        by=member,
        key=f"{TASK}:{job.pk}",
        job_id=job.pk,
        file_id=file_id,
        path=request.path_info,
        query=query,
        kind=kind,
    )
    return job


@deferred(TASK, long=True)
def export_list(*, job_id: str, file_id: str, path: str, query: str, kind: str, context: Context) -> None:
    """Ask the page as the person who wanted the file, and keep the answer for a week for that person alone."""
    with reenter(context):
        job = begin_job(job_id)
        if job is None:
            return
        tell_steps(job_id, 0)
    with beating(job_id, context) as counter, reenter(context), memory():
        job = Job.objects.select_related("asked_by__user", "asked_by__tenant").get(pk=job_id)
        member = job.asked_by
        answer = _asked_again(member, path, query, counter)
        if answer.status_code != 200 or "attachment" not in answer.get("Content-Disposition", ""):
            end_job(job_id, failed=True, message="This list can no longer be exported by you.")
            return
        files.store(
            answer.content,
            id=UUID(file_id),
            name=answer["Content-Disposition"].split('"')[1],
            kind=kind,
            made_by=member,
            partner_id=member.partner_id,
            is_personal=True,
            expires_at=clock.now() + dt.timedelta(days=KEPT_DAYS),
        )
        end_job(job_id, message=f"{counter.done:,} rows. The file is kept for {KEPT_DAYS} days, for you alone.")


def _asked_again(member: Membership, path: str, query: str, counter: Counter) -> HttpResponse:
    """What the page of a list answers to this member; every check of the view is made anew."""
    request = HttpRequest()
    request.method, request.path_info = "GET", path
    request.GET = QueryDict(query)
    request.path, request.user = path, member.user
    request.member, request.htmx, request.export_counter = member, False, counter  # type: ignore[attr-defined]
    match = request.resolver_match = resolve(path)
    return match.func(request, *match.args, **match.kwargs)


@daily
@deferred("kernel.drop_expired_files")
def drop_expired_files(*, on: str) -> None:
    """Exports are gone when their time is over."""
    files.drop_expired(clock.now())
