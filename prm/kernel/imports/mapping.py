"""Which column of a file is which field: proposed by the names, corrected by a person, written as a profile.

A mapping is the entry of one file in a profile, so the browser and the command read the same words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from prm.kernel.imports.registry import Importer

# What other systems call our fields, after the punctuation is gone.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "external_id": ("id", "externalid", "accountid", "customerid", "partnerid", "number", "no", "key", "recordid"),
    "name": ("name", "company", "companyname", "accountname", "partnername", "fullname", "firma", "organisation"),
    "country": ("country", "countrycode", "land", "billingcountry"),
    "domain": ("domain", "webdomain", "emaildomain"),
    "website": ("website", "web", "url", "homepage"),
    "employees": ("employees", "staff", "headcount", "numberofemployees", "size"),
    "annual_revenue": ("annualrevenue", "revenue", "turnover"),
    "city": ("city", "town", "ort", "stadt", "billingcity"),
    "postal_code": ("postalcode", "zip", "zipcode", "postcode", "plz"),
    "state_province": ("stateprovince", "province", "region", "bundesland"),
    "address": ("address", "street", "billingstreet"),
    "phone": ("phone", "telephone", "tel"),
    "email": ("email", "mail", "emailaddress"),
    "partner": ("partner", "partnerid", "partnernumber", "account", "accountid", "reseller"),
    "manager": ("manager", "accountmanager", "cam", "owner", "owneremail"),
    "booked_on": ("bookedon", "day", "date", "orderdate", "invoicedate", "closedate"),
    "amount": ("amount", "net", "netamount", "value", "total"),
    "month": ("month", "period"),
    "line": ("line", "productline", "family"),
    "type": ("type", "partnertype", "accounttype"),
    "title": ("title", "jobtitle", "position"),
}
DATE_FORMATS = {
    "": "2026-03-31",
    "%d.%m.%Y": "31.03.2026",
    "%d/%m/%Y": "31/03/2026",
    "%m/%d/%Y": "03/31/2026",
    "%Y%m%d": "20260331",
}
NUMBER_FORMATS = {"": "1234.50", ".,": "1,234.50", ",.": "1.234,50", ", ": "1 234,50", ",": "1234,50"}


def bare(name: str) -> str:
    """A name without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", letters)


def proposed(importer: type[Importer], columns: Sequence[str]) -> dict[str, str]:
    """Field to column: the same name first, then what others call it; no column twice."""
    free = {bare(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for words in (lambda field: (bare(field),), lambda field: SYNONYMS.get(field, ())):
        for field in importer.rules:
            word = next((w for w in words(field) if w in free), None)
            if field not in found and word is not None:
                found[field] = free.pop(word)
    return found


def is_date(importer: type[Importer], field: str) -> bool:
    return importer.rules[field].says.startswith("date")


def is_number(importer: type[Importer], field: str) -> bool:
    return importer.rules[field].says.startswith("number")


def expression(importer: type[Importer], field: str, said: Mapping[str, Any], options: Mapping[str, str]) -> Any:
    """One field in the words of a profile. What a value map does not name stays as it stands."""
    if said.get("constant"):
        return {"constant": said["constant"]}
    column = said["column"]
    extra: dict[str, Any] = {}
    if said.get("map"):
        extra = {"map": dict(said["map"]), "otherwise": {"column": column}}
    if options.get("date_format") and is_date(importer, field):
        extra["date_format"] = options["date_format"]
    number = options.get("number_format", "")
    if number and is_number(importer, field):
        extra["decimal_point"] = number[0]
        if number[1:]:
            extra["thousands"] = number[1:]
    return {"column": column, **extra} if extra else column


def profile_of(importer: type[Importer], file_name: str, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping as a profile for `bin/manage import_data`."""
    options = mapping.get("options", {})
    entry: dict[str, Any] = {"file": file_name, "entity": importer.entity}
    entry |= {word: options[word] for word in ("encoding", "delimiter", "sheet") if options.get(word)}
    if options.get("skip"):
        entry["on_error"] = "skip"
    entry["columns"] = {
        field: expression(importer, field, said, options)
        for field, said in mapping.get("fields", {}).items()
        if field in importer.rules
    }
    return {"name": f"{importer.entity} from {file_name}"[:120], "files": [entry]}


def as_yaml(profile: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(profile), sort_keys=False, allow_unicode=True)


def value_map(text: str) -> dict[str, str]:
    """Lines of `theirs = ours`. Raises ValueError for a line without the sign."""
    found = {}
    for line in text.splitlines():
        if line.strip():
            theirs, sign, ours = line.partition("=")
            if not sign:
                raise ValueError(f"“{line.strip()[:60]}” is not written as theirs = ours")
            found[theirs.strip()] = ours.strip()
    return found


def map_lines(pairs: Mapping[str, str]) -> str:
    return "\n".join(f"{theirs} = {ours}" for theirs, ours in pairs.items())


def first_values(rows: Iterable[Mapping[str, str]], column: str, most: int = 3) -> list[str]:
    """Some different values of a column, for people who name it."""
    found: list[str] = []
    for cells in rows:
        value = cells.get(column, "").strip()
        if value and value not in found:
            found.append(value[:40])
        if len(found) == most:
            break
    return found
