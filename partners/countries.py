"""The countries one may choose, by ISO code, in English."""

from __future__ import annotations

from babel import Locale

# Babel's territories include regions (numbers) and a few codes that are no countries.
_NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
COUNTRIES = {
    code: name
    for code, name in Locale("en").territories.items()
    if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
}


def is_country(code: str) -> bool:
    return code in COUNTRIES
