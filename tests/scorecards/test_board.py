"""The board: every partner one looks after in red, yellow and green, how it moved and who is due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.events import record
from prm.kernel.models import Delivery
from prm.kernel.outbox import run_delivery
from prm.kernel.periods import add_months
from sales.actions import add_line, book_actuals, set_targets
from scorecards.actions.kpis import enter_kpi
from scorecards.actions.standings import renew_standings
from scorecards.models import KpiDefinition, PartnerStanding
from scorecards.queries import composite_scores, kpi_sheet, kpi_table, settings_on
from scorecards.queries.board import board_partners, board_rows
from scorecards.queries.composite import composite_column, days_counted, parts_read
from scorecards.queries.kpi_values import read_measures, read_of
from scorecards.queries.measures import kpi_columns, life_stages
from scorecards.starter.kpis import copy_kpis
from tests.scorecards.filling import submitted
from tests.standing import stands

D = Decimal


@stands
def board(cast, bank):
    """Northwind sells half of its plan and was scored low, five months ago, and well now; the rival has nothing."""
    copy_kpis()
    today = clock.today()
    line = add_line("all", "Everything", by=None)
    months = [add_months(today.replace(day=1), -back) for back in range(1, 14)]
    set_targets(cast.northwind, {month: D(1000) for month in months}, by=cast.cam)
    bookings = [{"booked_on": month, "amount": D(500), "line": line} for month in months]
    book_actuals(cast.northwind, bookings, by=cast.operations)
    with clock.travel(days=-150):
        submitted(cast.northwind, by=cast.champion, place=1)
    submitted(cast.northwind, by=cast.champion, place=5)
    renew_standings()
    return cast


def rows(member):
    return {row.name: row for row in board_rows(list(board_partners(member).order_by("sort_name")))}


def test_the_board_says_what_the_scorecard_of_the_day_says(board):
    row, today = rows(board.chief)["Northwind"], clock.today()
    sheet = kpi_sheet(board.northwind, on=today)
    composite = composite_scores([board.northwind.pk], on=today)[board.northwind.pk]
    assert row.composite.value == composite.score
    assert row.why == composite.why
    assert row.plan.value == sheet.kpi("performance_to_plan").value
    for cell, category in zip(
        row.categories, ("fit", "customer", "capabilities", "activation", "performance"), strict=True
    ):
        found = [kpi.status for kpi in sheet.kpis if kpi.category == category]
        assert (cell.code, cell.green) == (category, found.count("green"))
    assert row.capability.change is not None
    assert row.capability.change > 0
    assert row.scored_on == today
    assert row.due_on == add_months(today, 12)
    assert row.due == ""
    assert rows(board.chief)["Südstern"].due == "never"


def test_the_lean_columns_are_those_of_the_table_and_of_the_composite(board):
    """Nothing differs but the objects: values and colours of every KPI, scores and reasons, now and before."""
    entered = KpiDefinition.objects.get(code="training_and_certs")
    enter_kpi(entered, board.rival, D("0.5"), month=clock.today().replace(day=1), by=board.chief)
    ids = list(Partner.objects.values_list("pk", flat=True))
    for on in (clock.today(), dt.date(clock.today().year, 1, 15)):  # one while no month of the year is closed
        settings, days = settings_on(on), list(dict.fromkeys([*days_counted(on), dt.date(2020, 1, 1)]))
        asked = {*(read_of(setting.kpi) for setting in settings), *parts_read().values()}
        read = read_measures(asked, ids, days)
        lean = {
            (pk, column.code): (column.values.get(pk), column.statuses.get(pk, "grey"))
            for column in kpi_columns(settings, ids, on=on, read=read)
            for pk in ids
        }
        sheets = kpi_table(ids, on=on)
        assert lean == {(pk, kpi.code): (kpi.value, kpi.status) for pk in ids for kpi in sheets[pk].kpis}
        column = composite_column(life_stages(ids), on, days, read)
        assert column == {pk: (one.score, one.why) for pk, one in composite_scores(ids, on=on).items()}
        if on == clock.today():  # it did compare something
            assert lean[board.rival.pk, "training_and_certs"][0] == D("0.5")
            assert {colour for _value, colour in lean.values()} >= {"green", "red", "grey"}
            assert column[board.northwind.pk][0] is not None


def test_renewing_twice_or_after_a_booking_keeps_one_row_a_partner(board):
    count = PartnerStanding.objects.count()
    old = PartnerStanding.objects.get(partner=board.northwind)
    assert renew_standings() == count == PartnerStanding.objects.count() == 4
    set_targets(board.northwind, {add_months(clock.today().replace(day=1), -1): D(1)}, by=board.cam)
    renew_standings([board.northwind.pk])
    assert PartnerStanding.objects.get(partner=board.northwind).pk == old.pk


def test_chief_sees_all_an_account_manager_the_own_and_partners_nothing(board, sign_in):
    assert set(rows(board.chief)) == {"Northwind", "Südstern", "Bigbox Distribution", "Little Corner"}
    page = sign_in(board.other_cam).get("/scorecards/board/").content.decode()
    assert "Südstern" in page
    assert "Northwind" not in page
    told = sign_in(board.other_cam).get("/api/v1/board/").json()["results"]
    assert [one["name"] for one in told] == ["Südstern"]
    for member in (board.champion, board.distributor, board.finance):
        assert sign_in(member).get("/scorecards/board/").status_code == 403
        assert sign_in(member).get("/api/v1/board/").status_code == 403


def test_filters_sort_and_files_read_the_same_rows(board, sign_in):
    client = sign_in(board.chief)

    def names(query):
        content = client.get(f"/scorecards/board/?format=csv&bom=no&{query}").content.decode()
        return [line.split(",")[0] for line in content.splitlines()[1:]]

    assert names("due=never&sort=name") == names("due=now") == ["Bigbox Distribution", "Little Corner", "Südstern"]
    assert names("sort=-capability")[0] == "Northwind"
    status = rows(board.chief)["Northwind"].composite.status
    assert "Northwind" in names(f"status={status}")
    assert names("q=north") == ["Northwind"]
    assert client.get("/api/v1/board/?status=purple").status_code == 400
    told = client.get("/api/v1/board/?q=north").json()["results"][0]
    row = rows(board.chief)["Northwind"]
    assert told["capability"] == {
        "value": str(row.capability.value), "status": row.capability.status,
        "before": str(row.capability.before), "change": str(row.capability.change),
    }  # fmt: skip


def test_no_history_makes_the_board_dearer(board, sign_in):
    client = sign_in(board.chief)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/scorecards/board/").status_code == 200
        return len(asked)

    cost()
    before = cost()
    with clock.travel(days=-400):
        submitted(board.sponsored, by=board.cam, place=2)
    line = add_line("more", "More", by=None)
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=n) for n in range(50)]
    book_actuals(board.rival, [{"booked_on": d, "amount": D(1), "line": line} for d in days], by=board.operations)
    renew_standings()
    assert cost() == before


def test_what_happens_to_a_partner_is_seen_at_once(cast, bank):
    """The worker renews the row of the partner that an event is about, and of no other."""
    copy_kpis()
    set_targets(cast.northwind, {add_months(clock.today().replace(day=1), -1): D(100)}, by=cast.cam)
    delivery = Delivery.objects.get(task="scorecards.renew_standing")
    assert not PartnerStanding.objects.exists()
    assert run_delivery(delivery.tenant_id, delivery.pk) == "done"
    assert [row.partner_id for row in PartnerStanding.objects.all()] == [cast.northwind.pk]


def test_many_bookings_are_one_renewal_and_an_import_one_of_the_whole_board(cast, bank):
    copy_kpis()
    line = add_line("all", "Everything", by=None)
    for partner in (cast.northwind, cast.northwind, cast.rival):
        book_actuals(partner, [{"booked_on": clock.today(), "amount": D(1), "line": line}], by=cast.operations)
    waiting = Delivery.objects.filter(task="scorecards.renew_standing")
    assert waiting.count() == 3
    assert run_delivery(cast.acme.pk, waiting[0].pk) == "done"
    assert set(waiting.values_list("state", flat=True)) == {"done"}
    assert set(PartnerStanding.objects.values_list("partner_id", flat=True)) == {cast.northwind.pk, cast.rival.pk}
    for entity, count in (("contacts", 2), ("sales_actuals", 4)):  # addresses move no figure
        record(cast.northwind, "import.finished", by=None, vendor_only=True, entity=entity)
        assert run_delivery(cast.acme.pk, waiting.get(state="waiting").pk) == "done"
        assert PartnerStanding.objects.count() == count
