"""Two editions: which questions can be compared, and the bridge between two scorecards."""

from decimal import Decimal

from scorecards.actions import activate_bank, draft_bank
from scorecards.models import Category, Option, Question, Topic
from scorecards.queries import bridges, comparability, history
from tests.scorecards.filling import submitted
from tests.standing import stands


@stands
def second(cast, bank):
    """The next edition: one question with another score, one only reworded, one dropped, one new, other weights."""
    draft = draft_bank(bank, by=cast.chief)
    Option.objects.filter(question__bank=draft, question__code="fit_openness_1", code="o2").update(score=90)
    Question.objects.filter(bank=draft, code="fit_philosophy_1").update(text="Said more clearly")
    gone = Question.objects.get(bank=draft, code="fit_verticals_2")
    Option.objects.filter(question=gone).delete()
    gone.delete()
    new = Question.objects.create(bank=draft, topic=Topic.objects.get(bank=draft, code="fit_record"), code="new_1")
    Question.objects.filter(pk=new.pk).update(text="New?", kind="single", order=9)
    for n in (1, 2, 3, 4, 5):
        Option.objects.create(question=new, code=f"o{n}", order=n, text=f"{n}", score=Decimal(20 * n))
    Topic.objects.filter(bank=draft, code="fit_philosophy").update(weight=3)
    return draft


def test_a_question_is_comparable_by_code_kind_and_scores(cast, bank, second):
    found = comparability(bank, second)
    fates = {q.code: (q.fate, q.reason) for q in found.questions}
    assert fates["fit_openness_1"] == ("changed", "options")
    assert fates["fit_verticals_2"][0] == "dropped"
    assert fates["new_1"][0] == "added"
    assert fates["fit_philosophy_1"] == ("comparable", "")
    assert (len(found.comparable), found.scored) == (34, 36)
    assert len(comparability(bank, bank).comparable) == 36


def test_other_weights_are_named_though_every_question_can_be_compared(cast, bank, sign_in):
    draft = draft_bank(bank, by=cast.chief)
    client, address = sign_in(cast.chief), f"/scorecards/questionnaire/{draft.pk}/"
    assert "Nothing differs" in client.get(address).content.decode()
    topic = Topic.objects.select_related("category").get(bank=draft, code="fit_philosophy")
    Category.objects.filter(pk=topic.category_id).update(weight=7)
    Topic.objects.filter(pk=topic.pk).update(weight=3)
    Question.objects.filter(bank=draft, code="fit_openness_1").update(weight=Decimal("2.5"))
    found = comparability(bank, draft)
    assert [(w.level, w.after) for w in found.weights] == [("category", 7), ("topic", 3), ("question", Decimal("2.5"))]
    assert len(found.comparable) == found.scored
    page = client.get(address).content.decode()
    assert "Nothing differs" not in page
    assert "3 weights are others: the overall score can move." in page
    assert topic.name in page.split('id="weights"')[1]
    told = client.get(f"/api/v1/question-banks/{draft.pk}/compare/?with={bank.pk}").json()["weights"]
    assert [(w["level"], Decimal(w["after"])) for w in told] == [(w.level, w.after) for w in found.weights]


def test_the_bridge_scores_what_both_asked_alike(cast, bank, second, django_assert_num_queries):
    submitted(cast.northwind, by=cast.champion, place=2)
    activate_bank(second, by=cast.chief)
    submitted(cast.northwind, by=cast.champion, place=2)
    results = history(cast.northwind)
    with django_assert_num_queries(4):
        bridge = bridges(results)[results[1].assessment_id]
    # The same answers: on the comparable part nothing has changed, though the two totals differ.
    assert bridge.earlier == bridge.later
    assert results[0].overall != results[1].overall
    assert (bridge.earlier_edition, bridge.later_edition, bridge.comparable, bridge.asked) == (1, 2, 34, 36)
    assert bridge.change == 0


def test_without_a_change_of_edition_there_is_no_bridge(cast, bank, django_assert_num_queries):
    submitted(cast.northwind, by=cast.champion, place=2)
    submitted(cast.northwind, by=cast.champion, place=4)
    results = history(cast.northwind)
    with django_assert_num_queries(0):
        assert bridges(results) == {}
