"""One partner, one day: the figures on screen, in the API, the PDF, the spreadsheet and the deck are the same."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from html import unescape

import openpyxl
import pypdfium2
import pytest

from partners.actions import add_partner, set_tier
from partners.models import Partner, Tier
from prm.kernel import clock
from prm.kernel.periods import month_start
from prm.kernel.web.format import formatter
from qbr.actions import DeckTellsTooMuch, open_review, share_deck
from qbr.figures import collect
from qbr.models import Deck
from qbr.queries import as_of_of
from qbr.slides import build_slides
from sales.queries import actuals_by_month
from scorecards.actions.kpis import set_weights
from scorecards.actions.standings import renew_standings
from scorecards.models import PartnerStanding
from scorecards.queries import composite_scores, performance_card
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


def test_a_deck_made_within_its_quarter_says_what_the_running_month_has_booked(cast, quarter):
    """Only then: of a quarter that is over every month counts."""
    lead = lambda day: next(
        slide.lead
        for slide in build_slides(collect(open_review(cast.northwind, by=cast.cam, quarter=quarter), day), formatter())
        if slide.id == "performance"
    )
    booked = actuals_by_month([cast.northwind.pk], quarter.start, quarter.end)[cast.northwind.pk][quarter.months[1]]
    within = lead(month_start(quarter.months[1]) + dt.timedelta(days=20))
    assert formatter().money(booked) in within
    assert "counts once it is over" in within
    assert lead(quarter.end) == ""


@pytest.fixture
def scored(cast, quarter):
    """A composite score of Northwind's that stands in no other figure."""
    copy_kpis()
    weights = {"performance_to_plan": Decimal(73), "capabilities": Decimal(27)}
    set_weights(
        cast.northwind.life_stage, weights=weights, min_share=Decimal("0.5"), valid_from=clock.today(), by=cast.chief
    )
    renew_standings()
    return composite_scores([cast.northwind.pk], on=clock.today())[cast.northwind.pk]


def test_a_partner_is_never_given_its_composite_score(cast, scored, drawn, sign_in):
    """Not on the card, not in the deck, in no medium; its champion is told a percentile, once there are enough."""
    share_deck(drawn, by=cast.cam)
    base, deck = f"/scorecards/partner/{cast.northwind.pk}/performance", f"/api/v1/decks/{drawn.pk}/"
    paths = [f"{base}/", f"{base}.pdf", f"{base}.xlsx", f"/api/v1/performance-scorecards/{cast.northwind.pk}/"]
    paths += [drawn.review.get_absolute_url(), deck, f"{deck}pptx/", f"{deck}pdf/"]
    value = str(scored.score)
    theirs = {path: words_of(sign_in(cast.champion).get(path)) for path in paths}
    for path, words in theirs.items():
        found = re.search(rf".{{0,40}}(?<![\d.]){re.escape(value)}(?!\d)", words)
        assert found is None, (path, found)
        assert "omposite score" not in words, path
    told = sign_in(cast.champion).get(paths[3]).json()
    assert (told["composite"], told["percentile"]["value"]) == (None, None)  # fewer than five others
    # The control: the vendor is given it in the same places, so the test would see it.
    ours = [words_of(sign_in(cast.cam).get(path)) for path in paths[:4]]
    assert all(value in words for words in ours)
    # Decks of before had it in their frozen figures.
    old = Deck.objects.get(pk=drawn.pk)
    old.figures["summary"]["composite"] = {"label": "Composite score", "value": "12.3", "unit": "score"}
    Deck.objects.filter(pk=old.pk).update(figures=old.figures)
    assert "12.3" not in sign_in(cast.champion).get(deck).content.decode()
    page = sign_in(cast.champion).get(old.review.get_absolute_url()).content.decode()
    assert "12.3" not in page
    assert "/pptx/" not in page
    assert "not given out" in page
    for path in (f"/reviews/decks/{old.pk}/pptx/", f"{deck}pdf/"):
        assert sign_in(cast.champion).get(path).status_code == 403, path
        assert sign_in(cast.cam).get(path).status_code == 200, path
    Deck.objects.filter(pk=old.pk).update(shared_at=None)
    with pytest.raises(DeckTellsTooMuch):
        share_deck(old, by=cast.cam)


def test_a_distributor_reads_the_score_of_its_own_and_of_sponsored_partners(cast, scored, sign_in):
    """The number alone and of today; not its parts, not in anybody else's hands, and of nobody else's partner."""
    PartnerStanding.objects.filter(partner=cast.sponsored).delete()
    kept = PartnerStanding.objects.get(partner=cast.northwind)
    PartnerStanding.objects.create(partner=cast.sponsored, on=kept.on, computed_at=kept.computed_at, composite="61.7")
    path = f"/api/v1/performance-scorecards/{cast.sponsored.pk}/"
    told = sign_in(cast.distributor).get(path).json()["composite"]
    assert (told["score"], told["components"]) == ("61.7", [])
    page = f"/scorecards/partner/{cast.sponsored.pk}/performance/"
    assert "61.7" in sign_in(cast.distributor).get(page).content.decode()
    assert "not shown" in sign_in(cast.distributor).get(f"{page}figure/?of=composite").content.decode()
    assert sign_in(cast.distributor).get(path, {"on": "2026-01-31"}).json()["composite"] is None
    assert (
        sign_in(cast.distributor).get(path.replace(str(cast.sponsored.pk), str(cast.northwind.pk))).status_code == 404
    )


def test_the_champion_alone_is_told_a_coarse_percentile(cast, scored, sign_in):
    own = PartnerStanding.objects.get(partner=cast.northwind)
    for place in range(6):
        other = add_partner(f"Other {place}", country="DE", by=cast.chief)
        Partner.objects.filter(pk=other.pk).update(state="active")
        PartnerStanding.objects.create(
            partner=other, on=own.on, computed_at=own.computed_at, composite=own.composite + (1 if place < 2 else -1)
        )
    path = f"/api/v1/performance-scorecards/{cast.northwind.pk}/"
    assert sign_in(cast.champion).get(path).json()["percentile"]["value"] == "70"  # 4 of 6, in tens
    page = sign_in(cast.champion).get(f"/scorecards/partner/{cast.northwind.pk}/performance/").content.decode()
    assert "Percentile among partners" in page
    for member in (cast.seller, cast.cam):
        assert sign_in(member).get(path).json()["percentile"] is None
    assert sign_in(cast.champion).get(path, {"on": "2026-01-31"}).json()["percentile"] is None


def test_a_deck_of_a_past_quarter_shows_the_tier_held_then(cast, quarter, opened):
    before = collect(opened, quarter.end)
    lower = Tier.objects.get(code="silver")
    set_tier(cast.northwind, lower, by=None, cause="evaluation", on=clock.today(), reason="since")
    opened.partner.refresh_from_db()
    after = collect(opened, quarter.end)
    assert opened.partner.tier == lower
    assert (after["partner"]["tier"], after["program"]) == (before["partner"]["tier"], before["program"])
    assert collect(opened, clock.today())["partner"]["tier"] == lower.name


def words_of(answer) -> str:
    """What a person can read in a page, a PDF, a spreadsheet or a presentation."""
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF"):
        return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = [packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml")]
        return unescape(re.sub(r"<[^>]+>", " ", " ".join(parts)))
    return unescape(re.sub(r"<[^>]+>", " ", content.decode()))  # drawings have numbers of their own
