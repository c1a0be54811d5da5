"""The receipt of a registration: what stands on it, and whether one that somebody brings is ours and unchanged."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass

from dealreg.models import DealReceipt, DealRegistration
from prm.kernel.signing import Signature, is_genuine
from prm.kernel.tenancy.context import current_tenant

TITLE = "RECEIPT OF A DEAL REGISTRATION"
MARK = b"%prm-receipt:"  # behind the end of the PDF, where readers take it for a comment


@dataclass(frozen=True)
class Proof:
    """What became of a check: whether the signature holds, and the text that it covers."""

    is_genuine: bool
    text: str
    why: str = ""


def receipt_body(deal: DealRegistration, lines: list[str], history: str) -> str:
    """The text that is signed: one fact a line, in English, days and times in ISO, so that it reads the same later."""
    assert deal.submitted_at is not None
    facts = {
        "Vendor": current_tenant().name,
        "Number": deal.number,
        "Partner": deal.partner.name,
        "Customer": deal.customer_name,
        "Web domain": deal.customer_domain or "-",
        "Country": deal.customer_country,
        "Product lines": ", ".join(lines),
        "Amount": f"{deal.currency} {deal.amount}",
        "Expected close": deal.expected_close,
        "Received at": f"{deal.submitted_at.astimezone(dt.UTC).isoformat()} (time of the server)",
        "Decision due by": f"{deal.review_due} (end of the day, {current_tenant().time_zone})",
        "History begins with": history,
    }
    said = [f"{label}: {' '.join(str(value).split())}" for label, value in facts.items()]
    return "\n".join([TITLE, "", *said, "", "Received. It is under review; this is no approval.", ""])


def receipt_text(receipt: DealReceipt) -> str:
    """The receipt as a file: the signed text, then who signed."""
    return f"{receipt.text}Key: {receipt.key_id}\nSignature: {receipt.signature}\n"


def marked(pdf: bytes, receipt: DealReceipt) -> bytes:
    """The PDF with the signed text behind its end, so that the file alone can be verified."""
    return pdf + b"\n" + MARK + base64.b64encode(receipt_text(receipt).encode()) + b"\n"


def verify_receipt(content: bytes) -> Proof:
    """Whether a receipt (the text, or our PDF) carries our signature over exactly what it says."""
    if content.startswith(b"%PDF"):
        _, found, packed = content.rpartition(MARK)
        if not found:
            return Proof(False, "", "This PDF carries no signed text.")
        try:
            content = base64.b64decode(packed.strip(), validate=True)
        except ValueError:
            return Proof(False, "", "The signed text in this PDF is damaged.")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Proof(False, "", "This is no text.")
    body, found_key, tail = text.rpartition("Key: ")
    key_id, found_signature, value = tail.partition("\nSignature: ")
    if not (found_key and found_signature):
        return Proof(False, text, "There is no signature in it.")
    if not is_genuine(body, Signature(key_id.strip(), value.strip())):
        return Proof(False, body, "The signature does not fit: the text was changed, or another key signed it.")
    return Proof(True, body)
