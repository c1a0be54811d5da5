"""Questions about a partner's profile: what is known, where it sits, and which question comes next."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from partners.models import Partner, PartnerLocation, PartnerProfile, ProfilePrompt, ProfileQuestion
from partners.profile_fields import FIELDS
from partners.statements import in_force, statements
from prm.kernel.models import Membership
from prm.kernel.periods import add_months

REST_DAYS = 30  # of a question after a skip, for the person who skipped it
SKIPS_ALLOWED = 3  # then it is not put to this person again


def profile_of(partner: Partner) -> PartnerProfile:
    """What is known; an empty one, not saved, when nothing is."""
    return PartnerProfile.objects.filter(partner=partner).first() or PartnerProfile(partner=partner)


def profile_version(partner_id: UUID | None) -> int:
    """Which version of a partner's profile one sees; 0 where there is none yet."""
    versions = PartnerProfile.objects.filter(partner=partner_id).values_list("version", flat=True)
    return versions.first() or 0


def locations_of(partner: Partner) -> list[PartnerLocation]:
    """The places, the main one first."""
    return list(PartnerLocation.objects.filter(partner=partner).order_by("-is_main", "country", "city", "pk"))


def next_profile_question(member: Membership, today: dt.date) -> ProfileQuestion | None:
    """The one question for this person today: what nobody of the company ever said first, then what is oldest.

    One a day; a skipped one rests, and one that was skipped often enough does not come back.
    """
    if member.is_vendor:
        return None
    prompts = {prompt.question_id: prompt for prompt in ProfilePrompt.objects.filter(member=member)}
    if any(today in (prompt.answered_on, prompt.skipped_on) for prompt in prompts.values()):
        return None
    profile = PartnerProfile.objects.filter(partner=member.partner_id).first()
    sources = profile.sources if profile else {}
    waiting: list[tuple[dt.date, int, ProfileQuestion]] = []
    for question in ProfileQuestion.objects.filter(active=True, field__in=FIELDS).order_by("order", "pk"):
        prompt = prompts.get(question.pk)
        if (question.roles and not member.has(*question.roles)) or (prompt and _rests(prompt, today)):
            continue
        said = in_force(statements(sources, question.field))
        if said is None:
            waiting.append((dt.date.min, question.order, question))
        elif add_months(said.on, question.refresh_months) <= today:
            waiting.append((said.on, question.order, question))
    return min(waiting, key=lambda entry: entry[:2])[2] if waiting else None


def _rests(prompt: ProfilePrompt, today: dt.date) -> bool:
    if prompt.skips >= SKIPS_ALLOWED:
        return True
    return prompt.skipped_on is not None and today < prompt.skipped_on + dt.timedelta(days=REST_DAYS)
