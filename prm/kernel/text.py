"""One text normaliser for every channel: forms, API, imports, mail."""

from __future__ import annotations

import re
import unicodedata

from prm.kernel.errors import Invalid

# Everything Postgres, XLSX and PPTX writers choke on: C0 controls but tab and newline;
# lone surrogates and the two non-characters that python-pptx refuses.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean_text(value: str, *, field: str | None = None, max_length: int | None = None) -> str:
    """Return `value` in NFC, line ends as newline, outer blanks removed.

    Raises Invalid for control characters, lone surrogates and non-characters, and when the text is longer
    than `max_length`: nothing is silently cut.
    """
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _FORBIDDEN.search(text):
        raise Invalid("The text contains control characters that cannot be stored.", code="bad_text", field=field)
    if max_length is not None and len(text) > max_length:
        raise Invalid(f"At most {max_length} characters, this has {len(text)}.", code="too_long", field=field)
    return text


_UNACCENTED = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})


def same_name(value: str) -> str:
    """The key by which two writings of a person's name are one: without case, accents and further blanks."""
    return " ".join(sort_key(value).translate(_UNACCENTED).split())


def sort_key(value: str) -> str:
    """A stored key that sorts names without case and accents (there is no ICU in the database)."""
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
