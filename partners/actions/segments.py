"""What happens to segments: they are added, changed, evaluated and deleted."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from partners.models import Segment, SegmentMember
from partners.queries.segments import BrokenRule, fitting
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text

BATCH = 2_000


class SegmentNameTaken(Conflict):
    """There is another segment of that name."""

    code = "segment_name"


class SegmentInUse(Conflict):
    """Something still refers to this segment; it cannot be deleted."""

    code = "segment_in_use"


@transaction.atomic
def add_segment(name: str, *, by: Membership | None, rule: dict[str, Any], kind: str = Segment.Kind.DYNAMIC) -> Segment:
    """Keep a rule under a name and find its members at once."""
    require(by, "partners.add_segment")
    segment = Segment(owner=by)
    _fill(segment, name, rule, kind)
    segment.save()
    _evaluate(segment)
    return record(segment, "segment.added", by=by, vendor_only=True, name=segment.name)


@transaction.atomic
def edit_segment(
    segment: Segment,
    *,
    by: Membership | None,
    name: str,
    rule: dict[str, Any],
    kind: str = Segment.Kind.DYNAMIC,
    seen_version: int | None = None,
) -> Segment:
    """Change name, kind or rule; the members follow at once."""
    require(by, "partners.edit_segment", segment)
    touch(segment, seen_version=seen_version)
    _fill(segment, name, rule, kind)
    segment.save(update_fields=["name", "rule", "kind", "updated_at"])
    _evaluate(segment)
    return record(segment, "segment.edited", by=by, vendor_only=True, name=segment.name)


@transaction.atomic
def recompute_segment(segment: Segment, *, by: Membership | None) -> Segment:
    """Find the members anew. A rule that cannot be asked any more keeps the members it had, and says why."""
    require(by, "partners.edit_segment", segment)
    segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    _evaluate(segment)
    return segment


@transaction.atomic
def delete_segment(segment: Segment, *, by: Membership | None) -> None:
    """Drop the segment with its list of members; the partners stay."""
    require(by, "partners.edit_segment", segment)
    record(segment, "segment.deleted", by=by, vendor_only=True, name=segment.name)
    SegmentMember.objects.filter(segment=segment).delete()
    try:
        segment.delete()
    except ProtectedError as error:
        raise SegmentInUse() from error


def _fill(segment: Segment, name: str, rule: dict[str, Any], kind: str) -> None:
    segment.name = clean_text(name, field="name", max_length=80)
    if not segment.name:
        raise Invalid("A segment needs a name.", field="name")
    if Segment.objects.filter(name=segment.name).exclude(pk=segment.pk).exists():
        raise SegmentNameTaken(field="name")
    if kind not in Segment.Kind.values:
        raise Invalid("This kind of segment does not exist.", field="kind")
    broken = BrokenRule.of(rule)
    if broken:
        raise broken
    segment.rule, segment.kind = rule, kind


def _evaluate(segment: Segment) -> None:
    """Write only what differs: evaluating twice changes nothing."""
    try:
        wanted = set(fitting(segment.rule, clock.today()).values_list("pk", flat=True))
        segment.problem = ""
    except BrokenRule as broken:
        segment.problem = str(broken)[:500]
    else:
        held = dict(SegmentMember.objects.filter(segment=segment).values_list("partner_id", "pk"))
        gone = [pk for partner_id, pk in held.items() if partner_id not in wanted]
        for start in range(0, len(gone), BATCH):
            SegmentMember.objects.filter(pk__in=gone[start : start + BATCH]).delete()
        new = [SegmentMember(segment=segment, partner_id=pk) for pk in wanted - held.keys()]
        SegmentMember.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    segment.computed_at = clock.now()
    segment.save(update_fields=["computed_at", "problem", "updated_at"])
