"""A view that swallows a database error answers 500: "saved" would be a lie, the transaction is rolled back."""

from __future__ import annotations

import contextlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from prm.kernel.models import Team
from prm.kernel.web.access import for_members
from prm.urls import handler404, handler500  # noqa: F401 - the resolver looks for them here
from prm.urls import urlpatterns as real


def stumble() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1/0")


@for_members
def swallows(request):
    Team.objects.create(name="acknowledged")
    with contextlib.suppress(DatabaseError):
        stumble()
    return HttpResponse("saved", status=201)


@for_members
def swallows_with_a_savepoint(request):
    Team.objects.create(name="acknowledged")
    with contextlib.suppress(DatabaseError), transaction.atomic():
        stumble()
    return HttpResponse("saved", status=201)


@for_members
def refuses_late(request):
    Team.objects.create(name="acknowledged")
    return HttpResponse("broken", status=500)


urlpatterns = [
    *real,
    path("swallows/", swallows),
    path("guarded/", swallows_with_a_savepoint),
    path("late/", refuses_late),
]


@pytest.fixture
def client(cast, sign_in):
    with override_settings(ROOT_URLCONF=__name__):
        yield sign_in(cast.cam)


def test_a_swallowed_database_error_is_not_acknowledged(client):
    with transaction.atomic():
        assert client.post("/swallows/").status_code == 500
        transaction.set_rollback(True)
    assert not Team.objects.filter(name="acknowledged").exists()


def test_with_a_savepoint_of_its_own_it_is_saved(client):
    """The negative control: it is the swallowed error, not the view, that is refused."""
    assert client.post("/guarded/").status_code == 201
    assert Team.objects.filter(name="acknowledged").exists()


def test_what_a_failed_request_wrote_is_gone(client):
    assert client.post("/late/").status_code == 500
    assert not Team.objects.filter(name="acknowledged").exists()
