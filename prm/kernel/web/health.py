"""What machines ask: `/live` touches nothing, `/ready` looks at the database, `/tls-allowed` names our hosts."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from prm.kernel.models import TenantDomain


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/live":
            return JsonResponse({"status": "ok"})
        if request.path == "/ready":
            return ready()
        if request.path == "/tls-allowed":
            return tls_allowed(request.GET.get("domain", ""))
        return self.get_response(request)


def ready() -> JsonResponse:
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer is "not ready", without details
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "migrations missing" if behind else "ok"}, status=503 if behind else 200)


def tls_allowed(domain: str) -> JsonResponse:
    """For the reverse proxy: whether a certificate may be fetched for this host (ours or a vendor's own)."""
    host = domain.strip().lower()
    ours = urlsplit(settings.SITE_URL).hostname
    known = bool(host) and (host == ours or TenantDomain.objects.answering().filter(host=host).exists())
    return JsonResponse({"allowed": known}, status=200 if known else 404)
