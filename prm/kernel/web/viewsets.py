"""Viewsets that share everything with the pages: rows by `visible_to`, permissions by name, deeds by actions."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, viewsets

from prm.kernel.policies import require
from prm.kernel.web.access import Access, find_visible


class RecordsViewSet(viewsets.GenericViewSet):
    """Base of all viewsets: rows through `visible_to`, permissions by action name, deeds through actions."""

    permissions: dict[str, str] = {}  # action of the viewset -> permission
    queryset: Any

    def permission_of(self, method: str, action: str | None) -> str | None:
        if method in {"HEAD", "OPTIONS"} and action is None:
            return next(iter(self.permissions.values()))
        return self.permissions.get(action or "metadata") or (
            next(iter(self.permissions.values())) if method == "OPTIONS" else None
        )

    @classmethod
    def access_of(cls, action: str) -> Access:
        return Access("permission", cls.permissions[action], cls.queryset.model)

    @property
    def member(self) -> Any:
        return self.request._request.member

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return self.queryset.all().visible_to(self.member)

    def get_object(self) -> Any:
        found = find_visible(self.queryset, self.member, self.kwargs[self.lookup_url_kwarg or self.lookup_field])
        require(self.member, self.permissions[self.action], found)
        return found


class ReadRecordsViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RecordsViewSet):
    """List and one record."""
