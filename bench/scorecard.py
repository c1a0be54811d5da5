"""Opening the scorecard and saving one answer, beside the bare view and the same three rows in raw SQL."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from django.db import connection
from django.test import Client, override_settings

from bench.crowd import crowd
from bench.measure import in_turn, show
from partners.models import Partner
from prm.kernel.tenancy.context import tenant_scope
from scorecards.actions import answer_question, start_assessment
from scorecards.models import Assessment, Question

RAW = """
update scorecards_assessment set last_answer_at = now(), turn = turn + 1
  where tenant_id = %(tenant)s and id = %(assessment)s;
insert into scorecards_answer (id, tenant_id, version, created_at, updated_at, partner_id, assessment_id, question_id,
    vendor_only, options, is_na, text, score, answered_at, turn)
  values (gen_random_uuid(), %(tenant)s, 1, now(), now(), %(partner)s, %(assessment)s, %(question)s,
    false, %(options)s, false, '', 50, now(), 1)
  on conflict (tenant_id, assessment_id, question_id) do update set options = excluded.options, score = excluded.score;
insert into scorecards_answerrevision (id, tenant_id, version, created_at, updated_at, partner_id, assessment_id,
    question_id, vendor_only, options, is_na, text, answered_at)
  values (%(revision)s, %(tenant)s, 1, now(), now(), %(partner)s, %(assessment)s, %(question)s,
    false, %(options)s, false, '', now());
"""


def main(partners: int = 10_000) -> None:
    tenant, _ = crowd(partners)
    with tenant_scope(tenant):
        partner = Partner.objects.order_by("sort_name").first()
        assert partner is not None
        assessment = start_assessment(partner, by=None)
        question = Question.objects.filter(kind="single", vendor_only=False).order_by("code").first()
        assert question is not None
        codes = list(question.options.order_by("order").values_list("code", flat=True))
        manager = _manager()
    turn = itertools.cycle(codes)

    def raw() -> None:
        with tenant_scope(tenant), connection.cursor() as cursor:
            cursor.execute(
                RAW,
                {
                    "tenant": tenant.pk,
                    "partner": partner.pk,
                    "assessment": assessment.pk,
                    "question": question.pk,
                    "options": [next(turn)],
                    "revision": uuid.uuid4(),
                },
            )

    def action() -> None:
        with tenant_scope(tenant):
            answer_question(assessment, question, options=[next(turn)], by=None)

    with override_settings(ROOT_URLCONF="bench.pages"):
        client = Client()
        client.force_login(manager.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        address = f"/t/{tenant.slug}/scorecards/{assessment.pk}/"

        def request() -> Any:
            answer = client.post(
                address + "answer/",
                {"question": question.code, "option": next(turn)},
                headers={"accept": "application/json"},
            )
            assert answer.status_code < 400, answer.status_code

        timings = in_turn(
            {
                "bare view": lambda: client.get("/bare/"),
                "the same three rows in raw SQL": raw,
                "the action answer_question": action,
                "the request, with new scores": request,
                "opening the scorecard (36 questions)": lambda: client.get(address),
            }
        )
    show("Scorecard", timings, against="the same three rows in raw SQL")
    with tenant_scope(tenant):
        assert Assessment.objects.filter(pk=assessment.pk, state="in_progress").exists()


def _manager() -> Any:
    from prm.kernel.models import Membership
    from prm.kernel.roles import Role

    return Membership.objects.select_related("user").get(partner=None, roles__contains=[Role.ACCOUNT_MANAGER.value])
