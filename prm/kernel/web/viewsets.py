"""Viewsets that share everything with the pages: rows by `visible_to`, permissions by name, deeds by actions."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, viewsets
from rest_framework.parsers import FormParser, MultiPartParser

from prm.kernel.policies import require
from prm.kernel.web.access import Access, find_visible
from prm.kernel.web.described import WRITING, DescribedRequest, refuse_parameters, refuse_undescribed, shape_of
from prm.kernel.web.once_api import answered_once, key_of


class RecordsViewSet(viewsets.GenericViewSet):
    """Base of all viewsets: rows through `visible_to`, permissions by action name, deeds through actions."""

    permissions: dict[str, str] = {}  # action of the viewset -> permission
    queryset: Any
    listing: str = ""  # the name of the page that lists the same records: its filters and columns hold here, too
    keeps_own_keys = False  # whether what it takes in carries the Idempotency-Key itself
    is_listed = False  # whether its list is one of records, narrowed and sorted by the kernel

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

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        asked = super().initialize_request(request, *args, **kwargs)
        asked.__class__, asked.view = DescribedRequest, self  # the same request, which looks at its body as it is read
        return asked

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """What may come in at all: who calls may do this, and asks for nothing that does not exist here."""
        super().initial(request, *args, **kwargs)
        if self.action is None:
            return
        if request.method == "GET":
            refuse_parameters(self)
        if request.method == "POST" and not self.keeps_own_keys and (key := key_of(request)):
            self.post = answered_once(self.post, key)  # type: ignore[has-type]
        if request.method in WRITING and shape_of(self) is None:
            request.parsers = [*request.parsers, FormParser(), MultiPartParser()]  # empty in whatever form
            refuse_undescribed(request.data, None, changes=False)

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

    is_listed = True
