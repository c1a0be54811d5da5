"""Merging two partners: both side by side, a choice for each value in which they differ; and taking it back."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.actions import MERGED_FIELDS, merge_partners, undo_merge
from partners.forms import MergeForm
from partners.models import Merge, Partner, PartnerProfile
from partners.profile_fields import FIELDS
from prm.kernel.signin.forms import NothingForm
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import submit

LABELS = {
    "name": _("Name"),
    "domain": _("Web domain"),
    "country": _("Country"),
    "regions": _("Regions"),
    "territory": _("Territory"),
    "type": _("Type"),
    "other_types": _("Other types"),
    "source": _("Source"),
}


@dataclass(frozen=True)
class Choice:
    """A value in which the two differ."""

    name: str
    label: str
    keep: str
    other: str
    chosen: str


@may("partners.merge_partners", Partner.objects.select_related("territory", "tier"))
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, partner: Partner) -> HttpResponse:
    """`other` names the one that becomes part of this partner: by its number or its id."""
    wanted = request.POST.get("other") or request.GET.get("other", "").strip()
    other = _find(request, wanted)
    if other is None or other.pk == partner.pk:
        said = {"partner": partner, "wanted": wanted, "is_itself": other is not None}
        return render(request, "partners/merges/which.html", said, status=422 if request.method == "POST" else 200)
    differing = _differing(partner, other)

    def page(form: Any) -> HttpResponse:
        choices = [
            Choice(name, label, mine, theirs, form.data.get(name) or "keep") for name, label, mine, theirs in differing
        ]
        return render(
            request,
            "partners/merges/merge.html",
            {"partner": partner, "other": other, "form": form, "choices": choices},
        )

    form = MergeForm(request.POST or None, [name for name, *_rest in differing])
    if request.method == "GET":
        return page(form)
    return submit(
        request,
        form,
        lambda data: merge_partners(
            partner,
            other,
            by=request.member,  # type: ignore[attr-defined]
            choices={name: choice for name, choice in data.items() if choice},
        ),
        again=page,
        then=lambda done: partner.get_absolute_url(),
    )


@may("partners.undo_merge", Merge.objects.select_related("keep", "other"))
@require_POST
def undo(request: HttpRequest, merge: Merge) -> HttpResponse:
    def again(form: Any) -> HttpResponse:
        for said in form.non_field_errors():
            messages.error(request, said)
        return render(request, "partners/merges/refused.html", {"merge": merge, "form": form})

    return submit(
        request,
        NothingForm(request.POST),
        lambda data: undo_merge(merge, by=request.member),  # type: ignore[attr-defined]
        again=again,
        then=lambda done: merge.other.get_absolute_url(),
    )


def _find(request: HttpRequest, wanted: str) -> Partner | None:
    named = Q(number=wanted.upper())
    with contextlib.suppress(ValueError):
        named |= Q(pk=uuid.UUID(wanted))
    visible = Partner.objects.visible_to(request.member).select_related("territory", "tier")  # type: ignore[attr-defined]
    return visible.filter(named).first() if wanted else None


def _differing(keep: Partner, other: Partner) -> list[tuple[str, str, str, str]]:
    found = [(name, str(LABELS[name]), _shown(keep, name), _shown(other, name)) for name in MERGED_FIELDS]
    profiles = {p.partner_id: p for p in PartnerProfile.objects.filter(partner__in=[keep, other])}
    mine, theirs = (profiles.get(p.pk) or PartnerProfile(partner=p) for p in (keep, other))
    write = formatter()
    found += [
        (f"profile.{name}", str(f.label), f.write(getattr(mine, name), write), f.write(getattr(theirs, name), write))
        for name, f in FIELDS.items()
        if not f.is_same(getattr(mine, name), getattr(theirs, name))
    ]
    return [row for row in found if row[2] != row[3]]


def _shown(partner: Partner, name: str) -> str:
    display = getattr(partner, f"get_{name}_display", None)
    value = display() if display is not None else getattr(partner, "country_name" if name == "country" else name)
    if isinstance(value, (list, tuple)):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)
