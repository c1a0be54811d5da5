"""Bulk edits: previewed, refused row by row, run by a worker, and whole wherever it stops."""

from __future__ import annotations

import re

import pytest

from partners.actions import bulk, run_bulk_edit, start_bulk_edit
from partners.actions.bulk import change_some
from partners.models import BulkEdit, BulkEditRow, ManagerAssignment, Partner
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.models import Delivery, Event, Job
from prm.kernel.outbox import run_delivery
from tests.clients import token_client


def outcomes(edit):
    return dict(BulkEditRow.objects.filter(edit=edit).values_list("partner__name", "outcome"))


def everybody():
    return list(Partner.objects.values_list("pk", flat=True))


def test_the_preview_changes_nothing_and_says_what_would(cast):
    events = Event.objects.count()
    edit = start_bulk_edit("manager", str(cast.cam.pk), everybody(), by=cast.operations)
    assert edit.state == "checked"
    assert outcomes(edit) == {
        "Northwind": "unchanged",
        "Südstern": "ready",
        "Bigbox Distribution": "unchanged",
        "Little Corner": "unchanged",
    }
    assert BulkEditRow.objects.get(edit=edit, outcome="ready").was == "Other_Cam"
    assert Event.objects.count() == events
    assert ManagerAssignment.objects.get(partner=cast.rival, to_date=None).manager == cast.other_cam


def test_those_that_were_marked_and_no_others(cast, sign_in):
    """What the page wrote is what its form sends back."""
    client, marked = sign_in(cast.operations), [str(cast.northwind.pk), str(cast.rival.pk)]
    for sent, expected in (({"verb": "type", "mark": marked}, 2), ({"verb": "all:type", "mark": marked[:1]}, 4)):
        page = client.post("/partners/bulk/", sent).content.decode()
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        answer = client.post("/partners/bulk/", {**fields, "value": "msp"})
        edit = BulkEdit.objects.get(pk=answer["Location"].split("/")[-2])
        assert len(outcomes(edit)) == expected, sent


def test_each_row_is_refused_by_its_own_verb(cast):
    edit = start_bulk_edit("manager", str(cast.other_cam.pk), everybody(), by=cast.cam)
    assert set(outcomes(edit).values()) == {"refused"}  # an account manager assigns nobody
    assert "Südstern" not in outcomes(edit)  # and does not know of this one
    sponsor = start_bulk_edit("sponsor", str(cast.distributor_company.pk), everybody(), by=cast.operations)
    assert outcomes(sponsor)["Bigbox Distribution"] == "refused"  # its own sponsor
    assert outcomes(sponsor)["Little Corner"] == "unchanged"
    assert outcomes(sponsor)["Northwind"] == "ready"


def test_a_worker_makes_the_change_and_a_second_one_finds_it_made(cast, sign_in):
    edit = start_bulk_edit("type", "msp", everybody(), by=cast.operations)
    client = sign_in(cast.operations)
    page = client.get(f"/partners/bulk/{edit.pk}/").content.decode()
    assert "Change 4 partners" in page
    assert "/jobs/" in client.post(f"/partners/bulk/{edit.pk}/run/")["Location"]
    delivery = Delivery.objects.get(task=bulk.RUN_TASK)
    assert run_delivery(cast.acme.pk, delivery.pk) == "done"
    assert run_delivery(cast.acme.pk, delivery.pk) != "done"
    edit = BulkEdit.objects.get(pk=edit.pk)
    job = Job.objects.get(pk=edit.job_id)
    assert (edit.state, job.state, job.done_steps) == ("done", "done", 4)
    assert set(Partner.objects.values_list("type", flat=True)) == {"msp"}
    assert Event.objects.filter(name="partner.edited", actor=cast.operations).count() == 4
    with pytest.raises(Conflict):
        run_bulk_edit(edit, by=cast.operations)


def test_stopped_in_the_middle_it_goes_on_where_it_was(cast, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 3)
    edit = run_bulk_edit(start_bulk_edit("tag", "EMEA", everybody(), by=cast.operations), by=cast.operations)
    assert change_some(edit, acting=cast.operations) == 3  # the worker dies here
    assert run_delivery(cast.acme.pk, Delivery.objects.get(task=bulk.RUN_TASK).pk) == "done"
    assert [p.regions for p in Partner.objects.all()] == [["EMEA"]] * 4
    assert Event.objects.filter(name="partner.edited").count() == 4


def test_what_changed_since_the_preview_is_refused_then(cast):
    edit = run_bulk_edit(start_bulk_edit("life_stage", "sell", everybody(), by=cast.cam), by=cast.cam)
    ManagerAssignment.objects.filter(partner=cast.northwind).update(manager=cast.other_cam)
    run_delivery(cast.acme.pk, Delivery.objects.get(task=bulk.RUN_TASK).pk)
    assert outcomes(edit) == {"Northwind": "refused", "Bigbox Distribution": "changed", "Little Corner": "changed"}
    assert Partner.objects.get(pk=cast.northwind.pk).life_stage == "recruit"


def test_many_are_suspended_with_one_reason_by_those_who_may(cast):
    with pytest.raises(Invalid):
        start_bulk_edit("suspend", " ", everybody(), by=cast.operations)
    assert set(outcomes(start_bulk_edit("suspend", "Audit", everybody(), by=cast.cam)).values()) == {"refused"}
    edit = run_bulk_edit(start_bulk_edit("suspend", "Audit", everybody(), by=cast.operations), by=cast.operations)
    run_delivery(cast.acme.pk, Delivery.objects.get(task=bulk.RUN_TASK).pk)
    assert set(outcomes(edit).values()) == {"changed"}
    assert set(Partner.objects.values_list("state", flat=True)) == {"suspended"}


def test_from_the_list_marked_or_all_that_match(cast, sign_in, monkeypatch):
    client = sign_in(cast.chief)
    page = client.post("/partners/bulk/", {"verb": "type", "mark": [cast.northwind.pk, cast.rival.pk, "rubbish"]})
    assert "2 partners" in page.content.decode()
    page = client.post("/partners/bulk/", {"verb": "all:type", "query": "type=distributor"})
    assert "1 partner" in page.content.decode()
    form = {"verb": "type", "marks": f"{cast.northwind.pk},{cast.rival.pk}", "value": "nonsense"}
    assert client.post("/partners/bulk/", form).status_code == 422
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    made = client.post("/partners/bulk/", form | {"value": "msp"})
    edit = BulkEdit.objects.get()
    assert made["Location"].endswith(f"/partners/bulk/{edit.pk}/")
    assert edit.state == "checking"
    run_delivery(cast.acme.pk, Delivery.objects.get(task=bulk.CHECK_TASK).pk)
    assert set(outcomes(edit).values()) == {"ready"}
    assert sign_in(cast.operations).get(f"/partners/bulk/{edit.pk}/").status_code == 404  # asked by another


def test_who_may_not(cast, sign_in):
    with pytest.raises(NotAllowed):
        start_bulk_edit("type", "msp", everybody(), by=cast.finance)
    assert sign_in(cast.champion).post("/partners/bulk/", {"verb": "type"}).status_code == 403
    assert "Change the marked" not in sign_in(cast.finance).get("/partners/").content.decode()


def test_over_the_api(cast):
    client = token_client(cast.operations)
    body = {"verb": "type", "value": "msp", "partners": [str(cast.northwind.pk)]}
    made = client.post("/api/v1/bulk-edits/", body, content_type="application/json")
    assert (made.status_code, made.json()["state"]) == (201, "checked")
    address = f"/api/v1/bulk-edits/{made.json()['id']}/"
    assert client.get(f"{address}rows/").json()["results"][0]["outcome"] == "ready"
    assert client.post(f"{address}run/", {}, content_type="application/json").status_code == 202
