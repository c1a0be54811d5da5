"""The addresses of the database and of the cache, computed without starting anything.

The settings ask `default_urls()`, so `manage.py shell` finds the services that bin/dev runs.
An address given in the environment always wins.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from .places import socket_folder, var_folder

DATABASE = "prm"
OWNER_ROLE = "prm_owner"
APP_ROLE = "prm_app"
REDIS_SOCKET = "redis.sock"
# How each spelling of a unix socket names the numbered database; redis:// has it in the path.
DATABASE_PARAMETER = {"redis+socket": "virtual_host", "unix": "db"}


def default_urls(root: Path | None = None, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """DATABASE_URL (application role), DATABASE_OWNER_URL and REDIS_URL: from the environment, else in var/run."""
    var = Path(root).resolve() / "var" if root and not environ.get("PRM_VAR") else var_folder(dict(environ))
    sockets = socket_folder(var)
    computed = {
        "DATABASE_URL": postgres_url(sockets, APP_ROLE),
        "DATABASE_OWNER_URL": postgres_url(sockets, OWNER_ROLE),
        "REDIS_URL": f"redis+socket://{quote(str(sockets / REDIS_SOCKET))}?virtual_host=0",
    }
    return {name: environ.get(name) or url for name, url in computed.items()}


def postgres_url(sockets: Path, role: str, database: str = DATABASE) -> str:
    """A URL that libpq, psql and django-environ all read."""
    return f"postgres://{role}@/{database}?host={quote(str(sockets))}"


def redis_url_with_db(url: str, db: int) -> str:
    """The same server, another of its numbered databases (0 queue, 1 cache; the tests use more)."""
    parts = urlsplit(url)
    name = DATABASE_PARAMETER.get(parts.scheme)
    if name is None:
        return urlunsplit(parts._replace(path=f"/{db}"))
    query = dict(parse_qsl(parts.query)) | {name: str(db)}
    return f"{parts.scheme}://{parts.path}?{urlencode(query)}"


def redis_client_url(url: str) -> str:
    """The same server and database as redis-py and Django's cache spell it: redis+socket:// becomes unix://."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    db = dict(parse_qsl(parts.query)).get("virtual_host", "0")
    return f"unix://{parts.path}?db={db}"
