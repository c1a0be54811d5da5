"""White space: what the partner's accounts have not bought yet, by account and product line."""

from collections.abc import Sequence
from decimal import Decimal

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import ZERO, divide, money, ratio, to_decimal, total_of

_STATUSES = ("owned", "open", "target", "none", "not_applicable")


@formula("F14")
def whitespace(*, accounts: Sequence[str], lines: Sequence[str], cells: Sequence[Record]) -> Outputs:
    """What is sold and what is still to sell in an account plan.

    Money, penetration and targeting_rate ratios (4 places), null where nothing is relevant or untouched.
    A missing cell is `none` with potential 0; cells of other accounts or lines do not count.
    Raises ValueError for an unknown status. Source: domain formulas F14.
    """
    known = {(c["account"], c["line"]): (c["status"], to_decimal(c["potential"])) for c in cells}
    grid = {(a, line): known.get((a, line), ("none", ZERO)) for a in accounts for line in lines}
    values: dict[str, list[Decimal]] = {status: [] for status in _STATUSES}
    by_account = dict.fromkeys(accounts, ZERO)
    for (account, _), (status, potential) in grid.items():
        if status not in values:
            raise ValueError(f"unknown status of a cell: {status}")
        values[status].append(potential)
        if status in ("target", "none"):
            by_account[account] += potential
    counts = {status: len(potentials) for status, potentials in values.items()}
    relevant = len(grid) - counts["not_applicable"]
    return {
        "relevant_cells": relevant,
        "owned": counts["owned"],
        "open": counts["open"],
        "targeted": counts["target"],
        "untouched": counts["none"],
        "penetration": ratio(divide(counts["owned"], relevant)),
        "whitespace_value": money(total_of(by_account.values())),
        "targeted_value": money(total_of(values["target"])),
        "targeting_rate": ratio(divide(counts["target"], counts["target"] + counts["none"])),
        "account_order": sorted(by_account, key=lambda account: -by_account[account]),
    }
