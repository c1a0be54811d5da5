"""The programme and a partner's place in it as pages show them: gaps in units people count in, benefits in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import PartnerTier
from partners.queries.program import Benefits, Ladder, RequirementRow, Rung, label_of, unit_of
from partners.queries.tiers import TierOutlook
from partners.registries import measures
from partners.rows import present_requirement
from prm.kernel.numbers import HUNDRED
from prm.kernel.web.format import Formatter, formatter
from prm.kernel.words import own

SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
CAUSE_TONES = {"override": "yellow", "entry": "blue", "evaluation": "green"}


def in_units(row: RequirementRow) -> str:
    """What is missing, as one would say it: "two more certified engineers", "USD 12,400.00 more revenue"."""
    write = formatter()
    flags = {
        "agreement_signed": _("sign the reseller agreement"),
        "community_terms_accepted": _("accept the community terms"),
        "business_plan_approved": _("have a business plan approved"),
    }
    if row.kind == "flag":
        return flags.get(row.metric) or row.label
    if row.gap is None:
        return _("%(label)s: no figure yet") % {"label": row.label}
    if row.kind == "at_most":
        return _("%(gap)s fewer: %(label)s") % {"gap": write.figure(row.gap, row.unit), "label": row.label}
    if row.unit == "money":
        return _("%(gap)s more revenue") % {"gap": write.money(row.gap)}
    if row.unit == "score":
        return _("%(gap)s more points: %(label)s") % {"gap": write.score(row.gap), "label": row.label}
    count = int(row.gap) if row.gap == int(row.gap) else 0
    number = _(SMALL_NUMBERS[count]) if 0 < count < len(SMALL_NUMBERS) else write.figure(row.gap, row.unit)
    words = {
        "sales_certified": ngettext("%(n)s more certified salesperson", "%(n)s more certified salespeople", count),
        "technical_certified": ngettext("%(n)s more certified engineer", "%(n)s more certified engineers", count),
        "registered_deals_12m": ngettext("%(n)s more registered deal", "%(n)s more registered deals", count),
        "qbrs_12m": ngettext("%(n)s more business review", "%(n)s more business reviews", count),
    }
    known = words.get(row.metric)
    return known % {"n": number} if known else _("%(n)s more: %(label)s") % {"n": number, "label": row.label}


def unmeasured(*ladders: Ladder) -> list[str]:
    """What these versions ask and nobody keeps figures of: it counts as missing for every partner, on any day."""
    asked = sorted({metric for ladder in ladders for metric in ladder.metrics if metric not in measures})
    return [label_of(metric) for metric in asked]


@dataclass(frozen=True)
class ShownGap:
    """One missing thing."""

    text: str
    detail: str
    why: str


def present_gap(row: RequirementRow) -> ShownGap:
    shown = present_requirement(row)
    detail = (
        "" if row.kind == "flag" else _("%(actual)s of %(target)s") % {"actual": shown.actual, "target": shown.target}
    )
    return ShownGap(in_units(row), detail, row.why)


SHORT = 2  # requirements that are named; the others are counted


def requirements_in_short(rows: Sequence[RequirementRow]) -> str:
    """How requirements stand in a few words, figures first:
    "Net revenue, last 12 months: 83,000.00 of 80,000.00 · 4 more"."""
    figures = sorted(rows, key=lambda row: row.kind == "flag")
    texts = []
    for row in figures[:SHORT]:
        gap = present_gap(row)
        texts.append(f"{row.label}: {gap.detail}" if gap.detail else row.label)
    if (more := len(rows) - SHORT) > 0:
        texts.append(ngettext("%(n)s more", "%(n)s more", more) % {"n": more})
    return " · ".join(texts)


@dataclass(frozen=True)
class ShownOutlook:
    """A partner's place in the programme, for its home, its page and the vendor."""

    held: str
    next: str
    qualifying: str
    percent: int
    percent_text: str
    missing: list[ShownGap]
    to_keep: list[ShownGap]
    can_rise: bool


def present_outlook(outlook: TierOutlook) -> ShownOutlook:
    write = formatter()
    done = outlook.attainment if outlook.attainment is not None else Decimal(1)
    above = outlook.to_reach
    words = {"done": write.percent(done, 0), "tier": above.name if above else ""}
    return ShownOutlook(
        held=outlook.held_name,
        next=above.name if above else "",
        qualifying=outlook.qualifying,
        percent=int(done * HUNDRED),
        # All that is asked, each by its weight (F10): beside one figure of it a bare percentage would be misread.
        percent_text=_("%(done)s of what %(tier)s asks, weighted") % words if above else "",
        missing=[present_gap(row) for row in outlook.missing],
        to_keep=[present_gap(row) for row in outlook.to_keep],
        can_rise=above is not None and not outlook.missing,
    )


def benefit_lines(benefits: Benefits | None) -> list[tuple[str, str]]:
    """Benefits by name; the names and their order are the same for every tier, so that columns can be laid out."""
    write = formatter()
    given = benefits or Benefits()

    def yes(value: bool) -> str:
        return _("yes") if value else "–"

    def days(value: int) -> str:
        return ngettext("%(n)s day", "%(n)s days", value) % {"n": value} if value else "–"

    def share(value: Decimal) -> str:
        return write.percent(value, 2 if value * HUNDRED % 1 else 0) if value else "–"

    def cap(value: Decimal | None) -> str:
        return "–" if not given.mdf_eligible else write.money(value) if value is not None else _("no cap")

    extensions = f"{given.max_extensions} × {days(given.extension_days)}" if given.max_extensions else "–"
    prepaid = given.mdf_prepay and given.mdf_eligible
    return [
        (_("Base discount"), share(given.base_discount)),
        (_("Discount on registered deals"), share(given.registration_discount)),
        (_("May register deals"), yes(given.can_register_deals)),
        (_("Protection of a deal"), days(given.protection_days)),
        (_("Extensions"), extensions),
        (_("May refer"), yes(given.can_refer)),
        (_("Receives leads"), yes(given.can_receive_leads)),
        (_("Market development funds"), yes(given.mdf_eligible)),
        (_("Vendor’s share of an activity"), share(given.mdf_vendor_share) if given.mdf_eligible else "–"),
        (_("Cap per activity"), cap(given.mdf_activity_cap)),
        (_("Cap per quarter"), cap(given.mdf_quarter_cap)),
        (_("Paid ahead, at most"), share(given.mdf_prepay_max_share) if prepaid else "–"),
        (own("Listed in the partner locator"), yes(given.locator)),
        (own("Account manager"), _("of its own") if given.account_manager == "named" else _("shared")),
    ]


@dataclass(frozen=True)
class SideBySide:
    """One benefit over several tiers; `is_more` marks the cell that differs from the one before."""

    label: str
    cells: list[tuple[str, bool]]


def side_by_side(columns: list[Benefits | None]) -> list[SideBySide]:
    tables = [benefit_lines(benefits) for benefits in columns]
    rows = []
    for number, (label, _value) in enumerate(tables[0] if tables else []):
        texts = [table[number][1] for table in tables]
        rows.append(SideBySide(label, [(text, i > 0 and text != texts[i - 1]) for i, text in enumerate(texts)]))
    return rows


def requirement_text(wanted: Any) -> str:
    """A requirement as a line: "Net revenue, last 12 months: at least USD 50,000.00"."""
    label = label_of(wanted["metric"])
    if wanted["kind"] == "flag":
        return label
    target = target_text(formatter(), wanted)
    words = _("%(label)s: at least %(target)s") if wanted["kind"] == "at_least" else _("%(label)s: at most %(target)s")
    return words % {"label": label, "target": target}


def target_text(write: Formatter, wanted: Any) -> str:
    return write.figure(Decimal(wanted["target"]), unit_of(wanted["metric"]))


@dataclass(frozen=True)
class ShownRung:
    """A tier of a version: what it asks, and its benefits as lines."""

    rung: Rung
    asks: list[str]
    holders: int = 0


def present_rung(rung: Rung, holders: int = 0) -> ShownRung:
    return ShownRung(rung, [requirement_text(wanted) for wanted in rung.requirements], holders)


@dataclass(frozen=True)
class Difference:
    """One thing in which two versions differ."""

    tier: str
    what: str
    before: str
    after: str


def differences(before: Ladder, after: Ladder) -> list[Difference]:
    """Everything in which two versions differ, tier by tier."""
    found = [*_setting_differences(before, after)]
    codes = list(dict.fromkeys(rung.code for rung in (*before.rungs, *after.rungs)))
    for code in codes:
        old, new = before.coded(code), after.coded(code)
        if old is None or new is None:
            name = (old or new).name  # type: ignore[union-attr]
            found.append(Difference(name, own("The tier"), _("there") if old else "–", _("there") if new else "–"))
            continue
        found += _requirement_differences(old, new)
        lines = zip(benefit_lines(old.benefits), benefit_lines(new.benefits), strict=True)
        found += [Difference(new.name, label, was, now) for (label, was), (_l, now) in lines if was != now]
    return found


def _setting_differences(before: Ladder, after: Ladder) -> list[Difference]:
    def settings(ladder: Ladder) -> list[tuple[str, str]]:
        program = ladder.program
        if program is None:
            return []
        names = {rung.id: rung.name for rung in ladder.rungs}
        return [
            (own("Entry tier"), names.get(program.entry_resale_id, "–")),
            (own("Entry tier of referral partners"), names.get(program.entry_referral_id, "–")),
            (own("Months an entry tier is held"), str(program.entry_months)),
            (_("Days of notice before a demotion"), str(program.demotion_notice_days)),
            (_("Months an override may last"), str(program.override_max_months)),
        ]

    pairs = zip(settings(before), settings(after), strict=False)
    return [Difference(own("All tiers"), label, was, now) for (label, was), (_l, now) in pairs if was != now]


def _requirement_differences(old: Rung, new: Rung) -> list[Difference]:
    write = formatter()

    def text(wanted: Any) -> str:
        if wanted is None:
            return "–"
        words = (
            _("asked")
            if wanted["kind"] == "flag"
            else f"{wanted['kind'].replace('_', ' ')} {target_text(write, wanted)}"
        )
        weight = Decimal(wanted["weight"])
        return words if weight == 1 else f"{words}, {_('weight')} {weight:f}"

    was = {wanted["metric"]: wanted for wanted in old.requirements}
    now = {wanted["metric"]: wanted for wanted in new.requirements}
    pairs = [(metric, text(was.get(metric)), text(now.get(metric))) for metric in dict.fromkeys([*was, *now])]
    return [Difference(new.name, label_of(metric), before, after) for metric, before, after in pairs if before != after]


@dataclass(frozen=True)
class ShownTierPeriod:
    """One line of the history of tiers."""

    tier: str
    from_date: str
    to_date: str
    cause: str
    tone: str
    reason: str
    extra: str


def present_history(rows: list[PartnerTier]) -> list[ShownTierPeriod]:
    """Latest first; each ends where the one after it began."""
    write = formatter()
    shown = []
    for number, row in enumerate(rows):
        ended = write.day(rows[number - 1].from_date) if number else ""
        extra = ""
        if row.until and not ended:
            day = write.day(row.until)
            extra = (
                _("ends on %(day)s") % {"day": day}
                if row.is_override
                else _("cannot fall before %(day)s") % {"day": day}
            )
        shown.append(
            ShownTierPeriod(
                row.tier.name,
                write.day(row.from_date),
                ended,
                row.get_cause_display(),
                CAUSE_TONES.get(row.cause, "grey"),
                row.reason,
                extra,
            )
        )
    return shown
