"""The program's own services: a real PostgreSQL and a real Valkey in var/, started by bin/dev, bin/test and bin/manage.

Nothing here knows a channel word or imports Django at module level. The set-up half
(`bootstrap`, `system`, `frontend`) runs on the machine's own Python before anything is installed.
"""

from .addresses import default_urls, redis_client_url, redis_url_with_db

__all__ = ["default_urls", "redis_client_url", "redis_url_with_db"]
