"""The whole proof: plant, ask every table, open every address as everybody, report, roll back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpResponseServerError
from django.test import Client
from django.test.utils import override_settings
from django.urls import set_script_prefix

from prm.kernel.isolation.addresses import UNKNOWN, Address, addresses
from prm.kernel.isolation.planting import World, plant
from prm.kernel.isolation.tables import COMMANDS, walk_tables
from prm.kernel.isolation.unpack import text_of
from prm.kernel.tenancy.registry import fenced_models

OWNERS = ("A/vendor", "A/all", "A/P1", "A/P2", "B/vendor", "B/P1", UNKNOWN)
OPENS_ALL = {"A/P1/partner_champion", "nobody"}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class Line:
    """One line of the report."""

    what: str
    asked: int
    hits: int


@dataclass
class Report:
    lines: list[Line] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class Actor:
    """Somebody who opens addresses: `reader` is what may be received (`A/vendor`, `A/P1`, empty for outsiders)."""

    name: str
    user: Any
    prefix: str
    reader: str


@contextmanager
def planted(*, all_roles: bool = True) -> Iterator[World]:
    """Two vendors full of canaries, gone again at the end: rows by rollback, files with their folder."""
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder, ALLOWED_HOSTS=["*"]):
        with transaction.atomic():
            try:
                yield plant(all_roles=all_roles)
            finally:
                transaction.set_rollback(True)
        set_script_prefix("/")


def run(*, all_roles: bool = True, progress: Any = lambda line: None) -> Report:
    """Search every table and every address for canaries where they must not be."""
    report = Report()
    with planted(all_roles=all_roles) as world:
        progress(f"planted {len(world.rows)} rows in {len(fenced_models())} tables of two vendors")
        walk = walk_tables(world)
        for command in COMMANDS:
            wrong = walk.faults.get(command, [])
            report.lines.append(Line(f"tables: {command}", walk.asked.get(command, 0), len(wrong)))
            report.faults += wrong
        for actor in actors(world):
            asked, faults = open_everything(world, actor)
            report.lines.append(Line(f"addresses as {actor.name}", asked, len(faults)))
            report.faults += faults
            progress(f"{actor.name}: {asked} answers searched")
    return report


def actors(world: World) -> list[Actor]:
    """Everybody of both vendors in their own place, and outsiders at A's door."""
    found = []
    for name, member in world.members.items():
        tenant, *rest = name.split("/")
        reader = f"{tenant}/{rest[0]}" if len(rest) == 2 else f"{tenant}/vendor"
        own = f"/t/{world.tenants[tenant].slug}"
        if tenant == "A" or rest[-1] in {"channel_chief", "partner_champion"}:
            found.append(Actor(name, member.user, own, reader))
    door = f"/t/{world.tenants['A'].slug}"
    chief = world.members["B/channel_chief"].user
    found.append(Actor("B's chief at A's door", chief, door, "B/vendor"))
    found.append(Actor("a login without membership", world.stranger, door, ""))
    found.append(Actor("nobody", None, door, ""))
    return found


def open_everything(world: World, actor: Actor) -> tuple[int, list[str]]:
    """Every address with objects of every owner: no foreign canary in any answer, and no answer that broke."""
    asked, faults = 0, []
    foreign = world.foreign_to(actor.reader)
    client = client_of(actor)
    for address in addresses():
        if address.is_foreign or (address.is_the_same_for_all and actor.name not in OPENS_ALL):
            continue
        for owner, values in objects_of(world, address, OWNERS):
            for label, response in _answers(client, actor, address, values):
                asked += 1
                text = text_of(response)
                hits = sorted({audience for word, audience in foreign.items() if word in text})
                where = f"{label} {address.name} of {owner} as {actor.name}"
                if hits:
                    faults.append(f"{where}: shows canaries of {', '.join(hits)}")
                if response.status_code >= 500:
                    faults.append(f"{where}: answered {response.status_code}, so nothing could be searched")
    return asked, faults


def objects_of(world: World, address: Address, owners: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What to put into an address, once each: some owners have no row of their own and would repeat another's."""
    seen: list[dict[str, Any]] = []
    for owner in owners if address.models else list(owners)[:1]:
        values = address.filled(world, owner)
        if values is not None and values not in seen:
            seen.append(values)
            yield owner, values


def client_of(actor: Actor) -> Client:
    client = Client(raise_request_exception=False)
    if actor.user is not None:
        client.force_login(actor.user, backend=BACKEND)
    return client


def _answers(client: Client, actor: Actor, address: Address, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    path = actor.prefix + address.path(values)
    for method in address.methods:
        response = send(client, method, path)
        yield method.upper(), response
        if method == "get" and response.status_code == 200 and address.viewset is None:
            yield "htmx GET", send(client, "get", path, headers={"HX-Request": "true"})
            if not address.models:
                yield "csv", send(client, "get", path + "?format=csv")
                yield "xlsx", send(client, "get", path + "?format=xlsx")


def send(client: Client, method: str, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
    """One request whose effects are undone, so that every next one finds the same world."""
    if method != "get" and "/api/" in path:
        options |= {"data": json.dumps(data or {}), "content_type": "application/json"}
    elif data is not None:
        options["data"] = data
    with transaction.atomic():
        try:
            return getattr(client, method)(path, **options)
        except Exception as error:  # noqa: BLE001 - a page that breaks even its error page is an answer, too
            return HttpResponseServerError(f"{type(error).__name__}: {error}")
        finally:
            transaction.set_rollback(True)
            set_script_prefix("/")
