"""The canonical text of a study: what is signed, free of comments, layout and the order of keys."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping


def canonical_json(content: Mapping[str, object]) -> str:
    """JSON with sorted keys, without blanks, in Unicode; dates as ISO 8601.

    A date without quotes and the same date as text are the same. Numbers that are whole are written without
    a point, so that 1 and 1.0 are the same.
    """
    return json.dumps(
        _plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
