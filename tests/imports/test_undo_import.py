"""Taking an import back: what it brought goes, what was changed since stays and is named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from partners.actions import add_contact, add_segment, edit_partner
from partners.actions.bulk import start_bulk_edit
from partners.importers import companies
from partners.models import Contact, Partner, PartnerProfile, SegmentMember, TierEvaluation
from partners.starter import copy_program
from prm.kernel import clock
from prm.kernel.imports.profiles import load_profile
from prm.kernel.imports.run import run
from prm.kernel.imports.undo import (
    FormerValueTaken,
    ImportAlreadyUndone,
    ImportTooOld,
    NothingLeft,
    NotUndoable,
    forget_changes,
    undo_import,
    weigh,
)
from prm.kernel.models import Delivery, Event, ImportBatch, ImportChange
from prm.kernel.outbox import run_delivery
from prm.kernel.schedule import post_daily_work
from tests.clients import token_client

FIRST = "external_id,name,country,employees,city\nB1,Älpenrad GmbH,DE,12,Ulm\nB2,=Bike,CA,,\n"
SECOND = "external_id,name,country,employees,city\nB1,Alpenrad AG,DE,20,Bonn\nB2,Bike,CA,3,\nB3,New,US,,\n"


@pytest.fixture
def bring(cast, tmp_path):
    def bring(text, entity="partners", by=None):
        columns = text.partition("\n")[0].split(",")
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        lines = "\n".join(f"      {column}: {column}" for column in columns)
        profile = tmp_path / "profile.yaml"
        profile.write_text(f"name: T\nfiles:\n  - file: in.csv\n    entity: {entity}\n    columns:\n{lines}\n")
        report = run(load_profile(profile, tmp_path), cast.acme, by=by or cast.operations)[0]
        assert report.state == "applied", report.problems
        return ImportBatch.objects.order_by("-finished_at", "-created_at").first()

    return bring


def there(external_id):
    return Partner.objects.get(external_id=external_id)


def test_new_companies_go_and_changed_ones_are_as_before(cast, bring, sign_in):
    bring(FIRST)
    before = {p.external_id: p.name for p in Partner.objects.exclude(external_id="")}
    second = bring(SECOND)
    client = sign_in(cast.operations)
    page = client.get(f"/imports/batches/{second.pk}/undo/").content.decode()
    assert "Take it back" in page
    assert client.post(f"/imports/batches/{second.pk}/undo/").status_code == 302
    assert {p.external_id: p.name for p in Partner.objects.exclude(external_id="")} == before
    profile = PartnerProfile.objects.get(partner=there("B1"))
    assert (profile.employees, profile.partner.partnerlocations.get().city) == (12, "Ulm")
    assert len(profile.sources["employees"]) == 1
    assert there("B1").sort_name != "alpenrad ag"
    undone = Event.objects.get(name="import.undone")
    assert (undone.data["removed"], undone.data["restored"], undone.data["kept"]) == (1, 2, 0)
    assert "Taken back" in client.get("/imports/").content.decode()
    assert cast.operations.user.name in client.get(f"/imports/batches/{second.pk}/").content.decode()
    assert client.post(f"/imports/batches/{second.pk}/undo/").status_code == 409
    # The same file comes in again as if for the first time.
    again = bring(SECOND)
    assert (again.created, again.updated) == (1, 2)


def test_the_first_page_links_to_no_company_that_was_taken_back(cast, bring, sign_in):
    batch = bring(FIRST)
    links = [f'{p.get_absolute_url()}"' for p in Partner.objects.filter(external_id__in=["B1", "B2"])]
    assert any(link in sign_in(cast.chief).get("/").content.decode() for link in links)
    undo_import(batch, by=cast.operations)
    page = sign_in(cast.marketing).get("/").content.decode().split('id="changes"')[1]
    assert "Älpenrad GmbH" in page or "=Bike" in page
    assert not any(link in page for link in links)


def test_what_was_changed_since_stays_and_is_named(cast, bring, sign_in):
    batch = bring(FIRST)
    with clock.travel(days=1):
        edit_partner(there("B1"), by=cast.chief, name="Renamed GmbH", country="DE")
    weighed = weigh(batch)
    assert (weighed.removed, [(s.title, s.stays, s.later_by) for s in weighed.staying]) == (
        1,
        [("Renamed GmbH", "changed", cast.chief)],
    )
    undo_import(batch, by=cast.operations)
    assert there("B1").name == "Renamed GmbH"
    assert PartnerProfile.objects.get(partner=there("B1")).employees == 12  # its parts stay with it
    assert not Partner.objects.filter(external_id="B2").exists()
    page = sign_in(cast.operations).get(f"/imports/batches/{batch.pk}/").content.decode()
    assert "Renamed GmbH" in page
    assert cast.chief.user.name in page


def test_a_company_with_people_added_since_stays(cast, bring):
    batch = bring(FIRST)
    add_contact(there("B1"), by=cast.chief, name="Eva", email="eva@alpenrad.example")
    add_contact(there("B2"), by=cast.chief, name="Bo", email="bo@bike.example")
    assert {s.stays for s in weigh(batch).staying} == {"used"}
    with pytest.raises(NothingLeft):
        undo_import(batch, by=cast.operations)
    assert Partner.objects.filter(external_id__in=["B1", "B2"]).count() == 2


def test_what_the_nights_find_and_what_was_only_tried_stand_in_no_way(cast, bring, monkeypatch):
    """Whatever a nightly task writes of a new company goes along: a task that writes more is found here."""
    copy_program()
    batch = bring(FIRST)
    everybody = {
        "join": "all",
        "groups": [{"join": "all", "conditions": [{"field": "state", "op": "in", "value": ["active"]}]}],
    }
    add_segment("Active", rule=everybody, by=cast.operations)
    assert SegmentMember.objects.filter(partner=there("B1")).exists()
    start_bulk_edit("type", "msp", [there("B1").pk], by=cast.operations)
    for days in (1, 31):
        with clock.travel(days=days):
            post_daily_work()
            for delivery in Delivery.objects.filter(state="waiting"):
                run_delivery(cast.acme.pk, delivery.pk)
    assert Partner.objects.filter(external_id__in=["B1", "B2"]).count() == 2
    assert TierEvaluation.objects.filter(partner=there("B1")).exists()  # the nights have been
    weighed = weigh(batch)
    assert (weighed.removed, [(s.title, s.stays) for s in weighed.staying]) == (2, [])
    with monkeypatch.context() as without:
        without.setattr(companies, "BY_ITSELF", frozenset())
        assert weigh(batch).removed == 0
    undo_import(batch, by=cast.operations)
    assert not SegmentMember.objects.filter(partner__external_id="", partner__taken_back_at__isnull=False).exists()


def test_a_value_changed_beside_those_of_the_file_stands_in_no_way(cast, bring):
    bring(FIRST)
    batch = bring("external_id,name,country,annual_revenue\nB1,Älpenrad GmbH,DE,5000.50\n")
    PartnerProfile.objects.filter(partner=there("B1")).update(website="https://a.example")
    undo_import(batch, by=cast.operations)
    profile = PartnerProfile.objects.get(partner=there("B1"))
    assert (profile.annual_revenue, profile.website) == (None, "https://a.example")
    changed = bring("external_id,name,country,annual_revenue\nB1,Älpenrad GmbH,DE,7\n")
    PartnerProfile.objects.filter(partner=there("B1")).update(annual_revenue=Decimal(8))
    with pytest.raises(NothingLeft):
        undo_import(changed, by=cast.operations)


def test_contacts_go_and_an_ended_sign_in_stays_ended(cast, bring):
    number = "P-1"
    Partner.objects.filter(pk=cast.northwind.pk).update(external_id=number)
    batch = bring(f"external_id,partner,name\nC1,{number},Ida\n", "contacts")
    undo_import(batch, by=cast.operations)
    assert not Contact.objects.filter(external_id="C1").exists()
    seller = cast.seller.user.email
    Contact.objects.filter(email=seller).update(external_id="C2")
    left = bring(f"external_id,partner,name,left_on\nC2,{number},Sam,2020-01-31\n", "contacts")
    cast.seller.refresh_from_db()
    assert not cast.seller.active
    assert [s.stays for s in weigh(left).staying] == ["ended"]


def test_a_former_value_that_is_taken_by_now_takes_nothing_back(cast, bring):
    bring("code,name\nN,North\n", "territories")
    batch = bring("code,name\nN,Nord\n", "territories")
    change = batch.changes.get()
    change.before |= {"code": "S"}
    change.after |= {"code": "N"}
    change.save()
    bring("code,name\nS,South\n", "territories")
    with pytest.raises(FormerValueTaken):
        undo_import(batch, by=cast.operations)
    batch.refresh_from_db()
    assert batch.undone_at is None


def test_when_it_is_refused(cast, bring, sign_in, monkeypatch):
    places = bring("external_id,name,country,latitude,longitude\n1,Ulm,DE,48.4,10\n", "places")
    with pytest.raises(NotUndoable):
        undo_import(places, by=cast.operations)
    client = sign_in(cast.operations)
    page = client.get(f"/imports/batches/{places.pk}/").content.decode()
    assert "cannot be taken back" in page
    assert "undo/" not in page
    batch = bring(FIRST)
    assert sign_in(cast.admin).post(f"/imports/batches/{batch.pk}/undo/").status_code == 403  # may not import partners
    assert sign_in(cast.cam).post(f"/imports/batches/{batch.pk}/undo/").status_code == 404  # the file of another
    ImportBatch.objects.filter(pk=batch.pk).update(finished_at=clock.now() - dt.timedelta(days=32))
    batch.refresh_from_db()
    with pytest.raises(ImportTooOld):
        undo_import(batch, by=cast.operations)
    assert forget_changes() == ImportChange.objects.filter(batch=batch).count() + 6
    assert not batch.changes.exists()


def test_in_the_api(cast, bring):
    batch = bring(FIRST)
    edit_partner(there("B1"), by=cast.chief, name="Renamed GmbH", country="DE")
    client = token_client(cast.operations)
    assert client.get(f"/api/v1/imports/{batch.pk}/").json()["may_undo"]
    assert client.get(f"/api/v1/imports/{batch.pk}/weigh/").json()["removed"] == 1
    assert client.post(f"/api/v1/imports/{batch.pk}/undo/").status_code == 200
    assert client.get(f"/api/v1/imports/{batch.pk}/stayed/").json()[0]["title"] == "Renamed GmbH"
    assert client.post(f"/api/v1/imports/{batch.pk}/undo/").json()["code"] == "already_undone"
    with pytest.raises(ImportAlreadyUndone):
        undo_import(batch, by=cast.operations)
