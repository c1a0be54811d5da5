"""Targets: by line or in total, a year spread over its months, proposed by one side and confirmed by the other."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from partners.registries import worklists
from prm.kernel.errors import IllegalMove, Invalid, NotAllowed
from prm.kernel.tenancy.context import current_tenant, member_scope
from sales.actions import (
    NotBoth,
    NotYours,
    OtherSideDecides,
    add_line,
    confirm_targets,
    decline_targets,
    propose_targets,
    set_targets,
    withdraw_targets,
)
from sales.forms import NumberField, read_amount
from sales.models import Target, TargetProposal
from sales.queries import spread
from tests.clients import token_client

D = Decimal
JANUARY, MARCH = dt.date(2026, 1, 1), dt.date(2026, 3, 1)


def amounts_of(partner):
    return dict(Target.objects.filter(partner=partner).values_list("month", "amount"))


def test_a_fiscal_year_takes_lines_or_a_total(cast):
    line = add_line("a", "A", by=None)
    set_targets(cast.northwind, {JANUARY: D("100")}, line=line, by=cast.cam)
    with pytest.raises(NotBoth):
        set_targets(cast.northwind, {dt.date(2026, 12, 1): D("5")}, by=cast.cam)
    set_targets(cast.northwind, {dt.date(2027, 1, 1): D("5")}, by=cast.cam)  # another year, another kind
    set_targets(cast.northwind, {JANUARY: None}, line=line, by=cast.cam)
    set_targets(cast.northwind, {MARCH: D("7")}, by=cast.cam)
    assert amounts_of(cast.northwind) == {MARCH: D("7"), dt.date(2027, 1, 1): D("5")}


def test_a_year_is_spread_to_the_cent(cast):
    from prm.kernel.periods import FiscalYear

    parts = spread(D("100000.00"), cast.northwind, FiscalYear(2026, 1), as_sold=False)
    assert sum(parts.values()) == D("100000.00")
    assert sorted(set(parts.values())) == [D("8333.33"), D("8333.34")]


@pytest.mark.parametrize(
    ("text", "amount"), [("1,234.50", "1234.50"), ("1234.5", "1234.5"), (" 1 000 ", "1000"), ("", None)]
)
def test_amounts_are_read_as_people_type_them(cast, text, amount):
    assert read_amount(text) == (None if amount is None else D(amount))


@pytest.mark.parametrize("text", ["NaN", "1e5", "१२", "=1+1", "12x", "1,23", "9" * 40, "<script>"])
def test_what_is_no_amount_is_refused(cast, text):
    with pytest.raises(ValueError, match=r"amount"):
        read_amount(text)


@pytest.mark.parametrize(("proposer", "decider"), [("cam", "champion"), ("champion", "cam")])
def test_the_other_side_confirms_and_then_it_counts(cast, proposer, decider):
    one, other = getattr(cast, proposer), getattr(cast, decider)
    with member_scope(one):
        made = propose_targets(cast.northwind, {JANUARY: D("500")}, by=one, comment="as agreed")
        assert not Target.objects.exists()
        with pytest.raises(OtherSideDecides):
            confirm_targets(made, by=one)
    with member_scope(other):
        assert list(worklists["target_proposals"].query(other)) == [made]
        confirm_targets(TargetProposal.objects.get(pk=made.pk), by=other)
    target = Target.objects.get()
    assert (target.amount, target.proposed_by, target.confirmed_by) == (D("500"), one, other)
    with pytest.raises(IllegalMove):
        decline_targets(TargetProposal.objects.get(pk=made.pk), by=other, reason="late")


def test_a_proposal_stands_on_the_page_of_its_year_and_basis(cast, sign_in):
    made = propose_targets(cast.northwind, {dt.date(2028, 1, 1): D("512")}, by=cast.cam)
    worklist, page = worklists["target_proposals"], f"/performance/{cast.northwind.pk}/targets/"
    assert worklist.text(made).endswith(": FY2028, in total")
    assert worklist.url(made).endswith(f"{page}?year=2028&by=total")
    client, confirm = sign_in(cast.champion), f"proposals/{made.pk}/confirm/"
    assert confirm in client.get(page, {"year": 2028, "by": "total"}).content.decode()
    for other in ({"year": 2028, "by": "line"}, {"year": 2027, "by": "total"}):
        shown = client.get(page, other).content.decode()
        assert confirm not in shown
        assert "year=2028&amp;by=total" in shown.split("A proposal waits")[1]
    refused = client.post(f"/performance/targets/proposals/{made.pk}/decline/", {"reason": " "})
    assert refused.status_code == 422
    assert confirm in refused.content.decode()


def test_a_no_needs_a_reason_and_a_new_proposal_replaces_the_old(cast):
    first = propose_targets(cast.northwind, {JANUARY: D("500")}, by=cast.cam)
    second = propose_targets(cast.northwind, {JANUARY: D("600")}, by=cast.cam)
    first.refresh_from_db()
    assert first.state == "withdrawn"
    with pytest.raises(Invalid):
        decline_targets(second, by=cast.champion, reason="  ")
    with pytest.raises(NotYours):
        withdraw_targets(second, by=cast.champion)
    with pytest.raises(NotAllowed):
        confirm_targets(second, by=cast.rival_champion)
    decline_targets(second, by=cast.champion, reason="too high")
    assert not Target.objects.exists()


def test_the_grid_saves_what_changed_and_keeps_what_was_typed(cast, sign_in):
    client, address = sign_in(cast.cam), f"/performance/{cast.northwind.pk}/targets/"
    good = {"year": "2026", "by": "total", "a-total-2026-01": "1,000.50", "a-total-2026-02": ""}
    assert client.post(f"{address}set/", good).status_code == 302
    assert amounts_of(cast.northwind) == {JANUARY: D("1000.50")}
    refused = client.post(f"{address}set/", good | {"a-total-2026-02": "1e5"})
    assert refused.status_code == 422
    assert 'value="1e5"' in refused.content.decode()
    filled = client.post(f"{address}set/", {"year": "2026", "by": "total", "do": "spread", "year_total": "1200"})
    assert 'name="a-total-2026-12" value="100.00"' in filled.content.decode()
    assert amounts_of(cast.northwind) == {JANUARY: D("1000.50")}
    assert sign_in(cast.champion).post(f"{address}set/", good).status_code == 403
    assert sign_in(cast.rival_champion).get(address).status_code == 404


def test_the_grid_of_many_saves_all_or_nothing(cast, sign_in):
    line = add_line("a", "A", by=None)
    set_targets(cast.sponsored, {JANUARY: D("9")}, line=line, by=cast.cam)
    client = sign_in(cast.cam)
    cells = {"year": "2026", f"a-{cast.northwind.pk}-2026-01": "10", f"a-{cast.distributor_company.pk}-2026-01": "x"}
    assert client.post("/performance/targets/", cells).status_code == 422
    assert not Target.objects.filter(partner=cast.northwind).exists()
    cells |= {
        f"a-{cast.distributor_company.pk}-2026-01": "20",
        f"a-{cast.sponsored.pk}-2026-01": "30",  # by line: not of this grid
        f"a-{cast.rival.pk}-2026-01": "40",  # another manager's
    }
    assert client.post("/performance/targets/", cells).status_code == 302
    assert sorted(Target.objects.values_list("amount", flat=True)) == [D("9"), D("10"), D("20")]


def test_the_api_has_the_same_verbs(cast):
    def post(who, path, **data):
        return token_client(who).post(f"/api/v1/{path}", json.dumps(data), content_type="application/json")

    ids = {"partner_id": str(cast.northwind.pk)}
    made = post(cast.cam, "targets/", **ids, fiscal_year=2026, total="1200")
    assert (made.status_code, {row["amount"] for row in made.json()}) == (201, {"100.00"})
    assert post(cast.champion, "targets/", **ids, fiscal_year=2026, total="1").status_code == 403
    proposal = post(cast.champion, "target-proposals/", **ids, months=[{"month": "2026-01-01", "amount": "90"}]).json()
    where = f"target-proposals/{proposal['id']}/"
    assert proposal["fiscal_years"] == ["FY2026"]
    assert post(cast.champion, f"{where}confirm/").json()["code"] == "other_side_decides"
    assert post(cast.rival_champion, f"{where}confirm/").status_code == 404
    assert post(cast.cam, f"{where}confirm/").json()["state"] == "confirmed"
    assert amounts_of(cast.northwind)[JANUARY] == D("90")
    for text in ("NaN", "1e5", "-1"):
        assert post(cast.cam, "targets/", **ids, months=[{"month": "2026-01-01", "amount": text}]).status_code == 400


@pytest.mark.parametrize("locale", ["en", "de", "fr"])
def test_a_number_that_stands_in_a_field_is_read_as_the_same_number(cast, locale):
    current_tenant().locale = locale
    field = NumberField()
    for value in ("1000.00", "1234567.50", "0.2", "1.125", "40", "1000", "-17149.67", "0.00"):
        assert field.clean(field.prepare_value(D(value))) == D(value), value
