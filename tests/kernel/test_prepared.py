"""A prepared question gives what its queryset gives, for each tenant, member and day; the rest is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.db.models import Model, QuerySet
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext

from partners.models import Contact, Partner, Task
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.tenancy import prepared as room
from prm.kernel.tenancy.context import current_tenant, current_tenant_id, member_scope, tenant_scope
from prm.kernel.tenancy.planned import PlannedOtherwise, rows_of
from prm.kernel.tenancy.prepared import NotPrepared, Prepared, Text, prepared


@prepared
def some_partners(ids: list[UUID], state: str) -> QuerySet[Partner]:
    return Partner.objects.filter(pk__in=ids, state=state).select_related("tier", "sponsor").order_by("sort_name")


@prepared
def seen_partners(member: Membership) -> QuerySet[Partner]:
    return Partner.objects.visible_to(member).order_by("sort_name")


@prepared
def due_tasks(partner_id: UUID, since: dt.date) -> QuerySet:
    return Task.objects.filter(partner_id=partner_id, due_on__gte=since, due_on__lte=clock.today()).values_list("title")


@prepared
def named(name: Text) -> QuerySet[Partner]:
    return Partner.objects.filter(name=name) if name else Partner.objects.order_by("sort_name")[:1]


def beginnings(ask: Callable[[], object]) -> list[str]:
    """With which word each statement begins."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    return [query["sql"].lower().split()[0] for query in asked.captured_queries]


def statements(question: Prepared) -> int:
    return len(question._statements)


def test_records_come_with_their_relations_and_every_length_has_its_statement(cast) -> None:
    everybody = [cast.northwind.pk, cast.rival.pk, cast.sponsored.pk]
    found = some_partners(everybody, "active")
    with CaptureQueriesContext(connection) as asked:
        assert [one.name for one in found] == ["Little Corner", "Northwind", "Südstern"]
        assert found[0].sponsor == cast.distributor_company
    assert not asked.captured_queries
    assert [one.pk for one in some_partners([cast.rival.pk], "active")] == [cast.rival.pk]
    assert some_partners([cast.rival.pk], "lapsed") == []
    assert some_partners([], "active") == []
    assert some_partners([cast.rival.pk, cast.rival.pk], "active") == [cast.rival]


def test_the_statement_is_written_once_and_each_tenant_and_member_sees_the_own(cast) -> None:
    mine = [one.pk for one in seen_partners(cast.cam)]
    written = statements(seen_partners)
    assert [one.pk for one in seen_partners(cast.other_cam)] == [cast.rival.pk]
    assert cast.rival.pk not in mine
    assert statements(seen_partners) == written  # another person of the same roles
    assert {one.pk for one in seen_partners(cast.champion)} == {cast.northwind.pk}
    everybody = {one.pk for one in seen_partners(cast.chief)}
    assert {*mine, cast.rival.pk} <= everybody
    with tenant_scope(cast.globex):
        assert not {one.pk for one in seen_partners(cast.chief)} & everybody
    with member_scope(cast.champion):  # the database's own fence holds as for every statement
        assert some_partners([cast.rival.pk, cast.northwind.pk], "active") == [cast.northwind]


def test_what_somebody_wrote_shares_a_statement_and_an_empty_text_has_its_own(cast) -> None:
    assert [one.pk for one in named(Text("Northwind"))] == [cast.northwind.pk]
    assert [one.pk for one in named(Text("Südstern"))] == [cast.rival.pk]
    assert named(Text("'; drop table x; --%s")) == []
    assert statements(named) == 1
    assert len(named(Text(""))) == 1


def test_today_is_the_day_of_asking(cast) -> None:
    today = clock.today()
    Task.objects.create(partner=cast.northwind, title="Tomorrow", kind="other", due_on=today + dt.timedelta(days=1))
    assert due_tasks(cast.northwind.pk, today) == []
    with clock.travel(days=1):
        assert due_tasks(cast.northwind.pk, today) == [("Tomorrow",)]


def test_a_day_that_is_no_argument_is_asked_as_always(cast) -> None:
    @prepared
    def later_tasks(partner_id: UUID) -> QuerySet:
        return Task.objects.filter(partner_id=partner_id, due_on__gt=clock.today() + dt.timedelta(days=3))

    assert later_tasks(cast.northwind.pk) == []
    assert list(later_tasks._statements.values()) == [None]


def test_what_depends_on_more_than_its_arguments_is_found(cast, monkeypatch) -> None:
    @prepared
    def contacts_in_the_currency(partner_id: UUID) -> QuerySet:
        return Contact.objects.filter(partner_id=partner_id, title=current_tenant().currency)

    assert contacts_in_the_currency(cast.northwind.pk) == []
    with tenant_scope(cast.globex), pytest.raises(NotPrepared, match="contacts_in_the_currency"):
        contacts_in_the_currency(cast.northwind.pk)
    monkeypatch.setattr(room, "COMPARED", False)  # control: nobody else would notice
    with tenant_scope(cast.globex):
        assert contacts_in_the_currency(cast.northwind.pk) == []


def test_what_is_asked_often_is_planned_once_and_each_tenant_member_and_day_gets_the_own(cast, settings) -> None:
    settings.DATABASE_PREPARES = True
    today, often = clock.today(), 8  # the server plans the first five for their values and then once for all
    Task.objects.create(partner=cast.northwind, title="Now", kind="other", due_on=today)
    for _ in range(often):
        seen_partners(cast.champion)
        due_tasks(cast.northwind.pk, today)
    with CaptureQueriesContext(connection) as asked:
        assert {one.pk for one in seen_partners(cast.champion)} == {cast.northwind.pk}
        assert {one.pk for one in seen_partners(cast.rival_champion)} == {cast.rival.pk}
        assert due_tasks(cast.northwind.pk, today) == [("Now",)]
        assert due_tasks(cast.rival.pk, today) == []
        with member_scope(cast.rival_champion):  # the fences are read when it runs
            assert due_tasks(cast.northwind.pk, today) == []
            assert seen_partners(cast.champion) == []
        with tenant_scope(cast.globex):
            assert due_tasks(cast.northwind.pk, today) == []
        with clock.travel(days=-1):
            assert due_tasks(cast.northwind.pk, today) == []
    statements = [query["sql"].lower() for query in asked.captured_queries]
    assert sum(sql.startswith("execute asked_") for sql in statements) >= 8
    assert not [sql for sql in statements if 'from "partners_task"' in sql]


def test_a_new_connection_knows_no_names(cast, settings) -> None:
    settings.DATABASE_PREPARES = True
    ask = lambda: some_partners([cast.northwind.pk], "active")
    for _ in range(5):
        ask()
    assert beginnings(ask) == ["execute"]
    connection_created.send(type(connections["default"]), connection=connections["default"])
    assert beginnings(ask) == ["select"]


def test_what_asks_for_a_text_is_planned_each_time(cast, settings) -> None:
    """Of texts few are as frequent as the average: one plan for all of them would read whole tables."""
    settings.DATABASE_PREPARES = True
    for _ in range(5):
        assert named(Text("Northwind"))
    assert beginnings(lambda: named(Text("Northwind"))) == ["select"]


def test_a_plan_that_would_answer_otherwise_is_found(cast, monkeypatch) -> None:
    """The control: were one of its places wrong, the suite would say so."""
    right = room.plan_of
    monkeypatch.setattr(room, "plan_of", lambda sql, values: right(sql.replace("title", "kind"), values))

    @prepared
    def titles(partner_id: UUID) -> QuerySet:
        return Task.objects.filter(partner_id=partner_id).values_list("title")

    Task.objects.create(partner=cast.northwind, title="Now", kind="other", due_on=clock.today())
    with pytest.raises(PlannedOtherwise, match="planned for any value"):
        titles(cast.northwind.pk)


def test_records_are_made_as_django_makes_them(cast) -> None:
    """Deferred fields, related records and none, notes, tuples, JSON, single values, prefetches."""
    Contact.objects.filter(partner=cast.northwind).update(consent={"a": [1, "ü"]})
    kinds: dict[str, Callable[[UUID], QuerySet]] = {
        "deferred": lambda pk: Partner.objects.filter(tenant=pk).only("name").order_by("pk"),
        "related": lambda pk: Partner.objects.filter(tenant=pk).select_related("tier", "sponsor__tier").order_by("pk"),
        "noted": lambda pk: Partner.objects.filter(tenant=pk).annotate(loud=Upper("name")).order_by("pk"),
        "tuples": lambda pk: Partner.objects.filter(tenant=pk).values_list("name", "tier__name", "pk").order_by("pk"),
        "single": lambda pk: Partner.objects.filter(tenant=pk).values_list("name", flat=True).order_by("pk"),
        "json": lambda pk: Contact.objects.filter(tenant=pk).values_list("consent", flat=True).order_by("pk"),
        "words": lambda pk: Partner.objects.filter(tenant=pk).values("name").order_by("pk"),
        "prefetched": lambda pk: (
            Partner.objects.filter(tenant=pk).prefetch_related("sponsored_partners").order_by("pk")
        ),
    }
    for name, build in kinds.items():
        found, plain = prepared(build)(cast.northwind.tenant_id), list(build(cast.northwind.tenant_id))
        assert [seen(one) for one in found] == [seen(one) for one in plain], name
        assert plain, name


def seen(one: Any, deep: int = 3) -> Any:
    """All that is known of a record without asking more: its values, and the same of the records on it."""
    if not isinstance(one, Model) or not deep:
        return one
    values = {name: value for name, value in vars(one).items() if name[:1] != "_"}
    on_it = {**vars(one._state).get("fields_cache", {}), **vars(one).get("_prefetched_objects_cache", {})}
    related = {
        name: [seen(each, deep - 1) for each in found] if isinstance(found, QuerySet) else seen(found, deep - 1)
        for name, found in on_it.items()
    }
    return type(one), values, related, one._state.db, one._state.adding


NAMED_SQL = "select name from partners_partner where tenant_id = %(tenant)s and id = any(%(ids)s) and 1 = %(one)s"


def test_a_statement_that_was_written_here_is_planned_once_as_well(cast, settings) -> None:
    settings.DATABASE_PREPARES = True
    ask = lambda *ids: rows_of(NAMED_SQL, {"tenant": current_tenant_id(), "ids": list(ids), "one": 1})
    for _ in range(5):
        assert ask(cast.northwind.pk) == [("Northwind",)]
    assert beginnings(lambda: ask(cast.rival.pk)) == ["execute"]
    assert {name for (name,) in ask(cast.northwind.pk, cast.rival.pk)} == {"Northwind", cast.rival.name}
    with member_scope(cast.rival_champion):
        assert ask(cast.northwind.pk) == []
    connection_created.send(type(connections["default"]), connection=connections["default"])
    assert beginnings(lambda: ask(cast.rival.pk)) == ["select"]  # a new connection knows no names
    many = [cast.northwind.pk] * 51  # of more than a page one plan for any number would be a poor one
    assert beginnings(lambda: ask(*many)) == ["select"]
