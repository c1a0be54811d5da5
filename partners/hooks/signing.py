"""What stands between a named signer and the signature: operations confirm it, and the person is told."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.queries import authority_to_confirm, documents_to_sign
from partners.registries import Worklist, lend_worklist
from prm.kernel.events import on
from prm.kernel.models import Event, Membership
from prm.kernel.notifications import notify
from prm.kernel.outbox import deferred

lend_worklist(
    Worklist(
        "signing_authority",
        "Signing authority",
        authority_to_confirm,
        url=lambda person: f"{reverse('kernel:person', args=[person.pk])}#authority",
        text=lambda person: (
            _("%(name)s is named to sign for %(company)s: confirm the signing authority")
            % {"name": person.user.name, "company": person.partner.name}
        ),
    )
)


@deferred("partners.tell_signer")
def tell_signer(event_id: str) -> None:
    """Who may sign from now on hears of all that waits for the signature."""
    event = Event.objects.get(pk=UUID(event_id))
    member = Membership.objects.select_related("user").filter(pk=event.subject_id, active=True).first()
    if member is None or not member.signing_authority:
        return
    for version in documents_to_sign(member):
        title = version.document.title
        notify(
            [member],
            _("You can sign “%(title)s” now: it waits for your signature") % {"title": title},
            about=version,
            url=f"/partners/documents/{version.document_id}/",
            key=f"sign:{version.pk}:{event.pk}",
            mail=True,
        )


on("member.authority_set")(tell_signer)
