"""KPIs are judged, weighed and targeted by people: from a day on, by both sides, by hand or from a file."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed
from prm.kernel.tenancy.context import member_scope
from sales.actions import OtherSideDecides
from scorecards.actions import (
    PastDay,
    add_kpi,
    confirm_kpi_target,
    decline_kpi_target,
    enter_kpi,
    propose_kpi_target,
    set_kpi,
    set_kpi_target,
    set_weights,
)
from scorecards.models import KpiDefinition, KpiSetting, KpiTargetProposal, PartnerKpiTarget, StageWeights
from scorecards.queries import kpi_sheet, weights_on
from scorecards.starter.kpis import copy_kpis
from tests.clients import token_client
from tests.standing import stands

D = Decimal
SETTING = {"target_kind": "fixed", "target": D("0.9"), "green": D(1), "yellow": D("0.8"), "life_stages": ["sell"]}


@stands
def kpi(cast, bank):
    copy_kpis()
    return KpiDefinition.objects.get(code="co_sell")


def shown(cast, on=None, code="co_sell"):
    return kpi_sheet(cast.northwind, on=on or clock.today()).kpi(code)


def test_a_setting_holds_from_its_day_and_the_past_stays(cast, kpi):
    today = clock.today()
    set_kpi(kpi, by=cast.operations, valid_from=today, **SETTING)
    assert (shown(cast).target, shown(cast, today - dt.timedelta(1)).target) == (D("0.9"), D("0.3000"))
    set_kpi(kpi, by=cast.operations, valid_from=today + dt.timedelta(30), **SETTING | {"in_use": False})
    assert shown(cast, today + dt.timedelta(30)) is None
    with pytest.raises(PastDay):
        set_kpi(kpi, by=cast.operations, valid_from=today - dt.timedelta(1), **SETTING)
    with pytest.raises(NotAllowed):
        set_kpi(kpi, by=cast.cam, valid_from=today, **SETTING)


@pytest.mark.parametrize(
    "wrong",
    [{"yellow": D("1.1")}, {"green": D("NaN")}, {"target": None}, {"life_stages": ["moon"]}, {"target": D("1e13")}],
)
def test_a_setting_that_makes_no_sense_is_refused(cast, kpi, wrong):
    with pytest.raises(Invalid):
        set_kpi(kpi, by=cast.operations, valid_from=clock.today(), **SETTING | wrong)
    assert KpiSetting.objects.filter(kpi=kpi).count() == 1


def test_a_kpi_of_the_vendors_own_is_entered_by_hand(cast, kpi):
    own = add_kpi(
        "Joint customers", by=cast.operations, category="activation", kind="entered", unit="count",
        direction="higher", target_kind="fixed", target=D(4), green=D(1), yellow=D("0.5"),
    )  # fmt: skip
    assert shown(cast, code="joint_customers").why_empty == "No value has been entered for the last 12 months."
    enter_kpi(own, cast.northwind, D(3), month=clock.today().replace(day=1), by=cast.cam)
    found = shown(cast, code="joint_customers")
    assert (found.value, found.status, found.source) == (D(3), "yellow", "Entered by hand")
    with pytest.raises(Invalid):
        enter_kpi(own, cast.northwind, D(3), month=dt.date(2999, 1, 1), by=cast.cam)


def test_weights_hold_from_their_day(cast, kpi):
    today = clock.today()
    set_weights("sell", by=cast.operations, valid_from=today, weights={"capabilities": D(1)}, min_share=D("0.5"))
    assert weights_on(today)["sell"].weights["capabilities"] == "1"
    assert weights_on(today - dt.timedelta(1))["sell"].weights["capabilities"] == "25"
    for wrong in ({"capabilities": D(0)}, {"moon": D(1)}, {"capabilities": D("NaN")}):
        with pytest.raises(Invalid):
            set_weights("sell", by=cast.operations, valid_from=today, weights=wrong, min_share=D("0.5"))


@pytest.mark.parametrize(("proposer", "decider"), [("cam", "champion"), ("champion", "cam")])
def test_the_other_side_confirms_a_target(cast, kpi, proposer, decider):
    one, other = getattr(cast, proposer), getattr(cast, decider)
    year = clock.today().year
    with member_scope(one):
        made = propose_kpi_target(kpi, cast.northwind, D("0.4"), fiscal_year=year, by=one)
        with pytest.raises(OtherSideDecides):
            confirm_kpi_target(made, by=one)
    assert shown(cast).target_scope == "fixed"
    with member_scope(other):
        confirm_kpi_target(KpiTargetProposal.objects.get(), by=other)
    assert (shown(cast).target, shown(cast).target_scope) == (D("0.4"), "partner")
    with pytest.raises(NotAllowed):
        decline_kpi_target(made, by=cast.rival_champion, reason="no")
    with pytest.raises(NotAllowed):
        set_kpi_target(kpi, D(1), partner=cast.northwind, fiscal_year=year, by=cast.champion)


def test_pages_take_percent_and_keep_what_was_typed(cast, kpi, sign_in):
    client, address = sign_in(cast.cam), f"/scorecards/partner/{cast.northwind.pk}/kpi-targets/"
    assert client.post(f"{address}set/", {"k-co_sell": "35.5"}).status_code == 302
    assert PartnerKpiTarget.objects.get().value == D("0.355")
    refused = client.post(f"{address}set/", {"k-co_sell": "1e5"})
    assert refused.status_code == 422
    assert 'value="1e5"' in refused.content.decode()
    operations, today = sign_in(cast.operations), clock.today().isoformat()
    data = {"valid_from": today, "in_use": "on", "target_kind": "fixed", "target": "25", "green": "100", "yellow": "70"}
    assert operations.post(f"/scorecards/kpis/{kpi.pk}/set/", data).status_code == 302
    kept = KpiSetting.objects.get(kpi=kpi, set_by=cast.operations)
    assert (kept.target, kept.green, kept.yellow) == (D("0.25"), D(1), D("0.7"))
    grid = {"valid_from": today, "w-sell-capabilities": "100", "w-sell-share": "40"}
    refused = operations.post("/scorecards/kpis/weights/save/", grid | {"w-sell-capabilities": "NaN"})
    assert refused.status_code == 422
    for path in ("kpis/", f"kpis/{kpi.pk}/", "kpis/weights/", "ranking/", "kpis/add/"):
        assert operations.get(f"/scorecards/{path}").status_code == 200, path
        assert sign_in(cast.champion).get(f"/scorecards/{path}").status_code == 403, path
    assert sign_in(cast.champion).get(address).status_code == 200
    assert sign_in(cast.rival_champion).get(address).status_code == 404


def test_the_weights_grid_writes_what_changed(cast, kpi, sign_in):
    client = sign_in(cast.operations)
    page = client.get("/scorecards/kpis/weights/").content.decode()
    import re

    fields = dict(re.findall(r'name="(w-[^"]*)" value="([^"]*)"', page))
    before = StageWeights.objects.count()
    data = fields | {"valid_from": clock.today().isoformat(), "w-sell-capabilities": "99"}
    assert client.post("/scorecards/kpis/weights/save/", data).status_code == 302
    assert StageWeights.objects.count() == before + 1
    assert weights_on(clock.today())["sell"].weights["capabilities"] == "99"


def test_the_api_has_the_same_verbs_and_the_same_figures(cast, kpi):
    def post(who, path, **data):
        return token_client(who).post(f"/api/v1/{path}", json.dumps(data), content_type="application/json")

    year, ids = clock.today().year, {"partner_id": str(cast.northwind.pk)}
    assert post(cast.operations, f"kpis/{kpi.pk}/target/", fiscal_year=year, value="0.5").status_code == 200
    assert post(cast.cam, f"kpis/{kpi.pk}/target/", fiscal_year=year, value="0.6").status_code == 403
    assert post(cast.cam, f"kpis/{kpi.pk}/target/", **ids, fiscal_year=year, value="0.6").status_code == 200
    month = clock.today().replace(day=1).isoformat()
    assert post(cast.cam, f"kpis/{kpi.pk}/enter/", **ids, month=month, value="0.55").status_code == 200
    assert post(cast.cam, f"kpis/{kpi.pk}/enter/", **ids, month=month, value="1e5").status_code == 400
    sheet = token_client(cast.champion).get(f"/api/v1/kpi-sheets/{cast.northwind.pk}/").json()
    figure = next(one for group in sheet["categories"] for one in group["kpis"] if one["code"] == "co_sell")
    ours = shown(cast)
    assert (figure["value"], figure["target"], figure["status"]) == (str(ours.value), str(ours.target), "yellow")
    made = post(cast.champion, "kpi-target-proposals/", **ids, kpi="co_sell", fiscal_year=year, value="0.1").json()
    assert post(cast.cam, f"kpi-target-proposals/{made['id']}/confirm/").json()["state"] == "confirmed"
    assert shown(cast).target == D("0.1")
    for path in (f"ranking/{cast.northwind.pk}/", "ranking/", "composite-weights/"):
        assert token_client(cast.champion).get(f"/api/v1/{path}").status_code == 403, path
        assert token_client(cast.cam).get(f"/api/v1/{path}").status_code == 200, path
