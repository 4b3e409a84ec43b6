"""What `cimara web check` looks for beside Django's own checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from cimara_web.environment import require_secret
from cimara_web.health import pending_migrations, store_is_writable
from cimara_web.variables import LOOPBACK_HOSTS, SettingError

NO_MAIL_SERVER = checks.Warning(
    "CIMARA_SMTP_URL is not set, so mails are written to files and reach nobody.",
    hint="For example CIMARA_SMTP_URL=smtp://user:password@mail.example.org:587",
    id="cimara.W001",
)
THIS_MACHINE_ONLY = checks.Warning(
    "CIMARA_HOSTS names this machine only, so nobody else's browser is answered.",
    hint="For example CIMARA_HOSTS=portal.example.org",
    id="cimara.W002",
)
NO_STORE = checks.Error(
    "CIMARA_STUDY_STORE is a folder that takes no new files, so no upload can be kept.",
    hint="Let the portal's user write to it.",
    id="cimara.E001",
)
SCHEMA_BEHIND = checks.Error(
    "The database lacks tables of the portal, such as that of its cache.",
    hint="Run: cimara web migrate",
    id="cimara.E002",
)
NO_DATABASE = checks.Error(
    "The database can't be reached.",
    hint="Look at DATABASE_URL, and whether the server runs.",
    id="cimara.E003",
)


@checks.register(checks.Tags.security, deploy=True)
def others_can_use_it(app_configs: object, **_: Any) -> list[checks.CheckMessage]:
    """A portal that others use must answer to them, and be able to write to them."""
    found: list[checks.CheckMessage] = []
    if not settings.ENVIRONMENT.smtp:
        found.append(NO_MAIL_SERVER)
    if set(settings.ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS):
        found.append(THIS_MACHINE_ONLY)
    return found


@checks.register(checks.Tags.security, deploy=True)
def the_secret_is_strong(app_configs: object, **_: Any) -> list[checks.CheckMessage]:
    """As `cimara web serve` wants it, named by the variable that sets it."""
    try:
        require_secret(settings.ENVIRONMENT)
    except SettingError as error:
        return [checks.Error(str(error), id="cimara.E004")]
    return []


@checks.register(checks.Tags.files, deploy=True)
def uploads_can_be_kept(app_configs: object, **_: Any) -> list[checks.CheckMessage]:
    """The study store takes new files."""
    return [] if store_is_writable() else [NO_STORE]


@checks.register(checks.Tags.database, deploy=True)
def tables_are_there(
    app_configs: object, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """The schema is current, and with it the table of the cache, which holds what limits attempts."""
    if not databases:
        return []
    try:
        behind = pending_migrations() or _cache_table_is_missing()
    except OperationalError:
        return [NO_DATABASE]
    return [SCHEMA_BEHIND] if behind else []


def _cache_table_is_missing() -> bool:
    return (
        settings.CACHES["default"]["LOCATION"]
        not in connections[DEFAULT_DB_ALIAS].introspection.table_names()
    )
