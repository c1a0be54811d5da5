"""A mail server that takes letters to people it knows and refuses all others, as real ones do."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.locmem import EmailBackend


class RefusingBackend(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        for message in messages:
            if "nobody" in message.to[0]:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"unknown user")})
        return super().send_messages(messages)
