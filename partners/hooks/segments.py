"""What segments, announcements and bulk edits lend: pages, the filter of every list, the words of their events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from partners.models import Partner, SegmentMember
from partners.queries import list_choices
from partners.registries import tell
from prm.kernel.models import Membership
from prm.kernel.web.lists import ListFilter, lend_filter
from prm.kernel.web.navigation import Entry, navigation
from prm.kernel.words import own

navigation(Entry("Segments", "partners:segments", "filter", 25, "partners.view_segment"))


def segment_choice(member: Membership, model: Any) -> forms.ChoiceField | None:
    """Every list of partners, or of what belongs to one, can be narrowed to a segment by the vendor's people."""
    if not member.is_vendor or not is_of_partners(model):
        return None
    choices = [("", own("All partners")), *list_choices()["segment"]]
    return forms.ChoiceField(choices=choices, required=False, label="Segment")


def is_of_partners(model: Any) -> bool:
    has_partner = model is Partner or any(f.name == "partner" for f in model._meta.fields)
    return has_partner and model is not Membership


def in_segment(queryset: QuerySet, segment_id: str) -> QuerySet:
    inside = SegmentMember.objects.filter(segment_id=segment_id).values("partner_id")
    return queryset.filter(**{"pk__in" if queryset.model is Partner else "partner_id__in": inside})


navigation(Entry("Announcements", "partners:announcements", "speakerphone", 26, "partners.view_announcement"))
lend_filter(ListFilter("segment", segment_choice, in_segment, is_of_partners))


tell(
    announcement__added="wrote the announcement “{title}”",
    announcement__edited="changed the announcement “{title}”",
    announcement__published="published the announcement “{title}”",
    announcement__withdrawn="withdrew the announcement “{title}”",
    bulk_edit__started="changed many partners: {title}",
    segment__added="added the segment {name}",
    segment__edited="changed the segment {name}",
    segment__deleted="deleted the segment {name}",
)
