"""Cadence: whether what was agreed (reviews, updates, tasks) is done when it is due."""

from collections import Counter
from collections.abc import Sequence

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import Number, divide, ratio, to_flag, to_whole
from prm.kernel.periods import DateLike, add_days, to_date, to_date_or_none


@formula("F39")
def cadence_compliance(*, as_of: DateLike, tasks: Sequence[Record], grace_days: Number = 5) -> Outputs:
    """How many of the tasks due by as_of were done, and done in time.

    Whole counts; completion and on_time_rate ratios (4 places), null when nothing is due. Tasks in
    grace are still open questions and in no denominator; waived ones are counted apart.
    Source: domain formulas F39.
    """
    today, grace = to_date(as_of), to_whole(grace_days)
    counts: Counter[str] = Counter()
    for task in tasks:
        due, done = to_date(task["due"]), to_date_or_none(task["done"])
        if due > today:
            continue
        deadline = add_days(due, grace)
        if to_flag(task["waived"]):
            counts["waived"] += 1
        elif done is not None and done <= today:
            counts["on_time" if done <= deadline else "late"] += 1
        else:
            counts["overdue" if today > deadline else "in_grace"] += 1
    judged = counts["on_time"] + counts["late"] + counts["overdue"]
    return {
        "due": judged,
        "on_time": counts["on_time"],
        "late": counts["late"],
        "overdue": counts["overdue"],
        "in_grace": counts["in_grace"],
        "waived": counts["waived"],
        "completion": ratio(divide(counts["on_time"] + counts["late"], judged)),
        "on_time_rate": ratio(divide(counts["on_time"], judged)),
    }
