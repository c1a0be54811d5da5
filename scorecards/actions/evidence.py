"""Files that prove what a scorecard says: attached and taken away while it is in progress, then fixed."""

from __future__ import annotations

import hashlib

from django.db import transaction

from prm.kernel import clock, files
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.uploads import Upload, accept
from scorecards.actions.answers import hold
from scorecards.models import Assessment, Evidence, Question, Topic
from scorecards.queries import asked_questions

KEPT_FOR = "scorecards.evidence"
FILE_BYTES = 10 * 1024 * 1024
MOST_OF_A_TOPIC, MOST = 10, 60


class NotAsked(Invalid):
    """This question is not part of the scorecard."""

    code = "not_asked"


class TooMany(Conflict):
    """There are as many files as a topic can have (ten), or a scorecard (sixty). Take one away first."""

    code = "too_many_files"


@transaction.atomic
def attach_evidence(
    assessment: Assessment, topic: Topic, *, by: Membership | None, file: Upload, question: Question | None = None
) -> Evidence:
    """Keep a file that proves the answer to a question, or what is said of a whole topic.

    What proves the vendor's own view is the vendor's alone, the file itself as well. The same file sent again for
    the same place is not kept twice.
    """
    require(by, "scorecards.attach_evidence", assessment)
    asked = [q for q in asked_questions(assessment) if q.topic_id == topic.pk]
    if not asked or (question is not None and question not in asked):
        raise NotAsked()
    sha256 = hashlib.sha256(accept(file, limit=FILE_BYTES).content).hexdigest()
    hold(assessment, at=clock.now())
    there = list(Evidence.objects.filter(assessment=assessment).select_related("file"))
    here = [evidence for evidence in there if evidence.topic_id == topic.pk]
    for evidence in here:
        if evidence.file.sha256 == sha256 and evidence.question_id == (question.pk if question else None):
            return evidence
    if len(here) >= MOST_OF_A_TOPIC or len(there) >= MOST:
        raise TooMany()
    stored = files.store_upload(
        file,
        made_by=by,
        partner_id=None if assessment.vendor_only else assessment.partner_id,
        kept_for=KEPT_FOR,
        limit=FILE_BYTES,
    )
    evidence = Evidence(
        partner_id=assessment.partner_id,
        assessment=assessment,
        topic=topic,
        question=question,
        vendor_only=assessment.vendor_only,
        file=stored,
        attached_by=by,
        attached_at=clock.now(),
    )
    evidence.save()
    return record(
        evidence, "evidence.attached", by=by, file=stored.name, topic=topic.name, vendor_only=assessment.vendor_only
    )


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: Membership | None) -> Assessment:
    """Take a file away while the scorecard is in progress; its content is deleted the same night."""
    require(by, "scorecards.remove_evidence", evidence)
    assessment = evidence.assessment
    hold(assessment, at=clock.now())
    stored, topic = evidence.file, evidence.topic
    record(evidence, "evidence.removed", by=by, file=stored.name, topic=topic.name, vendor_only=evidence.vendor_only)
    evidence.delete()
    stored.expires_at = clock.now()
    stored.save(update_fields=["expires_at", "updated_at"])
    return assessment
