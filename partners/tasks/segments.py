"""Every day each segment is evaluated anew, one short transaction each."""

from __future__ import annotations

from partners.actions import recompute_segment
from partners.models import Segment
from prm.kernel.outbox import deferred, heartbeat
from prm.kernel.schedule import daily
from prm.kernel.tenancy.context import Context, reenter


@daily
@deferred("partners.recompute_segments", long=True)
def recompute_segments(*, on: str, context: Context) -> None:
    with reenter(context):
        waiting = list(Segment.objects.filter(kind=Segment.Kind.DYNAMIC).values_list("pk", flat=True))
    for pk in waiting:
        heartbeat()
        with reenter(context):
            segment = Segment.objects.filter(pk=pk).first()
            if segment is not None:
                recompute_segment(segment, by=None)
