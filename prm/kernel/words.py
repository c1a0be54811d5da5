"""What a vendor calls things: its partners, its tiers, its account managers. One place for pages, mails and decks.

`word("Partners")` is asked for by the plain English word as it stands in the sentence: singular or plural, small or
capital first letter. The answer is the vendor's own word in the same number, or the plain word itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, gettext_noop

from prm.kernel.tenancy.context import current_tenant, is_inside


class HasWords(Protocol):
    """A vendor, as far as it is asked here."""

    words: Any


# The key under which a vendor's word is stored, with its plain forms: one, and several.
TERMS: dict[str, tuple[str, str]] = {
    "partner": (gettext_noop("partner"), gettext_noop("partners")),
    "tier": (gettext_noop("tier"), gettext_noop("tiers")),
    "manager": (gettext_noop("account manager"), gettext_noop("account managers")),
}
_FORMS = {form: (term, number) for term, forms in TERMS.items() for number, form in enumerate(forms)}


def is_word(plain: str) -> bool:
    """Whether a vendor may choose its own word for this."""
    return plain.lower() in _FORMS


def word(plain: str, tenant: HasWords | None = None) -> str:
    """The vendor's word for `plain` ("partner", "Partners", "account manager"...), in the same number and case."""
    small = plain.lower()
    if small not in _FORMS:
        raise ValueError(f"{plain!r} is not among the words a vendor may choose")
    term, number = _FORMS[small]
    own = _own(tenant, term, number)
    shown = own or gettext(small)
    return shown[:1].upper() + shown[1:] if plain[:1].isupper() else shown


def own_word(label: Any) -> Any:
    """A label that is one of the words a vendor may choose in the vendor's own; every other one in the page's language.

    Labels of columns are written once, at import, so they are looked up here and not where they are written.
    """
    if not isinstance(label, str) or not label:
        return label
    return word(label) if is_word(label) else gettext(label)


def own_words(text: str, write: Callable[[str], str] = str) -> str:
    """A text of ours with the vendor's own words in it: "Add a partner" is "Add a reseller" where it says so.

    Only for what stands in the code: in a text that somebody typed, a name may have such a word in it. `write` makes
    of an own word what the text needs it to be.
    """
    tenant = current_tenant() if is_inside() else None
    if tenant is None or not tenant.words:
        return text
    return _spoken(text, get_language(), *[(term, write(one), write(many)) for term, one, many in chosen_words(tenant)])


def _own_text(text: str) -> str:
    # Where there are gaps to fill, a sign in the vendor's word (from before it was refused) is none of them.
    return own_words(gettext(text), (lambda said: said.replace("%", "%%")) if "%(" in text else str)


own = lazy(_own_text, str)  # for labels that are written once, at import


def chosen_words(tenant: HasWords) -> tuple[tuple[str, str, str], ...]:
    """The words that this vendor chose: the key, one, several."""
    chosen = ((term, tenant.words.get(term)) for term in TERMS)
    return tuple((term, of.get("one") or "", of.get("many") or "") for term, of in chosen if isinstance(of, dict))


@lru_cache(maxsize=5000)
def _spoken(text: str, language: str | None, *words: tuple[str, str, str]) -> str:
    chosen = {
        gettext(plain): spoken
        for term, *forms in words
        for plain, spoken in zip(TERMS[term], forms, strict=True)
        if spoken
    }
    if not chosen:
        return text
    longest_first = "|".join(re.escape(plain) for plain in sorted(chosen, key=len, reverse=True))

    def say(found: re.Match[str]) -> str:
        shown = chosen[found["plain"].lower()]
        article = found["article"] or ""
        if article:
            article = f"{article[0]}n " if shown[0].lower() in "aeiou" else f"{article[0]} "
        return article + (shown[:1].upper() + shown[1:] if found["plain"][0].isupper() else shown)

    # Not the names of what is filled in: %(partner)s.
    pattern = rf"(?<!%\()\b(?:(?P<article>an?)\s)?(?P<plain>{longest_first})\b(?!\)s)"
    return re.sub(pattern, say, text, flags=re.IGNORECASE)


def _own(tenant: HasWords | None, term: str, number: int) -> str:
    tenant = tenant or (current_tenant() if is_inside() else None)
    chosen: Any = (tenant.words if tenant else {}).get(term)
    return (chosen.get("many" if number else "one") or "") if isinstance(chosen, dict) else ""
