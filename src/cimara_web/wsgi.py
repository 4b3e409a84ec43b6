"""The WSGI application that the server runs."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what was loaded to start lives as long as the worker: no collection need look at it again
