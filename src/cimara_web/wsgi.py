"""The WSGI application that the server runs."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
application = get_wsgi_application()

from cimara_web.demonstration import known  # noqa: E402 - models can be read once Django is set up

known.look()
gc.collect()
gc.freeze()  # what was loaded to start lives as long as the worker: no collection need look at it again
