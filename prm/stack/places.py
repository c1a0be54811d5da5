"""Where things lie: the checkout, its var/ folder, and a socket folder short enough for the kernel."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# sockaddr_un holds 108 bytes with the closing zero; the longest name we add is "/.s.PGSQL.5432.lock".
SOCKET_FOLDER_LIMIT = 85
NOBODY = 65534


def var_folder(environ: dict[str, str] | os._Environ[str] = os.environ) -> Path:
    """The folder for all that is made at run time; PRM_VAR moves it (the tests do)."""
    return Path(environ.get("PRM_VAR") or ROOT / "var").resolve()


def socket_folder(var: Path) -> Path:
    """The folder of the sockets: var/run, or a short name in the temp folder when that path is too long."""
    folder = var / "run"
    if len(os.fsencode(folder)) <= SOCKET_FOLDER_LIMIT:
        return folder
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return _temp() / f"prm-{os.geteuid()}-{digest}"


def make_socket_folder(var: Path) -> Path:
    """Create the socket folder for ourselves alone, and refuse one that somebody else put there."""
    folder = socket_folder(var)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owners = {os.geteuid(), NOBODY} if os.geteuid() == 0 else {os.geteuid()}
    if folder.is_symlink() or folder.stat().st_uid not in owners:
        raise SystemExit(f"{folder} belongs to somebody else; remove it and start again")
    folder.chmod(0o700)
    return folder


def _temp() -> Path:
    """/tmp where there is one: TMPDIR may differ between two shells that must find the same socket."""
    return Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
