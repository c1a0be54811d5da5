"""The directory: the vendor's people a partner may turn to, and never another partner's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.queries.directory import account_managers, programme_people
from partners.rows import present_card
from prm.kernel.web.access import may
from prm.kernel.web.tenancy import member_of


@may("partners.view_directory")
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    own = [] if member.is_vendor else account_managers(member)
    context = {
        "managers": [present_card(card) for card in own],
        "others": [present_card(card) for card in programme_people(member)],
    }
    return render(request, "partners/directory.html", context)
