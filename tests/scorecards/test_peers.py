"""Peers: five or more, of one's own kind first, and never anything but averages."""

from decimal import Decimal

import pytest

from partners.actions import add_partner
from prm.kernel import clock
from prm.kernel.tenancy.context import member_scope
from scorecards.actions import reopen_assessment
from scorecards.queries import peer_figures
from tests.scorecards.filling import submitted


@pytest.fixture
def peers(cast, bank):
    """Five resellers, all of them without a tier as Northwind is."""
    companies = [add_partner(f"Peer {n}", country="DE", state="active", by=None) for n in range(5)]
    return [
        submitted(company, by=cast.cam, place=place) for company, place in zip(companies, (1, 2, 3, 4, 5), strict=True)
    ]


def test_below_five_there_are_no_figures(cast, bank, peers):
    reopen_assessment(peers[0], by=cast.cam, reason="one fewer")
    found = peer_figures(cast.northwind, bank, score=Decimal("66.5"), best_practice=Decimal("70.0"))
    assert (found.count, found.averages) == (0, {})
    assert found.overall["peer_average"] is None
    assert found.overall["gap_to_best_practice"] == Decimal("3.5")


def test_from_five_on_the_average_of_the_others_stands(cast, bank, peers):
    found = peer_figures(cast.northwind, bank, score=Decimal("66.5"), best_practice=Decimal("70.0"))
    expected = sum((p.overall for p in peers), Decimal(0)) / 5
    assert found.count == 5
    assert abs(found.average("overall") - expected) <= Decimal("0.05")
    assert found.overall["peer_count"] == 5
    assert found.average("fit_openness") is not None


def test_ones_own_score_is_not_among_the_peers(cast, bank, peers):
    submitted(cast.northwind, by=cast.champion, place=5)
    assert peer_figures(cast.northwind, bank).count == 5


def test_a_partner_gets_the_same_averages_and_no_row_of_a_peer(cast, bank, peers):
    from scorecards.models import Assessment

    wide = peer_figures(cast.northwind, bank)
    with member_scope(cast.champion):
        assert peer_figures(cast.northwind, bank) == wide
        assert not Assessment.objects.exists()


def test_the_own_kind_comes_first_else_the_whole_programme(cast, bank, peers):
    cast.northwind.type = "isv"
    assert peer_figures(cast.northwind, bank).count == 5  # no other isv: all partners
    for n in range(5):
        isv = add_partner(f"Soft {n}", country="DE", state="active", type="isv", by=None)
        submitted(isv, by=cast.cam, place=5)
    found = peer_figures(cast.northwind, bank)
    assert (found.count, found.average("overall")) == (5, Decimal("100.0"))


def test_what_is_older_than_a_year_does_not_count(cast, bank, peers):
    with clock.travel(days=367):
        assert peer_figures(cast.northwind, bank).count == 0


def test_the_vendors_own_views_are_no_peers(cast, bank, peers):
    before = peer_figures(cast.northwind, bank)
    submitted(cast.rival, by=cast.cam, place=1, kind="vendor_view")
    assert peer_figures(cast.northwind, bank) == before


def test_the_widened_view_is_left_again(cast, bank, peers):
    """Peer figures are asked in the vendor's scope; afterwards the partner's own fence stands as before."""
    from partners.models import Partner

    with member_scope(cast.champion):
        peer_figures(cast.northwind, bank)
        assert [p.name for p in Partner.objects.all()] == ["Northwind"]
