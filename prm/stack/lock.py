"""Writes the lock files anew after a change of requirements.in, requirements-dev.in or package.json.

They name versions and hashes but no addresses, so that they serve behind any company's own package index.
Already locked versions are kept where they still fit; `--upgrade` takes the newest.
"""

from __future__ import annotations

import re
import subprocess
import sys

from .bootstrap import VENV
from .places import ROOT

ADDRESS = re.compile(r"https?://|file://|\"resolved\"")
FUNDING = re.compile(r"\"funding\": (\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\")")


def main(arguments: list[str]) -> None:
    compile_lock("requirements.in", "requirements.lock", *arguments)
    # The second holds all of the first in the same versions, so that a folder set up for tests runs the program too.
    compile_lock("requirements-dev.in", "requirements-dev.lock", "-c", "requirements.lock", *arguments)
    subprocess.run(["npm", "install", "--package-lock-only"], cwd=ROOT, check=True)
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        if found := addresses_in((ROOT / name).read_text()):
            raise SystemExit(f"{name} names an address: {found[0]}")


def compile_lock(source: str, target: str, *options: str) -> None:
    uv = str(VENV / "bin" / "uv")
    fixed = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-emit-index-url", "--no-header"]
    subprocess.run([uv, "pip", "compile", "--quiet", *fixed, *options, source, "-o", target], cwd=ROOT, check=True)


def addresses_in(text: str) -> list[str]:
    """Lines with an address; npm's notes on whom to fund are none."""
    return [line.strip() for line in FUNDING.sub("", text).splitlines() if ADDRESS.search(line)]


if __name__ == "__main__":
    main(sys.argv[1:])
