"""Which versions of the data model a study file is written for, such as `>=1.0,<2`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

Version = tuple[int, ...]
COMPARISONS: dict[str, Callable[[Version, Version], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_BOUND = re.compile(r"\s*(>=|<=|==|>|<)\s*(\d+(?:\.\d+){0,2})\s*")


def version_problem(asked: str, version: str) -> str:
    """What speaks against using a file written for `asked` with this version; "" where nothing does."""
    bounds = [_BOUND.fullmatch(part) for part in asked.split(",")]
    if not all(bounds):
        return 'expected bounds such as ">=1.0,<2"'
    for bound in bounds:
        assert bound is not None
        if not COMPARISONS[bound[1]](_three(version), _three(bound[2])):
            return f"the data model of this program is {version}, which is not {bound[1]}{bound[2]}"
    return ""


def _three(text: str) -> Version:
    """A version as three numbers, zeros for what is not said."""
    parts = [int(part) for part in text.split(".")]
    return tuple([*parts, 0, 0][:3])
