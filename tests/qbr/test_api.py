"""Reviews and decks in the API: the same rows, permissions and refusals as the pages."""

from __future__ import annotations

import datetime as dt

from qbr.models import Deck
from qbr.queries import last_closed_quarter
from tests.clients import token_client
from tests.qbr.conftest import deliver


def test_a_review_is_opened_its_deck_made_and_fetched(cast, quarter):
    client = token_client(cast.cam)
    opened = client.post("/api/v1/reviews/", {"partner_id": str(cast.northwind.pk)}, content_type="application/json")
    assert opened.status_code == 201
    assert opened.json()["period_start"] == quarter.start.isoformat()
    made = client.post(f"/api/v1/reviews/{opened.json()['id']}/decks/")
    assert made.status_code == 202
    assert made.json()["pptx_url"] is None
    assert client.post(f"/api/v1/reviews/{opened.json()['id']}/decks/").json()["code"] == "deck_in_making"
    deliver(Deck.objects.get())
    ready = client.get(f"/api/v1/decks/{made.json()['id']}/").json()
    assert (ready["state"], ready["job_state"]) == ("ready", "done")
    assert ready["figures"]["performance"]["quarter"]["actual"]["value"]
    assert client.get(ready["pptx_url"]).content.startswith(b"PK")
    assert client.get(ready["pdf_url"]).content.startswith(b"%PDF-")


def test_other_quarters_and_refusals(cast):
    client = token_client(cast.cam)
    earlier = last_closed_quarter().previous
    body = {"partner_id": str(cast.northwind.pk), "day": (earlier.start + dt.timedelta(days=40)).isoformat()}
    assert client.post("/api/v1/reviews/", body, content_type="application/json").json()["period_end"] == str(
        earlier.end
    )
    ahead = body | {"day": "2999-01-01"}
    assert client.post("/api/v1/reviews/", ahead, content_type="application/json").json()["code"] == "quarter_not_begun"
    foreign = body | {"partner_id": str(cast.rival.pk)}
    assert client.post("/api/v1/reviews/", foreign, content_type="application/json").status_code == 404
    assert token_client(cast.chief).post("/api/v1/reviews/", body, content_type="application/json").status_code == 403


def test_the_partner_reads_shared_decks_only(cast, drawn):
    partner, manager = token_client(cast.champion), token_client(cast.cam)
    assert partner.get("/api/v1/decks/").json()["count"] == 0
    assert partner.get("/api/v1/reviews/").json()["count"] == 0
    assert partner.post(f"/api/v1/decks/{drawn.pk}/share/").status_code == 403
    assert manager.post(f"/api/v1/decks/{drawn.pk}/share/").json()["shared_at"]
    assert partner.get("/api/v1/decks/").json()["count"] == 1
    assert partner.get(f"/api/v1/reviews/{drawn.review_id}/").status_code == 200
    assert token_client(cast.rival_champion).get(f"/api/v1/decks/{drawn.pk}/").status_code == 404
    assert token_client(cast.technician).get("/api/v1/decks/").status_code == 403


def test_the_meeting_is_edited(cast, opened):
    client = token_client(cast.cam)
    body = {"meeting_on": "2027-01-14", "attendees": "Nora", "version": opened.version}
    changed = client.patch(f"/api/v1/reviews/{opened.pk}/", body, content_type="application/json")
    assert (changed.status_code, changed.json()["attendees"]) == (200, "Nora")
    again = client.patch(f"/api/v1/reviews/{opened.pk}/", body, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "stale")
