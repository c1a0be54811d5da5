"""All candidates: the board with a column for each stage, and the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from partners.filters_recruitment import BoardFilter, CandidateFilter
from partners.models import Candidate
from partners.queries import STAGES, pathway
from partners.rows.recruitment import (
    CARDS_SHOWN,
    CandidateRow,
    funnel,
    present_board,
    present_candidates,
    present_stats,
)
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.lists import Column, ListPage, lend_list, list_page
from prm.kernel.web.tenancy import member_of

COLUMNS = (
    Column("name", "Company", ("partner__sort_name",), lambda row: row.name),
    Column("stage", "Stage", ("stage", "entered_on"), lambda row: row.stage),
    Column("since", "Since", ("entered_on",), lambda row: row.entered_on),
    Column("age", "Days in the stage", (), lambda row: row.age),
    Column("late", "Over the limit", (), lambda row: "yes" if row.is_late else ""),
    Column("next", "Next step", (), lambda row: row.next_step),
    Column("fit", "Fit score", (), lambda row: row.raw_fit),
    Column("country", "Country", ("partner__country",), lambda row: row.country),
    Column("source", "Source", ("partner__source",), lambda row: row.source),
    Column("manager", "Account manager", (), lambda row: row.manager),
    Column("closed", "Closed", ("closed_on",), lambda row: row.closed),
)


lend_list("recruitment:list", COLUMNS, CandidateFilter)


@may("partners.view_candidate")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Who stands where, and for how long: a column for each stage, the longest waiting on top."""
    member, today = member_of(request), clock.today()
    chosen = BoardFilter(request.GET, queryset=Candidate.objects.visible_to(member), request=request)
    candidates = chosen.qs if chosen.is_valid() else Candidate.objects.none()
    figures = pathway(candidates, today)
    query = request.GET.urlencode()
    address = reverse("recruitment:list") + (f"?{query}" if query else "")
    context = {
        "list": ListPage(request, Paginator([], 1).get_page(1), (), "", chosen),
        "is_empty": figures.is_empty,
        "is_filtered": bool(query),
        "stats": present_stats(figures),
        "columns": present_board(figures, _cards(candidates, today), address),
        "funnel": funnel(figures),
        "may_add": permits(member, "partners.add_partner"),
        "may_edit_page": permits(member, "partners.edit_program_page"),
    }
    return render(request, "partners/recruitment/board.html", context)


def _cards(candidates: QuerySet[Candidate], today: Any) -> Mapping[str, list[CandidateRow]]:
    """The first of each column, in one query for all columns."""
    waiting = candidates.filter(closed=False)
    firsts: QuerySet[Candidate] | None = None
    for stage in STAGES:
        order = "-entered_on" if stage == Candidate.Stage.FIRST_REVENUE else "entered_on"
        ids = waiting.filter(stage=stage).order_by(order, "pk").values("pk")[:CARDS_SHOWN]
        firsts = ids if firsts is None else firsts.union(ids, all=True)
    found = list(
        Candidate.objects.filter(pk__in=[row["pk"] for row in firsts or ()])
        .select_related("partner")
        .order_by("entered_on", "pk")
    )
    cards: dict[str, list[CandidateRow]] = {}
    for candidate, row in zip(found, present_candidates(found, today), strict=True):
        cards.setdefault(candidate.stage, []).append(row)
    return cards


@may("partners.view_candidate")
@require_safe
def candidate_list(request: HttpRequest) -> HttpResponse:
    """All candidates, also those that were declined or won, to search, sort and take along."""
    member, today = member_of(request), clock.today()
    shown = list_page(
        request,
        Candidate.objects.visible_to(member).select_related("partner"),
        COLUMNS,
        default_sort="since",
        filterset=CandidateFilter,
        present=lambda found: present_candidates(found, today),
        file_name="candidates",
    )
    if isinstance(shown, HttpResponse):
        return shown
    return render(request, "partners/recruitment/list.html", {"list": shown})
