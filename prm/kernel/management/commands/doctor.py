"""`manage.py doctor`: is everything in place that the program needs? Exit code 1 when not."""

from __future__ import annotations

import ctypes.util
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from prm.kernel.models import Wakeup
from prm.kernel.tenancy.stamping import drift, role_problems
from prm.stack import redis_client_url


class Command(BaseCommand):
    help = "Look at the database, its fences, Redis, the outbox and the libraries for PDFs."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = {
            "database": self.database(),
            "role": role_problems(),
            "fences": drift(),
            "redis": self.redis(),
            "outbox": self.outbox(),
            "PDF": [] if ctypes.util.find_library("pangoft2-1.0") else ["no PDFs: libpangoft2-1.0-0 is missing"],
        }
        for name, problems in findings.items():
            self.stdout.write(f"{name:<10} {'ok' if not problems else ''}")
            for problem in problems:
                self.stdout.write(f"           {problem}")
        if any(findings.values()):
            sys.exit(1)

    def database(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('server_version'), current_setting('synchronous_commit')")
            version, commit = cursor.fetchone()
        self.stdout.write(f"PostgreSQL {version}")
        return [] if commit == "on" else ["synchronous_commit is off: acknowledged work may be lost in a crash"]

    def redis(self) -> list[str]:
        try:
            Redis.from_url(redis_client_url(settings.REDIS_URL), socket_timeout=2).ping()
        except (RedisError, OSError) as error:
            return [f"not reachable, work waits in the outbox: {error}"]
        return []

    def outbox(self) -> list[str]:
        dead = Wakeup.objects.filter(dead=True).count()
        return [f"{dead} deliveries were given up and wait for an operator"] if dead else []
