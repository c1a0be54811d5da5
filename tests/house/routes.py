"""What each address must answer to whom, derived from the resolver and from what each view says of itself."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.apps import apps

from prm.kernel.isolation.addresses import UNKNOWN, Address, addresses
from prm.kernel.isolation.planting import World, may_read, models_by_keyword
from prm.kernel.isolation.run import OPENS_ALL, Actor, actors, client_of, objects_of, send
from prm.kernel.isolation.unpack import text_of, texts
from prm.kernel.policies import permissions, permits
from prm.kernel.tenancy.context import member_scope
from prm.kernel.web.described import parameters_of, shape_of, writable

# Whose objects are put into an address, an unknown one first: every other answer is compared with its.
OWNERS = (UNKNOWN, "A/vendor", "A/all", "A/P1", "A/P2", "B/P1", "B/vendor")
# What a view may answer to somebody who may know of the record and may do it.
DONE = {200, 201, 202, 204, 302, 400, 409, 422, 405, 415}
# Keywords that stand for no record, each with what it is.
PLAIN_KEYWORDS: dict[str, str] = {
    "token": "the secret of an invitation or a calendar; an unknown one answers like a used one",
    "key": "allauth's confirmation of an address, which is answered with 404",
    "provider_id": "an outside identity provider's name",
    "kind": "which file of a deck",
    "slug": "a vendor's short name before the name of its picture; both must be known",
    "digest": "the name of a picture, a digest of what it shows",
}
# Methods of addresses that answer something else to those who may, each with the reason.
ODD: dict[tuple[str, str], set[int]] = {
    # Who edits drafts puts them aside; a published version is taken back by who publishes.
    ("post", "partners:program_withdraw"): {403},
    ("delete", "v1:programs-detail"): {403},
}


def views() -> list[Address]:
    """All addresses of the product itself."""
    return [address for address in addresses() if not address.is_foreign]


def everybody(world: World) -> dict[str, Actor]:
    return {actor.name: actor for actor in actors(world)}


def without_access(found: list[Address]) -> list[str]:
    """Views that do not say who may open them."""
    return [
        f"{address.route}: {method} says nothing of who may open it"
        for address in found
        for method in address.methods
        if address.access(method) is None
    ]


def with_unknown_permission(found: list[Address]) -> list[str]:
    known = permissions()
    return [
        f"{address.route}: nobody grants {access.permission}"
        for address in found
        for method in address.methods
        if (access := address.access(method)) and access.kind == "permission" and access.permission not in known
    ]


def unfillable(found: list[Address], world: World) -> list[str]:
    """Keywords for which there is neither a planted row nor a word of explanation."""
    return [
        f"{address.route}: what is {keyword}?"
        for address in found
        for keyword in address.keywords
        if keyword not in PLAIN_KEYWORDS and not any(row.model is address.model_of(keyword) for row in world.rows)
    ]


def matrix(
    world: World,
    actor: Actor,
    found: list[Address] | None = None,
    *,
    owners: tuple[str, ...] = OWNERS,
    writing: tuple[str, ...] = OWNERS,
) -> list[str]:
    """Every address and method with objects of these owners, as one actor: sentences about wrong answers.

    `writing` are the owners for what is no GET. Who does not come in gets the same answer before any view, so there
    the first owner stands for all.
    """
    faults: list[str] = []
    client, is_member = client_of(actor), member_of(world, actor) is not None
    foreign = world.foreign_to(actor.reader)
    for address in views() if found is None else found:
        if address.is_the_same_for_all and actor.name not in OPENS_ALL:
            continue
        for method in address.methods:
            unknown: Any = None
            whose = owners if method == "get" else writing
            for owner, values in objects_of(world, address, whose if is_member else whose[:1]):
                where = f"{method.upper()} {address.route} of {owner} as {actor.name}"
                response = send(client, method, actor.prefix + address.path(values))
                if owner == UNKNOWN:
                    unknown = response
                visible, wanted = expected(world, actor, address, method, owner, values)
                if response.status_code not in wanted:
                    faults.append(f"{where}: {response.status_code}, not {sorted(wanted)}")
                if not visible and unknown is not None and plain(response, values) != plain(unknown, {}):
                    faults.append(f"{where}: answers otherwise than for an unknown id")
                if method == "get":
                    faults += [f"{where}: {fault}" for fault in header_faults(response)]
                text = text_of(response)
                faults += [f"{where}: shows a canary of {of}" for word, of in foreign.items() if word in text]
    return faults


def header_faults(response: Any) -> list[str]:
    """What is missing on an answer."""
    policy = response.get("Content-Security-Policy", "")
    found = {
        "no policy for scripts": "default-src" not in policy,
        "inline code is allowed": "unsafe" in policy,
        "may be framed": "frame-ancestors 'none'" not in policy and "default-src 'none'" not in policy,
        "type may be guessed": response.get("X-Content-Type-Options") != "nosniff",
        "may be stored": "no-store" not in response.get("Cache-Control", ""),
        "tells others where one comes from": response.get("Referrer-Policy") != "same-origin",
    }
    return [sentence for sentence, is_so in found.items() if is_so]


def expected(
    world: World, actor: Actor, address: Address, method: str, owner: str, values: dict[str, Any]
) -> tuple[bool, set[int]]:
    """Whether the actor may know of the objects, and the statuses that are right."""
    if address.is_outside:
        return True, DONE | {404}
    is_api = address.route.startswith("api/")
    member = member_of(world, actor)
    if member is None:  # at the vendor's door, before any view
        return False, {401 if is_api else 302} if actor.user is None else {404}
    access = address.access(method)
    if access is None or access.kind in {"public", "signed_in"}:
        return True, DONE
    if access.kind == "visitor":
        return True, {404}  # the planted vendors show no public pages; tests/partners/test_become_a_partner.py does
    odd = ODD.get((method, address.name), set())
    keyword = next((k for k in values if access.model and address.model_of(k) is access.model), None)
    with member_scope(member):
        is_seen = owner != UNKNOWN and all(sees(member, address.model_of(k), pk) for k, pk in values.items())
        subject = access.model.objects.filter(pk=values[keyword]).first() if keyword and is_seen else None
        has_role = access.kind != "permission" or permits(member, access.permission)
        is_permitted = has_role and (access.kind != "permission" or permits(member, access.permission, subject))
    if is_seen and address.models and not reads(world, actor, address, values):
        return False, {404}  # visible_to shows what no fence would: the view must still not find it
    is_visible = is_seen or not address.models
    if address.viewset is not None and not has_role:
        return is_visible, {403}
    if not is_visible:
        return False, {404, 405}
    return True, (DONE if is_permitted else {403, 405}) | odd


@cache
def sees(member: Any, model: Any, pk: Any) -> bool:
    """Whether the member may know of this record, asked once: what an answer changes is undone before the next."""
    return model is None or model.objects.visible_to(member).filter(pk=pk).exists()


def reads(world: World, actor: Actor, address: Address, values: dict[str, Any]) -> bool:
    """Whether the fences alone let this actor read every object named in the address."""
    audiences = {row.pk: row.audience for row in world.rows}
    return all(may_read(actor.reader, audiences[pk]) for k, pk in values.items() if address.model_of(k) is not None)


def member_of(world: World, actor: Actor) -> Any:
    member = world.members.get(actor.name)
    if member is not None:
        member.tenant = world.tenants[actor.name[0]]
    return member


def plain(response: Any, values: dict[str, Any]) -> tuple[int, str]:
    """Status and body without what differs from answer to answer: ids, CSRF tokens, a new secret address."""
    is_sheet = "spreadsheet" in response.get("Content-Type", "")  # its bytes carry the second it was made in
    body = "\n".join(texts(response.content)) if is_sheet else response.content.decode("utf-8", errors="replace")
    body = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", body)
    body = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "TIME", body)
    body = re.sub(r"/calendar/[\w-]{40,}", "/calendar/SECRET", body)
    return response.status_code, re.sub(r"[A-Za-z0-9]{64}", "CSRF", body)


def mixed(world: World, address: Address) -> Iterator[tuple[str, dict[str, Any]]]:
    """For addresses of several objects: one's own, and in one place somebody else's."""
    keywords = [k for k in address.keywords if address.model_of(k) is not None]
    own = address.filled(world, "A/P1")
    if len(keywords) < 2 or own is None:
        return
    for keyword in keywords:
        for owner in ("A/P2", "B/P1", UNKNOWN):
            other = address.filled(world, owner)
            if other is not None and other[keyword] != own[keyword]:
                yield f"{keyword} of {owner}", own | {keyword: other[keyword]}


def one_of_each(world: World) -> Iterator[tuple[str, Address, dict[str, Any]]]:
    """Of each model one address that writes and is a page, and one of the interface, with an object of vendor A."""
    seen = set()
    for address in views():
        for method in address.methods:
            kind = (address.models[-1:], address.viewset is None)
            if method == "get" or method == "delete" or not address.models or str(kind) in seen:
                continue
            values = next((values for _, values in objects_of(world, address, ("A/P1", "A/vendor", "A/all"))), None)
            if values is not None:
                seen.add(str(kind))
                yield method, address, values


def known_to(address: Address, method: str, data: dict[str, Any]) -> dict[str, Any]:
    """Of the data what this address takes: the interface refuses the rest unread. A page passes over it."""
    if address.viewset is None:
        return data
    view = address.viewset()
    view.action, view.kwargs, view.detail = address.view.actions[method], {}, bool(address.models)
    view.request = SimpleNamespace(method=method.upper(), query_params={})
    shape = None if method == "get" else shape_of(view)
    known = parameters_of(view) if method == "get" else writable(shape) if shape is not None else []
    return {name: value for name, value in data.items() if name in known} | (
        {"version": 1} if "version" in known else {}
    )


NONSENSE = (
    "x" * 300,
    "NaN",
    "1e5",
    "１２",
    "\u202eäöü",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "-1",
    "9" * 40,
)


@cache
def nonsense() -> dict[str, str]:
    """A value that fits nowhere under the name of every field of every model."""
    names = {field.name for model in apps.get_models() for field in model._meta.local_fields if field.name != "id"}
    names |= {"reason", "note", "until", "day", "value", "text", "comment", "answer", "decision"}
    return {name: NONSENSE[place % len(NONSENSE)] for place, name in enumerate(sorted(names))}


def ids_of(world: World, owner: str, *, hidden_from: str = "") -> dict[str, str]:
    """Every keyword that stands for a record, with a row of that owner; without an owner with unknown ids.

    What the reader `hidden_from` may read is no foreign row: an unknown id stands for it.
    """
    data = {}
    for keyword, model in models_by_keyword().items():
        tenant, _, company = owner.partition("/")
        row = world.pick(model, tenant, company, owner) if owner else None
        if row is not None and hidden_from and may_read(hidden_from, row.audience):
            data[keyword] = data[keyword.removesuffix("_id")] = str(uuid.uuid4())
        elif not owner or row is not None:
            data[keyword] = data[keyword.removesuffix("_id")] = str(row.pk if row else uuid.uuid4())
    return data
