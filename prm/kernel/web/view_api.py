"""One's own saved views of lists in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from prm.kernel.models import SavedView
from prm.kernel.saved_views import change_view, delete_view, save_view
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import ReadRecordsViewSet


class SavedViewSerializer(serializers.ModelSerializer):
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = SavedView
        fields = ["id", "list_name", "name", "query", "is_default", "url"]
        read_only_fields = fields


class ViewInput(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    is_default = serializers.BooleanField(required=False, default=False, help_text="Open the list with this view.")


class NewViewInput(ViewInput):
    list_name = serializers.CharField(max_length=80, help_text="The name of the list's address: partners:list.")
    query = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class SavedViewsViewSet(ReadRecordsViewSet):
    """How you like to look at lists: filters, order and columns under a name."""

    queryset = SavedView.objects.order_by("list_name", "name", "pk")
    serializer_class = SavedViewSerializer
    filterset_fields = ["list_name"]
    permissions = dict.fromkeys(("list", "retrieve", "create", "partial_update", "destroy"), "kernel.keep_view")

    @extend_schema(request=NewViewInput, responses={201: SavedViewSerializer})
    def create(self, request: Any) -> Response:
        """Keep a view; the same name on the same list is replaced."""
        view = save_view(by=self.member, **checked(NewViewInput, request))
        return Response(SavedViewSerializer(view).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ViewInput, responses=SavedViewSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        view = self.get_object()
        return Response(SavedViewSerializer(change_view(view, by=self.member, **checked(ViewInput, request))).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        delete_view(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
