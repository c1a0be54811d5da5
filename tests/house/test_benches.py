"""The benches can be run: each on a small crowd, for one round. What they measure is printed and gates nothing."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.conf import settings
from django.template import engines

from bench import crowd as crowds
from bench import measure
from prm.demo.management.commands.bench import ALL

FEW: dict[str, Any] = {"partners": 20}
SIZES: dict[str, dict[str, Any]] = {
    "deck": {},
    "deals": FEW | {"deals": 200},
    "pipeline": FEW | {"opportunities": 60},
    "import_sales": FEW | {"lines": 100},
}


@pytest.mark.long
@pytest.mark.django_db(databases=["default", "owner"])
def test_every_bench_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(
        engines["django"].engine, "dirs", [*engines["django"].engine.dirs, settings.BASE_DIR / "bench/templates"]
    )
    monkeypatch.setattr(crowds, "settle", lambda: None)
    for name in ALL:
        bench = importlib.import_module(f"bench.{name}")
        if hasattr(bench, "in_turn"):
            monkeypatch.setattr(bench, "in_turn", lambda candidates, **_: measure.in_turn(candidates, rounds=1, warm=0))
        if hasattr(bench, "settle"):
            monkeypatch.setattr(bench, "settle", lambda: None)
        bench.main(**SIZES.get(name, FEW))
        assert "ratio" in capsys.readouterr().out
