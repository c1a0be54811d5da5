"""Whatever the code records has words on the timeline; the names come from the source, so that none is forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from partners.registries import event_words
from partners.timeline_rows import present_event
from prm.kernel.models import Event
from prm.stack.places import ROOT
from scorecards.actions import accept_action_item
from scorecards.models import ActionItem
from scorecards.starter import copy_bank
from tests.scorecards.filling import submitted

SILENT = {"isolation.planted"}  # canaries of the proof of isolation, in vendors that live for a minute
RECORDING = {"record", "record_many", "_saved"}
DECLARED = {"added_event", "edited_event"}
EVENT = re.compile(r"[a-z_{}]+\.[a-z_{}]+")


def sources() -> Iterator[ast.AST]:
    for place in ROOT.glob("*/__init__.py"):
        if place.parent.name not in ("tests", "node_modules"):
            for path in place.parent.rglob("*.py"):
                if "migrations" not in path.parts:
                    yield ast.parse(path.read_text(encoding="utf-8"))


def recorded(tree: ast.AST) -> set[str]:
    """Every event name that stands in a call that records, or is declared for one; `{}` stands for a changing part."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RECORDING:
            for argument in node.args[1:]:
                found |= names_in(argument)
        if isinstance(node, ast.Assign) and {getattr(target, "id", "") for target in node.targets} & DECLARED:
            found |= names_in(node.value)
    return {name for name in found if EVENT.fullmatch(name)}


def names_in(node: ast.AST) -> set[str]:
    if isinstance(node, ast.IfExp):
        return names_in(node.body) | names_in(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        return {"".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)}
    return set()


def wordless(names: set[str]) -> set[str]:
    def is_told(name: str) -> bool:
        pattern = re.compile(re.escape(name).replace(r"\{\}", "[a-z_]+"))
        return any(pattern.fullmatch(told) for told in event_words)

    return {name for name in names - SILENT if not is_told(name)}


def test_every_event_the_code_records_has_words():
    names = set().union(*(recorded(tree) for tree in sources()))
    assert len(names) > 100
    assert not wordless(names)


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ('record(x, "ghost.walked", by=None)', {"ghost.walked"}),
        ('record(x, "partner.added" if a else "ghost.sat", by=None)', {"ghost.sat"}),
        ('record_many(xs, f"ghost.{to}", by=None)', {"ghost.{}"}),
        ('class A:\n    added_event = "ghost.seen"', {"ghost.seen"}),
        ('record(x, f"tier.{kind}_confirmed", by=None)', set()),
    ],
)
def test_an_event_without_words_is_found(code, missing):
    assert wordless(recorded(ast.parse(code))) == missing


def test_the_sentence_names_the_action(cast):
    copy_bank()
    submitted(cast.northwind, by=cast.champion, place=1)
    item = ActionItem.objects.filter(partner=cast.northwind).first()
    item.text = "Name {owner} <b>and</b> list accounts"  # what people typed is no pattern
    item.save(update_fields=["text"])
    accept_action_item(item, by=cast.cam, owner=cast.cam, due_on=item.created_at.date().replace(year=2090))
    told = present_event(Event.objects.get(name="action_item.accepted"), {}).text
    assert told.startswith("accepted the action “Name {owner} <b>and</b> list accounts” for ")
    assert "2090" in told
    old = Event(name="action_item.accepted", data={"owner": "Carla"}, at=item.created_at)
    assert present_event(old, {}).text == "accepted the action “…” for Carla, due …"
