"""Bank details: the partner enters them, finance verifies them, a change starts anew."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from partners.countries import is_country
from partners.models import BankDetails, Partner
from partners.queries.bank import people_to_tell
from prm.kernel import clock
from prm.kernel.accounts import has_valid_aba, normal_account, normal_iban
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.notifications import notify
from prm.kernel.policies import require
from prm.kernel.sealing import Unreadable, seal, unseal
from prm.kernel.text import clean_text


class OwnEntry(NotAllowed):
    """Who entered these details cannot verify them."""

    code = "own_entry"


class AlreadyVerified(Conflict):
    """These details are verified already."""

    code = "already_verified"


@transaction.atomic
def enter_bank_details(
    partner: Partner,
    *,
    by: Membership | None,
    holder: str,
    bank: str,
    country: str,
    iban: str = "",
    account: str = "",
    routing: str = "",
    seen_version: int | None = None,
) -> BankDetails:
    """Say where the partner's money goes. A change voids the verification and is told to its champions and finance.

    The event says that something changed, never what.
    """
    require(by, "partners.enter_bank_details", partner)
    values = _checked(holder=holder, bank=bank, country=country, iban=iban, account=account, routing=routing)
    details = BankDetails.objects.select_for_update(of=("self",)).filter(partner=partner).first()
    if details is None:
        details = BankDetails(partner=partner)
    else:
        if _opened(details) == values:
            return details
        touch(details, seen_version=seen_version)
    details.country, details.last_four = values["country"], (values["iban"] or values["account"])[-4:]
    details.sealed = seal(values, row=details.pk)
    details.entered_by, details.changed_at = by, clock.now()
    details.verified_by = details.verified_at = None
    details.save()
    record(details, "bank_details.entered", by=by)
    notify(
        people_to_tell(partner),
        f"The bank details of {partner.name} were changed. If you did not expect this, tell us at once.",
        about=details,
        url=f"{partner.get_absolute_url()}?tab=documents",
        key=f"bank_details:{details.pk}:{details.version}",
        mail=True,
    )
    return details


@transaction.atomic
def verify_bank_details(details: BankDetails, *, by: Membership | None, seen_version: int | None = None) -> BankDetails:
    """Finance has checked that the account is the partner's; never the person who entered it."""
    require(by, "partners.verify_bank_details", details)
    if by is not None and (details.entered_by_id == by.pk or _is_same_person(details, by)):
        raise OwnEntry()
    if details.is_verified:
        raise AlreadyVerified()
    touch(details, seen_version=seen_version)
    details.verified_by, details.verified_at = by, clock.now()
    details.save(update_fields=["verified_by", "verified_at", "updated_at"])
    return record(details, "bank_details.verified", by=by)


def _is_same_person(details: BankDetails, by: Membership) -> bool:
    """One login may be a member on both sides."""
    return details.entered_by is not None and details.entered_by.user_id == by.user_id


def _opened(details: BankDetails) -> dict[str, Any] | None:
    try:
        return unseal(details.sealed, row=details.pk)
    except Unreadable:
        return None


def _checked(**texts: str) -> dict[str, str]:
    values = {name: clean_text(text, field=name, max_length=160) for name, text in texts.items()}
    for name, label in (("holder", "the account holder"), ("bank", "the bank")):
        if not values[name]:
            raise Invalid(f"Please name {label}.", field=name)
    values["country"] = values["country"].upper()
    if not is_country(values["country"]):
        raise Invalid("Please choose the country of the bank.", field="country")
    if bool(values["iban"]) == bool(values["account"]):
        raise Invalid("Give an IBAN, or an account number with its routing number; one of the two.", field="iban")
    if values["iban"]:
        values["iban"], values["routing"] = _in_form("iban", values["iban"], normal_iban), ""
        return values
    values["account"] = _in_form("account", values["account"], normal_account)
    values["routing"] = _in_form("routing", values["routing"], normal_account)
    if values["country"] == "US" and not has_valid_aba(values["routing"]):
        raise Invalid("This is no routing number of a bank in the United States.", field="routing")
    return values


def _in_form(field: str, text: str, normal: Any) -> str:
    try:
        return normal(text)
    except ValueError as error:
        raise Invalid(str(error), field=field) from error
