"""The web server's entry: refuses to serve while the fences are not in place."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
application = get_wsgi_application()

from django.db import connections  # noqa: E402

from prm.kernel.tenancy.stamping import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
connections.close_all()  # the forked workers open their own
