"""Partners in the API, by noun: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from partners.api import announcements, bulk, company, documents, segments, standing


def register(router: Any) -> None:
    company.register(router)
    standing.register(router)
    documents.register(router)
    segments.register(router)
    announcements.register(router)
    bulk.register(router)
