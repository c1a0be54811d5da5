"""The resellers of AdventureWorks come in whole, by the profile that is shipped as an example."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count, Sum

from partners.models import Contact, ManagerAssignment, Partner, PartnerLocation, PartnerProfile, Territory
from partners.teams import members_below
from prm.kernel.models import Event, ImportBatch, Membership, Tenant
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope
from sales.models import Product, ProductLine, SalesActual

ROOT = Path(__file__).resolve().parents[2]
PROFILE = ROOT / "docs" / "examples" / "adventureworks" / "profile.yaml"
FOLDER = Path(os.environ.get("PRM_ADVENTUREWORKS_DIR") or ROOT.parent / "shared" / "data" / "adventureworks_resellers")

pytestmark = pytest.mark.skipif(
    not (FOLDER / "DimReseller.csv").exists(), reason="the data set is not here (PRM_ADVENTUREWORKS_DIR)"
)


def bring_in() -> None:
    call_command("import_data", tenant="adventureworks", profile=PROFILE, folder=FOLDER, create_tenant=True)


def test_all_of_it_comes_in(db: Any) -> None:
    bring_in()
    tenant = Tenant.objects.get(slug="adventureworks")
    assert (tenant.currency, tenant.fy_start_month) == ("USD", 1)
    with tenant_scope(tenant):
        assert Partner.objects.count() == 701
        assert Partner.objects.values("name").distinct().count() == 699
        assert set(Partner.objects.values_list("state", flat=True)) == {"active"}
        assert Contact.objects.count() == 753
        assert Contact.objects.exclude(name="").count() == 238
        assert Product.objects.count() == 504
        assert ProductLine.objects.count() == 5
        assert Territory.objects.count() == 10
        assert PartnerLocation.objects.filter(is_main=True).count() == 701
        profile = PartnerProfile.objects.get(partner__external_id="AW00000001")
        assert (profile.employees, profile.annual_sales, profile.founded) == (2, Decimal(300000), 1974)
        assert (profile.bank_name, profile.order_frequency, profile.product_focus) == (
            "International Bank",
            "Semi-annual",
            "Road",
        )
        booked = SalesActual.objects.aggregate(n=Count("id"), sum=Sum("amount"), who=Count("partner", distinct=True))
        assert (booked["n"], booked["who"]) == (47572, 630)
        assert round(booked["sum"], 2) == Decimal("64412534.38")
        assert ManagerAssignment.objects.filter(kind="main", to_date=None).count() == 701
        assert Event.objects.filter(name="partner.added").count() == 701
        assert Event.objects.filter(name="import.finished").count() == 10
        people_stand_in_their_tree()


@pytest.mark.long
def test_twice_changes_nothing(db: Any) -> None:
    bring_in()
    bring_in()
    with tenant_scope(Tenant.objects.get(slug="adventureworks")):
        second = ImportBatch.objects.order_by("-finished_at")[:10]
        assert {(b.created, b.updated, b.failed, b.unchanged == b.rows) for b in second} == {(0, 0, 0, True)}
        assert SalesActual.objects.count() == 47572
        assert Event.objects.filter(name__startswith="partner.").exclude(name="partner.manager_assigned").count() == 701


def people_stand_in_their_tree() -> None:
    members = {m.user.email.split("@")[0]: m for m in Membership.objects.select_related("user", "team__parent")}
    assert len(members) == 19
    assert members["jose1"].user.name == "José Saraiva"
    assert not members["jose1"].user.has_usable_password()
    chief, america = members["ken0"], members["stephen0"]
    assert chief.roles == [Role.CHANNEL_CHIEF]
    assert america.roles == [Role.ACCOUNT_MANAGER]
    assert america.leads_team
    assert america.team.parent.name == "Sales"
    assert len(members_below(chief)) == 19
    assert len(members_below(america)) == 11
    assert len(members_below(members["amy0"])) == 4
    assert Partner.objects.visible_to(members["lynn0"]).count() == 40
    assert Partner.objects.visible_to(members["syed0"]).count() == 40
    assert Partner.objects.visible_to(america).count() > 400
