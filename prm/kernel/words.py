"""What a vendor calls things: its partners, its tiers, its account managers. One place for pages, mails and decks.

`word("Partners")` is asked for by the plain English word as it stands in the sentence: singular or plural, small or
capital first letter. The answer is the vendor's own word in the same number, or the plain word itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_noop

from prm.kernel.tenancy.context import current_tenant, is_inside

if TYPE_CHECKING:
    from prm.kernel.models import Tenant

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


def word(plain: str, tenant: Tenant | None = None) -> str:
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


def _own(tenant: Tenant | None, term: str, number: int) -> str:
    tenant = tenant or (current_tenant() if is_inside() else None)
    chosen: Any = (tenant.words if tenant else {}).get(term)
    return (chosen.get("many" if number else "one") or "") if isinstance(chosen, dict) else ""
