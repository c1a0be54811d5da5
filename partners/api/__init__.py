"""Partners in the API, by noun: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from partners.api import company, documents, standing, work


def register(router: Any) -> None:
    company.register(router)
    standing.register(router)
    documents.register(router)
    work.register(router)
