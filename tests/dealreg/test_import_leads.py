"""Leads from a file: checked as by every other door, merged with what is open, and harmless when sent again."""

from pathlib import Path

import pytest

from dealreg.models import Lead, LeadCapture
from prm.kernel.errors import NotAllowed
from prm.kernel.imports.profiles import load_profile
from prm.kernel.imports.run import run
from tests.dealreg.leads import capture, settle

PROFILE = Path(__file__).parents[2] / "docs" / "examples" / "leads" / "profile.yaml"
HEAD = "id,company,country,product_line,contact,email,phone,industry,region,size,need,campaign,agreed_on,agreed_how\n"
ROW = "{id},{company},{country},security,Kim,{email},,logistics,DE-North,50-249,Firewall,Fair,{on},stand\n"


def row(number, **more):
    given = {"id": f"r{number}", "company": f"Company {number}", "country": "DE", "on": "2026-02-27"}
    return ROW.format(**{**given, "email": f"k{number}@c{number}.example", **more})


def bring(cast, tmp_path, rows, by=None):
    (tmp_path / "leads.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    return run(load_profile(PROFILE, tmp_path), cast.acme, by=by or cast.marketing)[0]


def test_leads_of_a_fair_come_in_and_are_given_out(cast, leads, tmp_path):
    open_one = capture(cast)
    rows = [
        row(1),
        row(2),
        row(3, email="k1@c1.example"),  # the person of row 1
        row(4, email="kim@nebula-rail.example"),  # a lead that is open
        row(5, company="Company 2", email="other@c2.example"),  # the company and product line of row 2
    ]
    report = bring(cast, tmp_path, rows)
    assert not report.problems
    assert Lead.objects.count() == 3
    assert LeadCapture.objects.filter(lead=open_one, is_merged=True).count() == 1
    settle(cast)
    assert set(Lead.objects.values_list("state", flat=True)) == {"assigned"}
    again = bring(cast, tmp_path, rows)
    assert not again.problems
    assert (Lead.objects.count(), LeadCapture.objects.count()) == (3, 6)


def test_a_wrong_row_keeps_the_file_out(cast, leads, tmp_path):
    for wrong in (
        {"country": "XX"},
        {"email": "none"},
        {"on": ""},
        {"on": "2999-01-01"},
        {"company": "..."},
        {"email": ""},
    ):
        report = bring(cast, tmp_path, [row(1), row(2, **wrong)])
        assert report.problems, wrong
        assert not Lead.objects.exists()


def test_marketing_and_operations_import_leads(cast, leads, tmp_path):
    for member in (cast.cam, cast.finance, cast.seller):
        with pytest.raises(NotAllowed):
            bring(cast, tmp_path, [row(1)], by=member)
    assert not bring(cast, tmp_path, [row(1)], by=cast.operations).problems
