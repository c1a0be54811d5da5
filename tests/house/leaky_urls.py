"""Addresses with the mistakes that the route matrix must find."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, re_path
from rest_framework.response import Response

from partners.models import Contact, Partner
from prm.kernel.tenancy.context import tenant_scope, vendor_scope
from prm.kernel.web.access import for_members, public
from prm.kernel.web.viewsets import RecordsViewSet
from prm.urls import handler404, handler500  # noqa: F401
from prm.urls import urlpatterns as real


def undecorated(request):
    return HttpResponse("open")


@for_members
def rivals(request):
    """Widens the scope and lets names out."""
    with vendor_scope("a mistake"):
        return HttpResponse(", ".join(Partner.objects.values_list("name", flat=True)))


@for_members
def unfiltered(request, contact_id):
    """Finds a record without asking who may know of it."""
    with tenant_scope(request.member.tenant_id):
        return HttpResponse(get_object_or_404(Contact, pk=contact_id).name)


@for_members
def telling(request, partner_id):
    """Tells a foreign id from an unknown one."""
    with tenant_scope(request.member.tenant_id):
        known = Partner.objects.filter(pk=partner_id).exists()
    return HttpResponse("not yours" if known else "no such partner", status=404)


@for_members
def dear(request):
    """Asks the database once for each row."""
    return HttpResponse(sum(partner.contacts.count() for partner in Partner.objects.all()))


@public
def breaking(request):
    raise ZeroDivisionError


class Trusting(RecordsViewSet):
    """Takes whatever stands in the address for an id."""

    queryset = Partner.objects.all()
    permissions = {"retrieve": "partners.view_partner"}

    def retrieve(self, request, pk):
        return Response({"name": get_object_or_404(self.get_queryset(), pk=pk).name})


urlpatterns = [
    *real,
    path("leak/undecorated/", undecorated),
    path("leak/rivals/", rivals),
    path("leak/unfiltered/<uuid:contact_id>/", unfiltered),
    path("leak/telling/<uuid:partner_id>/", telling),
    path("leak/breaking/", breaking),
    path("leak/dear/", dear),
    re_path(r"^leak/trusting/(?P<pk>[^/.]+)/$", Trusting.as_view({"get": "retrieve"})),
]
