"""Redis that hangs: a page waits for it once, and what must be counted is counted by the process itself."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from prm.kernel.caching import TolerantRedisCache


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A cache whose server takes calls and never answers, and how often it was called since last asked."""
    monkeypatch.setattr(TolerantRedisCache.away, "until", 0.0)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "s"))
    server.listen(64)
    server.setblocking(False)

    def calls() -> int:
        found = 0
        try:
            while True:
                server.accept()[0].close()
                found += 1
        except BlockingIOError:
            return found

    yield TolerantRedisCache(f"unix://{tmp_path / 's'}?db=0", {"OPTIONS": {"socket_timeout": 0.05}}), calls
    server.close()


def test_it_is_asked_once_and_then_left_alone(hanging: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, calls = hanging
    assert cache.get("page", "a miss") == "a miss"
    assert calls() > 0
    assert cache.get("page", "a miss") == "a miss"
    assert cache.get_many(["a", "b"]) == {}
    assert calls() == 0
    cache.add("allauth:rl:login", 1)
    assert cache.incr("allauth:rl:login") == 2  # wrong passwords go on being counted
    monkeypatch.setattr(TolerantRedisCache.away, "until", 0.0)  # the pause is what keeps it from being asked
    cache.get("page")
    assert calls() > 0
