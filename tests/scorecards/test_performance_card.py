"""The performance scorecard: one page without typing, as of any past day, every figure with its rows."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.actions import set_tier
from partners.models import Task, Tier
from partners.starter import copy_program
from prm.kernel import clock
from prm.kernel.tenancy.context import member_scope
from sales.actions import add_line, book_actuals, propose_targets, set_targets
from scorecards.actions import propose_kpi_target
from scorecards.models import KpiDefinition
from scorecards.queries import BadDay, behind, category_status, day_asked, performance_card
from scorecards.starter.kpis import copy_kpis
from tests.house.test_costs import DETAIL, FIGURE, FRAME
from tests.scorecards.filling import submitted
from tests.standing import stands

D = Decimal
APRIL = dt.date(2026, 4, 15)


@stands
def story(cast, bank):
    """F7's first example as of 15 April 2026, a scorecard, a tier and two required tasks."""
    copy_program()
    copy_kpis()
    line = add_line("all", "Everything", by=None)
    amounts = {1: ("40000", "38500.50"), 2: ("40000", "41200.00"), 3: ("50000", "36170.00"), 4: ("50000", "12000.00")}
    targets = {dt.date(2026, month, 1): D(target) for month, (target, _) in amounts.items()}
    set_targets(cast.northwind, targets, by=cast.cam)
    bookings = [
        {"booked_on": dt.date(2026, month, 10), "amount": D(actual), "line": line}
        for month, (_, actual) in amounts.items()
    ]
    book_actuals(cast.northwind, bookings, by=cast.operations)
    silver = Tier.objects.get(code="silver")
    set_tier(cast.northwind, silver, by=None, cause="entry", on=dt.date(2026, 3, 1), reason="by the story")
    with clock.travel(to=dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)):
        submitted(cast.northwind, by=cast.champion, place=3)
    for title, done in (("Sign the agreement", dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)), ("Name a seller", None)):
        Task.objects.create(
            partner=cast.northwind, title=title, kind="program", side="partner", required=True,
            due_on=dt.date(2026, 4, 1), state="done" if done else "open", done_at=done, owner=cast.champion,
        )  # fmt: skip
    return cast


def address(partner, rest="/"):
    return f"/scorecards/partner/{partner.pk}/performance{rest}"


def test_the_card_holds_the_plan_by_month_quarter_and_year(story):
    card = performance_card(story.northwind, on=APRIL)
    assert (card.year.performance, card.year.variance, card.year.status) == (D("0.8913"), D("-14129.50"), "yellow")
    months = {month.label: month for month in card.months}
    assert (months["2026-02"].performance, months["2026-02"].status) == (D("1.0300"), "green")
    assert (months["2026-04"].performance, months["2026-04"].why) == (None, "not closed yet")
    assert [figure.value for figure in card.tasks] == [D("0.5000"), D(2), D(1)]
    assert all(figure.why for figure in (*card.pipeline, *card.deals) if figure.value is None)


def test_a_past_day_shows_what_was_known_then(story):
    assert performance_card(story.northwind, on=dt.date(2026, 2, 28)).tier == ""
    assert performance_card(story.northwind, on=dt.date(2026, 3, 31)).tier == "Silver"
    assert performance_card(story.northwind, on=dt.date(2026, 1, 31)).sheet.kpi("openness").value is None
    assert performance_card(story.northwind, on=dt.date(2026, 3, 1)).tasks[0].value is None
    february = performance_card(story.northwind, on=dt.date(2026, 2, 28))
    assert february.year.actual == D("79700.50")


@pytest.mark.parametrize(
    "text",
    ["2026-13-01", "tomorrow", "1e5", "٢٠٢٦-٠١-٠١", "２０２６-01-01", "0001-01-01", "9999-12-31", "<b>", "20260101"],
)
def test_a_day_that_is_none_is_refused(text):
    with pytest.raises(BadDay):
        day_asked(text, today=APRIL)


def test_today_and_before_are_accepted():
    assert day_asked("", today=APRIL) == day_asked("2026-04-15", today=APRIL) == APRIL
    assert day_asked("2020-02-29", today=APRIL) == dt.date(2020, 2, 29)
    with pytest.raises(BadDay, match="still to come"):
        day_asked("2026-04-16", today=APRIL)


def test_page_and_interface_refuse_a_future_day_and_say_why(story, sign_in):
    client = sign_in(story.cam)
    page = client.get(address(story.northwind), {"on": "2999-01-01"})
    assert page.status_code == 400
    assert "still to come" in page.content.decode()
    told = client.get(f"/api/v1/performance-scorecards/{story.northwind.pk}/", {"on": "2999-01-01"})
    assert (told.status_code, told.json()["code"], told.json()["field"]) == (400, "bad_day", "on")


def test_every_figure_of_the_page_opens(story, sign_in):
    client = sign_in(story.cam)
    page = client.get(address(story.northwind), {"on": "2026-04-15"}).content.decode()
    links = set(re.findall(r'href="([^"]+/performance/figure/\?[^"]+)"', page))
    assert len(links) > 50
    for link in links:
        opened = client.get(link.replace("&amp;", "&"))
        assert opened.status_code == 200, link
        shown = opened.content.decode().partition('id="content"')[2]
        assert "How it is computed" in shown, link
        assert re.findall(r">[^<]*\b[a-z]+_[a-z_0-9]+[^<]*<", shown) == [], link  # no names of the code
    assert client.get(address(story.northwind, "/figure/"), {"of": "kpi:nothing"}).status_code == 404


@pytest.mark.parametrize("who", ["chief", "champion"])
def test_card_and_figures_share_what_they_ask(story, sign_in, who):
    """With a programme, targets and a scorecard they cost no more than any page of one record.

    A champion is told a percentile instead of the composite score; a partner's page asks once more, for news.
    """
    client, dear = sign_in(getattr(story, who)), {}
    rests = ["/", "/figure/?of=year", "/figure/?of=kpi:openness", "/figure/?of=tier", "/figure/?of=composite"]
    for rest in rests if who == "chief" else rests[:-1]:
        page, api = address(story.northwind, rest), f"/api/v1/performance-scorecards/{story.northwind.pk}{rest}"
        for path in (page, api):
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            count = sum(not FRAME.search(query["sql"]) for query in asked.captured_queries)
            news = 1 if who == "champion" and path == page else 0
            if count > (FIGURE[0] if "figure" in rest else DETAIL) + news:
                dear[path] = count
    assert dear == {}


def test_the_rows_add_up_to_the_figure(story):
    card = performance_card(story.northwind, on=APRIL)
    with member_scope(story.cam):
        for plan in card.plan:
            booked, agreed = behind(card, plan.key, story.northwind, story.cam).tables
            assert booked.total == plan.actual, plan.key
            assert agreed.total == (plan.target or 0), plan.key
        found = behind(card, "kpi:performance_to_plan", story.northwind, story.cam)
        assert (found.formula.number, found.formula.name) == ("F7", "performance_to_plan")
        assert "targets" in found.formula.inputs
        assert found.last_data == dt.date(2026, 4, 10)
        tasks = behind(card, "tasks", story.northwind, story.cam).tables[0].rows
        assert {row["task"] for row in tasks} == {"Sign the agreement", "Name a seller"}
        answers = behind(card, "kpi:openness", story.northwind, story.cam).tables[0]
        assert answers.rows
        assert all(row["question"] and row["answer"] for row in answers.rows)
        revenue = behind(card, "tier:net_revenue_12m", story.northwind, story.cam)
        assert revenue.tables[0].total == revenue.value == D("127870.50")


def test_the_partner_reads_the_same_page_without_what_is_the_vendors(story, sign_in):
    day = {"on": "2026-04-15"}
    ours = sign_in(story.cam).get(address(story.northwind), day).content.decode()
    theirs = sign_in(story.champion).get(address(story.northwind), day).content.decode()
    assert "Composite score" in ours
    assert "89.13" in ours
    assert "89.13" in theirs
    assert "Composite" not in theirs
    assert "/board/" not in theirs
    client = sign_in(story.champion)
    assert client.get(address(story.northwind, "/figure/"), {"of": "composite", **day}).status_code == 404
    assert client.get(f"/api/v1/performance-scorecards/{story.northwind.pk}/", day).json()["composite"] is None
    figures = lambda page: re.findall(r"\d[\d,.]*\d(?: |\xa0)%|USD\xa0[\d,.]+", page)
    assert set(figures(theirs)) <= set(figures(ours))
    assert sign_in(story.rival_champion).get(address(story.northwind), day).status_code == 404


def test_proposed_targets_wait_on_the_card_of_those_who_decide(story, sign_in):
    kpi = KpiDefinition.objects.get(code="training_and_certs")
    proposed = propose_kpi_target(kpi, story.northwind, D("0.9"), fiscal_year=2026, by=story.cam, comment="Two more")
    propose_targets(story.northwind, {dt.date(2026, 12, 1): D("61234.00")}, by=story.champion, comment="")
    title, page = (
        "Targets that wait for your answer",
        lambda member, **day: sign_in(member).get(address(story.northwind), day).content.decode(),
    )
    ours, theirs = page(story.cam), page(story.champion)
    assert "61,234" in ours
    assert "Net revenue, FY2026, in total" in ours
    assert "targets/?year=2026&amp;by=total" in ours
    assert "Two more" not in ours  # each side answers the other
    assert "61,234" not in theirs.split('id="plan"')[0]
    assert f'action="/t/acme/scorecards/kpi-targets/{proposed.pk}/confirm/"' in theirs
    for member in (story.seller, story.finance, story.other_cam):
        assert title not in page(member)
    assert title not in page(story.cam, on="2026-04-15")  # of a past day nothing waits
    told = sign_in(story.champion).get(f"/api/v1/performance-scorecards/{story.northwind.pk}/").json()["waiting"]
    assert [(one["what"], one["value"], one["id"]) for one in told] == [(kpi.name, "0.9", str(proposed.pk))]
    revenue = sign_in(story.cam).get(f"/api/v1/performance-scorecards/{story.northwind.pk}/").json()["waiting"]
    assert [(one["kind"], one["period"]) for one in revenue] == [("revenue", "FY2026")]
    assert sign_in(story.champion).post(f"/scorecards/kpi-targets/{proposed.pk}/confirm/").status_code == 302
    assert title not in page(story.champion)


def test_the_card_is_linked_from_the_list_and_from_a_partners_home(story, sign_in):
    assert address(story.northwind) in sign_in(story.cam).get("/scorecards/").content.decode()
    assert address(story.northwind) in sign_in(story.champion).get("/").content.decode()


def test_a_seller_gets_only_the_rows_it_may_see(story):
    with member_scope(story.technician):
        card = performance_card(story.northwind, on=APRIL)
        booked, agreed = behind(card, "year", story.northwind, story.technician).tables
        assert (booked.rows, agreed.rows) == ((), ())
        assert booked.note
        assert agreed.note
        tasks = behind(card, "tasks", story.northwind, story.technician).tables[0]
        assert tasks.rows == ()
        assert tasks.note.startswith("2 of them")


def test_paper_is_one_page_whatever_is_on_it(story, sign_in):
    from partners.models import Partner

    Partner.objects.filter(pk=story.northwind.pk).update(name="Ünïcode " * 24 + "<script>")
    for day in ("2026-04-15", "1999-01-01"):
        answer = sign_in(story.cam).get(address(story.northwind, ".pdf"), {"on": day})
        document = pypdfium2.PdfDocument(answer.content)
        assert len(document) == 1
    assert (
        "89.13"
        in pypdfium2.PdfDocument(
            sign_in(story.champion).get(address(story.northwind, ".pdf"), {"on": "2026-04-15"}).content
        )[0]
        .get_textpage()
        .get_text_range()
    )


def test_a_category_has_the_colour_of_its_average():
    assert category_status(["green", "green", "yellow", "grey"]) == "green"
    assert category_status(["green", "red"]) == "yellow"
    assert category_status(["red", "yellow"]) == "red"
    assert category_status(["grey"]) == "grey"
