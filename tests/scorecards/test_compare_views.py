"""The partner's scorecard beside the vendor's own view: who reads it, and what stands there."""

from decimal import Decimal

from scorecards.actions import answer_question, start_assessment, submit_assessment
from scorecards.models import Assessment
from scorecards.queries import both_views
from tests.clients import token_client
from tests.scorecards.filling import fill, question, submitted
from tests.standing import stands


@stands
def both(cast, bank):
    """The partner puts itself at 75 in one topic where the vendor sees 25; else they agree."""
    own = start_assessment(cast.northwind, by=cast.champion)
    fill(own, by=cast.champion, place=3)
    answer_question(own, question(own, "fit_openness_1"), options=["o4"], by=cast.champion)
    submit_assessment(own, by=cast.champion)
    view = start_assessment(cast.northwind, kind=Assessment.Kind.VENDOR_VIEW, by=cast.cam)
    fill(view, by=cast.cam, place=3)
    answer_question(view, question(view, "fit_openness_1"), options=["o2"], by=cast.cam)
    submit_assessment(view, by=cast.cam)
    return own, view


def test_both_scores_and_their_difference_by_topic_and_category(cast, both):
    found = both_views(cast.northwind.pk)
    pairs = {pair.code: pair for category, topics in found.categories for pair in (category, *topics)}
    apart = {code for code, pair in pairs.items() if pair.difference}
    assert apart == {"fit", "fit_openness"}
    topic = pairs["fit_openness"]
    assert (topic.partner, topic.vendor, topic.difference) == (Decimal(75), Decimal(25), Decimal(50))
    ((_, theirs, ours),) = topic.questions
    assert (theirs.by, ours.by, theirs.lines != ours.lines) == ("Champion", "Cam", True)


def test_the_page_and_the_api_are_the_vendors_alone(cast, sign_in, both):
    own, _ = both
    page = f"/scorecards/compare/{cast.northwind.pk}/"
    over_api = f"/api/v1/assessments/{own.pk}/comparison/"
    for who in ("cam", "chief", "operations", "auditor"):
        text = sign_in(getattr(cast, who)).get(page).content.decode()
        assert "+50.0" in text, who
        assert "1 question answered differently" in text, who
    rows = {row["code"]: row for row in token_client(cast.cam).get(over_api).json()}
    assert (rows["fit_openness"]["difference"], rows["overall"]["level"]) == ("50.0", "overall")
    for who in ("champion", "seller", "distributor", "marketing", "admin", "finance"):
        assert sign_in(getattr(cast, who)).get(page).status_code in {403, 404}, who
        assert token_client(getattr(cast, who)).get(over_api).status_code in {403, 404}, who
    assert sign_in(cast.other_cam).get(page).status_code == 404


def test_with_one_side_missing_the_page_offers_to_begin(cast, sign_in, bank):
    client, page = sign_in(cast.cam), f"/scorecards/compare/{cast.northwind.pk}/"
    assert "Neither side is scored yet" in client.get(page).content.decode()
    submitted(cast.northwind, by=cast.champion)
    assert "Answer our view" in client.get(page).content.decode()
    assert "Answer our view" not in sign_in(cast.chief).get(page).content.decode()
