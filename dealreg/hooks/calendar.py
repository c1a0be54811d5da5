"""Deals, contracts and leads in people's calendars."""

from dealreg.rows.calendar import (
    closes_expected,
    contracts_ending,
    decisions_due,
    leads_due,
    opportunities_closing,
    protections_ending,
)
from prm.kernel.calendars import lend_calendar

for _lender in (
    decisions_due,
    closes_expected,
    opportunities_closing,
    protections_ending,
    contracts_ending,
    leads_due,
):
    lend_calendar(_lender)
