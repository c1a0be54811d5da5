"""Letters of the system to one person: from a template, as text and HTML, recognisable when sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string

if TYPE_CHECKING:
    from prm.kernel.models import Tenant


def send_letter(template: str, *, to: str, letter_id: UUID | str, context: dict[str, Any]) -> None:
    """Send `mail/<template>` (`_subject.txt`, `.txt`, `.html`) to one address.

    `letter_id` names the letter: a second try carries the same Message-ID, so that mail servers and readers
    know it for the same. The caller reads the recipient just before, never when the letter was asked for.
    """
    parts = {"site_url": settings.SITE_URL, **_look_of(context.get("tenant")), **context}
    subject = " ".join(_text(f"mail/{template}_subject.txt", parts).split())
    letter = EmailMultiAlternatives(
        subject,
        _text(f"mail/{template}.txt", parts).strip() + "\n",
        to=[to],
        headers={"Message-ID": message_id(template, letter_id), "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"mail/{template}.html", parts), "text/html")
    letter.send()


def _look_of(tenant: Tenant | None) -> dict[str, str]:
    """The vendor's picture and the colour of the line over a letter (`mail/layout.html`)."""
    if tenant is None:
        return {}
    picture = f"{settings.SITE_URL}{tenant.logo_url}" if tenant.logo else ""
    return {"brand": tenant.brand, "picture": picture}


def message_id(template: str, letter_id: UUID | str) -> str:
    return f"<{template}.{letter_id}@{urlsplit(settings.SITE_URL).hostname}>"


def _text(name: str, parts: dict[str, Any]) -> str:
    """Plain text: names keep their apostrophes, there is nothing to escape for."""
    return get_template(name).template.render(Context(parts, autoescape=False))  # type: ignore[attr-defined]
