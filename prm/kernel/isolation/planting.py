"""Plants two vendors with two companies each: people of every role, and rows of every fenced table with canaries.

A canary is a word that names its audience: `A/vendor` (the vendor alone), `A/P1` (that company and the vendor),
`A/all` (everybody at the vendor). Nothing here knows a table by name: rows are made from the fields of the models.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connections, models, transaction
from django.utils import timezone

from prm.kernel import clock, files
from prm.kernel.events import record
from prm.kernel.members import add_member, found_tenant, get_or_create_user
from prm.kernel.models import ApiToken, Event, Membership, StoredFile, Tenant, TenantDomain, User
from prm.kernel.roles import PARTNER_ROLES, VENDOR_ROLES, Role
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.tenancy.models import Fence, Record
from prm.kernel.tenancy.registry import fenced_models, tenant_references
from prm.kernel.web.tokens import issue_token

# Short columns that must be something in particular to be read at all.
WORDS = {"currency": "USD", "country": "DE", "quarter": "Q1", "fiscal_year": "FY2026", "locale": "en"}
# What an app says of a row that its columns alone do not tell (figures in JSON that a page must be able to read).
_samples: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
TRIES = 400  # combinations of choices tried for one row before giving up


def lend_sample(label: str) -> Callable[[Any], Any]:
    """Decorate a function from the columns of a row to better values for some of them; it runs as the vendor."""

    def lend(better: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
        _samples[label] = better
        return better

    return lend


class NotPlanted(RuntimeError):
    """A fenced table for which no row could be made: it would go unsearched."""


@dataclass(frozen=True)
class Row:
    """One planted row, who may read it, and its columns as the owner sees them."""

    model: Any
    pk: UUID
    tenant: str  # A or B
    company: str  # P1, P2, or empty: the vendor's
    audience: str  # A/vendor, A/P1, A/all
    columns: dict[str, Any]


@dataclass
class World:
    """Everything that was planted, by name."""

    tenants: dict[str, Tenant] = field(default_factory=dict)
    companies: dict[str, Any] = field(default_factory=dict)  # A/P1 -> partner
    members: dict[str, Membership] = field(default_factory=dict)  # A/channel_chief, A/P1/partner_champion
    canaries: dict[str, str] = field(default_factory=dict)  # audience -> word
    rows: list[Row] = field(default_factory=list)
    stranger: User | None = None  # a login without any membership

    def foreign_to(self, reader: str) -> dict[str, str]:
        """The canaries that this reader (`A/vendor`, `A/P1`, or empty for an outsider) must never receive."""
        return {word: audience for audience, word in self.canaries.items() if not may_read(reader, audience)}

    def pick(self, model: Any, tenant: str, company: str, audience: str = "") -> Row | None:
        """The row that fits best: same company and audience, then same company, then the vendor's."""
        found = [r for r in self.rows if r.model is model and r.tenant == tenant and r.company in (company, "")]
        found.sort(key=lambda r: (r.company != company, r.audience != audience, not r.audience.endswith("/all")))
        return found[0] if found else None


def may_read(reader: str, audience: str) -> bool:
    tenant, _, whose = audience.partition("/")
    return reader == audience or (reader.startswith(f"{tenant}/") and (whose == "all" or reader == f"{tenant}/vendor"))


def plant(*, tenants: Iterable[str] = "AB", all_roles: bool = True) -> World:
    """Found the vendors and fill every fenced table. Call it inside a transaction that will be rolled back."""
    world = World()
    run = "".join(secrets.choice(string.ascii_lowercase) for _ in range(6))
    for name in tenants:
        for whose in ("vendor", "all", "P1", "P2"):
            world.canaries[f"{name}/{whose}"] = _canary()
        tenant = found_tenant(
            world.canaries[f"{name}/all"], f"canary-{name.lower()}-{run}", needs_second_factor=False, currency="USD"
        )
        world.tenants[name] = tenant
        with tenant_scope(tenant):
            planter = _Planter(world, name)
            planter.fill(all_roles=all_roles)
            planter.host()
    world.stranger = get_or_create_user(f"nobody-{run}@canary.example", "Nobody")
    return world


def grow(world: World, more: Iterable[str] = ("P3", "P4")) -> None:
    """Further companies of vendor A with a row of every table that has a partner: for pages that must cost the same."""
    with tenant_scope(world.tenants["A"]):
        planter = _Planter(world, "A")
        for name in more:
            world.canaries[f"A/{name}"] = _canary()
            for model in in_order_of_references(fenced_models()):
                if belongs_to_a_company(model) and model.fence != Fence.MEMBER:
                    planter.plant(model, name, is_company=model.fence == Fence.COMPANY)


def belongs_to_a_company(model: type[Record]) -> bool:
    return model.fence == Fence.COMPANY or has_partner(model)


def _canary() -> str:
    return "zq" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))


class _Planter:
    """Fills one vendor, in its scope."""

    def __init__(self, world: World, tenant: str) -> None:
        self.world, self.tenant = world, tenant
        self.numbers = itertools.count(1)

    def fill(self, *, all_roles: bool) -> None:
        order = in_order_of_references(fenced_models())
        company = next(model for model in order if model.fence == Fence.COMPANY)
        for model in order:
            if model.fence == Fence.MEMBER:
                self.people(all_roles=all_roles)
                continue
            for name in companies_of(model):
                self.plant(model, name, is_company=model is company)

    def people(self, *, all_roles: bool) -> None:
        for role in sorted(VENDOR_ROLES) if all_roles else [Role.CHANNEL_CHIEF, Role.ACCOUNT_MANAGER]:
            self.person(role, "")
        for role in sorted(PARTNER_ROLES) if all_roles else [Role.CHAMPION]:
            self.person(role, "P1")
        self.person(Role.CHAMPION, "P2")

    def person(self, role: str, company: str) -> None:
        audience = f"{self.tenant}/{company or 'all'}"  # partners may know who their vendor's people are
        word = self.world.canaries[audience]
        user = get_or_create_user(f"{word}-{role}@canary.example", f"{word} {role}")
        partner = self.world.companies.get(f"{self.tenant}/{company}")
        member = add_member(user, roles=[role], by=None, partner_id=partner.pk if partner else None)
        # Has been here today already: the first request of a day writes that down, and is no sample of a page.
        Membership.objects.filter(pk=member.pk).update(last_seen_on=clock.today())
        self.world.members["/".join(filter(None, [self.tenant, company, role]))] = member
        self.note(member, company, audience)
        if role in {Role.CHANNEL_CHIEF, Role.CHAMPION}:
            whose = f"{self.tenant}/{company or 'vendor'}"
            issue_token(member, name=self.world.canaries[whose])
            self.note(ApiToken.objects.get(membership_id=member.pk), company, whose)

    def host(self) -> None:
        """A host that the vendor claims: its table has no fence, its pages must have one."""
        word = self.world.canaries[f"{self.tenant}/vendor"]
        claimed = TenantDomain.objects.create(tenant=self.world.tenants[self.tenant], host=f"{word}.canary.example")
        self.note(claimed, "", f"{self.tenant}/vendor")

    def plant(self, model: type[Record], company: str, *, is_company: bool) -> None:
        """A row readable by its audience and, where the model tells rows apart, one that only the vendor reads."""
        told_apart = model.partner_sees if model.fence != Fence.PUBLISHED else model.published
        if has_partner(model) and not company:
            told_apart = "true"  # a row without a company is the vendor's, whatever else it says
        outcomes = [True] if told_apart == "true" else [True, False]
        planted = [self.one(model, company, told_apart, seen) for seen in outcomes]
        found = [row for row in planted if row]
        if not found:
            raise NotPlanted(f"{model._meta.label}: no row could be made; its columns and constraints contradict")
        if is_company:
            self.world.companies[f"{self.tenant}/{company}"] = model.objects.get(pk=found[0].pk)  # type: ignore[attr-defined]

    def one(self, model: type[Record], company: str, told_apart: str, seen: bool) -> Row | None:
        audience = f"{self.tenant}/{self.audience_of(model, company) if seen else 'vendor'}"
        makers: dict[Any, Any] = {StoredFile: self.file, Event: self.event}
        special = makers.get(model)
        if special is not None:
            return self.note(special(company, audience), company, audience)
        last: Exception | None = None
        for chosen in itertools.islice(_combinations(model, told_apart), TRIES):
            try:
                with transaction.atomic():
                    values = self.values(model, company, audience, chosen)
                    made = model(**values | _samples.get(model._meta.label, lambda row: {})(values))
                    made.save(force_insert=True)
                    if self.holds(made, told_apart) is not seen:
                        transaction.set_rollback(True)
                        continue
            except IntegrityError as error:
                last = error
                continue
            return self.note(made, company, audience)
        if last is not None and seen:
            raise NotPlanted(f"{model._meta.label}: {last}")
        return None

    def audience_of(self, model: type[Record], company: str) -> str:
        if model.fence in {Fence.VENDOR, Fence.INBOX}:
            return "vendor"
        if model.fence == Fence.PUBLISHED:
            return "all"
        return company or "vendor"

    def holds(self, made: Any, told_apart: str) -> bool:
        table = made._meta.db_table
        with connections["default"].cursor() as cursor:
            cursor.execute(f'select ({told_apart}) from "{table}" where id = %s', [made.pk])  # noqa: S608 - from a model
            return bool(cursor.fetchone()[0])

    def note(self, made: Any, company: str, audience: str) -> Row:
        with connections["default"].cursor() as cursor:
            table = made._meta.db_table
            cursor.execute(f'select row_to_json(t)::text from "{table}" t where id = %s', [made.pk])  # noqa: S608
            columns = json.loads(cursor.fetchone()[0])
        row = Row(type(made), made.pk, self.tenant, company, audience, columns)
        self.world.rows.append(row)
        return row

    def file(self, company: str, audience: str) -> StoredFile:
        word = self.world.canaries[audience]
        partner = self.world.companies.get(f"{self.tenant}/{company}")
        return files.store(
            word.encode(), name=f"{word}.txt", kind="txt", made_by=None, partner_id=partner.pk if partner else None
        )

    def event(self, company: str, audience: str) -> Event:
        partner = self.world.companies[f"{self.tenant}/{company or 'P1'}"]
        record(partner, "isolation.planted", by=None, vendor_only=not company, text=self.world.canaries[audience])
        return Event.objects.filter(name="isolation.planted", subject_id=partner.pk).order_by("created_at").last()

    def values(self, model: type[Record], company: str, audience: str, chosen: dict[str, Any]) -> dict[str, Any]:
        values = {}
        for column in model._meta.local_concrete_fields:
            if column.primary_key or column.name in {"tenant", "version", "created_at", "updated_at"}:
                continue
            if column.name in chosen:
                values[column.name] = chosen[column.name]
            elif column.is_relation:
                values[column.attname] = self.reference(model, column, company, audience)
            else:
                values[column.name] = self.value(model, column, audience)
        return values

    def reference(self, model: type[Record], column: Any, company: str, audience: str) -> Any:
        target = column.related_model
        if target is User:
            return next(iter(self.world.members.values())).user_id
        if column.name == "partner" or (target._meta.label == "partners.Partner" and not column.null):
            whose = company or ("" if column.null else "P1")
            partner = self.world.companies.get(f"{self.tenant}/{whose}")
            return partner.pk if partner else None
        is_hidden = target.fence == Fence.VENDOR and model.fence != Fence.VENDOR
        if column.null and (target is model or is_hidden or target.fence == Fence.COMPANY):
            return None
        row = self.world.pick(target, self.tenant, company or ("" if has_partner(model) else "P1"), audience)
        return row.pk if row else None

    def value(self, model: type[Record], column: Any, audience: str) -> Any:
        word, number = self.world.canaries[audience], next(self.numbers)
        if column.choices or (column.has_default() and not isinstance(column, models.JSONField)):
            return column.get_default() if column.has_default() else column.choices[0][0]
        match column:
            case models.EmailField():
                return f"{word}{number}@canary.example"
            case models.CharField() | models.TextField():
                room = column.max_length or 200
                fitting = f"{word} {number}" if room >= len(word) + 6 else word if room >= len(word) else str(number)
                return WORDS.get(column.name) or fitting[:room]
            case models.JSONField():
                is_note = model._meta.app_label == "kernel" and column.get_default() == {}
                return {"note": word} if is_note else column.get_default()
            case models.DateTimeField():
                return None if column.null else timezone.now()
            case models.DateField():
                return None if column.null else first_of_quarter()
            case models.IntegerField():
                return number % 30000
            case models.DecimalField():
                return Decimal(number % 90 + 1)
            case models.BooleanField():
                return False
            case models.UUIDField():
                return self.world.tenants[self.tenant].pk
        return None


def first_of_quarter() -> dt.date:
    today = timezone.now().date()
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)


def has_partner(model: type[Record]) -> bool:
    return any(f.column == "partner_id" for f in model._meta.local_concrete_fields)


def companies_of(model: type[Record]) -> list[str]:
    match model.fence:
        case Fence.PARTNER | Fence.PARTNER_READS | Fence.COMPANY:
            return ["P1", "P2"]
        case Fence.PARTNER_MAYBE:
            return ["", "P1", "P2"]
    return [""]


def in_order_of_references(found: list[type[Record]]) -> list[type[Record]]:
    """What is referred to comes before what refers; optional references may wait."""
    done: list[type[Record]] = []
    waiting = list(found)
    for optional_count in (True, False):
        progress = True
        while progress:
            progress = False
            for model in list(waiting):
                needed = (
                    {f.related_model for f in tenant_references(model) if f.related_model is not model}
                    if optional_count
                    else {
                        f.related_model for f in tenant_references(model) if f.related_model is not model and not f.null
                    }
                )
                if needed <= set(done):
                    done.append(model)
                    waiting.remove(model)
                    progress = True
    return done + waiting


def _combinations(model: type[Record], told_apart: str) -> Iterator[dict[str, Any]]:
    """Choices of a row: the defaults first, then what the expression and the constraints speak of."""
    options: dict[str, list[Any]] = {}
    spoken_of = set(re.findall(r"[a-z_]+", told_apart))
    for column in model._meta.local_concrete_fields:
        if column.is_relation or column.primary_key:
            continue
        default = column.get_default() if column.has_default() else None
        if isinstance(column, models.BooleanField):
            options[column.name] = [default or False, not default]
        elif column.choices:
            values = [value for value, _ in column.flatchoices]
            first = default if default in values else values[0]
            options[column.name] = [first, *(v for v in values if v != first)]
        elif column.name in spoken_of and column.null and isinstance(column, models.DateTimeField):
            options[column.name] = [None, timezone.now()]
    # Those that decide who sees the row vary fastest.
    names = sorted(options, key=lambda name: name in spoken_of)
    for combination in itertools.product(*(options[name] for name in names)):
        yield dict(zip(names, combination, strict=True))


@cache
def models_by_keyword() -> dict[str, Any]:
    """The keyword of an address to the model it stands for: `deal_registration_id` to DealRegistration."""
    return {
        re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower() + "_id": model
        for model in apps.get_models()
        if issubclass(model, Record) or hasattr(getattr(model, "objects", None), "visible_to")
    }
