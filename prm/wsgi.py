"""The web server's entry: refuses to serve while the fences are not in place."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from prm.kernel.egress import refuse_loopback  # noqa: E402
from prm.kernel.tenancy.stamping import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
refuse_loopback(settings.DEBUG)
connections.close_all()  # the forked workers open their own
