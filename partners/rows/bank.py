"""Bank details as each reader may see them: in full, the last four characters, or only that they are verified."""

from __future__ import annotations

from dataclasses import dataclass

from partners.models import BankDetails
from partners.queries.bank import payable_from
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.sealing import Unreadable, unseal
from prm.kernel.web.format import formatter


@dataclass(frozen=True)
class ShownBankDetails:
    """Empty texts are what the reader may not see; `is_readable` is false when no key opens the details."""

    holder: str
    bank: str
    country: str
    iban: str
    account: str
    routing: str
    last_four: str
    is_full: bool
    is_readable: bool
    is_verified: bool
    changed: str
    entered_by: str
    verified: str
    payable_from: str
    version: int


def sees_in_full(member: Membership, details: BankDetails) -> bool:
    if member.is_vendor:
        return member.has(Role.FINANCE)
    return member.partner_id == details.partner_id and member.has(Role.CHAMPION, Role.DISTRIBUTOR)


def present_bank_details(details: BankDetails, member: Membership) -> ShownBankDetails:
    write, is_full = formatter(), sees_in_full(member, details)
    values: dict[str, str] = {}
    is_readable = True
    if is_full:
        try:
            values = unseal(details.sealed, row=details.pk)
        except Unreadable:
            is_readable = False
    payable = payable_from(details)
    verified = ""
    if details.verified_at:
        verified = write.moment(details.verified_at)
        verified += f", {details.verified_by.user.name}" if details.verified_by else ""
    iban = values.get("iban", "")
    return ShownBankDetails(
        holder=values.get("holder", ""),
        bank=values.get("bank", ""),
        country=details.country if is_full else "",
        iban=" ".join(iban[i : i + 4] for i in range(0, len(iban), 4)),
        account=values.get("account", ""),
        routing=values.get("routing", ""),
        last_four=details.last_four,
        is_full=is_full,
        is_readable=is_readable,
        is_verified=details.is_verified,
        changed=write.moment(details.changed_at),
        entered_by=details.entered_by.user.name if details.entered_by else "",
        verified=verified,
        payable_from=write.day(payable) if payable else "",
        version=details.version,
    )
