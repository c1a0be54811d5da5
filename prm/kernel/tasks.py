"""What the kernel does later: the letters that follow an action, and the check of files that people brought."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from prm.kernel import clock, files
from prm.kernel.addresses import in_letters
from prm.kernel.imports import uploads  # noqa: F401 - files sent in the browser
from prm.kernel.imports.undo import forget_changes
from prm.kernel.invitations import is_open, link_of
from prm.kernel.mail import send_letter
from prm.kernel.models import Invitation, Notification, StoredFile
from prm.kernel.once import forget_answers
from prm.kernel.outbox import deferred
from prm.kernel.schedule import daily
from prm.kernel.sites import home_of
from prm.kernel.tenancy.context import Context, current_tenant, reenter
from prm.kernel.vendor import begin_planned_fiscal_year
from prm.kernel.web import list_exports  # noqa: F401 - long lists as files
from prm.kernel.webhooks import sending  # noqa: F401 - what a vendor's other programs are told


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
            "site_url": home_of(current_tenant()),
        }
    send_letter("invitation", to=invitation.email, letter_id=invitation.pk, context=letter)


@deferred("kernel.send_notification", long=True)
def send_notification(notification_id: str, *, context: Context) -> None:
    """A letter of one thing that was told; none to those who have read it, left, or want no mail by now."""
    with reenter(context):
        notice = Notification.objects.select_related("member__user").filter(pk=UUID(notification_id)).first()
        if notice is None or notice.mailed_at or notice.read_at or not wants_letters(notice):
            return
        letter = {"notice": notice, "tenant": current_tenant(), "link": in_letters(notice.url)}
        address = notice.member.user.email
    send_letter("notification", to=address, letter_id=notice.pk, context=letter)
    with reenter(context):
        Notification.objects.filter(pk=notice.pk).update(mailed_at=clock.now())


def wants_letters(notice: Notification) -> bool:
    member = notice.member
    return member.active and member.user.is_active and member.wants_mail


@deferred("kernel.scan_file")
def scan_file(stored_file_id: str) -> None:
    """Ask the scanner about an uploaded file; what fails is tried again, and the file waits."""
    found = StoredFile.objects.filter(pk=UUID(stored_file_id)).first()
    if found is not None:
        files.scan_file(found)


@daily
@deferred("kernel.begin_fiscal_year")
def begin_fiscal_year(on: str) -> None:
    """A planned change of the fiscal year holds from its day on."""
    begin_planned_fiscal_year(dt.date.fromisoformat(on))


@daily
@deferred("kernel.forget_import_changes")
def forget_import_changes(on: str) -> None:
    """What imports changed is forgotten once they can no longer be taken back."""
    forget_changes()


@daily
@deferred("kernel.forget_kept_answers")
def forget_kept_answers(on: str) -> None:
    """Answers are kept for seven days, for whoever sends a request again."""
    forget_answers()
