"""A CRM's deals: new ones, changed ones, and what a file may not do to those that stand here."""

from decimal import Decimal

import pytest

from dealreg.actions import approve_deal, lose_opportunity, set_opportunity_lines, set_stage
from dealreg.actions.carrying import opportunity_of
from dealreg.models import Opportunity
from partners.models import Partner
from prm.kernel.imports.undo import NothingLeft, undo_import
from prm.kernel.models import Event, ImportBatch
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


# --- taking it back -------------------------------------------------------------------------------------------------

SECOND = """C1,P1,Fabrikam,cloud,2000,open,committed,2026-05-01,,
C2,,Tailspin,cloud,500,lost,,2026-02-01,2026-02-10,price
C5,P1,Contoso GmbH,security,900,open,,2026-05-01,,
"""


def last_batch():
    return ImportBatch.objects.order_by("-finished_at", "-created_at").first()


def test_what_a_file_brought_is_taken_back(cast, crm, sign_in):
    crm(FIRST)
    crm(SECOND)
    batch = last_batch()
    client = sign_in(cast.operations)
    assert "Take it back" in client.get(f"/imports/batches/{batch.pk}/undo/").content.decode()
    assert client.post(f"/imports/batches/{batch.pk}/undo/").status_code == 302
    first = one("C1")
    line = first.lines.get()
    assert (first.stage, first.amount, line.line, line.amount) == (
        "proposed", Decimal("1000.50"), cast.security, Decimal("1000.50"),
    )  # fmt: skip
    assert one("C2").state == "lost"  # closed as people close it: that stays, and is named
    assert not Opportunity.objects.filter(external_id="C5").exists()
    told = Event.objects.get(name="import.undone").data
    assert (told["removed"], told["restored"], told["kept"]) == (1, 1, 1)
    assert Event.objects.filter(name="opportunity.import_undone").count() == 2
    undo_import(ImportBatch.objects.exclude(pk=batch.pk).get(), by=cast.operations)  # the first file too
    assert set(Opportunity.objects.values_list("external_id", flat=True)) == {"C2"}  # what was changed since stays


def test_what_people_worked_on_since_stays(cast, crm):
    """The negative controls: each of these keeps a record from going."""
    crm(FIRST)
    crm(SECOND)
    set_stage(one("C5"), by=cast.cam, stage="proposed")
    set_opportunity_lines(one("C1"), by=cast.cam, lines={cast.cloud: Decimal("1500"), cast.security: Decimal("500")})
    batch = last_batch()
    with pytest.raises(NothingLeft):
        undo_import(batch, by=cast.operations)
    assert one("C5").stage == "proposed"
    assert one("C1").lines.count() == 2
    crm("C1,P1,Fabrikam,security,1800,open,committed,2026-05-01,,\n")  # several lines become one, and are not put back
    with pytest.raises(NothingLeft):
        undo_import(last_batch(), by=cast.operations)
    assert (one("C1").amount, one("C1").lines.get().amount) == (1800, 1800)
