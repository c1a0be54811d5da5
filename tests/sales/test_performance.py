"""Performance to plan from targets and bookings, on the page, in the API and in bulk."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from partners.models import Partner
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import member_scope
from sales.actions import add_line, book_actuals, set_targets
from sales.queries import behind_plan, performance, performance_of, quarters_with_bookings, revenue_12m
from tests.clients import token_client

D = Decimal


@pytest.fixture
def figures(cast):
    """F7's first example: targets of a fiscal year from January, bookings to the middle of April."""
    line = add_line("all", "Everything", by=None)
    set_targets(
        cast.northwind,
        {
            dt.date(2026, m, 1): amount
            for m, amount in zip(range(1, 5), map(D, ("40000", "40000", "50000", "50000")), strict=True)
        },
        by=cast.cam,
    )
    bookings = [(1, "38500.50"), (2, "41200.00"), (3, "36170.00"), (4, "12000.00")]
    book_actuals(
        cast.northwind,
        [{"booked_on": dt.date(2026, m, 10), "amount": D(amount), "line": line} for m, amount in bookings],
        by=cast.operations,
    )
    return cast


def test_closed_months_count_and_the_running_one_does_not(figures):
    found = performance(figures.northwind.pk, dt.date(2026, 4, 15))
    assert (found.year.actual, found.year.target) == (D("115870.50"), D("130000.00"))
    assert (found.year.performance, found.year.status) == (D("0.8913"), "yellow")
    assert found.quarters[1].why == "no month is closed yet"
    running = found.quarters[1].running
    assert (running.month, running.actual) == ("2026-04", D("12000.00"))
    assert found.quarters[0].running is None
    assert performance(figures.northwind.pk, dt.date(2026, 4, 30)).year.running is None


def test_the_page_says_what_the_running_month_has_booked(figures, sign_in):
    page = sign_in(figures.champion).get(f"/performance/{figures.northwind.pk}/?as_of=2026-04-15").content.decode()
    said = "no month is closed yet; 2026-04 so far USD\u00a012,000.00, counted once the month is over"
    assert page.count(said) == 2  # at the top and in the table
    empty = sign_in(figures.champion).get(f"/performance/{figures.northwind.pk}/?as_of=2026-03-31").content.decode()
    assert "so far USD" not in empty


def test_without_a_target_there_is_no_variance(figures, sign_in):
    """The quarter after has bookings and no target: n/a on page and API, never the whole actual or 0.00."""
    book_actuals(
        figures.northwind,
        [{"booked_on": dt.date(2026, 7, 3), "amount": D("777.00"), "line": add_line("more", "More", by=None)}],
        by=figures.operations,
    )
    address = f"{figures.northwind.pk}/?as_of=2026-08-15"
    answer = token_client(figures.champion).get(f"/api/v1/performance/{address}").json()
    first, _, third = answer["quarters"]
    assert (third["target"], third["actual"], third["variance"], third["performance"]) == (None, "777.00", None, None)
    assert (first["target"], first["variance"]) == ("130000.00", "-14129.50")
    page = sign_in(figures.champion).get(f"/performance/{address}").content.decode()
    row = page.split('class="nowrap">FY2026 Q3')[1].split("</tr>")[0]
    assert re.findall(r'class="num">([^<]*)<', row) == ["n/a", "USD\u00a0777.00", "n/a"]


def test_many_partners_are_measured_like_one(figures):
    quarter = quarters_with_bookings(figures.northwind.pk)[0]
    bulk = performance_of([figures.northwind.pk, figures.rival.pk], quarter, dt.date(2026, 4, 15))
    assert bulk[figures.northwind.pk]["performance"] == D("0.8913")
    assert bulk[figures.rival.pk]["performance"] is None
    assert bulk[figures.rival.pk]["variance"] is None


def test_twelve_months_of_revenue_end_on_the_day(figures):
    assert revenue_12m([figures.northwind.pk], dt.date(2026, 4, 10))[figures.northwind.pk] == D("127870.50")
    assert revenue_12m([figures.northwind.pk], dt.date(2026, 4, 9))[figures.northwind.pk] == D("115870.50")


def test_page_and_api_show_the_same_figures(figures, sign_in):
    page = sign_in(figures.champion).get(f"/performance/{figures.northwind.pk}/?as_of=2026-04-15").content.decode()
    answer = token_client(figures.champion).get(f"/api/v1/performance/{figures.northwind.pk}/?as_of=2026-04-15").json()
    assert answer["year"]["performance"] == "0.8913"
    assert "89.13" in page
    assert "115,870.50" in page


def test_a_partner_without_figures_is_not_at_zero(cast, sign_in):
    found = performance(cast.rival.pk, dt.date(2026, 4, 15))
    assert found.year.performance is None
    assert not found.has_figures
    assert sign_in(cast.other_cam).get(f"/performance/{cast.rival.pk}/").status_code == 200


def test_a_wrong_day_falls_back_to_today(cast, sign_in):
    for day in ("yesterday", "0001-01-01", "99999-01-01", "2026-02-30"):
        assert sign_in(cast.cam).get(f"/performance/{cast.northwind.pk}/?as_of={day}").status_code == 200


def test_a_rival_sees_neither_page_nor_bookings(figures, sign_in):
    client = sign_in(figures.rival_champion)
    assert client.get(f"/performance/{figures.northwind.pk}/").status_code == 404
    assert client.get("/api/v1/actuals/").json()["count"] == 0
    with member_scope(figures.champion):
        assert sign_in(figures.champion).get("/api/v1/actuals/").json()["count"] == 4


@pytest.mark.parametrize("amount", ["NaN", "0.00001", "-1"])
def test_a_target_that_is_no_money_is_refused(cast, amount):
    from prm.kernel.errors import Invalid

    with pytest.raises((Invalid, ValueError)):
        set_targets(cast.northwind, {dt.date(2026, 1, 1): D(amount)}, by=cast.cam)


def test_bookings_with_four_decimals_give_one_figure_on_page_and_list(cast):
    """Months are rounded alike in the database and on the page, so the list never differs by a cent."""
    line = add_line("all", "Everything", by=None)
    set_targets(cast.northwind, {dt.date(2026, m, 1): D("100.00") for m in (1, 2, 3)}, by=cast.cam)
    amounts = ["33.3349", "33.3301", "-0.0050", "12.3456", "0.0049", "99.9951"]
    book_actuals(
        cast.northwind,
        [
            {"booked_on": dt.date(2026, 1 + n % 3, 5), "amount": D(amount), "line": line}
            for n, amount in enumerate(amounts)
        ],
        by=cast.operations,
    )
    day = dt.date(2026, 4, 1)
    page = performance(cast.northwind.pk, day).year
    quarter = quarters_with_bookings(cast.northwind.pk)[0]
    row = performance_of([cast.northwind.pk], quarter, day)[cast.northwind.pk]
    assert (row["actual_to_date"], row["performance"]) == (page.actual, page.performance)
    assert page.actual == sum((m.actual for m in performance(cast.northwind.pk, day).months), D(0))


def test_those_furthest_behind_are_the_ones_whom_the_list_shows_behind(cast):
    """One statement finds them: with figures, order and counts as when each partner is measured by itself."""
    line = add_line("all", "Everything", by=None)
    day, quarter = dt.date(2026, 4, 1), FiscalQuarter.containing(dt.date(2026, 4, 1), 1)
    plans = {cast.northwind: ("100.00", "79.9949"), cast.rival: ("0.00", "5.00"), cast.sponsored: ("50.00", "49.9976")}
    for partner, (target, booked) in plans.items():
        set_targets(partner, {dt.date(2026, 1, 1): D(target)}, by=cast.operations)
        book_actuals(
            partner, [{"booked_on": dt.date(2026, 1, 5), "amount": D(booked), "line": line}], by=cast.operations
        )
    partners = Partner.objects.all()
    figures, found = behind_plan(partners, day, 8)
    alone = performance_of([partner.pk for partner in plans], quarter, day)
    below = [pk for pk, f in alone.items() if f["performance"] is not None and f["status"] != "green"]
    assert list(figures) == sorted(below, key=lambda pk: alone[pk]["performance"]) != []
    assert all(figures[pk].items() <= alone[pk].items() for pk in figures)
    assert (found.count, found.planned) == (len(below), sum(f["performance"] is not None for f in alone.values()))
    assert list(behind_plan(partners, day, 1)[0]) == list(figures)[:1]


def test_pages_that_count_partners_say_which(cast, sign_in):
    """The home page counts the active ones, and says how many there are in all states."""
    Partner.objects.filter(pk=cast.sponsored.pk).update(state="identified")
    Partner.objects.exclude(pk=cast.sponsored.pk).update(state="active")
    words = lambda path: " ".join(re.sub(r"<[^>]+>", " ", sign_in(cast.chief).get(path).content.decode()).split())
    home, board, listed = words("/"), words("/scorecards/board/"), words("/partners/")
    assert "Active partners 3 of 4 in all states" in home
    assert "3 signed partners, without candidates" in board
    assert "4 partners in all states" in listed
    assert "1 partner matches" in words("/partners/?state=identified")
