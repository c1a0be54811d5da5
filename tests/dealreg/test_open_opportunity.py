"""The vendor's own sales: begun alone or with a partner, met by registrations, known to no partner."""

import datetime as dt
from decimal import Decimal

import pytest

from dealreg.actions import approve_deal, decide_engagement, open_deal, open_opportunity, set_credits
from dealreg.actions.carrying import opportunity_of
from dealreg.actions.opportunities import ProtectedElsewhere, TooMuchCredit
from dealreg.actions.protecting import VendorEngaged
from dealreg.models import DealEngagement, DealReview, Opportunity
from dealreg.tasks import night
from partners.actions import look_for_alerts
from partners.models import Alert
from partners.registries import panels_for, waiting_for
from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed
from prm.kernel.models import Event, Notification
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client
from tests.dealreg.conftest import DAY
from tests.papers import pdf

CLOSE = DAY + dt.timedelta(days=50)
URL = "/t/acme/api/v1/opportunities/"


def own(cast, partner=None, **fields):
    given = {
        "name": "Contoso frame",
        "customer_name": "Contoso GmbH",
        "customer_domain": "contoso.example",
        "customer_country": "DE",
        "lines": {cast.security: Decimal("9000")},
        "expected_close": CLOSE,
        **fields,
    }
    return open_opportunity(by=cast.operations, partner=partner, **given)


def test_no_partner_knows_of_the_vendors_own_business(cast, deals, sign_in):
    one = own(cast)
    for who in (cast.champion, cast.rival_champion):
        assert sign_in(who).get(f"/deals/pipeline/{one.pk}/").status_code == 404
        assert token_client(who).get(URL).json()["count"] == 0
        with member_scope(who):
            assert not Opportunity.objects.exists()
            assert not Event.objects.filter(subject_id=one.pk).exists()
    assert sign_in(cast.cam).get(f"/deals/pipeline/{one.pk}/").status_code == 200


def test_it_is_not_begun_where_somebody_is_protected(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with pytest.raises(ProtectedElsewhere) as refusal:
        own(cast)
    assert "Northwind" not in str(refusal.value)
    with pytest.raises(ProtectedElsewhere):
        own(cast, cast.rival, customer_domain="")
    assert own(cast, cast.northwind).partner == cast.northwind  # with the one that is protected
    assert own(cast, lines={cast.cloud: Decimal("1")}).amount == 1  # for another line
    with clock.travel(to=clock.now() + dt.timedelta(days=61)):
        assert own(cast, expected_close=clock.today()).pk  # over, though the night has not come to it yet
    assert deal.pk


def test_a_registration_meets_it_and_operations_decides(cast, deals):
    one = own(cast)
    with clock.travel(to=clock.now() + dt.timedelta(days=2)):
        deal = deals.fresh(deals.send(cast.seller))
        assert DealReview.objects.get(deal=deal).level == "operations"
        with pytest.raises(NotAllowed):
            approve_deal(deal, by=cast.cam)
        with pytest.raises(VendorEngaged):
            approve_deal(deals.fresh(deal), by=cast.operations)
        open_deal(deals.fresh(deal), by=cast.operations)
        engagement = DealEngagement.objects.select_related("candidate__partner").get(candidate=deal, opportunity=one)
        with pytest.raises(Invalid):
            decide_engagement(engagement, by=cast.operations, decision="joint", reason="Agreed")
        share = Decimal("0.7")
        decide_engagement(engagement, by=cast.operations, decision="joint", reason="Agreed", credit_share=share)
        approve_deal(deals.fresh(deal), by=cast.operations)
    assert opportunity_of(deal).credit == share


def test_rejected_the_partner_is_told_the_reason_and_no_name(cast, deals, sign_in):
    one = own(cast)
    deal = deals.send(cast.seller)
    operations = sign_in(cast.operations)
    open_deal(deals.fresh(deal), by=cast.operations)
    page = operations.get(f"/deals/{deal.pk}/").content.decode()
    assert "Contoso frame" in page
    address = f"/deals/engagements/{DealEngagement.objects.get().pk}/decide/"
    assert sign_in(cast.cam).post(address, {"decision": "joint", "reason": "x"}).status_code == 404
    said = {"decision": "vendor_engaged", "reason": "We talk since January"}
    assert operations.post(address, said).status_code == 302
    assert (deals.fresh(deal).state, deals.fresh(deal).reject_reason) == ("rejected", "vendor_engaged")
    seen = sign_in(cast.seller).get(f"/deals/{deal.pk}/").content.decode()
    assert "own sales is engaged" in seen
    for hidden in ("Contoso frame", "We talk since January", one.number):
        assert hidden not in seen


def test_long_closed_or_for_another_line_it_is_not_met(cast, deals):
    one = own(cast)
    Opportunity.objects.filter(pk=one.pk).update(state="lost", loss_reason="price", closed_on=DAY)
    own(cast, lines={cast.cloud: Decimal("5")})
    with clock.travel(to=clock.now() + dt.timedelta(days=91)):
        deal = deals.send(cast.seller)
        assert not DealReview.objects.get(deal=deal).has_conflict
    with clock.travel(to=clock.now() + dt.timedelta(days=90)):
        other = deals.send(cast.rival_champion)
        assert DealReview.objects.get(deal=other).has_conflict


def test_an_existing_customer_is_told_to_those_who_decide_conflicts(cast, deals, sign_in):
    one = own(cast, lines={cast.cloud: Decimal("5")})
    Opportunity.objects.filter(pk=one.pk).update(state="won", closed_on=DAY)
    deal = deals.send(cast.seller)
    told = "What this customer has bought before"
    assert told in sign_in(cast.operations).get(f"/deals/{deal.pk}/").content.decode()
    for blind in (cast.cam, cast.seller):
        assert told not in sign_in(blind).get(f"/deals/{deal.pk}/").content.decode()


def test_credits_are_never_more_than_the_whole_and_each_sees_its_own(cast, deals):
    one = own(cast, cast.northwind)
    half, more = Decimal("0.5"), Decimal("0.5001")
    with pytest.raises(TooMuchCredit):
        set_credits(
            one, by=cast.operations, credits=[(cast.northwind, half, "source"), (cast.rival, more, "influence")]
        )
    fresh = Opportunity.objects.get(pk=one.pk)
    set_credits(fresh, by=cast.operations, credits=[(cast.northwind, half, "source"), (cast.rival, half, "influence")])
    assert Opportunity.objects.get(pk=one.pk).credit == half
    api = token_client(cast.champion).get(f"{URL}{one.pk}/").json()
    assert [row["share"] for row in api["credits"]] == ["0.5"]


def test_taking_all_credits_away_is_asked_for(cast, deals, sign_in):
    one = own(cast, cast.northwind)
    set_credits(one, by=cast.operations, credits=[(cast.northwind, Decimal(1), "source")])
    address, client = f"/deals/pipeline/{one.pk}/credits/", sign_in(cast.operations)
    refused = client.post(address, {})
    assert refused.status_code == 422
    assert "Say so if that is meant" in refused.content.decode()
    seen = Opportunity.objects.get(pk=one.pk).version
    api = token_client(cast.operations).post(
        f"{URL}{one.pk}/credits/", {"credits": [], "version": seen}, content_type="application/json"
    )
    assert (api.status_code, api.json()["code"]) == (400, "nobody_credited")
    assert Opportunity.objects.get(pk=one.pk).credit == 1
    assert client.post(address, {"nobody": "on"}).status_code == 302
    assert Opportunity.objects.get(pk=one.pk).credit == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("customer_domain", "nonsense"), ("customer_country", "XX"), ("probability", "1.5"),
     ("expected_close", "2026-02-01"), ("lines", []), ("lines", [{"code": "security", "amount": "1e5"}]),
     ("lines", [{"code": "security", "amount": "-1"}]), ("lines", [{"code": "none", "amount": "1"}]),
     ("lines", [{"code": "security", "amount": "1.001"}]), ("probability", "\uff11")],
)  # fmt: skip
def test_bad_input_is_answered(cast, deals, field, value):
    body = {"name": "<script>", "customer_name": "=cmd", "expected_close": CLOSE.isoformat(), field: value}
    body.setdefault("lines", [{"code": "security", "amount": "100"}])
    answer = token_client(cast.operations).post(URL, body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert not Opportunity.objects.exists()


def test_in_pages_and_in_the_api_it_goes_its_way(cast, deals, sign_in):
    cam = sign_in(cast.cam)
    form = {"name": "Zürich \u202e", "customer_name": "Österreich AG", "stage": "qualified", "expected_close": CLOSE}
    assert cam.post(f"/deals/pipeline/new/{cast.northwind.pk}/", form).status_code == 422
    form |= {"name": "Zürich", f"line_{cast.cloud.pk}": "12,000.50"}
    address = cam.post(f"/deals/pipeline/new/{cast.northwind.pk}/", form)["Location"]
    champion = sign_in(cast.champion)
    board = champion.get("/deals/pipeline/").content.decode()
    assert "Zürich" in board
    moved = champion.post(f"{address}stage/", {"stage": "proposed", "back": "board", "query": "q=z"})
    assert "/deals/pipeline/?q=z#o-" in moved["Location"]
    assert champion.post(f"{address}stage/", {"stage": "nowhere"}).status_code == 422
    assert champion.post(f"{address}win/", {"order_on": "2026-03-02"}).status_code == 403
    from django.core.files.uploadedfile import SimpleUploadedFile

    paper = {"kind": "sow", "file": SimpleUploadedFile("sow.pdf", pdf())}
    assert champion.post(f"{address}add-paper/", paper).status_code == 302
    assert champion.post(f"{address}add-paper/", {"kind": "sow"}).status_code == 422
    one = Opportunity.objects.get()
    kept = one.documents.get()
    assert sign_in(cast.seller).get(f"/deals/pipeline/papers/{kept.pk}/").status_code == 200
    assert sign_in(cast.rival_champion).get(f"/deals/pipeline/papers/{kept.pk}/").status_code == 404
    assert cam.post(f"/deals/pipeline/papers/{kept.pk}/remove/").status_code == 403
    api = token_client(cast.operations)
    post = lambda verb, **body: api.post(f"{URL}{one.pk}/{verb}/", body, content_type="application/json")
    assert post("stage", stage="committed", version=1).status_code == 409
    paper = {"kind": "poc", "file": SimpleUploadedFile("poc.pdf", pdf())}
    assert api.post(f"{URL}{one.pk}/papers/", paper).json()["name"] == "poc.pdf"
    assert post("next-step", next_step="Call", next_step_due="2026-03-05").json()["next_step"] == "Call"
    assert post("win", order_on="2026-03-02", books=True).json()["state"] == "won"
    assert post("reopen", reason="They cancelled").json()["state"] == "open"
    listed = sign_in(cast.seller).get("/deals/pipeline/list/?show=open&format=csv")
    assert listed.status_code == 200
    figures = api.get(f"{URL}figures/?start=2026-01-01&end=2026-12-31").json()
    assert (figures["won_count"], figures["win_rate"]) == (0, None)
    assert cam.get("/deals/pipeline/figures/?start=2026-05-01&end=2026-01-01").status_code == 422


def test_what_is_late_or_quiet_waits_and_is_told(cast, deals):
    own(cast, cast.northwind, expected_close=DAY + dt.timedelta(days=70), name="Quiet")
    own(cast, cast.northwind, expected_close=DAY + dt.timedelta(days=3), name="Late", customer_name="Fabrikam")
    with clock.travel(to=clock.now() + dt.timedelta(days=61)):
        night.run(on=clock.today().isoformat())
        look_for_alerts(clock.today())
        kinds = set(Alert.objects.filter(partner=cast.northwind, state="open").values_list("kind", flat=True))
        assert {"opportunity_stale", "opportunity_overdue"} <= kinds
        assert Notification.objects.filter(member=cast.cam, text__contains="No news of").exists()
        with member_scope(cast.champion):
            labels = {one.label for one in waiting_for(cast.champion)}
        assert {"Overdue business: a new day, won or lost", "Business without news"} <= labels
        shown = [
            one
            for one in panels_for(cast.cam, cast.northwind, "deals")
            if one["template"] == "dealreg/pipeline_panel.html"
        ]
        assert [row.name for row in shown[0]["rows"]] == ["Late", "Quiet"]
