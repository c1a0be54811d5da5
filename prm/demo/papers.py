"""Papers and money in the demo: agreements with versions, one that waits for a signature, bank details, stand-ins."""

from __future__ import annotations

import datetime as dt
from typing import Any

from partners.actions import (
    add_document_version,
    add_stand_in,
    enter_bank_details,
    record_document,
    send_document_for_signature,
    set_sponsor,
    sign_document,
    verify_bank_details,
)
from partners.models import Document, DocumentVersion, Partner
from partners.queries.managers import partners_of_manager
from prm.kernel import clock
from prm.kernel.members import set_signing_authority
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.uploads import Upload

DISTRIBUTOR = "Compañía Río Claro"
ACCOUNTS = (
    {"bank": "First Harbor Bank", "country": "US", "account": "004417829930", "routing": "021000021"},
    {"bank": "Sparkasse Musterstadt", "country": "DE", "iban": "DE89 3704 0044 0532 0130 00"},
)


def tell_papers(story: Any) -> None:
    """Told after the partners and their people exist; all through the actions that people use."""
    with tenant_scope(story.tenant):
        champions = list(
            Membership.objects.filter(roles__contains=[Role.CHAMPION.value])
            .select_related("partner", "user")
            .order_by("user__email")
        )
        for number, champion in enumerate(champions):
            _papers_of(story, champion, number)
        _stand_in(story)
        _distributor(story)


def _papers_of(story: Any, champion: Membership, number: int) -> None:
    partner = champion.partner
    assert partner is not None
    set_signing_authority(champion, given=True, by=story.operations)
    first = Document.objects.filter(partner=partner, kind="agreement").first()
    year = clock.today().year
    if first is None:
        return
    add_document_version(
        first,
        file=_paper(partner, f"Reseller agreement {year}"),
        signed_by=champion.user.name,
        signed_on=clock.today() - dt.timedelta(days=340),
        valid_to=clock.today() + dt.timedelta(days=25),
        by=story.operations,
    )
    add_document_version(
        first,
        file=_paper(partner, f"Reseller agreement {year + 1}"),
        valid_to=clock.today() + dt.timedelta(days=390),
        by=story.operations,
    )
    send_document_for_signature(first, by=story.operations)
    terms = record_document(
        partner, kind="terms", title="Community terms", file=_paper(partner, "Community terms"), by=story.operations
    )
    sent: DocumentVersion = send_document_for_signature(terms, by=story.operations)
    sign_document(sent, name=champion.user.name, agreed=True, by=champion)
    with clock.travel(days=-20):
        details = enter_bank_details(partner, holder=partner.name, by=champion, **ACCOUNTS[number % len(ACCOUNTS)])
    finance = next((m for m in story.people.values() if Role.FINANCE in m.roles), None)
    if finance is not None and number % 2 == 1:
        with clock.travel(days=-12):
            verify_bank_details(details, by=finance)


def _stand_in(story: Any) -> None:
    """The second account manager stands in for the first one's partners during a holiday."""
    if len(story.managers) < 2:
        return
    today = clock.today()
    for partner in partners_of_manager(story.managers[0])[:5]:
        add_stand_in(
            partner,
            story.managers[1],
            from_date=today - dt.timedelta(days=2),
            to_date=today + dt.timedelta(days=12),
            by=story.operations,
        )


def _distributor(story: Any) -> None:
    """One company distributes for three small ones."""
    above = Partner.objects.filter(name=DISTRIBUTOR).first()
    below = list(Partner.objects.filter(sponsor=None).exclude(name=DISTRIBUTOR).order_by("-sort_name")[:3])
    if above is None or story.operations is None:
        return
    Partner.objects.filter(pk=above.pk).update(type=Partner.Type.DISTRIBUTOR)
    above.refresh_from_db()
    for partner in below:
        set_sponsor(partner, above, by=story.operations)


def _paper(partner: Partner, title: str) -> Upload:
    """A small PDF of one page with a title and two parties."""
    return leaflet(title, f"between {_safe(partner.name)} and its vendor")


def leaflet(title: str, said: str) -> Upload:
    """A small PDF of one page with a title and a sentence."""
    lines = [title, said, "This is a sample for the demo."]
    text = "".join(f"0 -24 Td ({line}) Tj " for line in lines)
    stream = f"BT /F1 16 Tf 72 760 Td {text}ET".encode("latin-1", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
        b" /Encoding /WinAnsiEncoding >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return Upload(f"{title}.pdf", out)


def _safe(text: str) -> str:
    return text.replace("\\", "").replace("(", "").replace(")", "")
