"""Long work that a person waits for: begun, told how far it is, ended well or badly, each once."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connections

from prm.kernel import clock
from prm.kernel.lifecycle import move
from prm.kernel.models import Job, Membership
from prm.kernel.outbox import heartbeat
from prm.kernel.tenancy.context import Context, reenter
from prm.kernel.text import clean_text

BEAT_SECONDS = 3


def start_job(kind: str, title: str, *, by: Membership | None, steps: int = 0, result_url: str = "") -> Job:
    """A job that waits for a worker; the page of the job shows how far it is."""
    return Job.objects.create(
        partner_id=by.partner_id if by else None,
        kind=kind,
        title=clean_text(title)[:200],
        all_steps=steps,
        result_url=result_url,
        asked_by=by,
    )


def begin_job(job_id: UUID | str) -> Job | None:
    """Take the work up; None when it is over already."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.is_finished:
        return None
    if job.state == Job.State.WAITING:
        move(job, Job.State.RUNNING)
    return job


def tell_steps(job_id: UUID | str, done: int, all_steps: int | None = None) -> None:
    """How far it is."""
    changes: dict[str, object] = {"done_steps": done, "updated_at": clock.now()}
    if all_steps is not None:
        changes["all_steps"] = all_steps
    Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(**changes)


def end_job(job_id: UUID | str, *, failed: bool = False, message: str = "") -> None:
    """Say that it is over; a second time changes nothing."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.is_finished:
        return
    if job.state == Job.State.WAITING:
        move(job, Job.State.RUNNING)
    move(job, Job.State.FAILED if failed else Job.State.DONE)
    Job.objects.filter(pk=job.pk).update(
        message=message[:500],
        finished_at=clock.now(),
        done_steps=job.done_steps if failed else job.all_steps,
    )


class Counter:
    """How far a piece of work in one long transaction is; written elsewhere, since the transaction hides it."""

    def __init__(self) -> None:
        self.done = 0


@contextmanager
def beating(job_id: UUID | str, context: Context) -> Iterator[Counter]:
    """While the block works in one transaction, another connection keeps the lease and tells how far it is."""
    counter, over = Counter(), threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                heartbeat()
                with reenter(context):
                    tell_steps(job_id, counter.done)
        finally:
            connections.close_all()

    thread = threading.Thread(target=contextvars.copy_context().run, args=(beat,), daemon=True)
    thread.start()
    try:
        yield counter
    finally:
        over.set()
        thread.join()
