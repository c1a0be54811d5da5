"""The values of a profile as people read and fill them in: groups, labels, kinds and choices, said once.

Pages, forms, the API and the questions on the home page are all drawn from this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from partners.countries import COUNTRIES, is_country
from partners.models import PartnerProfile
from partners.statements import is_same
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.text import clean_text

FIRST_YEAR = 1500
VERTICALS = {
    "healthcare": _("Healthcare"),
    "finance": _("Banking and insurance"),
    "public": _("Public sector"),
    "education": _("Education"),
    "manufacturing": _("Manufacturing"),
    "retail": _("Retail"),
    "logistics": _("Transport and logistics"),
    "energy": _("Energy and utilities"),
    "telecom": _("Telecommunications"),
    "media": _("Media"),
    "construction": _("Construction and real estate"),
    "hospitality": _("Hotels and restaurants"),
    "professional_services": _("Professional services"),
    "non_profit": _("Non-profit"),
}
FUNCTIONS = {
    "it": _("IT"),
    "security": _("Security"),
    "operations": _("Operations"),
    "finance": _("Finance"),
    "sales": _("Sales"),
    "marketing": _("Marketing"),
    "service": _("Customer service"),
    "hr": _("Human resources"),
    "research": _("Research and development"),
    "supply_chain": _("Purchasing and supply chain"),
}
DEMAND = {
    "referrals": _("Referrals of customers"),
    "events": _("Events"),
    "webinars": _("Webinars"),
    "telemarketing": _("Telemarketing"),
    "mail": _("Mailings"),
    "search": _("Search and online advertising"),
    "content": _("Content and blog"),
    "social": _("Social media"),
    "vendor_leads": _("Leads from vendors"),
    "none": _("No own marketing"),
}


@dataclass(frozen=True)
class ProfileField:
    """One value of a profile. Kinds: text, long, number, year, money, choice, codes, words, countries, flag, url."""

    name: str
    label: Any
    kind: str
    choices: dict[str, Any] | None = None
    help: Any = ""
    confirm: bool = False  # goes out of date by itself: the page offers to confirm it

    def clean(self, value: Any) -> Any:
        """The value as it is kept; refused with a sentence when it cannot be one."""
        match self.kind:
            case "text" | "long":
                return clean_text(value or "", field=self.name)
            case "url":
                return _with_scheme(clean_text(value or "", field=self.name))
            case "codes" | "choice":
                return self._chosen(value)
            case "words":
                return list(dict.fromkeys(filter(None, (clean_text(word, field=self.name) for word in value or ()))))
            case "countries":
                codes = list(dict.fromkeys(code.strip().upper() for code in value or () if code.strip()))
                wrong = [code for code in codes if not is_country(code)]
                if wrong:
                    raise Invalid(
                        _now("%s is no country code (two letters, ISO 3166).") % wrong[0][:20], field=self.name
                    )
                return codes
            case "flag":
                return bool(value)
            case "year":
                return self._past_year(value)
        return value

    def _past_year(self, value: Any) -> Any:
        this_year = clock.today().year
        if value is not None and not FIRST_YEAR <= value <= this_year:
            raise Invalid(
                _now("Enter a year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": this_year},
                field=self.name,
            )
        return value

    def _chosen(self, value: Any) -> Any:
        if self.kind == "codes":
            return list(dict.fromkeys(value or ()))  # imports may bring codes of their own
        if value and value not in (self.choices or {}):
            raise Invalid(_now("%s is none of the choices.") % str(value)[:40], field=self.name)
        return value or ""

    def is_same(self, one: Any, other: Any) -> bool:
        """Whether two values say the same; an address does with and without its scheme."""
        if self.kind == "url":
            one, other = _with_scheme(str(one or "")), _with_scheme(str(other or ""))
        return is_same(one, other)

    def write(self, value: Any, write: Any) -> str:
        """The value in words; empty when nothing is known."""
        if value in (None, "", []):
            return ""
        match self.kind:
            case "choice":
                return str((self.choices or {}).get(value, value))
            case "codes":
                return ", ".join(str((self.choices or {}).get(code, str(code).replace("_", " "))) for code in value)
            case "words":
                return ", ".join(value)
            case "countries":
                return ", ".join(COUNTRIES.get(code, code) for code in value)
            case "flag":
                return _now("Yes") if value else _now("No")
            case "number":
                return write.count(value)
            case "money":
                return write.money(Decimal(str(value)))
        return str(value)


def _with_scheme(address: str) -> str:
    return address if not address or "://" in address else f"https://{address}"


def _choices(choices: Any) -> dict[str, Any]:
    return dict(choices.choices)


P, F = PartnerProfile, ProfileField
GROUPS: tuple[tuple[str, Any, tuple[ProfileField, ...]], ...] = (
    (
        "company",
        _("Company"),
        (
            F("about", _("About"), "long"),
            F("website", _("Website"), "url"),
            F("phone", _("Phone"), "text"),
            F("employees", _("Employees"), "number", confirm=True),
            F("founded", _("Founded in"), "year"),
            F(
                "annual_revenue_band",
                _("Annual revenue"),
                "choice",
                _choices(P.RevenueBand),
                _("Of the whole company."),
            ),
            F("annual_revenue", _("Annual revenue, exact"), "money"),
            F("annual_sales", _("Annual sales of such products"), "money"),
            F("ownership_note", _("Ownership"), "text", help=_("Family-owned, part of a group, investors.")),
            F("bank_name", _("Bank"), "text"),
        ),
    ),
    (
        "markets",
        _("Markets"),
        (
            F("markets", _("Countries served"), "countries", help=_("Country codes with commas: DE, AT, CH.")),
            F("verticals", _("Industries"), "codes", VERTICALS),
            F("functions", _("Departments that buy"), "codes", FUNCTIONS),
            F("sells_to", _("Sells to"), "choice", _choices(P.SellsTo)),
            F("vertical_insight", _("Industry insight"), "long", help=_("What they know of their industries.")),
        ),
    ),
    (
        "offer",
        _("Offer"),
        (
            F("product_focus", _("Product focus"), "text"),
            F("product_mix", _("Product mix"), "text", help=_("Shares of revenue: software 30 %, services 50 %.")),
            F("complementary_products", _("Complementary products"), "words", help=_("With commas.")),
            F("delivery_model", _("Delivery model"), "choice", _choices(P.DeliveryModel)),
            F("certifications_held", _("Certifications held"), "words", help=_("With commas.")),
        ),
    ),
    (
        "selling",
        _("How they sell"),
        (
            F("sales_method", _("Sales method"), "text", help=_("Consultative, tenders, web shop, inside sales.")),
            F("demand_generation", _("Demand generation"), "codes", DEMAND),
            F("order_frequency", _("Orders"), "text"),
            F("partner_to_partner", _("Works with other partners"), "choice", _choices(P.PartnerToPartner)),
        ),
    ),
    (
        "working",
        _("Working with us"),
        (
            F("relevant_headcount", _("People who work with our products"), "number", confirm=True),
            F("accepts_leads", _("Takes leads from us"), "flag"),
            F("lead_capacity", _("Leads a month they can follow up"), "number", confirm=True),
            F("share_costs", _("Shares people cost in business plans"), "flag"),
        ),
    ),
)
FIELDS: dict[str, ProfileField] = {field.name: field for _code, _label, fields in GROUPS for field in fields}
