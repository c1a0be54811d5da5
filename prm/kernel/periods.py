"""The vendor's calendar: fiscal years and quarters, months, business days, and what of it is over.

Every date here is a calendar date in the vendor's time zone, and "today" is always handed in as
`as_of`. A month is the text 'YYYY-MM', which sorts as it runs. Source: domain formulas C7, C8, F2.
"""

import calendar
import datetime as dt
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from prm.kernel.numbers import Number, to_whole

DateLike = dt.date | str

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def to_date(value: DateLike) -> dt.date:
    """A date from a date or 'YYYY-MM-DD'. A datetime is refused: its day depends on a time zone."""
    if isinstance(value, dt.datetime):
        raise TypeError("a calendar date is needed, not a timestamp")
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        raise TypeError(f"a date must be a date or text, not {type(value).__name__}")
    if not _ISO_DATE.fullmatch(value):
        raise ValueError(f"not a date YYYY-MM-DD: {value[:40]!r}")
    return dt.date.fromisoformat(value)


def to_date_or_none(value: DateLike | None) -> dt.date | None:
    """As to_date, where a date may be missing."""
    return None if value is None else to_date(value)


def days_between(start: dt.date, end: dt.date) -> int:
    """The plain difference; the same day is 0 (C7)."""
    return (end - start).days


def add_days(day: dt.date, days: int) -> dt.date:
    """The date that many calendar days later (earlier when negative)."""
    return day + dt.timedelta(days=days)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day number some months on, or the last day of a shorter month (C7)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def month_of(day: dt.date) -> str:
    """The month a date lies in, 'YYYY-MM'."""
    return f"{day.year:04d}-{day.month:02d}"


def month_start(month: str) -> dt.date:
    """The first day of 'YYYY-MM'. Raises ValueError for anything else."""
    if not _ISO_MONTH.fullmatch(month):
        raise ValueError(f"not a month YYYY-MM: {month[:40]!r}")
    return dt.date(int(month[:4]), int(month[5:]), 1)


@lru_cache(maxsize=2000)
def month_end(month: str) -> dt.date:
    """The last day of 'YYYY-MM'."""
    return add_days(add_months(month_start(month), 1), -1)


def shift_month(month: str, months: int) -> str:
    """The month that many months later (earlier when negative)."""
    return month_of(add_months(month_start(month), months))


def months_from(first: str, count: int) -> list[str]:
    """`count` months in a row, beginning with `first`."""
    return list(_months_from(first, count))


@lru_cache(maxsize=500)
def _months_from(first: str, count: int) -> tuple[str, ...]:
    """Kept: one page asks for the months of the same year in a dozen places."""
    return tuple(shift_month(first, i) for i in range(count))


def months_between(first: str, last: str) -> Iterator[str]:
    """Every month from first to last, both included."""
    month = first
    while month <= last:
        yield month
        month = shift_month(month, 1)


def is_closed_month(month: str, as_of: dt.date) -> bool:
    """A month is closed when its last day is on or before as_of."""
    return month_end(month) <= as_of


def is_business_day(day: dt.date, holidays: Collection[dt.date] = ()) -> bool:
    """Monday to Friday, and not a holiday of the vendor."""
    return day.weekday() < 5 and day not in holidays


def business_day_on_or_after(day: dt.date, holidays: Collection[dt.date] = ()) -> dt.date:
    """The day itself, or the next business day if it is not one."""
    while not is_business_day(day, holidays):
        day = add_days(day, 1)
    return day


def add_business_days(
    day: dt.date,
    count: int,
    holidays: Collection[dt.date] = (),
    pauses: Collection[tuple[dt.date, dt.date]] = (),
) -> dt.date:
    """The count-th business day after day 0, which is `day` or the next business day.

    Days inside a pause (from, to; both included) do not count.
    """
    current = business_day_on_or_after(day, holidays)
    remaining = count
    while remaining > 0:
        current = add_days(current, 1)
        paused = any(start <= current <= end for start, end in pauses)
        if is_business_day(current, holidays) and not paused:
            remaining -= 1
    return current


@dataclass(frozen=True, order=True)
class FiscalYear:
    """A fiscal year, named after the calendar year in which it ends (C8)."""

    year: int
    start_month: int = 1

    @classmethod
    def containing(cls, day: dt.date, start_month: int = 1) -> "FiscalYear":
        if not 1 <= start_month <= 12:
            raise ValueError(f"a fiscal year starts in month 1 to 12: {start_month}")
        ends_next_year = start_month > 1 and day.month >= start_month
        return cls(day.year + 1 if ends_next_year else day.year, start_month)

    @property
    def label(self) -> str:
        return f"FY{self.year:04d}"

    @property
    def start(self) -> dt.date:
        return dt.date(self.year if self.start_month == 1 else self.year - 1, self.start_month, 1)

    @property
    def end(self) -> dt.date:
        return add_days(add_months(self.start, 12), -1)

    @property
    def days(self) -> int:
        return days_between(self.start, self.end) + 1

    @property
    def months(self) -> list[str]:
        return months_from(month_of(self.start), 12)

    @property
    def quarters(self) -> "list[FiscalQuarter]":
        return [FiscalQuarter(self.year, number, self.start_month) for number in (1, 2, 3, 4)]

    @property
    def previous(self) -> "FiscalYear":
        return FiscalYear(self.year - 1, self.start_month)

    @property
    def next(self) -> "FiscalYear":
        return FiscalYear(self.year + 1, self.start_month)

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, order=True)
class FiscalQuarter:
    """Three fiscal months; quarters sort in the order they run."""

    year: int
    number: int
    start_month: int = 1

    @classmethod
    def containing(cls, day: dt.date, start_month: int = 1) -> "FiscalQuarter":
        year = FiscalYear.containing(day, start_month)
        return cls(year.year, year.months.index(month_of(day)) // 3 + 1, start_month)

    @property
    def fiscal_year(self) -> FiscalYear:
        return FiscalYear(self.year, self.start_month)

    @property
    def label(self) -> str:
        return f"FY{self.year:04d} Q{self.number}"

    @property
    def start(self) -> dt.date:
        return add_months(self.fiscal_year.start, 3 * (self.number - 1))

    @property
    def end(self) -> dt.date:
        return add_days(add_months(self.start, 3), -1)

    @property
    def days(self) -> int:
        return days_between(self.start, self.end) + 1

    @property
    def months(self) -> list[str]:
        return months_from(month_of(self.start), 3)

    @property
    def previous(self) -> "FiscalQuarter":
        return FiscalQuarter.containing(add_days(self.start, -1), self.start_month)

    @property
    def next(self) -> "FiscalQuarter":
        return FiscalQuarter.containing(add_days(self.end, 1), self.start_month)

    def __str__(self) -> str:
        return self.label


def fiscal_calendar(date: DateLike, fy_start_month: Number) -> dict[str, Any]:
    """Where a date stands in the fiscal year: names, first and last days, lengths in days.

    Days count both ends. Raises ValueError for a start month outside 1 to 12. Source: domain formulas F2.
    """
    day = to_date(date)
    start_month = to_whole(fy_start_month)
    year = FiscalYear.containing(day, start_month)
    quarter = FiscalQuarter.containing(day, start_month)
    return {
        "fiscal_year": year.label,
        "fiscal_quarter": f"Q{quarter.number}",
        "fiscal_month": year.months.index(month_of(day)) + 1,
        "fy_start": year.start,
        "fy_end": year.end,
        "quarter_start": quarter.start,
        "quarter_end": quarter.end,
        "days_in_fy": year.days,
        "days_in_quarter": quarter.days,
    }
