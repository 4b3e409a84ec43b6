"""What a site allows, in a file of its own (cimara_site.toml) that is read anew at every message."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from cimara.cohort.study.disclosure import Limit, default_limits
from cimara.cohort.study.errors import Fault
from cimara.cohort.study.toml_reader import TomlReader
from cimara.federation.errors import Code, FederationError
from cimara.terms.toml_lines import parted_lines

FILE = "cimara_site.toml"
KEYS = ("data", "steward", "release", "allow_event_times", "allow_plain", "studies", "thresholds")
STUDY_KEYS = ("allowed", "stopped")
_HASH = re.compile(r"[0-9a-f]{64}")


class Release(StrEnum):
    """Who lets an answer go."""

    AUTO = "auto"
    """Every answer that passes the checks leaves at once."""
    ASK = "ask"
    """The steward releases each answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits on a site's part and on the sum; `disclosure_defaults.toml` says what each is and why."""

    patients: float
    plain_events: float
    plain_events_per_parameter: float
    plain_level: float
    coefficient: float
    covariate: float
    rounds: float
    jobs: float
    difference: float
    sites: float
    events: float
    parameters_per_event: float
    residual_freedom: float
    level: float
    level_sites: float
    cell_exits: float
    cell_events: float

    @classmethod
    def default(cls) -> Thresholds:
        """The platform's."""
        return cls(**{name: limit.value for name, limit in limits().items()})


def limits() -> Mapping[str, Limit]:
    """The default of each threshold, with its source."""
    return {**default_limits("site"), **default_limits("sum")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a site allows.

    Parameters
    ----------
    data
        Folder or file of the site's rows; it never comes from a job.
    steward
        Who answers for what leaves the house.
    allowed
        Hashes of the study files that may be run.
    stopped
        Ids or hashes of studies that are refused from now on, running ones too.
    allow_event_times
        Whether times of events may leave. Sums over single days leave then too, which can be one patient's.
    allow_plain
        Whether sums of this site alone may be read, where they pass the thresholds for it.
    """

    data: Path
    steward: str = ""
    release: Release = Release.AUTO
    allow_event_times: bool = False
    allow_plain: bool = False
    allowed: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()
    thresholds: Thresholds = field(default_factory=Thresholds.default)

    @classmethod
    def read(cls, path: Path) -> Policy:
        """The policy in a file; a relative data folder lies beside it.

        Raises
        ------
        FederationError
            LOOSENED_POLICY where a threshold is looser than the default, BAD_KIT for every other fault; all
            faults at once, each with its line and what would be right.
        """
        try:
            text = path.read_text(encoding="utf-8")
            content = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise FederationError(
                Code.BAD_KIT, f"cannot be read ({_why(error)})", where=path.name,
                expected="the TOML file that came with the site's kit",
            ) from error  # fmt: skip
        reader = _PolicyReader(parted_lines(text))
        made = reader.policy(content, path.parent)
        if reader.faults:
            raise _refused(reader, path.name)
        return made


def policy_text(
    *,
    data: str,
    allowed: Collection[str],
    steward: str = "",
    release: Release = Release.AUTO,
    allow_event_times: bool = False,
    allow_plain: bool = False,
) -> str:
    """The text of a new cimara_site.toml that explains itself to who looks after it."""
    hashes = "".join(f"    {_quoted(one)},\n" for one in sorted(allowed))
    settled = "\n".join(f"# {name} = {limit.value:g}    # {limit.what}" for name, limit in limits().items())
    return f"""# What this hospital allows. It is read before every answer: a change counts at once.
# Folder or file with the rows of this hospital. It never leaves; no job can name another one.
data = {_quoted(data)}
# Who answers for what leaves: a name and how to reach that person.
steward = {_quoted(steward)}
# "auto": answers that pass all checks leave by themselves. "ask": the steward releases each one.
release = {_quoted(str(release))}
# true: days on which events happened may leave (studies with the grid "exact"), and sums over single days.
allow_event_times = {str(allow_event_times).lower()}
# true: sums of this hospital alone may be read by the coordinating centre, where they are over enough people.
allow_plain = {str(allow_plain).lower()}

[studies]
# SHA-256 of each study file that may run here. What is not named is refused.
allowed = [
{hashes}]
# To stop a study, running or not, put its id or its hash here and save.
stopped = []

[thresholds]
# Take the # away to make a limit tighter. A looser one than shown here is refused.
{settled}
"""


class _PolicyReader(TomlReader):
    loosened = False

    def policy(self, content: dict[str, Any], folder: Path) -> Policy:
        self.keys((), content, KEYS)
        studies = self.table(("studies",), content.get("studies"))
        self.keys(("studies",), studies, STUDY_KEYS)
        allowed = self.texts(("studies", "allowed"), studies.get("allowed"))
        if any(not _HASH.fullmatch(one) for one in allowed):
            self.fault(
                ("studies", "allowed"), "expected SHA-256 hashes of study files, 64 hexadecimal digits"
            )
        return Policy(
            data=folder / self.text(("data",), content.get("data"), needed=True),
            steward=self.text(("steward",), content.get("steward", "")),
            release=self.word(("release",), content.get("release"), Release, Release.AUTO),
            allow_event_times=self.flag(("allow_event_times",), content.get("allow_event_times")),
            allow_plain=self.flag(("allow_plain",), content.get("allow_plain")),
            allowed=frozenset(allowed),
            stopped=frozenset(self.texts(("studies", "stopped"), studies.get("stopped"))),
            thresholds=self._thresholds(self.table(("thresholds",), content.get("thresholds"))),
        )

    def _thresholds(self, table: dict[str, Any]) -> Thresholds:
        default = limits()
        self.keys(("thresholds",), table, default)
        asked = {}
        for name, limit in default.items():
            path = ("thresholds", name)
            asked[name] = self.number(path, table.get(name), limit.value)
            if limit.loosened_by(asked[name]):
                self.loosened = True
                self.fault(path, f"a site may only tighten it; expected {limit.may_be}")
        return Thresholds(**asked)


def _refused(reader: _PolicyReader, name: str) -> FederationError:
    faults: list[Fault] = sorted(set(reader.faults), key=lambda one: (one.line, one.key, one.text))
    return FederationError(
        Code.LOOSENED_POLICY if reader.loosened else Code.BAD_KIT,
        "; ".join(str(one) for one in faults),
        where=name,
        hint="Correct these lines; until then this site refuses everything.",
    )


def tightest(one: Thresholds, other: Thresholds) -> Thresholds:
    """Of each threshold the tighter one."""
    default = limits()
    return Thresholds(
        **{
            item.name: (max if default[item.name].tighter == "higher" else min)(
                getattr(one, item.name), getattr(other, item.name)
            )
            for item in fields(Thresholds)
        }
    )


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "no such file"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
