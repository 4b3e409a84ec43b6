"""Is the process alive, and can it do its work? Names only: no version, no path, no message."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cimara_web import clock
from cimara_web.audit.queries import head_stands
from cimara_web.logs import describe_error, event
from cimara_web.outbox.queries import waits_since
from cimara_web.snapshot import current_snapshot

log = logging.getLogger(__name__)
MIN_FREE_BYTES = 100 * 1024 * 1024
LATE_MAIL = timedelta(hours=1)


@login_not_required
@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; touches no database."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part works, else 503 with the name of each part that doesn't."""
    parts = {name: _works(name, check) for name, check in CHECKS.items()}
    return JsonResponse(
        {name: "ok" if works else "failing" for name, works in parts.items()},
        status=200 if all(parts.values()) else 503,
    )


def pending_migrations() -> bool:
    """True when the database lacks a step of the schema."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # whatever fails, strangers get the part's name and the log its cause
        event(
            log,
            "health.failed",
            level=logging.ERROR,
            part=name,
            **describe_error(type(error), error.__traceback__),
        )
        return False


def _database() -> bool:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _mails_go() -> bool:
    """No mail has waited longer than an hour past its time: the timer of `cimara web tick` is at work."""
    return not waits_since(clock.now() - LATE_MAIL)


def _disk() -> bool:
    return shutil.disk_usage(nearest(settings.ENVIRONMENT.var)).free >= MIN_FREE_BYTES


def store_is_writable() -> bool:
    """What sites send can be kept: the study store, or where the first upload makes it, takes new files."""
    return os.access(nearest(Path(settings.STUDY_STORE)), os.W_OK | os.X_OK)


def nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": lambda: not pending_migrations(),
    "registry": lambda: current_snapshot().meta.n_studies > 0,
    "mails": _mails_go,
    "disk": _disk,
    "study store": store_is_writable,
    "audit": head_stands,
}
