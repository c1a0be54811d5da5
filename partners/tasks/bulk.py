"""The worker's part of bulk edits: some rows per transaction, so that it may be stopped anywhere and goes on there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from partners.actions.bulk import CHECK_TASK, RUN_TASK, change_some, check_some, end_bulk_job
from partners.models import BulkEdit
from prm.kernel.jobs import begin_job, tell_steps
from prm.kernel.outbox import deferred, heartbeat
from prm.kernel.tenancy.context import Context, reenter


@deferred(CHECK_TASK, long=True)
def check_bulk_edit(*, edit_id: str, job_id: str, context: Context) -> None:
    _step_by_step(edit_id, job_id, context, check_some)


@deferred(RUN_TASK, long=True)
def run_bulk_edit(*, edit_id: str, job_id: str, context: Context) -> None:
    _step_by_step(edit_id, job_id, context, change_some)


def _step_by_step(edit_id: str, job_id: str, context: Context, some: Callable[..., int]) -> None:
    with reenter(context):
        job = begin_job(job_id)
        if job is None:
            return
        done = job.done_steps  # what an earlier worker did before it was stopped
    while True:
        heartbeat()
        with reenter(context):
            edit: Any = BulkEdit.objects.select_related("asked_by__user").get(pk=edit_id)
            count = some(edit, acting=edit.asked_by)
            done += count
            tell_steps(job_id, done)
            if not count:
                end_bulk_job(edit, job_id)
                return
