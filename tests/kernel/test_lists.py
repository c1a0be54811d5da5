"""Lists: views of one's own, columns, exports at once and by a worker, and who may have the file."""

from __future__ import annotations

import datetime as dt
import io

from django.utils import translation
from openpyxl import load_workbook

from partners.actions import add_partner
from prm.kernel import clock, files
from prm.kernel.exports import to_xlsx
from prm.kernel.models import Delivery, Event, Job, SavedView, StoredFile
from prm.kernel.outbox import run_delivery
from prm.kernel.web import list_exports
from prm.kernel.web.lists import Column
from tests.clients import token_client

LIST = "partners:list"


def keep(client, name, query, **more):
    return client.post("/views/save/", {"name": name, "list": LIST, "query": query, **more})


def test_a_view_is_kept_opened_renamed_and_deleted(cast, sign_in):
    client = sign_in(cast.chief)
    answer = keep(client, "Active, by name", "state=active&sort=-name&page=3&columns=tier")
    view = SavedView.objects.get()
    assert view.query == "columns=tier&sort=-name&state=active"
    assert answer["Location"].endswith(f"/partners/?{view.query}")
    page = client.get(f"/partners/?{view.query}").content.decode()
    assert "Active, by name" in page
    assert page.count('<th scope="col"') == 2
    assert client.post(f"/views/{view.pk}/", {"name": "Mine"}).status_code == 302
    assert keep(client, "Mine", "state=lapsed").status_code == 302  # the same name is replaced
    assert SavedView.objects.get().query == "state=lapsed"
    assert client.post(f"/views/{view.pk}/delete/")["Location"].endswith("/partners/?view=all")
    assert not SavedView.objects.exists()


def test_a_list_opens_with_the_default_view_and_everything_is_a_click_away(cast, sign_in):
    client = sign_in(cast.chief)
    keep(client, "Distributors", "type=distributor", is_default="on")
    assert client.get("/partners/")["Location"].endswith("/partners/?type=distributor")
    page = client.get("/partners/?view=all")
    assert page.status_code == 200
    assert "Südstern" in page.content.decode()
    keep(client, "Active", "state=active", is_default="on")
    assert list(SavedView.objects.filter(is_default=True).values_list("name", flat=True)) == ["Active"]
    assert sign_in(cast.operations).get("/partners/").status_code == 200  # a view is its owner's alone


def test_nobody_opens_the_view_of_another(cast, sign_in):
    keep(sign_in(cast.chief), "Mine", "state=active")
    view = SavedView.objects.get()
    other = sign_in(cast.operations)
    assert other.get(f"/views/{view.pk}/").status_code == 404
    assert other.post(f"/views/{view.pk}/delete/").status_code == 404
    assert "Mine" not in other.get("/partners/").content.decode()


def test_a_bad_view_is_refused_with_what_was_typed(cast, sign_in):
    client = sign_in(cast.chief)
    assert keep(client, "", "state=active").status_code == 422
    assert keep(client, "a\x00b", "state=active").status_code == 422
    answer = client.post("/views/save/", {"name": "Nowhere", "list": "no:such", "query": ""})
    assert answer.status_code == 422
    assert "Nowhere" in answer.content.decode()


def test_several_values_of_one_filter_stay_while_sorting(cast, sign_in):
    page = sign_in(cast.chief).get("/partners/?state=active&state=lapsed").content.decode()
    assert "?state=active&amp;state=lapsed&amp;sort=tier" in page


def test_exports_hold_the_columns_of_the_address_and_are_recorded(cast, sign_in):
    client = sign_in(cast.cam)
    text = client.get("/partners/?format=csv&columns=tier&bom=no").content.decode()
    assert text.splitlines()[0] == "Partner,Number,Tier,Type"
    assert len(text.splitlines()) == 4  # three assigned partners
    event = Event.objects.get(name="list.exported")
    assert (event.actor, event.data["rows"], event.partner_id) == (cast.cam, 3, None)


def test_numbers_and_dates_are_cells_of_their_kind(cast):
    moment = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
    book = load_workbook(io.BytesIO(to_xlsx([["=1+1", 3, dt.date(2026, 3, 1), moment]])))
    cells = next(book.active.rows)
    assert [cell.data_type for cell in cells] == ["s", "n", "d", "d"]
    assert cells[3].value == dt.datetime(2026, 3, 2, 0, 30)  # in the vendor's zone


def test_a_long_list_is_exported_by_a_worker_for_its_person_alone(cast, sign_in, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(list_exports, "AT_ONCE", 2)
    client = sign_in(cast.cam)
    assert "/jobs/" in client.get("/partners/?format=csv&sort=-name")["Location"]
    job, delivery = Job.objects.get(kind="export"), Delivery.objects.get(task=list_exports.TASK)
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert run_delivery(cast.acme.pk, delivery.pk) == "done"
    job.refresh_from_db()
    assert (job.state, job.done_steps) == ("done", 3)
    answer = client.get(job.result_url)
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Partner", "Northwind", "Little Corner", "Bigbox Distribution"]
    file = StoredFile.objects.get()
    assert sign_in(cast.chief).get(f"/files/{file.pk}/").status_code == 404
    with clock.travel(days=8):
        assert files.drop_expired(clock.now()) == 1
    assert client.get(job.result_url).status_code == 404


def test_a_worker_asks_with_the_rights_of_that_moment(cast, sign_in, monkeypatch):
    monkeypatch.setattr(list_exports, "AT_ONCE", 0)
    add_partner("Ostwind", country="DE", by=None)
    sign_in(cast.chief).get("/partners/?format=csv")
    cast.chief.active = False
    cast.chief.save()
    delivery = Delivery.objects.get(task=list_exports.TASK)
    assert run_delivery(cast.acme.pk, delivery.pk) == "dropped"
    assert not StoredFile.objects.exists()


def test_views_are_kept_in_the_api_too(cast):
    client, json = token_client(cast.chief), {"content_type": "application/json"}
    made = client.post("/api/v1/views/", {"list_name": LIST, "name": "Mine", "query": "state=active&page=2"}, **json)
    assert (made.status_code, made.json()["query"]) == (201, "state=active")
    at = f"/api/v1/views/{made.json()['id']}/"
    assert client.patch(at, {"name": "Ours", "is_default": True}, **json).json()["is_default"]
    assert client.post("/api/v1/views/", {"list_name": "no:list", "name": "X"}, **json).status_code == 400
    assert token_client(cast.operations).get(at).status_code == 404
    assert client.delete(at).status_code == 204
    assert not SavedView.objects.exists()


def test_heads_of_columns_are_in_the_language_of_the_page():
    """ "Yes" is a word that the framework translates: heads written at import are looked up when they are shown."""
    heads = [Column("a", "Yes"), Column("b", "Of no catalogue"), Column("c", "")]
    assert [head.title for head in heads] == ["Yes", "Of no catalogue", ""]
    with translation.override("de"):
        assert [head.title for head in heads] == ["Ja", "Of no catalogue", ""]
