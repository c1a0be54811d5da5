"""The frame of the API: who calls, and what is refused how."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework import exceptions, pagination, permissions
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.response import Response

from prm.kernel.errors import Refused
from prm.kernel.policies import permits


class MemberAuthentication(BaseAuthentication):
    """The member that the tenancy middleware found: by token, or by session with a CSRF token."""

    def authenticate(self, request: Any) -> Any:
        member = getattr(request._request, "member", None)
        if member is None:
            return None
        token = getattr(request._request, "api_token", None)
        if token is None:
            _check_csrf(request._request)
        return member.user, token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


def _check_csrf(request: HttpRequest) -> None:
    check = CSRFCheck(lambda request: None)
    check.process_request(request)
    reason = check.process_view(request, None, (), {})
    if reason:
        raise exceptions.PermissionDenied(f"CSRF: {reason}")


class Permitted(permissions.BasePermission):
    """Deny unless the viewset names a permission for this method and the member holds it."""

    def has_permission(self, request: Any, view: Any) -> bool:
        member = getattr(request._request, "member", None)
        if member is None:
            raise exceptions.NotAuthenticated
        name = view.permission_of(request.method, view.action)
        if name is None:
            raise exceptions.MethodNotAllowed(request.method)
        token = getattr(request._request, "api_token", None)
        if token is not None and token.scopes and name not in token.scopes:
            return False
        return permits(member, name)


class Pages(pagination.PageNumberPagination):
    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"


def answer_refusal(error: Exception, context: Any) -> Response | None:
    """Refusals with their own status and code; everything else as the framework answers it."""
    if isinstance(error, Refused):
        body: dict[str, Any] = {"code": error.code, "detail": str(error), **error.more}
        if error.field:
            body["field"] = error.field
        if len(error.fields) > 1:
            body["fields"] = dict(error.fields)
        return Response(body, status=error.status)
    from rest_framework.views import exception_handler  # imports these settings itself

    return exception_handler(error, context)
