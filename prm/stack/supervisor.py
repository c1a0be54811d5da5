"""Keeps a handful of programs running: logs to files, complaints to the console, restarts, an orderly stop."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .processes import end, lines, spawn

COMPLAINT = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL)\b|\"level\": ?\"(warning|error|critical)\"|^Traceback ")
RESTARTS = 5
CALM_SECONDS = 60
KEEP_LOG_BYTES = 5_000_000


@dataclass
class Program:
    """One program, what it takes to start it, and how often that had to be done lately."""

    name: str
    command: list[str]
    patience: float = 10
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    failures: int = 0
    again_at: float | None = None
    given_up: bool = False

    def ended_with(self) -> int | None:
        """The exit code, once it has ended."""
        return None if self.process is None else self.process.poll()


@dataclass
class Supervisor:
    """All programs of bin/dev, in the order of their start."""

    logs: Path
    environ: Mapping[str, str]
    say: Callable[[str], None]
    programs: list[Program] = field(default_factory=list)

    def start(self, program: Program) -> None:
        """Start a program and keep it. Main thread only, see `spawn`."""
        if program not in self.programs:
            self.programs.append(program)
        program.process = spawn(program.command, env=self.environ)
        program.started, program.again_at = time.monotonic(), None
        pump = threading.Thread(target=self._pump, args=(program.name, program.process), daemon=True)
        pump.start()

    def tick(self) -> None:
        """Notice who ended and start it again, each time a little later; give up on what keeps failing."""
        now = time.monotonic()
        for program in self.programs:
            if program.again_at is not None and now >= program.again_at:
                self.say(f"{program.name} is started again")
                self.start(program)
            elif program.again_at is None and not program.given_up and (code := program.ended_with()) is not None:
                self._plan_restart(program, code, now)

    def stop(self) -> None:
        """Ask all in reverse order, then wait for each."""
        living = [(program, program.process) for program in reversed(self.programs) if program.ended_with() is None]
        for _, process in living:
            if process:
                process.send_signal(signal.SIGTERM)
        for program, process in living:
            if process:
                began = time.monotonic()
                end(process, patience=program.patience)
                self.say(f"{program.name} stopped ({time.monotonic() - began:.1f} s)")

    def _plan_restart(self, program: Program, code: int, now: float) -> None:
        if now - program.started > CALM_SECONDS:
            program.failures = 0
        program.failures += 1
        log = self.logs / f"{program.name}.log"
        if program.failures > RESTARTS:
            program.given_up = True
            self.say(f"{program.name} ended with {code} and keeps failing; left stopped, see {log}")
            return
        wait = delay(program.failures)
        program.again_at = now + wait
        self.say(f"{program.name} ended with {code}; again in {wait:.0f} s, see {log}")

    def _pump(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Copy a program's output into its log, and what it complains about to the console."""
        inside_traceback = False
        with open_log(self.logs / f"{name}.log") as log:
            for line in lines(process):
                log.write(f"{time.strftime('%H:%M:%S')} {line}\n")
                inside_traceback = line.startswith("Traceback ") or (inside_traceback and line.startswith(" "))
                if inside_traceback or COMPLAINT.search(line):
                    print(f"{name:7}| {line}", flush=True)


def delay(failures: int) -> float:
    """Seconds before the next attempt: 1, 2, 4, 8, 16."""
    return float(2 ** (failures - 1))


def open_log(file: Path):
    """A log to append to; a large one is put aside as .1 first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > KEEP_LOG_BYTES:
        file.replace(file.with_name(f"{file.name}.1"))
    return open(file, "a", buffering=1)
