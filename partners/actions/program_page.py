"""What the vendor shows to the world of its programme, and what it asks of candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction

from partners.models import ProgramPage, RecruitmentRules
from partners.queries import STAGES, program_page, rules
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text

MOST_QUESTIONS = 12
LONGEST_LIMIT = 730


@transaction.atomic
def edit_program_page(
    *,
    by: Membership | None,
    headline: str,
    intro: str,
    terms: str,
    questions: Sequence[Mapping[str, str]],
    is_open: bool,
    shows_tiers: bool = True,
    seen_version: int | None = None,
) -> ProgramPage:
    """Put the public page into the vendor's own words, and show it to the world or take it away."""
    require(by, "partners.edit_program_page")
    page = program_page()
    if page._state.adding:
        page.save()
    touch(page, seen_version=seen_version)
    page.headline = clean_text(headline, field="headline", max_length=160)
    page.intro = clean_text(intro, field="intro", max_length=3000)
    page.terms = clean_text(terms, field="terms", max_length=3000)
    if not page.headline or not page.terms:
        raise Invalid(
            "A headline and the terms are needed.", field="headline" if not page.headline else "terms", code="missing"
        )
    page.questions = _questions(questions)
    page.shows_tiers = shows_tiers
    page.save(update_fields=["headline", "intro", "terms", "questions", "shows_tiers", "updated_at"])
    tenant = current_tenant()
    if tenant.public_pages != is_open:
        tenant.public_pages = is_open
        tenant.save(update_fields=["public_pages"])
    return record(page, "program_page.edited", by=by, vendor_only=True, is_open=is_open)


def _questions(given: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    kept = []
    for pair in given:
        question = clean_text(pair.get("question", ""), field="questions", max_length=300)
        answer = clean_text(pair.get("answer", ""), field="questions", max_length=2000)
        if not question and not answer:
            continue
        if not question or not answer:
            raise Invalid("Each question needs its answer.", field="questions")
        kept.append({"question": question, "answer": answer})
    if len(kept) > MOST_QUESTIONS:
        raise Invalid(f"At most {MOST_QUESTIONS} questions.", field="questions")
    return kept


@transaction.atomic
def edit_recruitment_rules(
    *,
    by: Membership | None,
    min_fit_score: Decimal,
    reopen_after_days: int,
    age_limits: Mapping[str, int | None],
    seen_version: int | None = None,
) -> RecruitmentRules:
    """Change what is asked of candidates: it holds from now on, for those under way too."""
    require(by, "partners.edit_recruitment_rules")
    kept = rules()
    if kept._state.adding:
        kept.save()
    touch(kept, seen_version=seen_version)
    if not 0 <= min_fit_score <= 100:
        raise Invalid("A score is between 0 and 100.", field="min_fit_score")
    if not 0 <= reopen_after_days <= LONGEST_LIMIT:
        raise Invalid(f"Between 0 and {LONGEST_LIMIT} days.", field="reopen_after_days")
    limits = {}
    for stage, days in age_limits.items():
        if stage not in STAGES[:-1]:
            raise Invalid(f"There is no stage {stage[:40]} with a limit.", field="age_limits")
        if days is not None:
            if not 1 <= days <= LONGEST_LIMIT:
                raise Invalid(f"Between 1 and {LONGEST_LIMIT} days.", field="age_limits")
            limits[stage] = int(days)
    before = {"min_fit_score": kept.min_fit_score, "age_limits": kept.age_limits}
    kept.min_fit_score, kept.reopen_after_days, kept.age_limits = min_fit_score, reopen_after_days, limits
    kept.save(update_fields=["min_fit_score", "reopen_after_days", "age_limits", "updated_at"])
    return record(
        kept,
        "recruitment_rules.edited",
        by=by,
        vendor_only=True,
        before=before,
        min_fit_score=min_fit_score,
        age_limits=limits,
    )
