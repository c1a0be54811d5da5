"""The pages of segments: the list, one with its members, and the editor of its rule."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from partners.actions import add_segment, delete_segment, edit_segment, recompute_segment
from partners.forms.segments import RuleEditor, editor_from, editor_of
from partners.models import Partner, Segment
from partners.queries.segments import BrokenRule, fitting, in_words, members_of
from partners.rows.segments import present_segments
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import go
from prm.kernel.web.lists import Column, lend_list, list_page

SAMPLE = 8
COLUMNS = (
    Column("name", "Segment", ("name",), lambda row: row.name),
    Column("members", "Partners", (), lambda row: row.raw_members),
    Column("kind", "Kind", ("kind", "name"), lambda row: row.kind, optional=True),
    Column("owner", "Owner", ("owner__user__name",), lambda row: row.owner, optional=True),
    Column("computed", "Evaluated", ("computed_at",), lambda row: row.raw_computed, optional=True),
)


lend_list("partners:segments", COLUMNS)


@may("partners.view_segment")
def segment_list(request: HttpRequest) -> HttpResponse:
    """All segments of the vendor with how many partners of this member's are in each."""
    member = request.member  # type: ignore[attr-defined]
    shown = list_page(
        request,
        Segment.objects.visible_to(member).select_related("owner__user"),
        COLUMNS,
        default_sort="name",
        present=lambda segments: present_segments(segments, member),
        file_name="segments",
    )
    if isinstance(shown, HttpResponse):
        return shown
    return render(
        request, "partners/segments/list.html", {"list": shown, "may_add": permits(member, "partners.add_segment")}
    )


@may("partners.view_segment", Segment.objects.select_related("owner__user"))
def segment(request: HttpRequest, segment: Segment) -> HttpResponse:
    """One segment: its rule in words and some of its partners."""
    member = request.member  # type: ignore[attr-defined]
    members = members_of(segment, member)
    context = {
        "segment": segment,
        "join": {"all": "all of these groups", "any": "any of these groups"}.get(segment.rule.get("join", "all")),
        "groups": in_words(segment.rule),
        "count": members.count(),
        "sample": list(members.order_by("sort_name", "pk")[:SAMPLE]),
        "computed": formatter().moment(segment.computed_at),
        "may_edit": permits(member, "partners.edit_segment", segment),
    }
    return render(request, "partners/segments/segment.html", context)


@may("partners.add_segment")
@require_http_methods(["GET", "POST"])
def segment_add(request: HttpRequest) -> HttpResponse:
    return _edit(
        request,
        None,
        lambda editor: add_segment(editor.name, rule=editor.rule, kind=editor.kind, by=request.member),  # type: ignore[attr-defined]
    )


@may("partners.edit_segment", Segment)
@require_http_methods(["GET", "POST"])
def segment_edit(request: HttpRequest, segment: Segment) -> HttpResponse:
    return _edit(
        request,
        segment,
        lambda editor: edit_segment(
            segment,
            name=editor.name,
            rule=editor.rule,
            kind=editor.kind,
            seen_version=_version(request),
            by=request.member,  # type: ignore[attr-defined]
        ),
    )


@may("partners.edit_segment", Segment)
@require_POST
def segment_recompute(request: HttpRequest, segment: Segment) -> HttpResponse:
    return go(request, recompute_segment(segment, by=request.member))  # type: ignore[attr-defined]


@may("partners.edit_segment", Segment)
@require_POST
def segment_delete(request: HttpRequest, segment: Segment) -> HttpResponse:
    delete_segment(segment, by=request.member)  # type: ignore[attr-defined]
    return go(request, reverse("partners:segments"))


def _edit(request: HttpRequest, segment: Segment | None, act: Any) -> HttpResponse:
    """Every button but "save" is a round trip that changes the form; saving redirects or comes back with reasons."""
    if request.method == "GET":
        return _editor_page(request, segment, editor_of(segment))
    editor = editor_from(request.POST)
    if request.POST.get("do") != "save":
        return _editor_page(request, segment, editor)
    try:
        saved = act(editor)
    except BrokenRule as broken:
        editor.tell(dict(broken.problems))
        return _editor_page(request, segment, editor, status=422)
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        editor.errors.append(str(refusal))
        return _editor_page(request, segment, editor, status=422 if refusal.status == 400 else refusal.status)
    return go(request, saved)


def _editor_page(request: HttpRequest, segment: Segment | None, editor: RuleEditor, status: int = 200) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    count, sample = None, []
    if editor.rule["groups"] and not BrokenRule.of(editor.rule):
        found = fitting(editor.rule, clock.today()) & Partner.objects.visible_to(member)
        count, sample = found.count(), list(found.order_by("sort_name", "pk")[:SAMPLE])
    context = {"segment": segment, "editor": editor, "count": count, "sample": sample, "version": _version(request)}
    if segment is not None and context["version"] is None:
        context["version"] = segment.version
    template = "partners/segments/edit.html"
    partial = f"{template}#editor" if getattr(request, "htmx", False) else template
    return render(request, partial, context, status=status)


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else None
