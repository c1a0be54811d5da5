"""Starting child processes that cannot outlive us, and running PostgreSQL when we are root."""

from __future__ import annotations

import ctypes
import functools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .places import NOBODY

PR_SET_PDEATHSIG = 1

# PostgreSQL refuses to run as root. In a user namespace it sees itself as nobody while its files stay ours.
USER_NAMESPACE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
# Where namespaces are refused, it really becomes nobody and keeps one capability: to pass a closed home folder.
# The death signal is set here because the kernel forgets it on a change of user; without no_setuid_fixup
# access(2) ignores the capability and initdb does not find postgres.
BECOME_NOBODY = [
    "setpriv", "--pdeathsig", "INT", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override",
    "--securebits=+no_setuid_fixup", "--no-new-privs",
]  # fmt: skip


@functools.cache
def unprivileged_prefix() -> tuple[str, ...]:
    """What stands before a PostgreSQL command: nothing for an ordinary user, one of two wrappers for root.

    A user without a name (a container with a random user id) needs the namespace too: initdb asks for the name.
    """
    if os.geteuid() != 0 and _has_name():
        return ()
    namespaced = os.environ.get("PRM_NO_USERNS") != "1" and shutil.which("unshare")
    if namespaced and subprocess.run([*USER_NAMESPACE, "true"], capture_output=True).returncode == 0:
        return tuple(USER_NAMESPACE)
    if not shutil.which("setpriv"):
        raise SystemExit("PostgreSQL cannot run as root and neither unshare nor setpriv works here; use another user")
    return tuple(BECOME_NOBODY)


def _has_name() -> bool:
    try:
        return bool(pwd.getpwuid(os.geteuid()))
    except KeyError:
        return False


def becomes_nobody() -> bool:
    """Whether PostgreSQL's files must belong to nobody."""
    return unprivileged_prefix()[:1] == ("setpriv",)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _dies_with_parent(sig: int) -> Callable[[], None]:
    """Own session, so that Ctrl-C reaches the supervisor alone; and a signal when our parent is gone."""
    if sys.platform == "linux":
        _libc()

    def prepare() -> None:
        os.setsid()
        if sys.platform == "linux":
            _libc().prctl(PR_SET_PDEATHSIG, int(sig))

    return prepare


def starter_may_be_gone() -> bool:
    """Whether a service we found running may be an orphan: only where the kernel has no death signal."""
    return sys.platform != "linux"


def spawn(
    command: list[str],
    *,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    death: int = signal.SIGTERM,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child that dies with us. Call it from the main thread: the kernel watches the thread, not the process.

    With `log` its output goes to that file, without one to a pipe.
    """
    out = open(log, "ab") if log else None
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out or subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            preexec_fn=_dies_with_parent(death),
        )
    finally:
        if out:
            out.close()


def lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """What a child says, as it says it."""
    if process.stdout is None:
        raise ValueError("this child writes to a file")
    for raw in process.stdout:
        yield raw.decode(errors="replace").rstrip()


def end(process: subprocess.Popen[bytes], sig: int = signal.SIGTERM, patience: float = 15) -> None:
    """Ask a child to stop; kill its whole session when it does not listen."""
    if process.poll() is not None:
        return
    process.send_signal(sig)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def end_by_pid(pid: int, sig: int, patience: float = 15) -> None:
    """The same for a process that is not our child (a service left by an earlier start)."""
    try:
        os.kill(pid, sig)
        limit = time.monotonic() + patience
        while time.monotonic() < limit:
            os.kill(pid, 0)
            time.sleep(0.02)
    except ProcessLookupError:
        return


def tail(file: Path, lines: int = 15) -> str:
    """The end of a log, for a message that must explain itself."""
    if not file.exists():
        return ""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
