"""The pages of reviews: who sees what, what they show, and that they do not ask the database more for more rows."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pptx import Presentation

from prm.kernel import files
from prm.kernel.models import Event, StoredFile
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.web.format import formatter
from qbr.actions import DeckNotReady, fail_deck, make_deck, open_review, share_deck
from qbr.models import Deck, Review
from qbr.queries import due_reviews, last_closed_quarter, offered_quarters
from qbr.slides import BUILDERS, ChartBox, build_slides
from sales.actions import add_line, book_actuals
from tests.qbr.conftest import deliver


def test_choosing_partner_and_quarter_opens_the_review(cast, sign_in):
    client = sign_in(cast.cam)
    page = client.get("/reviews/")
    assert page.status_code == 200
    assert "Northwind" in page.content.decode()
    assert "Südstern" not in page.content.decode()  # another account manager's
    wanted = offered_quarters()[2]
    answer = client.post("/reviews/open/", {"partner": cast.northwind.pk, "quarter": wanted.start.isoformat()})
    assert answer.status_code == 302
    review = Review.objects.get()
    assert (review.partner, str(review)) == (cast.northwind, wanted.label)
    assert answer.headers["Location"].endswith(f"/reviews/{review.pk}/")


def test_the_quarters_reach_back_to_the_figures_and_only_they_ask_for_a_review(cast, sign_in):
    client = sign_in(cast.cam)
    assert "2011" not in client.get("/reviews/").content.decode()
    assert not due_reviews(cast.cam).exists()  # nothing was booked, agreed or scored: nothing to review
    line = add_line("all", "Everything", by=None)
    old, last = dt.date(2011, 5, 2), last_closed_quarter().end
    book_actuals(cast.northwind, [{"booked_on": old, "amount": Decimal(5), "line": line}], by=cast.operations)
    assert not due_reviews(cast.cam).exists()
    wanted = FiscalQuarter.containing(old, cast.acme.fy_start_month)
    page = client.get(f"/reviews/?partner={cast.northwind.pk}").content.decode()
    assert f'<option value="{wanted.start.isoformat()}" selected>{wanted.label}' in page
    form = {"partner": cast.northwind.pk, "quarter": wanted.start.isoformat()}
    assert client.post("/reviews/open/", form).status_code == 302
    book_actuals(cast.northwind, [{"booked_on": last, "amount": Decimal(5), "line": line}], by=cast.operations)
    assert [partner.pk for partner in due_reviews(cast.cam)] == [cast.northwind.pk]


def test_a_partner_that_is_not_mine_is_unknown(cast, sign_in):
    client = sign_in(cast.cam)
    quarter = last_closed_quarter().start.isoformat()
    assert client.post("/reviews/open/", {"partner": cast.rival.pk, "quarter": quarter}).status_code == 404
    assert client.post(f"/reviews/start/{cast.rival.pk}/").status_code == 404
    assert client.post("/reviews/open/", {"partner": "", "quarter": "1999-01-01"}).status_code == 422
    assert Review.objects.count() == 0
    assert client.post(f"/reviews/start/{cast.northwind.pk}/").status_code == 302
    assert Review.objects.count() == 1


def test_partners_are_found_by_some_letters(cast, sign_in):
    client = sign_in(cast.cam)
    found = client.get("/reviews/partners/?search=NORTH").content.decode()
    assert "Northwind" in found
    assert "Bigbox" not in found
    assert "No partner" in client.get("/reviews/partners/?search=südst").content.decode()
    assert sign_in(cast.chief).get("/reviews/partners/?search=x").status_code == 403


def test_making_shows_progress_then_the_page_of_the_deck(cast, sign_in, opened):
    client = sign_in(cast.cam)
    before = client.get(f"/reviews/{opened.pk}/").content.decode()
    assert "No deck yet" in before
    assert f"draws {len(BUILDERS)} slides" in before
    assert "Make the deck" in before
    assert client.post(f"/reviews/{opened.pk}/make/").status_code == 302
    deck = Deck.objects.get()
    page = client.get(f"/reviews/{opened.pk}/").content.decode()
    assert f"/reviews/decks/{deck.pk}/progress/" in page
    assert 'hx-trigger="every' in page
    assert "Make a new edition" not in page
    assert client.post(f"/reviews/{opened.pk}/make/").status_code == 409
    part = client.get(f"/reviews/decks/{deck.pk}/progress/", headers={"HX-Request": "true"})
    assert "Step 0 of 3" in part.content.decode()
    deliver(deck)
    over = client.get(f"/reviews/decks/{deck.pk}/progress/", headers={"HX-Request": "true"})
    assert over.headers["HX-Redirect"].endswith(f"/reviews/{opened.pk}/")
    after = client.get(f"/reviews/{opened.pk}/").content.decode()
    assert "every 600ms" not in after
    assert f"/reviews/decks/{deck.pk}/pptx/" in after


def test_the_numbers_of_the_deck_are_those_of_the_page(cast, sign_in, quarter, drawn):
    client = sign_in(cast.cam)
    page = client.get(f"/reviews/{drawn.review_id}/").content.decode()
    shown = re.sub(r"\s+", " ", page)
    answer = client.get(f"/reviews/decks/{drawn.pk}/pptx/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    deck = Presentation(io.BytesIO(answer.content))
    native = {s.name: s.chart for slide in deck.slides for s in slide.shapes if s.has_chart}
    specs = {
        e.chart.title: e.chart
        for slide in build_slides(drawn.figures, formatter())
        for row in slide.rows
        for e in row.elements
        if isinstance(e, ChartBox)
    }
    assert len(specs) == 2
    assert native.keys() == specs.keys()
    write = formatter()
    for title, spec in specs.items():
        blob = native[title].part.chart_workbook.xlsx_part.blob
        rows = list(load_workbook(io.BytesIO(blob)).active.iter_rows(min_row=2, values_only=True))
        for at, category in enumerate(spec.categories):
            assert rows[at][0] == category
            for i, series in enumerate(spec.series):
                held = rows[at][i + 1]
                assert (None if held is None else Decimal(str(held))) == series.values[at]
                if held is not None:
                    assert " ".join(write.figure(Decimal(str(held)), spec.unit, spec.currency).split()) in shown
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_table and slide.shapes.title.text_frame.text != "Commitments for next quarter":
                for cell in (c for row in shape.table.rows for c in row.cells):
                    text = re.sub("[●▲■○]\u00a0", "", cell.text).replace("\u00a0%", " %").rstrip("…")
                    assert text in shown.replace("&#x27;", "'").replace("&amp;", "&"), text


def test_the_partner_sees_a_deck_once_it_is_shared(cast, sign_in, drawn):
    partner = sign_in(cast.champion)
    addresses = [f"/reviews/{drawn.review_id}/", f"/reviews/decks/{drawn.pk}/pptx/", f"/files/{drawn.pptx_id}/"]
    assert [partner.get(address).status_code for address in addresses] == [404, 404, 404]
    assert str(drawn.review) not in partner.get("/reviews/").content.decode()
    assert sign_in(cast.cam).post(f"/reviews/decks/{drawn.pk}/share/").status_code == 302
    assert [partner.get(address).status_code for address in addresses] == [200, 200, 200]
    page = partner.get(addresses[0]).content.decode()
    assert "Make a new edition" not in page
    assert partner.post(f"/reviews/{drawn.review_id}/make/").status_code == 403
    assert sign_in(cast.technician).get(addresses[0]).status_code == 403
    rival = sign_in(cast.rival_champion)
    assert [rival.get(address).status_code for address in addresses] == [404, 404, 404]
    second = make_deck(Review.objects.get(pk=drawn.review_id), by=cast.cam)
    assert f"edition={second.edition}" not in partner.get(addresses[0]).content.decode()


def test_what_is_not_drawn_cannot_be_shared(cast, deck):
    with pytest.raises(DeckNotReady):
        share_deck(deck, by=cast.cam)
    deliver(deck)
    assert share_deck(deck, by=cast.cam).is_shared
    share_deck(deck, by=cast.cam)
    assert Event.objects.filter(name="deck.shared").count() == 1


def test_no_word_of_other_companies_is_in_the_files(cast, quarter, drawn):
    canaries = ["Südstern", "suedstern", "Rita", "Globex", "Little Corner", "Bigbox"]
    with tenant_scope(cast.acme):
        stored = list(StoredFile.objects.all())
    assert len(stored) == 2
    unpacked = b""
    for file in stored:
        content = files.read(file)
        unpacked += content
        if file.kind == "pptx":
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                unpacked += b"".join(package.read(name) for name in package.namelist())
        else:
            import pypdfium2

            unpacked += "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(content)).encode()
    assert b"Northwind" in unpacked
    assert [name for name in canaries if name.encode() in unpacked] == []
    figures = str(drawn.figures)
    assert [name for name in canaries if name in figures] == []


def test_the_meeting_is_kept_and_a_wrong_date_comes_back(cast, sign_in, opened):
    client = sign_in(cast.cam)
    good = {"meeting_on": "2027-01-14", "attendees": "Nora"}
    assert client.post(f"/reviews/{opened.pk}/edit/", good).status_code == 302
    assert Review.objects.get(pk=opened.pk).attendees == "Nora"
    bad = client.post(f"/reviews/{opened.pk}/edit/", {"meeting_on": "soon", "attendees": "Ben"})
    assert bad.status_code == 422
    assert "Ben" in bad.content.decode()
    assert sign_in(cast.chief).post(f"/reviews/{opened.pk}/edit/", good).status_code == 403


def count(client, address):
    """How many questions the page asks the database; entering and leaving scopes not counted."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return sum(query["sql"].startswith(("SELECT", "UPDATE", "INSERT")) for query in asked)


def test_the_list_asks_the_same_for_one_and_for_many(cast, sign_in):
    client = sign_in(cast.cam)
    make_deck(open_review(cast.northwind, by=cast.cam), by=cast.cam)
    client.get("/reviews/")
    one = count(client, "/reviews/")
    for quarter in offered_quarters()[1:6]:
        for partner in (cast.northwind, cast.sponsored):
            review = open_review(partner, by=cast.cam, quarter=quarter)
            if not Deck.objects.filter(review=review).exists():
                make_deck(review, by=cast.cam)
    assert count(client, "/reviews/") == one
    assert one <= 10


def test_a_review_asks_the_same_for_one_and_for_many_editions(cast, sign_in, opened, deck):
    client = sign_in(cast.cam)
    deliver(deck)
    client.get(f"/reviews/{opened.pk}/")
    one = count(client, f"/reviews/{opened.pk}/")
    for _ in range(3):
        fail_deck(make_deck(opened, by=cast.cam), reason="the test wants many editions, not files")
    assert count(client, f"/reviews/{opened.pk}/") == one
    assert one <= 12


def test_the_partner_page_has_the_review(cast, sign_in, drawn):
    page = sign_in(cast.cam).get(f"/partners/{cast.northwind.pk}/").content.decode()
    assert f"/reviews/{drawn.review_id}/" in page
    assert f"/reviews/start/{cast.northwind.pk}/" in page
    assert (
        f"/reviews/{drawn.review_id}/"
        not in sign_in(cast.champion).get(f"/partners/{cast.northwind.pk}/").content.decode()
    )
