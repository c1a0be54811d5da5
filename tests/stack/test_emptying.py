"""After a test that commits, the next one finds the database as the first one did."""

import os
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from prm.kernel.models import Event, Tenant
from prm.kernel.tenancy.context import tenant_scope
from prm.stack.emptying import delete_all
from prm.stack.postgres import Postgres
from tests.conftest import build_cast


@pytest.mark.skipif("PRM_TEST_SLOT" not in os.environ, reason="the database is given: Django empties it")
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_was_committed_is_gone_behind_every_fence():
    cast = build_cast()
    with tenant_scope(cast.acme):
        assert Event.objects.exists()  # the control: rows that the application itself could not delete
    delete_all(Postgres(Path(os.environ["PRM_TEST_SLOT"]), disposable=True), connections["owner"].settings_dict["NAME"])
    assert not Tenant.objects.exists()
    with tenant_scope(cast.acme):
        assert not Event.objects.exists()
    assert ContentType.objects.filter(app_label="kernel", model="tenant").exists()
    assert build_cast().acme.pk != cast.acme.pk  # and it can be used again
