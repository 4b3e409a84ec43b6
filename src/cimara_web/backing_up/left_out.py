"""Tables whose rows no backup holds: what is about to end by itself, and what must not come back to life."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings

MODELS = (
    "finder.FinderProfile",
    "sessions.Session",
    "usersessions.UserSession",
    "accounts.SignInLink",
)
"""A patient's answers live two hours; a session that was ended, a link that was used must stay so."""
DATABASE_CACHE = "django.core.cache.backends.db.DatabaseCache"


def left_out() -> frozenset[str]:
    """Names of those tables. They are there after a restore, and empty."""
    models = {apps.get_model(label)._meta.db_table for label in MODELS}
    caches = {one["LOCATION"] for one in settings.CACHES.values() if one["BACKEND"] == DATABASE_CACHE}
    return frozenset(models | caches)
