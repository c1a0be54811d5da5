"""What the docs say is there: files, functions, commands, and tables that are made from the code."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from prm.kernel.house_tables import lifecycles, roles_table

ROOT = Path(__file__).resolve().parents[2]
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|html|js|css|yaml|yml|sql|md|toml)|bin/\w+)`")
SYMBOL = re.compile(r"`((?:[\w-]+/)+[\w-]+\.py):(\w+)`")
COMMAND = re.compile(r"(?:bin/manage|manage\.py) ([a-z_]+)")


def problems_of(text: str) -> list[str]:
    """Names in the text that do not exist."""
    missing = [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    for path, symbol in SYMBOL.findall(text):
        source = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).exists() else ""
        if not re.search(rf"^\s*(?:async )?(?:def|class) {symbol}\b|^{symbol}\b", source, re.M):
            missing.append(f"{path}:{symbol}")
    missing += [command for command in COMMAND.findall(text) if command not in get_commands()]
    return missing


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))
def test_every_name_in_the_docs_exists(doc):
    assert problems_of(doc.read_text(encoding="utf-8")) == []


def test_a_wrong_name_is_found():
    """The negative control."""
    text = "see `prm/kernel/nowhere.py`, `prm/kernel/lifecycle.py:moove` and bin/manage dance"
    assert problems_of(text) == ["prm/kernel/nowhere.py", "prm/kernel/lifecycle.py:moove", "dance"]


@pytest.mark.parametrize(("name", "lines"), [("lifecycles", lifecycles), ("roles", roles_table)])
def test_tables_of_the_tour_are_those_of_the_code(name, lines):
    tour = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    block = re.search(rf"<!-- {name} -->\n```\n(.*?)```", tour, re.S)
    assert block, f"docs/tour.md has no block {name}"
    assert block[1].splitlines() == lines(), f"write the output of bin/manage {name} into docs/tour.md"


def test_pictures_of_the_readme_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text):
        assert (ROOT / picture).exists(), picture
