"""Deals in people's calendars."""

from dealreg.calendar_rows import (
    closes_expected,
    contracts_ending,
    decisions_due,
    opportunities_closing,
    protections_ending,
)
from prm.kernel.calendars import lend_calendar

for _lender in (decisions_due, closes_expected, opportunities_closing, protections_ending, contracts_ending):
    lend_calendar(_lender)
