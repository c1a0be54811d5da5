"""The directory in the API: the same cards as the page."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from partners.queries.directory import account_managers, programme_people
from prm.kernel.models import Membership
from prm.kernel.web.viewsets import RecordsViewSet


class CardSerializer(serializers.Serializer):
    name = serializers.CharField(read_only=True)
    role = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    asks = serializers.CharField(read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    email = serializers.CharField(read_only=True, help_text="Empty where the person does not show it.")
    phone = serializers.CharField(read_only=True)
    companies = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_second = serializers.BooleanField(read_only=True)
    is_stand_in = serializers.BooleanField(read_only=True)


class DirectoryViewSet(RecordsViewSet):
    """The vendor's people one may turn to."""

    queryset = Membership.objects.all()
    serializer_class = CardSerializer
    pagination_class = None
    filter_backends: list[Any] = []
    permissions = {"list": "partners.view_directory"}

    @extend_schema(responses=CardSerializer(many=True))
    def list(self, request: Any) -> Response:
        own = [] if self.member.is_vendor else account_managers(self.member)
        return Response(CardSerializer([*own, *programme_people(self.member)], many=True).data)
