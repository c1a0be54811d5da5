"""Several people at once: one effect, and no answer lost between a score and its submission."""

import pytest

from prm.kernel.errors import Refused
from prm.kernel.members import furnish_tenant
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope, tenant_scope
from scorecards.actions import answer_question, start_assessment, submit_assessment
from scorecards.models import Answer, AnswerRevision, Assessment
from tests import races
from tests.conftest import build_cast
from tests.scorecards.filling import fill, question

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def people():
    cast = build_cast()
    from scorecards.starter import copy_bank

    with tenant_scope(cast.acme):
        copy_bank()
    return cast


def at_once(*deeds):
    return races.at_once(*((member_scope(member), deed) for member, deed in deeds))


def test_two_answers_to_one_question_leave_one_answer_and_two_revisions(people):
    with tenant_scope(people.acme):
        scorecard = start_assessment(people.northwind, by=people.champion)
        asked = question(scorecard, "fit_openness_1")
    for _ in range(3):
        at_once(
            (people.champion, lambda: answer_question(scorecard, asked, options=["o1"], by=people.champion)),
            (people.seller, lambda: answer_question(scorecard, asked, options=["o5"], by=people.seller)),
        )
    with tenant_scope(people.acme):
        answer = Answer.objects.get()
        last = AnswerRevision.objects.order_by("created_at").last()
        assert answer.options == last.options
        assert AnswerRevision.objects.count() >= 2


def test_two_starts_make_one_scorecard(people):
    outcomes = at_once(
        (people.champion, lambda: start_assessment(people.northwind, by=people.champion)),
        (people.cam, lambda: start_assessment(people.northwind, by=people.cam)),
    )
    assert outcomes[0] == outcomes[1]
    with tenant_scope(people.acme):
        assert Assessment.objects.count() == 1
        assert Event.objects.filter(name="assessment.started").count() == 1


def test_two_submits_have_one_effect(people):
    with tenant_scope(people.acme):
        scorecard = start_assessment(people.northwind, by=people.champion)
        fill(scorecard, by=people.champion, place=1)
    outcomes = at_once(
        (people.champion, lambda: submit_assessment(scorecard, by=people.champion)),
        (people.cam, lambda: submit_assessment(scorecard, by=people.cam)),
    )
    assert sorted(isinstance(o, Refused) for o in outcomes) == [False, True]
    with tenant_scope(people.acme):
        assert Event.objects.filter(name="assessment.submitted").count() == 1


def test_an_answer_during_a_submit_is_in_the_score_or_refused(people):
    with tenant_scope(people.acme):
        scorecard = start_assessment(people.northwind, by=people.champion)
        fill(scorecard, by=people.champion, place=1)
        asked = question(scorecard, "fit_openness_1")
    late, _ = at_once(
        (people.seller, lambda: answer_question(scorecard, asked, options=["o5"], by=people.seller)),
        (people.champion, lambda: submit_assessment(scorecard, by=people.champion)),
    )
    with tenant_scope(people.acme):
        kept = Assessment.objects.get()
        assert kept.state == Assessment.State.SUBMITTED
        assert kept.result["topics"]["fit_openness"] == ("1.0" if isinstance(late, Refused) else "100.0")


def test_furnishing_a_tenant_brings_the_questionnaire(people):
    furnish_tenant(people.globex)
    with tenant_scope(people.globex):
        from scorecards.models import QuestionBank

        assert QuestionBank.objects.count() == 1
