"""Files come in whole: created, updated, unchanged and failed add up, and the same file twice changes nothing."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from partners.actions import add_partner
from partners.models import Contact, ManagerAssignment, Partner, PartnerLocation, PartnerProfile
from prm.kernel import events, outbox
from prm.kernel.errors import NotAllowed
from prm.kernel.events import on
from prm.kernel.imports.problems import ProfileInvalid
from prm.kernel.models import Delivery, Event, ImportBatch, Membership, Team, Tenant
from prm.kernel.outbox import deferred
from prm.kernel.tenancy.context import tenant_scope
from sales.models import Product, SalesActual, Target
from tests.imports.conftest import PARTNER_COLUMNS, PARTNERS, SALES, Desk, counts


def imported() -> Any:
    return Partner.objects.exclude(external_id="")


def test_partners_come_in_with_profile_place_and_event(desk: Desk) -> None:
    report = desk.partners()
    assert counts(report) == (3, 0, 0, 0)
    partner = Partner.objects.get(external_id="P2")
    assert (partner.name, partner.country, partner.state) == ("Vélo Québec", "CA", "active")
    assert (partner.sort_name, partner.normalised_name) == ("velo quebec", "velo quebec")
    assert PartnerLocation.objects.get(partner=partner, is_main=True).city == "Québec"
    profile = PartnerProfile.objects.get(partner__external_id="P1")
    assert profile.employees == 12
    assert profile.sources["employees"][0]["source"] == "import"
    events = Event.objects.filter(name="partner.added", partner__external_id__startswith="P")
    assert events.count() == 3
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.rows, batch.created, batch.errors) == ("applied", 3, 3, [])
    assert len(batch.sha256) == 64
    finished = Event.objects.get(name="import.finished")
    assert (finished.subject_id, finished.partner_id, finished.data["created"]) == (batch.pk, None, 3)


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    desk.partners()
    before = list(imported().order_by("pk").values())
    events = Event.objects.count()
    assert counts(desk.partners()) == (0, 0, 3, 0)
    assert list(imported().order_by("pk").values()) == before
    assert Event.objects.count() == events + 1  # import.finished


def test_a_changed_row_is_one_update_with_one_event(desk: Desk) -> None:
    desk.partners()
    version = Partner.objects.get(external_id="P3").version
    report = desk.partners(PARTNERS.replace("Bike & Co,US", "Bike and Co,US").replace("DE,12,Köln", "DE,13,Bonn"))
    assert counts(report) == (0, 2, 1, 0)
    partner = Partner.objects.get(external_id="P3")
    assert (partner.name, partner.version) == ("Bike and Co", version + 1)
    assert PartnerLocation.objects.get(partner__external_id="P1").city == "Bonn"
    assert PartnerProfile.objects.get(partner__external_id="P1").employees == 13
    assert Event.objects.filter(name="partner.edited").count() == 2


def test_a_file_does_not_move_a_partner_back_to_active(desk: Desk) -> None:
    desk.partners()
    Partner.objects.filter(external_id="P1").update(state="suspended")
    columns = {**PARTNER_COLUMNS, "state": {"constant": "active"}}
    assert counts(desk.partners(columns=columns)) == (0, 0, 3, 0)
    assert Partner.objects.get(external_id="P1").state == "suspended"


def test_one_bad_row_keeps_the_whole_file_out(desk: Desk) -> None:
    report = desk.partners(PARTNERS + "P4,Nowhere,XX,1,\nP5,Half,DE,1.5,\n")
    assert report.is_refused
    assert counts(report) == (0, 0, 0, 5)
    assert report.faulty_rows == 2
    assert {(p.line, p.column) for p in report.problems} == {(5, "Country"), (6, "Staff")}
    assert not imported().exists()
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.failed, len(batch.errors)) == ("checked", 5, 2)


def test_all_faults_of_a_row_are_told_at_once(desk: Desk) -> None:
    """Unreadable values, unknown references, a number that stands twice: nobody mends a row in rounds."""
    columns = {**PARTNER_COLUMNS, "sponsor": "By", "territory": "T"}
    content = "Id,Name,Country,Staff,City,By,T\nP1,One,DE,1,,,\nP2,Two,Neverland,many,,P9,mars\nP1,Three,XX,-1,,P1,\n"
    report = desk.partners(content, columns=columns)
    of_line = lambda line: [p.column for p in report.problems if p.line == line]
    assert of_line(3) == ["Country", "Staff", "T", "By"]
    assert of_line(4) == ["Staff", "Country", "By", "Id"]
    assert (report.rows, report.failed, report.problem_count) == (3, 3, 8)
    assert desk.partners().is_clean
    wrong = desk.sales("No,Partner,Line,Day,Amount\nS1,P9,boats,1066-10-14,1e5\nS2,P9,boats,2026-01-31,1.123456\n")
    assert [(p.line, p.column) for p in wrong.problems] == [
        (2, "Amount"), (2, "Partner"), (2, "Line"), (2, "Day"), (3, "Partner"), (3, "Line"), (3, "Amount"),
    ]  # fmt: skip
    sponsored = desk.partners(content.replace("Neverland", "DE").replace("P9", "P1"), columns=columns)
    assert "By" not in [p.column for p in sponsored.problems if p.line == 3]  # the control: P1 is known


def test_skipping_is_asked_for(desk: Desk) -> None:
    bad = PARTNERS + "P4,Nowhere,XX,1,\n"
    assert counts(desk.partners(bad, on_error="skip")) == (3, 0, 0, 1)
    assert counts(desk.partners(bad, skip=True)) == (0, 0, 3, 1)
    assert imported().count() == 3


def test_a_dry_run_finds_the_same_and_leaves_nothing(desk: Desk) -> None:
    report = desk.partners(PARTNERS + "P4,Nowhere,XX,1,\n", dry_run=True)
    assert counts(report) == (3, 0, 0, 1)
    assert report.is_refused
    assert counts(desk.partners(dry_run=True)) == (3, 0, 0, 0)
    assert not imported().exists()
    assert not ImportBatch.objects.exists()
    assert not Event.objects.filter(name="import.finished").exists()


def test_a_dry_run_knows_what_earlier_files_would_bring(desk: Desk) -> None:
    desk.put("partners.csv", PARTNERS)
    desk.put("people.csv", "Id,Partner,Mail\nC1,P1,ann@alpenrad.example\n")
    people = {
        "file": "people.csv",
        "entity": "contacts",
        "columns": {"external_id": "Id", "partner": "Partner", "email": "Mail"},
    }
    partners = {"file": "partners.csv", "entity": "partners", "columns": PARTNER_COLUMNS}
    reports = desk.bring_in(partners, people, dry_run=True)
    assert [counts(report) for report in reports] == [(3, 0, 0, 0), (1, 0, 0, 0)]
    assert not Contact.objects.filter(external_id="C1").exists()


def test_one_address_at_a_partner_is_one_person(desk: Desk, cast) -> None:
    desk.put("partners.csv", PARTNERS)
    columns = {"external_id": "Id", "partner": "Partner", "email": "Mail"}
    people = {"file": "people.csv", "entity": "contacts", "columns": columns}
    partners = {"file": "partners.csv", "entity": "partners", "columns": PARTNER_COLUMNS}
    head = "Id,Partner,Mail\nC1,P1,ann@alpenrad.example\n"
    desk.put("people.csv", head + "C2,P2,ann@alpenrad.example\n")
    assert counts(desk.bring_in(partners, people)[1]) == (2, 0, 0, 0)  # at two partners they are two contacts
    for text in (head + "C3,P1,Ann@alpenrad.example\n", head + "C4,P3,x@y.example\nC5,P3,X@y.example\n"):
        desk.put("people.csv", text)
        (refused,) = desk.bring_in(people)
        assert refused.state == "refused"
        assert (refused.problems[0].column, "address stands at" in refused.problems[0].reason) == ("Mail", True)
    desk.put("people.csv", head)
    assert counts(desk.bring_in(people)[0]) == (0, 0, 1, 0)  # the same person again is no double
    assert Contact.objects.filter(email="ann@alpenrad.example").count() == 2


def test_a_refused_file_ends_the_run_and_those_before_it_stand(desk: Desk) -> None:
    desk.put("partners.csv", PARTNERS)
    desk.put("people.csv", "Id,Partner,Mail\nC1,P9,ann@alpenrad.example\n")
    columns = {"external_id": "Id", "partner": "Partner", "email": "Mail"}
    people = {"file": "people.csv", "entity": "contacts", "columns": columns}
    partners = {"file": "partners.csv", "entity": "partners", "columns": PARTNER_COLUMNS}
    reports = desk.bring_in(partners, people, partners)
    assert [report.state for report in reports] == ["applied", "refused"]
    assert reports[1].problems[0].column == "Partner"
    assert "P9" in reports[1].problems[0].reason
    assert imported().count() == 3


def test_sales_keep_their_decimals_and_come_in_once(desk: Desk) -> None:
    assert counts(desk.sales()) == (3, 0, 0, 0)
    booked = {a.external_id: a for a in SalesActual.objects.all()}
    assert booked["S1"].amount == Decimal("1430.4420")
    assert (booked["S2"].kind, booked["S1"].kind) == ("credit", "sale")
    assert booked["S1"].booked_on == dt.date(2026, 1, 31)
    assert booked["S1"].currency == "USD"
    assert counts(desk.sales()) == (0, 0, 3, 0)
    assert counts(desk.sales(SALES.replace("1430.4420", "1430.4421"))) == (0, 1, 2, 0)
    assert SalesActual.objects.count() == 3


def test_packed_and_spreadsheet_files_say_the_same(desk: Desk) -> None:
    assert counts(desk.partners(gzip.compress(PARTNERS.encode()), name="partners.csv.gz")) == (3, 0, 0, 0)
    book = openpyxl.Workbook()
    for row in PARTNERS.splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row.split(",")])
    content = io.BytesIO()
    book.save(content)
    assert counts(desk.partners(content.getvalue(), name="partners.xlsx")) == (0, 0, 3, 0)


def test_a_sheet_is_chosen_by_name_and_dates_are_read(desk: Desk) -> None:
    desk.partners()
    book = openpyxl.Workbook()
    sheet = book.create_sheet("May")
    sheet.append(["No", "Partner", "Line", "Day", "Amount", None])
    sheet.append(["S1", "P1", "bikes", dt.datetime(2026, 5, 4), 0.1 + 0.2, None])
    content = io.BytesIO()
    book.save(content)
    desk.put("sales.xlsx", content.getvalue())
    lines = {"entity": "product_lines", "rows": [{"c": "bikes", "n": "B"}], "columns": {"code": "c", "name": "n"}}
    columns = {"external_id": "No", "partner": "Partner", "line": "Line", "booked_on": "Day", "amount": "Amount"}
    plan = {"file": "sales.xlsx", "sheet": "May", "entity": "sales_actuals", "columns": columns}
    assert counts(desk.bring_in(lines, plan)[1]) == (1, 0, 0, 0)
    actual = SalesActual.objects.get()
    assert (actual.booked_on, actual.amount) == (dt.date(2026, 5, 4), Decimal("0.3"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_detected(desk: Desk, encoding: str) -> None:
    more = "P4,Café Éclair Façade,FR,4,Besançon\nP5,Müller Söhne Räder,DE,5,Würzburg\n"
    report = desk.partners((PARTNERS + more).encode(encoding))
    assert counts(report) == (5, 0, 0, 0)
    assert Partner.objects.get(external_id="P2").name == "Vélo Québec"


@pytest.mark.parametrize(("delimiter", "named"), [(";", None), ("\t", None), ("|", "|")])
def test_delimiters_are_detected_or_named(desk: Desk, delimiter: str, named: str | None) -> None:
    options = {"delimiter": named} if named else {}
    assert counts(desk.partners(PARTNERS.replace(",", delimiter), **options)) == (3, 0, 0, 0)


def test_numbers_and_dates_in_the_local_manner(desk: Desk) -> None:
    desk.partners()
    desk.put("sales.csv", "No;Partner;Line;Day;Amount\nS1;P1;bikes;31.01.2026;1.234,50\n")
    lines = {"entity": "product_lines", "rows": [{"c": "bikes", "n": "B"}], "columns": {"code": "c", "name": "n"}}
    columns = {
        "external_id": "No",
        "partner": "Partner",
        "line": "Line",
        "booked_on": {"column": "Day", "date_format": "%d.%m.%Y"},
        "amount": {"column": "Amount", "decimal_point": ",", "thousands": "."},
    }
    plan = {"file": "sales.csv", "entity": "sales_actuals", "columns": columns}
    assert counts(desk.bring_in(lines, plan)[1]) == (1, 0, 0, 0)
    actual = SalesActual.objects.get()
    assert (actual.booked_on, actual.amount) == (dt.date(2026, 1, 31), Decimal("1234.50"))
    desk.put("sales.csv", "No;Partner;Line;Day;Amount\nS2;P1;bikes;31.01.2026;1.23\n")
    assert "thousands" in desk.bring_in(lines, plan)[1].problems[0].reason


def test_lookups_joins_maps_filters_and_newest(desk: Desk) -> None:
    desk.put("places.csv", "Key,Town,Land\n7,Köln,Germany\n8,Reno,United States\n")
    desk.put(
        "raw.csv",
        "Nr,First,Last,Place,Kind,Since\n1,Ann,Abel,7,R ,2020\n1,Ann,Bell,7,R ,2024\n2,Bo,,8,M,2021\n3,Cy,Z,8,X,2022\n",
    )
    plan = {
        "file": "raw.csv",
        "entity": "partners",
        "where": {"Kind": {"not": "X"}},
        "newest": {"by": "Since", "per": "Nr"},
        "columns": {
            "external_id": {"text": "N-{Nr}"},
            "name": {"text": "{First} {Last}"},
            "type": {"column": "Kind", "map": {"R": "reseller", "M": "msp"}},
            "city": {"lookup": "places", "by": "Place", "take": "Town"},
            "country": {
                "lookup": "places",
                "by": "Place",
                "take": "Land",
                "map": {"Germany": "DE", "United States": "US"},
            },
            "source": {"constant": "test"},
            "founded": {"first": [{"column": "Kind", "map": {"M": 1999}, "otherwise": ""}, "Since"]},
        },
    }
    report = desk.bring_in(plan, lookups={"places": {"file": "places.csv", "key": "Key"}})[0]
    assert counts(report) == (2, 0, 0, 0)
    assert report.left_out == 2
    ann, bo = Partner.objects.get(external_id="N-1"), Partner.objects.get(external_id="N-2")
    assert (ann.name, ann.type, ann.country, ann.source) == ("Ann Bell", "reseller", "DE", "test")
    assert (bo.name, bo.type, bo.country) == ("Bo", "msp", "US")
    assert [p.founded for p in PartnerProfile.objects.filter(partner__in=[ann, bo]).order_by("founded")] == [1999, 2024]


def test_a_lookup_without_an_answer_is_told_with_its_column(desk: Desk) -> None:
    desk.put("places.csv", "Key,Land\n7,DE\n")
    columns = {**PARTNER_COLUMNS, "country": {"lookup": "places", "by": "Staff", "take": "Land"}}
    report = desk.partners(columns=columns, lookups={"places": {"file": "places.csv", "key": "Key"}})
    assert report.is_refused
    assert ("Staff", 'There is no Key "12" in places.csv.') in [(p.column, p.reason) for p in report.problems]


def test_two_of_one_name_are_a_warning(desk: Desk) -> None:
    report = desk.partners(PARTNERS + "P4,Alpenrad,DE,,\n")
    assert counts(report) == (4, 0, 0, 0)
    assert [(w.line, w.column) for w in report.warnings] == [(5, "name")]


def test_teams_people_and_who_looks_after_whom(desk: Desk, cast: SimpleNamespace) -> None:
    desk.put(
        "people.csv",
        "Id,Boss,Mail,Name,Job\n3,2,c@acme.example,Cy,rep\n2,1,b@acme.example,Bo,lead\n1,,a@acme.example,Al,chief\n",
    )
    desk.put("owners.csv", "Partner,Mail\nP1,c@acme.example\nP2,b@acme.example\n")
    teams = {
        "file": "people.csv",
        "entity": "teams",
        "where": {"Id": [1, 2]},
        "columns": {"external_id": "Id", "name": {"text": "Team {Name}"}, "parent": "Boss"},
    }
    users = {
        "file": "people.csv",
        "entity": "users",
        "columns": {
            "email": "Mail",
            "name": "Name",
            "roles": {
                "column": "Job",
                "map": {"chief": "channel_chief", "lead": "channel_account_manager"},
                "otherwise": "channel_account_manager",
            },
            "leads_team": {"column": "Id", "map": {1: True, 2: True}, "otherwise": False},
            "team": {"first": [{"column": "Id", "map": {1: 1, 2: 2}, "otherwise": ""}, "Boss"]},
        },
    }
    managers = {"file": "owners.csv", "entity": "managers", "columns": {"partner": "Partner", "manager": "Mail"}}
    desk.partners()
    reports = desk.bring_in(teams, users, managers)
    assert [counts(r) for r in reports] == [(2, 0, 0, 0), (3, 0, 0, 0), (2, 0, 0, 0)], [r.problems for r in reports]
    assert Team.objects.get(external_id="2").parent.external_id == "1"
    lead = Membership.objects.get(user__email="b@acme.example")
    assert not lead.user.has_usable_password()
    assert set(Partner.objects.visible_to(lead).values_list("external_id", flat=True)) == {"P1", "P2"}
    reports = desk.bring_in(teams, users, managers)
    assert [counts(r) for r in reports] == [(0, 0, 2, 0), (0, 0, 3, 0), (0, 0, 2, 0)]
    desk.put("owners.csv", "Partner,Mail\nP1,b@acme.example\nP2,b@acme.example\n")
    assert counts(desk.bring_in(managers)[0]) == (0, 1, 1, 0)
    assert ManagerAssignment.objects.filter(partner__external_id="P1").count() == 2
    desk.put("owners.csv", "Partner,Mail\nP1,chief@globex.example\n")
    assert desk.bring_in(managers)[0].problems[0].column == "Mail"


def test_a_circle_of_teams_is_refused(desk: Desk) -> None:
    desk.put("teams.csv", "Id,Name,Up\n1,One,2\n2,Two,1\n3,Three,1\n")
    columns = {"external_id": "Id", "name": "Name", "parent": "Up"}
    report = desk.bring_in({"file": "teams.csv", "entity": "teams", "columns": columns})[0]
    assert report.is_refused
    assert {p.reason for p in report.problems} >= {"The team stands below itself."}
    assert not Team.objects.exists()


def test_products_and_targets(desk: Desk) -> None:
    desk.partners()
    desk.put("products.csv", "Sku,Name,Line,Price\nA,Bell,bikes,12.50\nB,Horn,bikes,\n")
    desk.put("targets.csv", "Partner,Month,Amount\nP1,2026-01,1000\nP1,2026-02-17,1100.50\n")
    lines = {"entity": "product_lines", "rows": [{"c": "bikes", "n": "Bikes"}], "columns": {"code": "c", "name": "n"}}
    products = {
        "file": "products.csv",
        "entity": "products",
        "columns": {"sku": "Sku", "name": "Name", "line": "Line", "list_price": "Price"},
    }
    targets = {
        "file": "targets.csv",
        "entity": "targets",
        "columns": {"partner": "Partner", "month": "Month", "amount": "Amount"},
    }
    reports = desk.bring_in(lines, products, targets)
    assert [counts(r) for r in reports] == [(1, 0, 0, 0), (2, 0, 0, 0), (2, 0, 0, 0)], [r.problems for r in reports]
    assert Product.objects.get(sku="A").list_price == Decimal("12.50")
    february = Target.objects.get(month=dt.date(2026, 2, 1))
    assert (february.amount, february.source, february.line) == (Decimal("1100.50"), "import", None)
    assert [counts(r) for r in desk.bring_in(lines, products, targets)] == [(0, 0, 1, 0), (0, 0, 2, 0), (0, 0, 2, 0)]
    desk.put("targets.csv", "Partner,Month,Amount,Line\nP1,2026-01,1000,bikes\n")
    targets["columns"] = {**targets["columns"], "line": "Line"}
    assert "not both" in desk.bring_in(targets)[0].problems[0].reason


def test_somebody_changes_a_row_between_check_and_write(desk: Desk) -> None:
    desk.partners()

    def meanwhile(file: str, doing: str, rows: int) -> None:
        Partner.objects.filter(external_id="P3").update(version=F("version") + 1)

    report = desk.partners(PARTNERS.replace("Bike & Co", "Bikes").replace("Alpenrad", "Bergrad"), progress=meanwhile)
    assert report.is_refused
    assert "was changed while the file was read" in report.problems[0].reason
    assert not Partner.objects.filter(name__in=["Bikes", "Bergrad GmbH"]).exists()


def test_somebody_adds_the_same_partner_between_check_and_write(desk: Desk) -> None:
    def meanwhile(file: str, doing: str, rows: int) -> None:
        if doing == "checked":
            add_partner("First", country="DE", external_id="P2", by=None)

    report = desk.partners(progress=meanwhile)
    assert report.is_refused
    assert "The database refused it" in report.problems[0].reason
    assert not Partner.objects.filter(external_id__in=["P1", "P3"]).exists()


def test_what_listens_to_a_new_partner_hears_of_imported_ones(desk: Desk) -> None:
    @deferred("tests.greet")
    def greet(event_id: str) -> None:
        """Does nothing; that it is posted is what counts."""

    on("partner.added")(greet)
    try:
        desk.partners()
        assert Delivery.objects.filter(task="tests.greet").count() == 3
    finally:
        events._reactions["partner.added"].remove(greet)
        outbox._tasks.pop("tests.greet")


def test_only_who_may_import_does(desk: Desk, cast: SimpleNamespace) -> None:
    with pytest.raises(NotAllowed):
        desk.partners(by=cast.cam)
    assert counts(desk.partners(by=cast.operations)) == (3, 0, 0, 0)
    assert ImportBatch.objects.get().by == cast.operations
    desk.put("users.csv", "Mail,Name,Role\nx@acme.example,X,channel_chief\n")
    columns = {"email": "Mail", "name": "Name", "roles": "Role"}
    with pytest.raises(NotAllowed):
        desk.bring_in({"file": "users.csv", "entity": "users", "columns": columns}, by=cast.operations)


def test_another_vendor_with_the_same_numbers_is_not_touched(desk: Desk, cast: SimpleNamespace) -> None:
    desk.partners()
    desk.tenant = cast.globex
    assert counts(desk.partners(PARTNERS.replace("Alpenrad", "Other"))) == (3, 0, 0, 0)
    assert Partner.objects.get(external_id="P1").name == "Alpenrad GmbH"


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"entity": "ponies"}, "ponies"),
        ({"columns": {"external_id": "Id"}}, "need name"),
        ({"columns": {**PARTNER_COLUMNS, "colour": "Id"}}, "colour"),
        ({"columns": {**PARTNER_COLUMNS, "city": {"lookup": "nowhere", "by": "Id", "take": "X"}}}, "nowhere"),
        ({"columns": {**PARTNER_COLUMNS, "city": {"column": "City", "mapp": {}}}}, "mapp"),
        ({"file": "../profile.yaml"}, "not a file inside"),
        ({"file": "absent.csv"}, "absent.csv"),
        ({"encoding": "klingon"}, "klingon"),
        ({"encoding": "base64"}, "base64"),
        ({"on_error": "ignore"}, "stop or skip"),
        ({"rows": []}, "either file or rows"),
    ],
)
def test_a_wrong_profile_is_told_before_anything_is_read(desk: Desk, broken: dict[str, Any], told: str) -> None:
    desk.put("partners.csv", PARTNERS)
    plan = {"file": "partners.csv", "entity": "partners", "columns": PARTNER_COLUMNS, **broken}
    with pytest.raises(Exception, match=told) as refused:
        desk.bring_in(plan)
    assert isinstance(refused.value, ProfileInvalid) or refused.value.code == "import_file"


def test_the_command_founds_a_tenant_and_sums_up(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.put("partners.csv", PARTNERS)
    plan = {"file": "partners.csv", "entity": "partners", "columns": PARTNER_COLUMNS}
    profile = desk.profile(plan, tenant={"name": "Velo Ltd", "currency": "EUR"})
    options: dict[str, Any] = {"tenant": "velo", "profile": profile, "folder": desk.folder}
    with pytest.raises(CommandError, match="create-tenant"):
        call_command("import_data", **options)
    with pytest.raises(CommandError, match="cannot be founded"):
        call_command("import_data", **{**options, "tenant": "Velo!"}, create_tenant=True)
    call_command("import_data", **options, create_tenant=True, dry_run=True)
    assert not Tenant.objects.filter(slug="velo").exists()
    call_command("import_data", **options, create_tenant=True)
    said = capsys.readouterr()
    assert "Velo Ltd now holds 3 partners" in said.out
    assert "partners.csv: 3 checked" in said.err
    tenant = Tenant.objects.get(slug="velo")
    assert tenant.currency == "EUR"
    with tenant_scope(tenant):
        assert imported().count() == 3
    desk.put("partners.csv", PARTNERS + "P4,No,XX,,\n")
    with pytest.raises(CommandError, match="1 of 4 rows are faulty; nothing of this file was written"):
        call_command("import_data", **options)
    assert "partners.csv, line 5, column Country" in capsys.readouterr().err


def test_set_password(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def typed(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    typed("a long enough pass phrase\n")
    call_command("set_password", email=cast.cam.user.email.upper())
    cast.cam.user.refresh_from_db()
    assert cast.cam.user.check_password("a long enough pass phrase")
    typed("short\n")
    with pytest.raises(CommandError, match="short"):
        call_command("set_password", email=cast.cam.user.email)
    with pytest.raises(CommandError, match="Nobody"):
        call_command("set_password", email="nobody@acme.example")
