"""Versions of the programme: drafted, compared, tried out, published; what was published never changes."""

import datetime as dt
from decimal import Decimal

import pytest

from partners.actions import (
    CannotPublish,
    DayIsTaken,
    NotADraft,
    draft_program,
    edit_program,
    edit_program_tier,
    import_program,
    publish_program,
    set_tier,
    withdraw_program,
)
from partners.models import Program, ProgramTier, Tier, TierProposal
from partners.program_rows import differences, in_units
from partners.program_shape import BadProgram, to_yaml
from partners.queries import benefits_of, ladder_of, ladder_on, preview, tier_outlook
from partners.queries.tiers import first_of_month
from partners.starter import copy_program
from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed, Stale
from prm.kernel.tenancy.context import member_scope
from prm.kernel.web.format import formatter
from tests.clients import token_client


@pytest.fixture
def starter(cast):
    copy_program()
    return Program.objects.get()


@pytest.fixture
def draft(cast, starter):
    return draft_program(starter, by=cast.operations, name="Next year")


def rung_of(program, code):
    return ProgramTier.objects.select_related("program", "tier").get(program=program, tier__code=code)


def test_a_version_holds_from_its_day_and_history_keeps_the_old(cast, draft):
    today = clock.today()
    set_tier(cast.northwind, Tier.objects.get(code="gold"), by=None, cause="entry", on=today - dt.timedelta(days=40))
    edit_program_tier(rung_of(draft, "gold"), by=cast.operations, base_discount="0.18")
    begins = today + dt.timedelta(days=30)
    publish_program(draft, by=cast.chief, valid_from=begins)
    assert benefits_of(cast.northwind, begins - dt.timedelta(days=1)).base_discount == Decimal("0.15")
    assert benefits_of(cast.northwind, begins).base_discount == Decimal("0.18")


def test_a_published_version_never_changes(cast, starter, draft):
    rung = rung_of(draft, "gold")
    publish_program(draft, by=cast.chief, valid_from=clock.today())
    for refused in (
        lambda: edit_program(starter, by=cast.operations, name="Other"),
        lambda: edit_program_tier(rung_of(draft, "gold"), by=cast.operations, base_discount="0.5"),
        lambda: withdraw_program(draft, by=cast.chief),
    ):
        with pytest.raises(NotADraft):
            refused()
    with pytest.raises((NotADraft, Stale)):  # an editor whose page is older than the publication
        edit_program_tier(rung, by=cast.operations, base_discount="0.5")
    assert rung_of(draft, "gold").base_discount == Decimal("0.15")


def test_what_cannot_be_published(cast, starter, draft):
    today = clock.today()
    with pytest.raises(NotAllowed):
        publish_program(draft, by=cast.operations, valid_from=today)
    with pytest.raises(CannotPublish):
        publish_program(draft, by=cast.chief, valid_from=today - dt.timedelta(days=1))
    set_tier(cast.northwind, Tier.objects.get(code="platinum"), by=None, cause="entry", on=today)
    rung_of(draft, "platinum").delete()
    with pytest.raises(CannotPublish, match="1 of your partners hold Platinum"):
        publish_program(draft, by=cast.chief, valid_from=today)
    other = draft_program(starter, by=cast.operations)
    publish_program(other, by=cast.chief, valid_from=today)
    with pytest.raises(DayIsTaken):
        publish_program(draft_program(starter, by=cast.chief), by=cast.chief, valid_from=today)


def test_a_version_can_be_taken_back_before_its_first_day(cast, draft):
    publish_program(draft, by=cast.chief, valid_from=clock.today() + dt.timedelta(days=9))
    withdraw_program(draft, by=cast.chief)
    assert ladder_on(clock.today() + dt.timedelta(days=10)).program != draft


def test_yaml_goes_out_and_comes_in_the_same(cast, starter):
    again = import_program(to_yaml(ladder_of(starter)), by=cast.operations)
    assert differences(ladder_of(starter), ladder_of(again)) == []
    edit_program_tier(rung_of(again, "silver"), by=cast.operations, protection_days=75)
    assert [(d.tier, d.before, d.after) for d in differences(ladder_of(starter), ladder_of(again))] == [
        ("Silver", "60 days", "75 days")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tiers: 7",
        "a: &a [*a]",
        "tiers: [{id: x, requirements: [{metric: nothing, kind: flag}]}]",
        "tiers: [{id: x, requirements: [{metric: qbrs_12m, kind: at_least, target: 1.5}]}]",
        "tiers: [{id: x, requirements: [{metric: qbrs_12m, kind: flag}]}]",
        "tiers: [{id: x, benefits: {base_discount: '1.5'}}]",
        "tiers: [{id: x, benefits: {gifts: true}}]",
        "tiers: [{id: '<script>'}]",
        "!!python/object/apply:os.system ['true']",
    ],
)
def test_bad_files_are_refused_and_leave_nothing(cast, starter, text):
    with pytest.raises(Invalid):
        import_program(text, by=cast.operations)
    assert Program.objects.count() == 1 or isinstance(BadProgram(), Invalid)


def test_partners_know_of_no_draft(cast, draft, sign_in):
    with member_scope(cast.champion):
        assert not Program.objects.filter(pk=draft.pk).exists()
        assert not ProgramTier.objects.filter(program_id=draft.pk).exists()
    assert sign_in(cast.champion).get(f"/partners/program/{draft.pk}/").status_code == 404
    assert sign_in(cast.champion).get("/partners/program/").status_code == 200
    assert sign_in(cast.cam).get(f"/partners/program/{draft.pk}/settings/").status_code == 403


def test_what_if_says_who_moves(cast, draft):
    silver = rung_of(draft, "silver")
    registered = rung_of(draft, "registered")
    for rung in (silver, registered):
        edit_program_tier(rung, by=cast.operations, requirements=[])
    found = preview(ladder_of(draft), cast.chief, clock.today())
    assert {p.partner.name: (p.moves, p.then.code) for p in found.movers}["Northwind"] == ("up", "silver")
    assert ("Silver", 0, 0, 4) in found.counts


def test_what_if_says_of_what_no_figures_are_kept(cast, draft, sign_in):
    page = f"/partners/program/{draft.pk}/what-if/"
    client = sign_in(cast.chief)
    assert "People with a technical certification" in client.get(page).content.decode().partition('id="counts"')[0]
    told = client.get(f"/api/v1/programs/{draft.pk}/what_if/").json()["unmeasured"]
    assert "People with a technical certification" in told
    assert "Net revenue, last 12 months" not in told
    for rung in ProgramTier.objects.all():
        ProgramTier.objects.filter(pk=rung.pk).update(requirements=[])
    assert "No figures are kept" not in client.get(page).content.decode()


def test_gaps_are_said_in_units(cast, starter):
    set_tier(cast.northwind, Tier.objects.get(code="silver"), by=None, cause="entry", on=clock.today())
    texts = {row.metric: in_units(row) for row in tier_outlook(cast.northwind, clock.today()).missing}
    assert texts["technical_certified"] == "two more certified engineers"
    assert texts["net_revenue_12m"] == "USD\u00a0250,000.00 more revenue"


def test_the_editor_keeps_what_was_typed_and_saves_the_whole(cast, draft, sign_in):
    client, rung = sign_in(cast.operations), rung_of(draft, "gold")
    address = f"/partners/program/tiers/{rung.pk}/"
    page = client.get(address)
    assert page.status_code == 200
    form, asked = page.context["form"], page.context["asked"]
    data = {name: value for name, value in form.initial.items() if value is not None and value is not False}
    data |= {"asks-TOTAL_FORMS": 2, "asks-INITIAL_FORMS": asked.initial_form_count()}
    data |= {
        "asks-0-metric": "net_revenue_12m",
        "asks-0-kind": "at_least",
        "asks-0-target": "300000",
        "asks-0-weight": 2,
    }
    data |= {"asks-1-metric": "qbrs_12m", "asks-1-kind": "at_least", "asks-1-weight": 1}
    refused = client.post(address, data)
    assert refused.status_code == 422
    assert "300000" in refused.content.decode()
    assert client.post(address, data | {"asks-1-target": "3", "base_discount": "16.5"}).status_code == 302
    rung = rung_of(draft, "gold")
    assert rung.base_discount == Decimal("0.165")
    assert rung.requirements[1] == {"metric": "qbrs_12m", "kind": "at_least", "target": "3", "weight": "1"}
    assert client.post(address, data | {"asks-1-target": "4"}).status_code == 409  # the version seen is old


def test_pages_of_the_programme_and_the_proposals(cast, starter, draft, sign_in):
    today = clock.today()
    set_tier(cast.northwind, Tier.objects.get(code="silver"), by=None, cause="entry", on=today)
    from partners.actions import evaluate_tier

    row = evaluate_tier(cast.northwind, by=cast.chief)
    gold = Tier.objects.get(code="gold")
    proposal = TierProposal.objects.create(
        partner=cast.northwind, kind="promotion", to_tier=gold, evaluation=row, proposed_on=today, effective_on=today
    )
    chief = sign_in(cast.chief)
    for page in ("", f"{draft.pk}/", f"{draft.pk}/compare/", f"{draft.pk}/what-if/", "proposals/", f"{draft.pk}/yaml/"):
        assert chief.get(f"/partners/program/{page}").status_code == 200, page
    listed = chief.get("/partners/program/proposals/")
    assert " checked>" not in listed.content.decode()  # each yes is given by a person
    row = listed.context["list"].rows[0]
    assert "Net revenue" in row["because"]
    assert row["effective_on"] == formatter().day(first_of_month(today))  # what a yes of today will say
    assert "Northwind" in chief.post("/partners/program/proposals/confirm/", {"proposal": proposal.pk}).content.decode()
    sure = {"proposal": proposal.pk, "sure": "yes"}
    assert "Northwind" in chief.post("/partners/program/proposals/confirm/", sure).content.decode()
    assert chief.post("/partners/program/proposals/confirm/", sure).status_code == 422
    assert chief.post(f"/partners/program/proposals/{proposal.pk}/confirm/").status_code == 409
    progress = sign_in(cast.champion).get(f"/partners/{cast.northwind.pk}/?tab=programme").content.decode()
    assert "more certified" in progress
    assert "Your tier" in sign_in(cast.champion).get("/").content.decode()


def test_override_by_page_and_api(cast, starter, sign_in):
    set_tier(cast.northwind, Tier.objects.get(code="silver"), by=None, cause="entry", on=clock.today())
    gold, until = Tier.objects.get(code="gold"), clock.today() + dt.timedelta(days=60)
    chief = sign_in(cast.chief)
    address = f"/partners/{cast.northwind.pk}/override-tier/"
    assert chief.post(address, {"tier": gold.pk, "until": until, "reason": ""}).status_code == 422
    assert chief.post(address, {"tier": gold.pk, "until": until, "reason": "Lighthouse"}).status_code == 302
    answer = token_client(cast.champion).get(f"/api/v1/partner-tiers/{cast.northwind.pk}/").json()
    assert (answer["held"], answer["benefits"]["base_discount"]) == ("gold", "0.15")
    standing = token_client(cast.champion).get(f"/api/v1/partners/{cast.northwind.pk}/tier/").json()
    assert answer["progress"] == standing["progress"]  # one number under that name
    assert answer["to_reach"] == "platinum"
    assert "to_reach_attainment" in answer
    ended = token_client(cast.chief).post(f"/api/v1/partner-tiers/{cast.northwind.pk}/end_override/")
    assert ended.json()["held"] == "silver"
    assert chief.post(f"/partners/{cast.northwind.pk}/end-override/").status_code == 409
