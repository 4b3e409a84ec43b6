"""JSON lines on stdout that never hold a path, a query, a header or anything that a person typed."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

PORTAL = "cimara_web"
SERVER_LOGGERS = ("granian", "_granian")
"""Loggers whose own words may stand: they speak of addresses bound and workers, never of requests."""


class JsonLines(logging.Formatter):
    """One JSON object a record.

    Our own records bring an event name and named fields. A record of any other logger is reduced to the
    logger's name and the place in the code, since its message may hold what a request brought
    (Django's "Not Found: /path", "Invalid HTTP_HOST header"). An error keeps its type and the lines of
    code it went through; its message is dropped for the same reason.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name.partition(".")[0] == PORTAL:
            line |= {"event": record.msg, **getattr(record, "fields", {})}
        else:
            line |= {"event": record.name, "at": f"{record.module}:{record.lineno}"}
            if record.name.partition(".")[0] in SERVER_LOGGERS:
                line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            line |= describe_error(record.exc_info[0], record.exc_info[2])
        return json.dumps(line, ensure_ascii=True, default=str)


def describe_error(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    """The type of an error and the code it passed through; never its message."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return {"error": f"{kind.__module__}.{kind.__qualname__}", "trace": frames}


def configuration() -> dict[str, Any]:
    """The logging configuration of the portal and of its server."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {
            "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}
        },
        "root": {"level": "INFO", "handlers": ["stdout"]},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # `request.failed` of our middleware says all that these would, without the path.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "CRITICAL"},
        },
    }


def event(log: logging.Logger, name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one event with its fields."""
    log.log(level, name, extra={"fields": fields})
