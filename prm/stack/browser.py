"""How the tests start Chromium: the system's own, without the network calls it makes by itself."""

from __future__ import annotations

import pytest

from .bootstrap import BROWSER_PACKAGES, find_browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REASON = f"no Chromium; run: apt-get install -y --no-install-recommends {' '.join(BROWSER_PACKAGES)}"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """pytest-playwright's launch options, with our Chromium."""
    chromium = find_browser()
    if chromium is None:
        pytest.skip(REASON)
    return {**browser_type_launch_args, "executable_path": chromium, "args": ARGUMENTS}
