"""The environment that bin/dev and bin/manage give to the program: addresses, secrets, and the .env file."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from .addresses import default_urls
from .keys import load_or_make
from .places import ROOT, socket_folder
from .postgres import find_binaries


def read_env_file(text: str) -> dict[str, str]:
    """NAME=value lines; comments, `export` and quotes are understood."""
    found: dict[str, str] = {}
    for raw in text.splitlines():
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#") or "=" not in line:
            continue
        name, value = (part.strip() for part in line.split("=", 1))
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[name] = value
    return found


def load_env_file(file: Path = ROOT / ".env", environ: MutableMapping[str, str] = os.environ) -> None:
    """What .env says, unless the environment says otherwise. An empty value means "not set"."""
    if file.exists():
        for name, value in read_env_file(file.read_text()).items():
            if value:
                environ.setdefault(name, value)


def give(var: Path) -> None:
    """Put addresses, secrets and development defaults into our environment, for all children."""
    embedded = not os.environ.get("DATABASE_URL")
    for name, value in {**default_urls(), **load_or_make(var), "DEBUG": "1", "PYTHONUNBUFFERED": "1"}.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
    if embedded:
        os.environ.setdefault("DATABASE_PREPARES", "1")  # its connections are the program's own
        # For psql, pg_dump and `manage.py dbshell`:
        os.environ.setdefault("PGHOST", str(socket_folder(var)))
        os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{find_binaries()}"
