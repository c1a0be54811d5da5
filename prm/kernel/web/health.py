"""`/live` touches nothing; `/ready` asks the database whether it is there and migrated."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/live":
            return JsonResponse({"status": "ok"})
        if request.path == "/ready":
            return ready()
        return self.get_response(request)


def ready() -> JsonResponse:
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer is "not ready", without details
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "migrations missing" if behind else "ok"}, status=503 if behind else 200)
