"""What a segment's rule may speak of: the fields, their operators, and how each is asked of the database.

Every field answers with a condition on partners, so a whole rule is one query. Measures that apps lend are fields by
themselves: a new one can be used in rules on the day it is lent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q

from partners.countries import COUNTRIES
from partners.models import ManagerAssignment, Partner, PartnerInternal, PartnerProfile, Territory
from partners.profile_fields import FIELDS, ProfileField
from partners.queries.program import tier_standings, tiers
from partners.registries import measured, measures
from prm.kernel import clock
from prm.kernel.models import Event, Membership
from prm.kernel.numbers import to_decimal
from prm.kernel.periods import FiscalQuarter
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember
from prm.kernel.text import sort_key
from prm.kernel.words import own

Choices = list[tuple[str, str]]
OPERATORS: dict[str, dict[str, str]] = {
    "choice": {"in": "is one of", "not_in": "is none of"},
    "codes": {"in": "contains one of", "not_in": "contains none of", "filled": "is known", "empty": "is not known"},
    "text": {
        "contains": "contains",
        "is": "is exactly",
        "is_not": "is not",
        "filled": "is known",
        "empty": "is not known",
    },
    "number": {
        "ge": "is at least",
        "gt": "is more than",
        "le": "is at most",
        "lt": "is less than",
        "eq": "is",
        "ne": "is not",
        "filled": "is known",
        "empty": "is not known",
    },
    "days": {"before": "not in the last (days)", "within": "in the last (days)", "never": "never"},
    "flag": {"yes": "holds", "no": "does not hold"},
}
WITHOUT_VALUE = frozenset({"filled", "empty", "never", "yes", "no"})
MANY = frozenset({"choice", "codes"})
COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}
LOOKUPS = {"ge": "gte", "gt": "gt", "le": "lte", "lt": "lt", "eq": "exact", "ne": "exact"}


class Evaluation:
    """One evaluation of rules: the day, and what several conditions need, asked once."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of
        self.quarter = FiscalQuarter.containing(as_of, current_tenant().fy_start_month)

    @cached_property
    def ids(self) -> list[UUID]:
        return list(Partner.objects.values_list("pk", flat=True))

    @cached_property
    def standings(self) -> dict[UUID, str]:
        """By partner whether it qualifies for more, the same or less than the level it holds."""
        level = {tier.name: tier.level for tier in tiers()}
        found = {}
        for pk, standing in tier_standings(list(Partner.objects.select_related("tier")), self.as_of).items():
            difference = level.get(standing.qualifying, -1) - level.get(standing.held, -1)
            found[pk] = "above" if difference > 0 else "below" if difference < 0 else "as_held"
        return found


@dataclass(frozen=True)
class SegmentField:
    """One thing a condition can ask. `ask` gets the operator and the checked value."""

    name: str
    label: Any
    group: str
    kind: str
    ask: Callable[[Evaluation, str, Any], Q]
    choices: Callable[[], Choices] | None = None
    unit: str = ""


def _column(path: str) -> Callable[[Evaluation, str, Any], Q]:
    """A column of the partner itself, of any kind."""

    def ask(run: Evaluation, op: str, value: Any) -> Q:
        match op:
            case "in":
                return Q(**{f"{path}__in": value})
            case "not_in":
                return ~Q(**{f"{path}__in": value})
            case "contains":
                return Q(**{f"{path}__icontains": value})
            case "is":
                return Q(**{f"{path}__iexact": value})
            case "is_not":
                return ~Q(**{f"{path}__iexact": value})
            case "empty":
                return Q(**{path: ""})
        return ~Q(**{path: ""})

    return ask


def _name(run: Evaluation, op: str, value: Any) -> Q:
    return _column("sort_name")(run, op, sort_key(value) if value else value)


def _codes(model: Any, path: str) -> Callable[[Evaluation, str, Any], Q]:
    """A list of codes, of the partner (`model` None) or of a record about it."""

    def where(condition: Q) -> Q:
        return condition if model is None else Q(pk__in=model.objects.filter(condition).values("partner_id"))

    def ask(run: Evaluation, op: str, value: Any) -> Q:
        if op in {"in", "not_in"}:
            found = where(Q(**{f"{path}__overlap": value}))
            return found if op == "in" else ~found
        known = where(~Q(**{path: []}))
        return known if op == "filled" else ~known

    return ask


def _figure(model: Any, path: str) -> Callable[[Evaluation, str, Any], Q]:
    """A number of a record about the partner; what is not known fulfils no comparison."""

    def ask(run: Evaluation, op: str, value: Any) -> Q:
        rows = model.objects.exclude(**{path: None})
        if op == "ne":
            rows = rows.exclude(**{path: value})
        elif op in LOOKUPS:
            rows = rows.filter(**{f"{path}__{LOOKUPS[op]}": value})
        found = Q(pk__in=rows.values("partner_id"))
        return ~found if op == "empty" else found

    return ask


def _profile_text(path: str) -> Callable[[Evaluation, str, Any], Q]:
    def ask(run: Evaluation, op: str, value: Any) -> Q:
        positive = {"is_not": "is", "empty": "filled"}.get(op, op)
        rows = PartnerProfile.objects.filter(_column(path)(run, positive, value))
        found = Q(pk__in=rows.values("partner_id"))
        return found if positive == op else ~found

    return ask


def _manager(run: Evaluation, op: str, value: Any) -> Q:
    held = ManagerAssignment.objects.filter(kind="main", to_date=None, manager_id__in=[v for v in value if v != "none"])
    found = Q(pk__in=held.values("partner_id"))
    if "none" in value:
        found |= ~Q(pk__in=ManagerAssignment.objects.filter(kind="main", to_date=None).values("partner_id"))
    return found if op == "in" else ~found


def _since(rows: Callable[[dt.datetime | None], Any]) -> Callable[[Evaluation, str, Any], Q]:
    """Whether something happened in the last days; `rows` gives partner ids of what happened since a moment."""

    def ask(run: Evaluation, op: str, value: Any) -> Q:
        since = None if op == "never" else clock.now() - dt.timedelta(days=int(value))
        found = Q(pk__in=rows(since))
        return found if op == "within" else ~found

    return ask


def _events(since: dt.datetime | None) -> Any:
    """What people did; the system's own work is no activity."""
    rows = Event.objects.exclude(actor=None).exclude(partner=None)
    return (rows if since is None else rows.filter(at__gte=since)).values("partner_id")


def _sign_ins(since: dt.datetime | None) -> Any:
    rows = Membership.objects.exclude(partner=None).exclude(last_seen_on=None)
    return (rows if since is None else rows.filter(last_seen_on__gt=since.date())).values("partner_id")


def _added(since: dt.datetime | None) -> Any:
    rows = Partner.objects.all()
    return (rows if since is None else rows.filter(created_at__gte=since)).values("pk")


def _measure(name: str, unit: str) -> Callable[[Evaluation, str, Any], Q]:
    """A lent measure, computed for all partners at once in the quarter of the day."""

    def ask(run: Evaluation, op: str, value: Any) -> Q:
        found = measured(name, run.ids, [run.quarter], run.as_of)
        numbers = {pk: held.number for (pk, _), held in found.items()}
        if unit == "flag":
            return Q(pk__in=[pk for pk, number in numbers.items() if bool(number) is (op == "yes")])
        if op in {"filled", "empty"}:
            return Q(pk__in=[pk for pk, number in numbers.items() if (number is None) is (op == "empty")])
        wanted = value / 100 if unit == "ratio" else value
        return Q(pk__in=[pk for pk, n in numbers.items() if n is not None and COMPARE[op](n, wanted)])

    return ask


def _standing(run: Evaluation, op: str, value: Any) -> Q:
    found = Q(pk__in=[pk for pk, standing in run.standings.items() if standing in value])
    return found if op == "in" else ~found


def _tier_choices() -> Choices:
    return [(tier.code, tier.name) for tier in tiers()]


def _manager_choices() -> Choices:
    held = Membership.objects.filter(partner=None, active=True, roles__contains=[Role.ACCOUNT_MANAGER.value])
    people = [(str(pk), name) for pk, name in held.order_by("user__name").values_list("pk", "user__name")]
    return [*people, ("none", "Nobody")]


def _territory_choices() -> Choices:
    return list(Territory.objects.order_by("name").values_list("code", "name"))


def _of(choices: Any) -> Callable[[], Choices]:
    return lambda: [(str(value), str(label)) for value, label in choices.choices]


def _chosen(path: str) -> Callable[[Evaluation, str, Any], Q]:
    """One of several values of the profile; what was never said is none of them."""

    def ask(run: Evaluation, op: str, value: Any) -> Q:
        found = Q(pk__in=PartnerProfile.objects.filter(**{f"{path}__in": value}).values("partner_id"))
        return found if op == "in" else ~found

    return ask


def _said_yes(path: str) -> Callable[[Evaluation, str, Any], Q]:
    return lambda run, op, value: Q(pk__in=PartnerProfile.objects.filter(**{path: op == "yes"}).values("partner_id"))


def _said(one: ProfileField) -> SegmentField:
    """A value of the profile as a condition: every one that people can fill in can be asked."""
    known = COUNTRIES if one.kind == "countries" else one.choices
    choices = (lambda: [(code, str(label)) for code, label in known.items()]) if known else None
    match one.kind:
        case "choice":
            kind, ask = "choice", _chosen(one.name)
        case "codes" | "words" | "countries":
            kind, ask = "codes", _codes(PartnerProfile, one.name)
        case "number" | "year" | "money":
            kind, ask = "number", _figure(PartnerProfile, one.name)
        case "flag":
            kind, ask = "flag", _said_yes(one.name)
        case _:
            kind, ask = "text", _profile_text(one.name)
    return SegmentField(one.name, one.label, SAID, kind, ask, choices)


COMPANY, SAID, PROGRAMME, ACTIVITY, FIGURES = "Company", "Profile", "Program", "Activity", "Figures"
_FIELDS = (
    SegmentField("name", "Name", COMPANY, "text", _name),
    SegmentField("state", "State", COMPANY, "choice", _column("state"), _of(Partner.State)),
    SegmentField("type", "Type", COMPANY, "choice", _column("type"), _of(Partner.Type)),
    SegmentField("life_stage", "Life-stage", COMPANY, "choice", _column("life_stage"), _of(Partner.LifeStage)),
    SegmentField(
        "country",
        "Country",
        COMPANY,
        "choice",
        _column("country"),
        lambda: sorted(COUNTRIES.items(), key=lambda pair: pair[1]),
    ),
    SegmentField("regions", "Regions and tags", COMPANY, "codes", _codes(None, "regions")),
    SegmentField("territory", "Territory", COMPANY, "choice", _column("territory__code"), _territory_choices),
    SegmentField("manager", own("Account manager"), COMPANY, "choice", _manager, _manager_choices),
    SegmentField("source", "Source", COMPANY, "text", _column("source")),
    SegmentField("domain", "Web domain", COMPANY, "text", _column("domain")),
    *(_said(one) for one in FIELDS.values()),
    SegmentField("tier", own("Tier"), PROGRAMME, "choice", _column("tier__code"), _tier_choices),
    SegmentField(
        "tier_standing",
        own("Tier standing"),
        PROGRAMME,
        "choice",
        _standing,
        lambda: [
            ("above", "qualifies for more"),
            ("as_held", "qualifies for what it holds"),
            ("below", "below what it holds"),
        ],
    ),
    SegmentField("priority", "Priority", PROGRAMME, "number", _figure(PartnerInternal, "priority")),
    SegmentField("activity", "Activity", ACTIVITY, "days", _since(_events)),
    SegmentField("sign_in", "Somebody signed in", ACTIVITY, "days", _since(_sign_ins)),
    SegmentField("added", "Added", ACTIVITY, "days", _since(_added)),
)


def segment_fields() -> dict[str, SegmentField]:
    """All fields by name: those of the partner, then every measure that is lent."""
    lent = (
        SegmentField(
            f"measure:{one.name}",
            one.label,
            FIGURES,
            "flag" if one.unit == "flag" else "number",
            _measure(one.name, one.unit),
            unit="%" if one.unit == "ratio" else "",
        )
        for one in sorted(measures.values(), key=lambda m: m.label)
    )
    return {one.name: one for one in (*_FIELDS, *lent)}


def choices_of(field: SegmentField) -> Choices:
    """The values one can choose from, read once per request."""
    return remember(("segment choices", field.name), field.choices) if field.choices else []


def read_value(field: SegmentField, op: str, value: Sequence[str]) -> Any:
    """The value of a condition as its field takes it. Raises ValueError with a sentence."""
    if op in WITHOUT_VALUE:
        return None
    given = [text.strip() for text in value if text.strip()]
    if not given:
        raise ValueError("a value is missing")
    if field.kind == "choice":
        unknown = [text for text in given if text not in dict(choices_of(field))]
        if unknown:
            raise ValueError(f"there is no {unknown[0]} to choose")
        return given
    if field.kind == "codes":
        return [part.strip() for text in given for part in text.split(",") if part.strip()]
    if field.kind == "text":
        return given[0]
    try:
        number = to_decimal(given[0])
    except ValueError as error:
        raise ValueError(f"{given[0][:40]} is not a number") from error
    if field.kind == "days" and not (number == int(number) and 0 < number <= 3660):
        raise ValueError("days are a whole number from 1 to 3660")
    if abs(number) >= Decimal("1e15"):
        raise ValueError("the number is too large")
    return number
