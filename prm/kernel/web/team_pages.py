"""The pages of the vendor's teams: the tree, one team, and who is in which."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from prm.kernel.models import Membership, Team
from prm.kernel.policies import permits
from prm.kernel.teams import add_team, edit_team, set_team, tree_of
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.whole import WholeField


def _teams() -> Any:
    return Team.objects.order_by("name")


class TeamForm(forms.Form):
    """A team and its place in the tree."""

    name = forms.CharField(max_length=120, label=_("Name"))
    region = forms.CharField(max_length=80, required=False, label=_("Region"))
    parent = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, label=_("Below"), empty_label="–")
    version = WholeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = _teams()  # type: ignore[attr-defined]


class TeamOfForm(forms.Form):
    """In which team a person is, and whether as its lead."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, label=_("Team"), empty_label="–")
    leads = forms.BooleanField(
        required=False, label=_("Leads the team"), help_text=_("Sees the partners of the team and of those below.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = _teams()  # type: ignore[attr-defined]


@may("kernel.view_team")
@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """The tree of teams with their people."""
    member = request.member  # type: ignore[attr-defined]
    people = defaultdict(list)
    everyone = Membership.objects.filter(partner=None, active=True).select_related("user").order_by("user__name")
    for person in everyone:
        people[person.team_id].append(person)
    rows = [
        {"team": team, "indent": range(depth), "people": people[team.pk]} for depth, team in tree_of(list(_teams()))
    ]
    context = {
        "rows": rows,
        "without": people[None],
        "may_add": permits(member, "kernel.add_team"),
        "may_set": permits(member, "kernel.set_team"),
    }
    return render(request, "kernel/teams.html", context)


@may("kernel.add_team")
@require_http_methods(["GET", "POST"])
def team_add(request: HttpRequest) -> HttpResponse:
    def act(data: dict[str, Any]) -> Team:
        data.pop("version")
        return add_team(by=request.member, **data)  # type: ignore[attr-defined]

    return _form(request, TeamForm(request.POST or None), act, heading=str(_("Add a team")))


@may("kernel.edit_team", Team)
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, team: Team) -> HttpResponse:
    initial = {"name": team.name, "region": team.region, "parent": team.parent_id, "version": team.version}

    def act(data: dict[str, Any]) -> Team:
        seen = data.pop("version")
        return edit_team(team, by=request.member, seen_version=seen, **data)  # type: ignore[attr-defined]

    return _form(request, TeamForm(request.POST or None, initial=initial), act, heading=team.name)


@may("kernel.set_team", Membership.objects.select_related("user"))
@require_http_methods(["GET", "POST"])
def team_of(request: HttpRequest, membership: Membership) -> HttpResponse:
    initial = {"team": membership.team_id, "leads": membership.leads_team}

    def act(data: dict[str, Any]) -> Membership:
        return set_team(membership, data["team"], by=request.member, leads=data["leads"])  # type: ignore[attr-defined]

    return _form(request, TeamOfForm(request.POST or None, initial=initial), act, heading=f"Team of {membership.user}")


def _form(request: HttpRequest, form: Any, act: Any, *, heading: str) -> HttpResponse:
    def page(form: Any) -> HttpResponse:
        return render(request, "kernel/team_form.html", {"form": form, "heading": heading})

    if request.method == "GET":
        return page(form)
    return submit(request, form, act, again=page, then=lambda done: "kernel:teams")
