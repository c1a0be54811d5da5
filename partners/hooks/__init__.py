"""What the partners app lends, by noun: navigation, measures, panels, worklists, home parts, daily work."""

from partners.hooks import (
    bank,
    calendar,
    company,
    documents,
    locator,
    managers,
    measures,
    merges,
    program,
    recruitment,
    segments,
    signing,
    standing,
    words,
    work,
)

__all__ = [
    "bank",
    "calendar",
    "company",
    "documents",
    "locator",
    "managers",
    "measures",
    "merges",
    "program",
    "recruitment",
    "segments",
    "signing",
    "standing",
    "words",
    "work",
]
