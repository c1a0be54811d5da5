"""The papers of an opportunity: proposal, statement of work, proof of concept, business case, each with its file."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from dealreg.actions.carrying import claim, told
from dealreg.models import Opportunity, OpportunityDocument
from prm.kernel import clock, files
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.uploads import Upload

KEPT_FOR, MOST = "dealreg.opportunity", 30


@transaction.atomic
def add_paper(
    opportunity: Opportunity, *, by: Membership, kind: str, file: Upload, dated_on: dt.date | None = None
) -> OpportunityDocument:
    """Keep a paper with its file. Both sides read it; of the vendor's own deal the vendor alone."""
    require(by, "dealreg.add_paper", opportunity)
    if kind not in OpportunityDocument.Kind.values:
        raise Invalid("Choose what it is.", field="kind")
    day = dated_on or clock.today()
    if day > clock.today():
        raise Invalid("A paper is of today or earlier.", field="dated_on")
    claim(opportunity)
    if OpportunityDocument.objects.filter(opportunity=opportunity).count() >= MOST:
        raise Conflict(f"There are {MOST} papers already, as many as an opportunity can have.", code="too_many_files")
    stored = files.store_upload(file, made_by=by, partner_id=opportunity.partner_id, kept_for=KEPT_FOR)
    paper = OpportunityDocument(
        partner_id=opportunity.partner_id,
        opportunity=opportunity,
        kind=kind,
        dated_on=day,
        file=stored,
        added_by=by,
    )
    paper.save(force_insert=True)
    label = str(OpportunityDocument.Kind(kind).label)
    told(opportunity, "opportunity.paper_added", by=by, kind=label, file=stored.name)
    return paper


@transaction.atomic
def remove_paper(paper: OpportunityDocument, *, by: Membership) -> Opportunity:
    """Take a paper away that one has added; its file is deleted the same night."""
    require(by, "dealreg.remove_paper", paper)
    opportunity, stored = paper.opportunity, paper.file
    claim(opportunity)
    told(opportunity, "opportunity.paper_removed", by=by, file=stored.name)
    paper.delete()
    stored.expires_at = clock.now()
    stored.save(update_fields=["expires_at", "updated_at"])
    return opportunity
