"""The cache may be gone: then everything is a miss, and no page fails for it.

Except for the counts of wrong passwords and the codes already used: a miss there would mean "no limit". While
Redis is away each process counts these by itself. One that hangs is worse than one that is gone: after a failure it is
left alone for some seconds, so that a page waits for it once and not with every question.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from prm.kernel.left_alone import LeftAlone

log = logging.getLogger(__name__)
NEVER_WITHOUT = ("allauth:rl:", "allauth.mfa.")  # how allauth names its counts and its used codes


class TolerantRedisCache(RedisCache):
    """Django's Redis cache that answers a miss when Redis cannot be reached."""

    away = LeftAlone()

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own_counts = LocMemCache("prm-own-counts", {"MAX_ENTRIES": 20_000})

    def _safely(self, name: str, default: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.away.now():
            try:
                return getattr(super(), name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                self.away.failed()
                log.warning("cache unavailable: %s", error)
        if str(args[0]).startswith(NEVER_WITHOUT):
            return getattr(self._own_counts, name)(*args, **kwargs)
        return default

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._safely("get", default, key, default, version)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return self._safely("set", None, key, value, *args, **kwargs)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return self._safely("add", True, key, value, *args, **kwargs)

    def delete(self, key: Any, version: Any = None) -> Any:
        return self._safely("delete", False, key, version)

    def get_many(self, keys: Any, version: Any = None) -> Any:
        return self._safely("get_many", {}, keys, version)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        return self._safely("incr", delta, key, delta, version)
