"""Daily work: apps register it; each tenant gets it once per calendar day in its own zone."""

from __future__ import annotations

from prm.kernel import clock
from prm.kernel.models import Tenant
from prm.kernel.outbox import Deferred, post
from prm.kernel.tenancy.context import tenant_scope

_daily: list[Deferred] = []


def daily(task: Deferred) -> Deferred:
    """Decorate a `@deferred` function taking `on` (ISO date): it runs once a day per tenant, as the system."""
    _daily.append(task)
    return task


def post_daily_work() -> int:
    """Post what is due; posting twice has one effect, a missed day is caught up by the next call of that day."""
    posted = 0
    for tenant in Tenant.objects.filter(active=True):
        with tenant_scope(tenant):
            on = clock.today(tenant.time_zone).isoformat()
            for task in _daily:
                post(task, {"on": on}, key=f"{task.name}:{on}", as_system=True)
                posted += 1
    return posted
