"""Two people at once: one completes a task, one completes an onboarding."""

import pytest

from partners.actions import (
    add_partner,
    add_task,
    cancel_task,
    complete_onboarding,
    complete_task,
    give_path,
    merge_partners,
)
from partners.models import Partner, Task
from partners.queries import open_required
from prm.kernel.errors import Refused
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope, tenant_scope
from tests import races
from tests.conftest import build_cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def at_once(*deeds):
    return sorted(one.code if isinstance(one, Refused) else "done" for one in races.at_once(*deeds))


def test_one_of_two_completes_and_onboarding_ends_once():
    cast = build_cast()
    with tenant_scope(cast.acme):
        task = add_task(cast.northwind, "Read", side="partner", by=cast.cam)
        partner = add_partner("Neuling", country="DE", state=Partner.State.ONBOARDING, by=None)
        give_path(partner)
        for one in open_required([partner.pk]):
            cancel_task(one, by=None, reason="on paper")
    both = at_once(
        *(
            (member_scope(member), lambda member=member: complete_task(Task.objects.get(pk=task.pk), by=member))
            for member in (cast.champion, cast.cam)
        )
    )
    assert both.count("done") == 1
    ends = lambda: complete_onboarding(Partner.objects.get(pk=partner.pk), by=None)
    twice = at_once((tenant_scope(cast.acme), ends), (tenant_scope(cast.acme), ends))
    assert twice.count("done") == 1
    with tenant_scope(cast.acme):
        assert Event.objects.filter(name="task.completed").count() == 1
        assert Event.objects.filter(name="partner.active").count() == 1


def test_of_two_who_merge_the_same_pair_one_succeeds():
    cast = build_cast()
    with tenant_scope(cast.acme):
        twin = add_partner("North Wind", country="DE", state=Partner.State.ACTIVE, by=None)

    def merging(keep, other):
        return lambda: merge_partners(Partner.objects.get(pk=keep.pk), Partner.with_merged.get(pk=other.pk), by=None)

    both = at_once(
        (tenant_scope(cast.acme), merging(cast.northwind, twin)),
        (tenant_scope(cast.acme), merging(cast.northwind, twin)),
    )
    assert both == ["already_merged", "done"]
    with tenant_scope(cast.acme):
        assert Partner.with_merged.filter(merged_into=cast.northwind).count() == 1
