"""On a phone every row of a list is a card: its template says so, and each cell says its name."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TABLE = re.compile(r'<div class="table-wrap(?P<kind>[^"]*)".*?</table>', re.DOTALL)
INCLUDE = re.compile(r'{% include "([^"]+)"')
SPEAKS = re.compile(r'data-label="|class="[^"]*\b(?:in-words|grow)\b|colspan=')

# Templates of lists whose rows are no cards, each with the reason.
NO_CARDS: dict[str, str] = {"kernel/gallery.html": "shows the components one by one, the plain table among them"}


def with_its_parts(source: str) -> str:
    """A template with what it includes by name, once."""
    parts = (TEMPLATES / name for name in INCLUDE.findall(source))
    return source + "".join(part.read_text(encoding="utf-8") for part in parts if part.exists())


def faults_of(source: str) -> list[str]:
    """What is no card in the template of a list."""
    faults = [f"{tag} without cards" for tag in re.findall(r"{% table [^%]*%}", source) if "cards=True" not in tag]
    for table in TABLE.finditer(with_its_parts(source)):
        if "as-cards" not in table["kind"]:
            faults.append("a table that only scrolls")
            continue
        nameless = sum(
            "visually-hidden" in head for head in re.findall(r"<th scope=\"col\".*?</th>", table[0], re.DOTALL)
        )
        silent = [cell for cell in re.findall(r"<td[^>]*>", spoken(table[0])) if not SPEAKS.search(cell)]
        if len(silent) > nameless:
            faults.append(f"{len(silent)} cells without a name under {nameless} heads without one")
    return faults


def spoken(table: str) -> str:
    """The table with tags inside attributes written short, so that a cell's end is where it ends."""
    return re.sub(r"{%.*?%}|{{.*?}}", "", table, flags=re.DOTALL)


def lists() -> dict[str, str]:
    sources = {str(p.relative_to(TEMPLATES)): p.read_text(encoding="utf-8") for p in TEMPLATES.rglob("*.html")}
    return {name: text for name, text in sources.items() if "{% pager " in text or "{% table " in text}


def test_every_list_is_cards_on_a_phone():
    found = lists()
    assert len(found) >= 20
    faults = {name: faults_of(text) for name, text in found.items() if name not in NO_CARDS}
    assert {name: said for name, said in faults.items() if said} == {}


def test_a_list_that_only_scrolls_is_found():
    assert faults_of(lists()["kernel/gallery.html"])
    assert faults_of('<div class="table-wrap as-cards"><table><th scope="col">A</th><td>1</td></table>')
