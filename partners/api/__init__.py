"""Partners in the API, by noun: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from partners.api import (
    announcements,
    bank,
    bulk,
    company,
    directory,
    documents,
    locator,
    managers,
    merges,
    people,
    profile,
    program,
    recruitment,
    segments,
    standing,
    tiers,
    work,
)


def register(router: Any) -> None:
    company.register(router)
    program.register(router)
    standing.register(router)
    tiers.register(router)
    documents.register(router)
    profile.register(router)
    people.register(router)
    recruitment.register(router)
    router.register("directory", directory.DirectoryViewSet, basename="directory")
    segments.register(router)
    announcements.register(router)
    bulk.register(router)
    work.register(router)
    locator.register(router)
    bank.register(router)
    managers.register(router)
    merges.register(router)
