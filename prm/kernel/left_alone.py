"""A service that failed is left alone for some seconds: for one that hangs a page waits once and not each time."""

from __future__ import annotations

import time

SECONDS = 5.0


class LeftAlone:
    """Of one service, for all threads of the process; by the machine's running clock."""

    def __init__(self) -> None:
        self.until = 0.0

    def now(self) -> bool:
        return time.monotonic() < self.until

    def failed(self) -> None:
        self.until = time.monotonic() + SECONDS
