"""The pages of bulk edits: what to change to what, the preview, and the result."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from partners.actions.bulk import VERBS, Outcome, run_bulk_edit, start_bulk_edit
from partners.filters import BulkRowFilter
from partners.forms.bulk import BulkForm
from partners.models import BulkEdit, BulkEditRow
from partners.rows.segments import present_bulk_rows
from partners.views.company import partners_matching
from prm.kernel.errors import Refused
from prm.kernel.web.access import may
from prm.kernel.web.forms import add_refusal, go
from prm.kernel.web.lists import Column, list_page

COLUMNS = (
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row.partner),
    Column("outcome", "Outcome", ("outcome", "position"), lambda row: row.outcome),
    Column("was", "Was", (), lambda row: row.was),
    Column("reason", "Reason", (), lambda row: row.reason),
)


@may("partners.start_bulk_edit")
def bulk_new(request: HttpRequest) -> HttpResponse:
    """Ask for the new value; when it is given, look at what it would do."""
    if request.method != "POST":
        return redirect("partners:list")
    member = request.member  # type: ignore[attr-defined]
    verb = request.POST.get("verb", "")
    # The hidden field comes back as the text "False", which is no empty text: the field reads it, not its length.
    everything = BulkForm.base_fields["everything"].clean(request.POST.get("everything")) or verb.startswith("all:")
    verb = verb.removeprefix("all:")
    if verb not in VERBS:
        return redirect("partners:list")
    marks = ",".join(request.POST.getlist("mark")) or request.POST.get("marks", "")
    query = request.POST.get("query", "")
    ids = _selected(request, marks, query, everything=everything)
    initial = {"verb": verb, "marks": marks, "everything": everything, "query": query}
    is_answer = "value" in request.POST
    data = request.POST.copy() if is_answer else None
    if data is not None:
        data["verb"], data["marks"] = verb, marks
    form = BulkForm(data, member=member, verb=verb, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            edit = start_bulk_edit(verb, form.cleaned_data["value"], ids, by=member)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return go(request, edit)
    context = {"form": form, "verb": VERBS[verb], "count": len(ids), "query": query}
    return render(request, "partners/bulk/new.html", context, status=422 if form.is_bound else 200)


@may("partners.view_bulk_edit", BulkEdit.objects.select_related("job", "asked_by__user"))
def bulk_edit(request: HttpRequest, bulk_edit: BulkEdit) -> HttpResponse:
    """The preview, and afterwards the result: each partner with what becomes of it."""
    shown = list_page(
        request,
        BulkEditRow.objects.filter(edit=bulk_edit).select_related("partner"),
        COLUMNS,
        default_sort="outcome",
        filterset=BulkRowFilter,
        present=present_bulk_rows,
        file_name="bulk-edit",
    )
    if isinstance(shown, HttpResponse):
        return shown
    counts = bulk_counts(bulk_edit)
    context = {
        "edit": bulk_edit,
        "list": shown,
        "counts": counts,
        "verb": VERBS.get(bulk_edit.verb),
        "is_waiting": bulk_edit.state in {BulkEdit.State.CHECKING, BulkEdit.State.RUNNING},
        "may_run": bulk_edit.state == BulkEdit.State.CHECKED and counts["ready"],
    }
    return render(request, "partners/bulk/edit.html", context)


@may("partners.run_bulk_edit", BulkEdit)
@require_POST
def bulk_run(request: HttpRequest, bulk_edit: BulkEdit) -> HttpResponse:
    edit = run_bulk_edit(bulk_edit, by=request.member)  # type: ignore[attr-defined]
    return redirect("kernel:job", edit.job.pk)  # type: ignore[union-attr]


def bulk_counts(edit: BulkEdit) -> dict[str, int]:
    found = dict(BulkEditRow.objects.filter(edit=edit).values_list("outcome").annotate(n=Count("pk")))
    return {str(outcome): found.get(outcome, 0) for outcome in Outcome.values}


def _selected(request: HttpRequest, marks: str, query: str, *, everything: bool) -> list[UUID]:
    """The marked ids, or those of all rows that match the list as it stood."""
    if everything:
        return list(partners_matching(request, QueryDict(query[:2000])).values_list("pk", flat=True))
    found = []
    for text in marks.split(",")[:20_000]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
