"""The worker: two tasks only. Everything it does is a delivery of the outbox."""

import os
from uuid import UUID

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")

app = Celery("prm")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Two intervals are nothing to remember; a file of them, torn by a crash, would keep the beat from starting again.
app.conf.beat_scheduler = "celery.beat:Scheduler"
app.conf.beat_schedule = {
    "relay": {"task": "prm.relay", "schedule": 2.0, "options": {"expires": 2}},
    "nightly": {"task": "prm.nightly", "schedule": 300.0, "options": {"expires": 300}},
}


@worker_init.connect
def check_fences(**kwargs: object) -> None:
    import django

    django.setup()
    from django.conf import settings

    from prm.kernel.egress import refuse_loopback
    from prm.kernel.tenancy.stamping import refuse_unsafe_start

    refuse_unsafe_start()
    refuse_loopback(settings.DEBUG)


@app.task(name="prm.deliver")
def deliver(tenant_id: str, delivery_id: str) -> str:
    """Do one delivery of the outbox."""
    from prm.kernel.outbox import run_delivery

    return run_delivery(UUID(tenant_id), UUID(delivery_id))


@app.task(name="prm.relay")
def relay() -> int:
    """Ring again for what is due and held by nobody."""
    from prm.kernel.outbox import relay as ring_due

    return ring_due()


@app.task(name="prm.nightly")
def nightly() -> int:
    """Post the daily work of each tenant, once per calendar day in its zone."""
    from prm.kernel.schedule import post_daily_work

    return post_daily_work()
