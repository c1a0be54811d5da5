"""What the kernel does later: the letters that follow an action."""

from __future__ import annotations

from uuid import UUID

from prm.kernel.invitations import is_open, link_of
from prm.kernel.mail import send_letter
from prm.kernel.models import Invitation
from prm.kernel.outbox import deferred
from prm.kernel.tenancy.context import Context, current_tenant, reenter
from prm.kernel.web import list_exports  # noqa: F401 - long lists as files


@deferred("kernel.send_invitation", long=True)
def send_invitation(invitation_id: str, *, context: Context) -> None:
    """Write to the invited address, if the invitation is still open. Talks to the mail server outside a transaction."""
    with reenter(context):
        invitation = (
            Invitation.objects.select_related("partner", "invited_by__user").filter(pk=UUID(invitation_id)).first()
        )
        if invitation is None or not is_open(invitation):
            return
        letter = {
            "invitation": invitation,
            "tenant": current_tenant(),
            "company": invitation.partner,
            "inviter": invitation.invited_by.user.name if invitation.invited_by else "",
            "link": link_of(invitation),
        }
    send_letter("invitation", to=invitation.email, letter_id=invitation.pk, context=letter)
