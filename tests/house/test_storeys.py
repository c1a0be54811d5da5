"""The storeys of the house: import-linter's contracts hold, and a wrong floor plan is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
UPSIDE_DOWN = """[importlinter]
root_packages =
    partners
    sales

[importlinter:contract:upside-down]
name = Upside down
type = layers
layers =
    partners
    sales
"""


def lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([str(script), "--no-cache", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_code_looks_down():
    done = lint()
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_house_upside_down_is_found(tmp_path):
    plan = tmp_path / "plan.ini"
    plan.write_text(UPSIDE_DOWN)
    done = lint("--config", str(plan))
    assert done.returncode == 1
    assert "sales.models -> partners.models" in done.stdout
