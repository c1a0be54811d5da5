"""The cache may be gone: then everything is a miss, and no page fails for it."""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class TolerantRedisCache(RedisCache):
    """Django's Redis cache that answers a miss when Redis cannot be reached."""

    def _safely(self, name: str, default: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), name)(*args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache unavailable: %s", error)
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
