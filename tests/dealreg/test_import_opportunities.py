"""A CRM's deals: new ones, changed ones, and what a file may not do to those that stand here."""

from decimal import Decimal

import pytest

from dealreg.actions import approve_deal, lose_opportunity
from dealreg.actions.carrying import opportunity_of
from dealreg.models import Opportunity
from partners.models import Partner
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope
from tests.imports.conftest import Desk, counts

HEAD = "Id,Partner,Customer,Line,Value,State,Stage,Close,Closed,Why\n"
COLUMNS = {
    "external_id": "Id", "partner": "Partner", "customer": "Customer", "line": "Line", "amount": "Value",
    "state": "State", "stage": "Stage", "expected_close": "Close", "closed_on": "Closed", "loss_reason": "Why",
}  # fmt: skip
FIRST = """C1,P1,Fabrikam,security,1000.50,open,proposed,2026-04-01,,
C2,,Tailspin,cloud,500,open,,2026-02-01,,
C3,P1,,security,70,won,,2026-01-15,2026-01-20,
C4,P1,Adatum,security,0,lost,,2026-01-15,2026-01-21,
"""


@pytest.fixture
def crm(cast, deals, tmp_path):
    Partner.objects.filter(pk=cast.northwind.pk).update(external_id="P1")
    desk = Desk(tmp_path, cast.acme)

    def bring(rows, **options):
        desk.put("crm.csv", HEAD + rows)
        return desk.bring_in({"file": "crm.csv", "entity": "opportunities", "columns": COLUMNS}, **options)[0]

    return bring


def one(external_id):
    return Opportunity.objects.get(external_id=external_id)


def test_new_ones_come_in_with_line_credit_and_end(cast, crm):
    assert counts(crm(FIRST)) == (4, 0, 0, 0)
    first = one("C1")
    assert (first.partner, first.stage, first.amount, first.source) == (
        cast.northwind,
        "proposed",
        Decimal("1000.50"),
        "partner_led",
    )
    assert (first.lines.get().line, first.credits.get().share) == (cast.security, 1)
    assert (one("C2").partner, one("C2").source) == (None, "vendor_led")
    assert [(one(i).state, one(i).loss_reason) for i in ("C3", "C4")] == [("won", ""), ("lost", "other")]
    assert one("C3").name == "C3"  # a deal that names no account
    assert Event.objects.filter(name="opportunity.imported").count() == 4
    with member_scope(cast.champion):
        assert Opportunity.objects.count() == 3
    assert counts(crm(FIRST)) == (0, 0, 4, 0)


def test_changed_ones_follow_the_file_and_are_closed_as_people_close_them(cast, crm, deals):
    crm(FIRST)
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    Opportunity.objects.filter(registration=deal).update(external_id="C5")
    rows = (
        "C1,P1,Fabrikam,cloud,2000,open,committed,2026-05-01,,\n"
        "C2,,Tailspin,cloud,500,lost,,2026-02-01,2026-02-10,price\n"
        "C5,P1,Contoso GmbH,security,41000,won,,2026-05-01,2026-03-02,\n"
    )
    assert counts(crm(rows)) == (0, 3, 0, 0)
    assert (one("C1").stage, one("C1").amount, one("C1").lines.get().line) == ("committed", 2000, cast.cloud)
    assert (one("C2").state, one("C2").loss_reason) == ("lost", "price")
    assert (one("C5").state, one("C5").amount, deals.fresh(deal).state) == ("won", 41000, "won")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("C9,P9,X,security,1,open,,2026-04-01,,", "no partner with the external id"),
        ("C9,P1,X,none,1,open,,2026-04-01,,", "no product line"),
        ("C9,P1,X,security,1e5,open,,2026-04-01,,", "plain decimal"),
        ("C9,P1,X,security,-1,open,,2026-04-01,,", "less than 0"),
        ("C9,P1,X,security,1,won,,2026-04-01,,", "need the day"),
        ("C9,P1,X,security,1,won,,2026-04-01,2027-01-01,", "days to come"),
        ("C9,P1,X,security,1,open,,,,", "A value is needed"),
        ("C4,P1,Adatum,security,0,open,,2026-01-15,,", "closed here"),
        ("C1,,Fabrikam,security,1000.50,open,,2026-04-01,,", "another partner"),
        ("C5,P1,Contoso GmbH,security,99000,open,,2026-05-01,,", "changed at the deal"),
    ],
)
def test_what_cannot_come_in_is_told(cast, crm, deals, row, told):
    crm(FIRST)
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    Opportunity.objects.filter(registration=deal).update(external_id="C5")
    report = crm(f"{row}\n")
    assert report.failed == 1
    assert told in report.problems[0].reason
    assert opportunity_of(deal).amount == 40000


def test_what_somebody_closed_here_stays_closed(cast, crm):
    crm(FIRST)
    lose_opportunity(one("C1"), by=cast.cam, loss_reason="budget")
    report = crm(FIRST)
    assert (report.is_refused, report.problem_count, one("C1").state) == (True, 1, "lost")
