"""Peers: five or more, of one's own kind first, and never anything but averages."""

import itertools
from decimal import Decimal

from partners.actions import add_partner
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.tenancy.context import member_scope
from scorecards.actions import release_peers, reopen_assessment
from scorecards.models import PeerGroup, PeerShare
from scorecards.queries import latest_results, peer_figures
from tests.scorecards.filling import submitted
from tests.standing import stands


@stands
def peers(cast, bank):
    """Five resellers, all of them without a tier as Northwind is."""
    companies = [add_partner(f"Peer {n}", country="DE", state="active", by=None) for n in range(5)]
    done = [
        submitted(company, by=cast.cam, place=place) for company, place in zip(companies, (1, 2, 3, 4, 5), strict=True)
    ]
    release_peers(clock.today())
    return done


def publish_anew():
    """As if nothing had been published before."""
    PeerShare.objects.all().delete()
    PeerGroup.objects.all().delete()
    release_peers(clock.today())


def test_below_five_there_are_no_figures(cast, bank, peers):
    reopen_assessment(peers[0], by=cast.cam, reason="one fewer")
    release_peers(clock.today())
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
    """Six in the group: each of them sees the five others; the five do not see four."""
    submitted(cast.northwind, by=cast.champion, place=5)
    publish_anew()
    found = peer_figures(cast.northwind, bank)
    expected = sum((p.overall for p in peers), Decimal(0)) / 5
    assert (found.count, abs(found.average("overall") - expected) <= Decimal("0.05")) == (5, True)


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
    release_peers(clock.today())
    found = peer_figures(cast.northwind, bank)
    assert (found.count, found.average("overall")) == (5, Decimal("100.0"))


def test_what_is_older_than_a_year_does_not_count(cast, bank, peers):
    with clock.travel(days=367):
        assert peer_figures(cast.northwind, bank).count == 0


def test_the_vendors_own_views_are_no_peers(cast, bank, peers):
    before = peer_figures(cast.northwind, bank)
    for company in (cast.rival, cast.northwind, cast.sponsored, cast.distributor_company):
        submitted(company, by=cast.cam, place=1, kind="vendor_view")
    publish_anew()
    found = peer_figures(cast.northwind, bank)
    assert (found.count, found.averages) == (before.count, before.averages)


def test_the_widened_view_is_left_again(cast, bank, peers):
    """Peer figures are asked in the vendor's scope; afterwards the partner's own fence stands as before."""
    with member_scope(cast.champion):
        peer_figures(cast.northwind, bank)
        assert [p.name for p in Partner.objects.all()] == ["Northwind"]


# --- what somebody who compares could find out ---------------------------------------------------------------------


def newcomers_score(before, after):
    """The attack: one more peer between two looks; what must it have scored?"""
    return after[0] * after[1] - before[0] * before[1]


def live(cast):
    """What an average of the moment would show: the negative control."""
    found = [
        r.overall
        for r in latest_results(Partner.objects.exclude(pk=cast.northwind.pk).values_list("pk", flat=True)).values()
    ]
    return len(found), sum(found, Decimal(0)) / len(found)


def published(cast, bank):
    with member_scope(cast.champion):
        found = peer_figures(cast.northwind, bank, score=Decimal(50), best_practice=Decimal(70))
    return found.count, found.average("overall")


def test_two_moments_compared_do_not_tell_what_a_newcomer_scored(cast, bank, peers):
    looks, control = [published(cast, bank)], [live(cast)]
    secret = submitted(cast.rival, by=cast.rival_champion, place=2).overall
    with clock.travel(days=1):
        release_peers(clock.today())
        looks.append(published(cast, bank))
        control.append(live(cast))
    assert abs(newcomers_score(*control) - secret) < 1
    assert looks[0] == looks[1]
    assert newcomers_score(*looks) == 0
    for number, again in enumerate(peers):  # five come back with other answers: with the newcomer that is enough
        submitted(again.partner, by=cast.cam, place=5 - number % 2)
    assert release_peers(clock.today()) == 1
    assert published(cast, bank)[0] == 6
    assert release_peers(clock.today()) == 0


def test_five_peers_that_changed_are_too_few_as_the_onlooker_may_be_one_of_them(cast, bank, peers):
    before = published(cast, bank)
    for again in peers:
        submitted(again.partner, by=cast.cam, place=5)
    assert release_peers(clock.today()) == 0
    assert published(cast, bank) == before


def test_no_two_groups_differ_by_a_few_peers(cast, bank, peers):
    """The programme's figures leave out a type of which there are too few: else the difference would tell of them."""
    for n in range(3):
        submitted(add_partner(f"Soft {n}", country="DE", state="active", type="isv", by=None), by=cast.cam, place=1)
    publish_anew()
    of_resellers = peer_figures(cast.northwind, bank)
    cast.northwind.type = "msp"
    of_all = peer_figures(cast.northwind, bank)
    assert of_all.count == of_resellers.count == 5
    assert of_all.averages == of_resellers.averages


def test_no_peer_carries_a_figure_alone(cast, bank, peers):
    group = PeerGroup.objects.get()
    assert peer_figures(cast.northwind, bank).average("fit_openness") is not None
    group.figures["fit_openness"] = [5, "104", "100", "1"]
    group.save()
    found = peer_figures(cast.northwind, bank)
    assert found.average("fit_openness") is None
    assert found.average("overall") is not None


def test_a_vendor_can_ask_for_more_peers_but_not_for_fewer(cast, bank, peers):
    bank.min_peers = 1
    assert peer_figures(cast.sponsored, bank).min_peers == 5
    bank.min_peers = 6
    assert peer_figures(cast.northwind, bank).count == 0


def test_the_place_among_peers_is_told_by_quarters_with_rounded_borders(cast, bank, peers):
    scores = sorted(p.overall for p in peers)
    seen = [
        peer_figures(cast.northwind, bank, score=Decimal(own), best_practice=Decimal(70)).overall
        for own in range(1, 101)
    ]
    assert {"percentile", "top_quartile"}.isdisjoint(seen[0])
    quarters = [one["quarter"] for one in seen]
    assert quarters == sorted(quarters, reverse=True)
    borders = [own for own, (a, b) in enumerate(itertools.pairwise(quarters), start=2) if a != b]
    assert borders
    assert all(border % 5 == 0 for border in borders)
    assert not {Decimal(border) for border in borders} & set(scores)
