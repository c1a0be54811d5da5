"""`docs/security.md` names a test that exists for every requirement that stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OWNED = {
    *(f"TEN-{n:02}" for n in range(1, 13)),
    *(f"AUZ-{n:02}" for n in (1, 2, 3)),
    *(f"AUN-{n:02}" for n in (1, 2, 3, 4, 6)),
    *(f"INP-{n:02}" for n in (1, 2, 3, 4, 7)),
    *(f"STM-{n:02}" for n in (2, 7)),
    *(f"ASY-{n:02}" for n in (1, 2, 3, 4)),
    *(f"DOC-{n:02}" for n in (1, 2, 3, 4, 6)),
    *(f"FIL-{n:02}" for n in (1, 2, 3, 4)),
}


def rows(text: str) -> dict[str, list[tuple[str, str]]]:
    """Requirement to the tests that its line names."""
    lines = re.findall(r"^\| ([A-Z]{3}-\d\d) \|(.*)\|$", text, re.MULTILINE)
    return {name: re.findall(r"`(tests/[\w/]+\.py):(\w+)`", rest) for name, rest in lines}


def missing(found: dict[str, list[tuple[str, str]]]) -> list[str]:
    gone = []
    for name, tests in found.items():
        for path, test in tests:
            file = ROOT / path
            if not file.exists() or not re.search(rf"^def {test}\b", file.read_text(encoding="utf-8"), re.MULTILINE):
                gone.append(f"{name}: {path}:{test}")
    return gone


@pytest.fixture
def text():
    return (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_requirement_has_a_test_that_exists(text):
    found = rows(text)
    assert set(found) >= OWNED
    assert all(found.values()), [name for name, tests in found.items() if not tests]
    assert missing(found) == []


def test_a_test_that_does_not_exist_is_found():
    assert missing(rows("| TEN-01 | holds | `tests/house/test_models.py:test_no_such_thing` |")) != []
