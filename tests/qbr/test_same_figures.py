"""One partner, one day: the figures on screen, in the API, the PDF, the spreadsheet and the deck are the same."""

from __future__ import annotations

import io
from decimal import Decimal
from html import unescape

import openpyxl
import pypdfium2
import pytest

from prm.kernel.web.format import formatter
from qbr.actions import open_review
from qbr.figures import collect
from qbr.queries import as_of_of
from scorecards.queries import performance_card
from scorecards.starter.kpis import copy_kpis


@pytest.fixture
def media_of(cast, quarter, sign_in):
    """The same card in every medium, as of the last day of the reviewed quarter."""
    copy_kpis()
    review = open_review(cast.northwind, by=cast.cam, quarter=quarter)
    day = as_of_of(quarter)
    client, base = sign_in(cast.cam), f"/scorecards/partner/{cast.northwind.pk}/performance"

    def get(path):
        answer = client.get(f"{path}?on={day}")
        assert answer.status_code == 200, path
        return answer

    book = openpyxl.load_workbook(io.BytesIO(get(f"{base}.xlsx").content))
    return {
        "card": performance_card(cast.northwind, on=day),
        "screen": unescape(get(f"{base}/").content.decode()).replace("\xa0", " "),
        "api": get(f"/api/v1/performance-scorecards/{cast.northwind.pk}/").json(),
        "paper": " ".join(
            page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(get(f"{base}.pdf").content)
        ).replace("\xa0", " "),
        "xlsx": {sheet.title: list(sheet.values) for sheet in book},
        "deck": collect(review, day),
    }


def test_figures_are_the_same_in_every_medium(media_of):
    card, api, deck = media_of["card"], media_of["api"], media_of["deck"]
    write = formatter()
    sheet = {row[0]: row for row in media_of["xlsx"]["Plan"]}
    in_api = {one["key"]: one for one in (api["year"], *api["quarters"], *api["months"])}
    assert card.year.performance is not None
    assert len(card.plan) == 1 + len(card.quarters) + 12
    for plan in card.plan:
        for shown in (write.money(plan.actual), write.percent(plan.performance), write.money(plan.target)):
            assert shown.replace("\xa0", " ") in media_of["screen"]
            assert shown.replace("\xa0", " ") in media_of["paper"]
        assert Decimal(in_api[plan.key]["actual"]) == plan.actual
        assert in_api[plan.key]["performance"] == (None if plan.performance is None else str(plan.performance))
        assert Decimal(str(sheet[plan.label][2])) == plan.actual
    # The deck freezes the same objects.
    performed = [Decimal(p["performance"]["value"]) for p in deck["performance"]["periods"]]
    assert performed == [*(q.performance for q in card.quarters), card.year.performance]
    assert [m["actual"]["value"] for m in deck["performance"]["months"]] == [
        str(m.actual) if m.is_closed or m.actual else None for m in card.months
    ]
    assert deck["program"]["held"] == card.program.standing.held == api["program"]["held"] == "Gold"
    attained = str(card.program.attainment.value)
    assert deck["program"]["next_attainment"]["value"] == attained == api["program"]["attainment"]["value"]
    kpis = {row[1]: row for row in media_of["xlsx"]["KPIs"]}
    for kpi in card.sheet.kpis:
        told = next(one for one in api["kpis"] if one["code"] == kpi.code)
        assert told["value"] == (None if kpi.value is None else str(kpi.value))
        assert told["status"] == kpi.status
        assert kpis[kpi.name][6] == kpi.status
    plan = card.sheet.kpi("performance_to_plan")
    assert plan.value == card.year.performance


def test_another_day_gives_other_figures(media_of, cast, quarter):
    """The control: were every medium the same whatever is asked, the test above would prove nothing."""
    before = performance_card(cast.northwind, on=quarter.start)
    assert before.year.performance != media_of["card"].year.performance
