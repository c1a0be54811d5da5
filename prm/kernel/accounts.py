"""Account numbers of banks: one way of writing them, and the check digits that catch a slip of the pen."""

from __future__ import annotations

import re

# Countries whose IBANs have a length of their own; others are between 15 and 34.
_LENGTHS = {
    "DE": 22, "AT": 20, "CH": 21, "FR": 27, "GB": 22, "NL": 18, "ES": 24, "IT": 27, "SE": 24, "PL": 28, "BE": 16,
    "DK": 18, "FI": 18, "IE": 22, "LU": 20, "NO": 15, "PT": 25, "CZ": 24,
}  # fmt: skip


def normal_iban(text: str) -> str:
    """An IBAN without blanks in capitals; raises ValueError when its length or its check digits are wrong."""
    iban = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban, re.ASCII):
        raise ValueError("This is no IBAN.")
    if len(iban) != _LENGTHS.get(iban[:2], len(iban)):
        raise ValueError(f"An IBAN of {iban[:2]} has {_LENGTHS[iban[:2]]} characters, this has {len(iban)}.")
    digits = "".join(str(int(c, 36)) for c in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        raise ValueError("The check digits of this IBAN are wrong; a character may be mistyped.")
    return iban


def normal_account(text: str) -> str:
    """An account or routing number without blanks; raises ValueError when it is none."""
    number = re.sub(r"[\s.-]", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9]{4,34}", number, re.ASCII):
        raise ValueError("An account number has 4 to 34 letters or digits.")
    return number


def has_valid_aba(routing: str) -> bool:
    """Whether nine digits are a routing number of a bank in the United States (weights 3, 7, 1)."""
    if not re.fullmatch(r"\d{9}", routing, re.ASCII):
        return False
    return sum(int(digit) * weight for digit, weight in zip(routing, (3, 7, 1) * 3, strict=True)) % 10 == 0
