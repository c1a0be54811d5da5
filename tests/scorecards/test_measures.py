"""KPIs of partners: values from dated rows, targets, colours, why one is empty; the composite score and ranking."""

import datetime as dt
from decimal import Decimal

from partners.models import Partner, Task, Tier, TierEvaluation
from partners.registries import measured
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import member_scope
from prm.kernel.tenancy.remember import memory
from sales.actions import add_line, book_actuals, set_targets
from scorecards.models import KpiActual, KpiDefinition, KpiSetting, KpiTarget, PartnerKpiTarget, StageWeights
from scorecards.queries import composite_scores, kpi_history, kpi_sheet, kpi_table, ranking
from scorecards.starter.kpis import copy_kpis
from tests.scorecards.filling import submitted
from tests.standing import stands

D = Decimal
APRIL = dt.date(2026, 4, 15)


@stands
def kpis(cast, bank):
    """F7's first example as of 15 April 2026: 115,870.50 of 130,000.00 in three closed months."""
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
    return cast


def definition(code):
    return KpiDefinition.objects.get(code=code)


def test_a_sheet_holds_25_kpis_each_with_a_value_or_a_reason(kpis):
    sheet = kpi_sheet(kpis.northwind, on=APRIL)
    assert len(sheet.kpis) == 25
    assert all((kpi.value is None) == bool(kpi.why_empty) for kpi in sheet.kpis)
    plan = sheet.kpi("performance_to_plan")
    assert (plan.value, plan.target, plan.status) == (D("0.8913"), D("1.0000"), "yellow")
    assert (plan.last_data, plan.source) == (dt.date(2026, 4, 10), "Targets and bookings")
    pipeline = sheet.kpi("pipeline_to_target")
    assert (pipeline.value, pipeline.status) == (None, "grey")
    assert pipeline.why_empty.startswith(
        "There is no opportunity, no target for the fiscal year, or nothing of it is left to sell."
    )


def test_a_topic_reads_the_scorecard_that_counted_on_the_day(kpis):
    with clock.travel(to=dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)):
        low = submitted(kpis.northwind, by=kpis.champion, place=2)
    with clock.travel(to=dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)):
        submitted(kpis.northwind, by=kpis.champion, place=5)
    before = kpi_sheet(kpis.northwind, on=APRIL).kpi("openness")
    assert before.value == D(low.result["topics"]["fit_openness"])
    assert before.last_data == dt.date(2026, 2, 1)
    assert kpi_sheet(kpis.northwind, on=dt.date(2026, 1, 31)).kpi("openness").value is None
    days = [dt.date(2026, 1, 31), APRIL, dt.date(2026, 5, 2), dt.date(2027, 5, 2)]
    assert kpi_history(definition("openness"), kpis.northwind.pk, days) == [None, before.value, D("100.0"), None]


def test_categories_of_the_life_stage_come_first(kpis):
    Partner.objects.filter(pk=kpis.northwind.pk).update(life_stage="success")
    codes = [category.code for category in kpi_sheet(kpis.northwind, on=APRIL).categories]
    assert codes == ["capabilities", "performance", "fit", "customer", "activation"]


def test_the_narrowest_target_wins(kpis):
    kpi = definition("performance_to_plan")

    def target():
        found = kpi_sheet(kpis.northwind, on=APRIL).kpi("performance_to_plan")
        return found.target, found.target_scope, found.status

    assert target() == (D("1.0000"), "fixed", "yellow")
    KpiTarget.objects.create(kpi=kpi, fiscal_year=2026, value=D("0.95"))
    assert target() == (D("0.95"), "program", "yellow")
    tier = Tier.objects.create(code="gold", name="Gold", level=2)
    kpis.northwind.partnertiers.create(tier=tier, from_date=dt.date(2026, 1, 1), cause="entry")
    KpiTarget.objects.create(kpi=kpi, tier=tier, fiscal_year=2026, value=D("1.2"))
    assert target() == (D("1.2"), "tier", "red")
    PartnerKpiTarget.objects.create(kpi=kpi, partner=kpis.northwind, fiscal_year=2026, value=D("0.8"))
    assert target() == (D("0.8"), "partner", "green")
    PartnerKpiTarget.objects.create(kpi=kpi, partner=kpis.northwind, month=dt.date(2026, 4, 1), value=D("0.89131"))
    assert target() == (D("0.89131"), "partner", "yellow")
    rival = kpi_sheet(kpis.rival, on=APRIL).kpi("performance_to_plan")
    assert (rival.target, rival.target_scope) == (D("0.95"), "program")


def test_what_was_entered_counts_where_nothing_is_computed(kpis):
    for code, value in (("co_sell", "0.2500"), ("performance_to_plan", "9")):
        KpiActual.objects.create(
            kpi=definition(code), partner=kpis.northwind, month=dt.date(2026, 2, 1), value=D(value), source="import"
        )
    sheet = kpi_sheet(kpis.northwind, on=APRIL)
    entered = sheet.kpi("co_sell")
    assert (entered.value, entered.origin, entered.status) == (D("0.2500"), "import", "yellow")
    assert sheet.kpi("performance_to_plan").value == D("0.8913")
    assert kpi_sheet(kpis.northwind, on=dt.date(2026, 1, 31)).kpi("co_sell").value is None
    assert kpi_sheet(kpis.northwind, on=dt.date(2027, 2, 1)).kpi("co_sell").value is None


def test_a_changed_border_does_not_move_history(kpis):
    kpi = definition("performance_to_plan")
    old = KpiSetting.objects.get(kpi=kpi)
    KpiSetting.objects.create(
        kpi=kpi, valid_from=dt.date(2026, 4, 1), target_kind="fixed", target=1, green=D("0.89"), yellow=D("0.5"),
        life_stages=old.life_stages,
    )  # fmt: skip
    assert kpi_sheet(kpis.northwind, on=APRIL).kpi("performance_to_plan").status == "green"
    assert kpi_sheet(kpis.northwind, on=dt.date(2026, 3, 31)).kpi("performance_to_plan").status == "yellow"


def test_required_tasks_count_as_of_the_day(kpis):
    made = [
        Task(partner=kpis.northwind, title=f"Task {n}", kind="x", side="partner", required=True, due_on=due)
        for n, due in enumerate([dt.date(2026, 3, 1), dt.date(2026, 3, 2), dt.date(2026, 5, 1)])
    ]
    made[0].state, made[0].done_at = "done", dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC)  # 1 April in Berlin
    made.append(Task(partner=kpis.northwind, title="Ours", kind="x", side="vendor", required=True, due_on=APRIL))
    Task.objects.bulk_create(made)
    days = [dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2026, 4, 1)]
    assert kpi_history(definition("required_tasks"), kpis.northwind.pk, days) == [None, D("0.0000"), D("0.5000")]
    assert kpi_sheet(kpis.rival, on=APRIL).kpi("required_tasks").why_empty == "No required task has been due yet."


def test_many_sheets_cost_the_queries_of_one(kpis, django_assert_max_num_queries):
    submitted(kpis.northwind, by=kpis.champion)
    ids = list(Partner.objects.values_list("pk", flat=True))
    with memory(), django_assert_max_num_queries(9) as one:
        single = kpi_table(ids[:1], on=clock.today())
    with memory(), django_assert_max_num_queries(len(one.captured_queries)):
        table = kpi_table(ids, on=clock.today())
    assert len(table) == len(ids) > 3
    assert table[ids[0]].kpis[0].value == single[ids[0]].kpis[0].value


def test_a_partner_reads_its_own_sheet_and_no_composite(kpis):
    with member_scope(kpis.champion):
        own = kpi_table([kpis.northwind.pk, kpis.rival.pk], on=APRIL)
        assert own[kpis.northwind.pk].kpi("performance_to_plan").value == D("0.8913")
        assert all(kpi.value is None for kpi in own[kpis.rival.pk].kpis)
        assert composite_scores([kpis.northwind.pk], on=APRIL)[kpis.northwind.pk].score is None
        assert ranking(on=APRIL) == []
    assert ranking(on=APRIL) != []


# --- F11 and F12 --------------------------------------------------------------------------------------------


def evaluate(partner, on, progress):
    from partners.models import Program

    program = Program.objects.first() or Program.objects.create(
        name="P", state="published", valid_from=dt.date(2000, 1, 1)
    )
    TierEvaluation.objects.create(partner=partner, program=program, as_of=on, progress=progress)


def test_the_composite_weighs_what_has_a_value(kpis):
    """performance 89.13 x 30, tier progress 72 x 10; the scorecard 100 x 20: (2673.9 + 720 + 2000) / 60 = 89.9."""
    StageWeights.objects.exclude(life_stage="").delete()
    evaluate(kpis.northwind, dt.date(2026, 4, 14), D("0.7200"))
    with clock.travel(to=dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)):
        submitted(kpis.northwind, by=kpis.champion, place=5)
    found = composite_scores([kpis.northwind.pk, kpis.rival.pk], on=APRIL)
    own = found[kpis.northwind.pk]
    assert (own.score, own.weight_covered) == (D("89.9"), D("0.6000"))
    assert [part.value for part in own.components] == [D("89.13"), None, D("100.00"), D("72.00"), None, None]
    assert found[kpis.rival.pk].score is None
    assert "0 % of the weights" in found[kpis.rival.pk].why
    before = composite_scores([kpis.northwind.pk], on=dt.date(2026, 3, 31))[kpis.northwind.pk]
    assert (before.score, before.weight_covered) == (None, D("0.3000"))
    quarter = FiscalQuarter.containing(APRIL, 1)
    assert measured("composite_score", [kpis.northwind.pk], [quarter], APRIL)[kpis.northwind.pk, quarter].number == D(
        "89.9"
    )


def test_without_a_closed_month_the_last_closed_year_is_carried(kpis):
    StageWeights.objects.update(weights={"performance_to_plan": "1"})
    found = composite_scores([kpis.northwind.pk], on=dt.date(2027, 1, 30))[kpis.northwind.pk]
    assert (found.score, found.components[0].carried) == (D("71.0"), True)  # 127,870.50 / 180,000.00
    closed = composite_scores([kpis.northwind.pk], on=dt.date(2027, 1, 31))[kpis.northwind.pk]
    assert (closed.score, closed.components[0].carried) == (None, False)


def test_partners_are_ranked_by_score_then_revenue(kpis):
    StageWeights.objects.update(weights={"tier_attainment": "1"})
    for partner, progress in ((kpis.northwind, "0.5"), (kpis.rival, "0.5"), (kpis.sponsored, "0.8")):
        evaluate(partner, APRIL, D(progress))
    found = ranking(on=APRIL)
    assert [(one.name, one.rank) for one in found] == [
        ("Little Corner", 1), ("Northwind", 2), ("Südstern", 2), ("Bigbox Distribution", None),
    ]  # fmt: skip


def test_the_page_of_a_kpi_shows_formula_and_rows_and_keeps_rivals_out(kpis, sign_in):
    url = kpi_sheet(kpis.northwind, on=APRIL).kpi("performance_to_plan").url
    path = url[url.index("/scorecards/") :]
    page = sign_in(kpis.champion).get(path).content.decode()
    assert "89.13" in page
    assert "38,500.50" in page
    assert "12,000.00" not in page
    assert sign_in(kpis.rival_champion).get(path).status_code == 404
