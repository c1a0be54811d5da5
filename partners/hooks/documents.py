"""What is lent of documents: their panel, what waits for a signature, what ends soon, and the words of their events."""

from __future__ import annotations

from typing import Any

from partners.models import Document, Partner
from partners.queries import declined_documents, documents_to_sign, ending_documents, with_state
from partners.registries import Alert, Worklist, lend_alert, lend_panel, lend_worklist, tell
from partners.rows import present_documents
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from prm.kernel.web.navigation import Entry, navigation

SHOWN_DOCUMENTS = 10

navigation(Entry("Documents", "partners:documents", "file-certificate", 25, "partners.view_document"))

tell(
    document__recorded="recorded the document “{title}”",
    document__version_added="uploaded version {number} of “{title}”",
    document__sent="sent “{title}”, version {number}, for signature",
    document__recalled="took “{title}” back from signature",
    document__signed="signed “{title}”, version {number}, as {name}",
    document__declined="declined to sign “{title}”: {reason}",
)


@lend_panel(10, "partners/panels/documents.html", "documents", permission="partners.view_document")
def documents_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    documents = with_state(Document.objects.visible_to(member).filter(partner=partner)).order_by("-created_at", "pk")
    found = list(documents[: SHOWN_DOCUMENTS + 1])
    return {
        "documents": present_documents(found[:SHOWN_DOCUMENTS]),
        "has_more": len(found) > SHOWN_DOCUMENTS,
        "may_add": permits(member, "partners.record_document", partner),
    }


lend_worklist(
    Worklist(
        "documents_to_sign",
        "Signature",
        documents_to_sign,
        url=lambda version: version.get_absolute_url(),
        text=lambda version: f"Sign {version.document.title}",
    )
)
lend_worklist(
    Worklist(
        "declined_documents",
        "Declined",
        declined_documents,
        url=lambda version: version.get_absolute_url(),
        text=lambda version: f"{version.document.partner.name} declined to sign {version.document.title}",
    )
)
lend_alert(
    Alert(
        "document_ends",
        ending_documents,
        text=lambda ending: f"{ending.title} of {ending.partner.name} ends on {formatter().day(ending.valid_to)}",
    )
)
