"""What a study lets out: the smallest counts that are shown, which a study may raise and never lower."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

FOLDER, FILE = "cimara.data", "disclosure_defaults.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A default limit of the platform: its value, what it limits, which way is tighter, and who says so."""

    value: float
    tighter: str
    what: str
    source: str

    def loosened_by(self, asked: float) -> bool:
        """Whether a value lets out more than this limit does."""
        return asked < self.value if self.tighter == "higher" else asked > self.value

    @property
    def may_be(self) -> str:
        """What a study or a site may say, in words."""
        return f"{self.value:g} or {'more' if self.tighter == 'higher' else 'less'}"


@cache
def default_limits(part: str) -> Mapping[str, Limit]:
    """The limits of a part of the file of defaults: study, site, sum or release."""
    content = tomllib.loads(files(FOLDER).joinpath(FILE).read_text(encoding="utf-8"))
    return {name: Limit(**told) for name, told in content[part].items()}


def _least(name: str) -> int:
    return int(default_limits("study")[name].value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Fewest people, events and sites behind a number that leaves the study, and the base counts round to."""

    min_n: int = _least("min_n")
    min_events: int = _least("min_events")
    min_sites: int = _least("min_sites")
    round_base: int = _least("round_base")


def loosened(asked: Disclosure) -> Iterator[tuple[str, int]]:
    """Limits that are below the platform's, each with the platform's value."""
    for one in fields(Disclosure):
        limit = default_limits("study")[one.name]
        if limit.loosened_by(getattr(asked, one.name)):
            yield one.name, int(limit.value)
