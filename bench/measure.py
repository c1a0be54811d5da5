"""Timing in turn: every candidate once per round, so that a machine that slows down slows all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one candidate."""

    name: str
    median: float
    best: float


def in_turn(candidates: dict[str, Callable[[], object]], *, rounds: int = 30, warm: int = 3) -> dict[str, Timing]:
    """Run all candidates `rounds` times, alternating, after `warm` rounds that do not count."""
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for round_number in range(rounds + warm):
        for name, run in candidates.items():
            gc.collect(0)
            start = time.perf_counter()
            run()
            if round_number >= warm:
                taken[name].append((time.perf_counter() - start) * 1000)
    return {name: Timing(name, statistics.median(times), min(times)) for name, times in taken.items()}


def show(title: str, timings: dict[str, Timing], *, against: str, goal: str = "") -> None:
    """Print a table: median, best, and the ratio to the candidate named `against`."""
    base = timings[against].median
    print(f"\n{title}" + (f"   (goal: {goal})" if goal else ""))
    print(f"  {'':<44}{'median ms':>10}{'best ms':>10}{'ratio':>8}")
    for timing in timings.values():
        print(f"  {timing.name:<44}{timing.median:>10.2f}{timing.best:>10.2f}{timing.median / base:>8.2f}")
