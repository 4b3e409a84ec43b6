"""The limits of what people see of a study, from the file of defaults."""

from __future__ import annotations

from cimara.cohort.study.disclosure import default_limits


def release_limit(name: str) -> float:
    """A limit of the part [release] of `disclosure_defaults.toml`."""
    return default_limits("release")[name].value
