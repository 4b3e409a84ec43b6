"""Makes the next line of a manifest: who, when, and after which line."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.manifest import Kind, Line
from cimara.cohort.store.versions import History

STUDY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SITE_ID = re.compile(r"[A-Z]{2}[0-9]{2}")
PATIENT_ID = re.compile(r"[A-Z]{2}[0-9]{2}-P[0-9]{4,6}")
LONGEST_AUTHOR = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something to which site's data, when, and why."""

    study: str
    site: str
    author: str
    now: dt.datetime
    reason: str = ""

    def __post_init__(self) -> None:
        checked_study(self.study)
        if not SITE_ID.fullmatch(self.site):
            raise StoreError("no site id", where=self.site, expected="two capitals and two digits, as UT01")
        checked_name(self.author, "author")
        if self.now.tzinfo is None:
            raise StoreError("the time has no zone", expected="a time in UTC")

    def line(self, history: History, kind: Kind, **more: Any) -> Line:
        """The line that records it after the last one."""
        return Line(
            seq=len(history.lines) + 1,
            prev=history.last_hash,
            kind=kind,
            study_id=self.study,
            site_id=self.site,
            author=self.author,
            time_utc=self.now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            reason=self.reason,
            cut_off=history.cut_off,
            **({"version": None} | more),
        )

    def with_reason(self) -> Act:
        """Itself. Raises StoreError where no reason is given, or one that names a patient."""
        if not self.reason.strip() or not self.reason.isprintable():
            raise StoreError("no reason is given", expected="a sentence on one line")
        if PATIENT_ID.search(self.reason):
            raise StoreError(
                "the reason names a patient", expected="a reason without ids, since the manifest travels"
            )
        return self


def checked_study(study: str) -> str:
    """A study id that can be the name of a folder. Raises StoreError."""
    if not STUDY_ID.fullmatch(study):
        raise StoreError("no study id", where=study, expected="letters, digits, dot, hyphen, as rn-bev-1")
    return study


def checked_name(name: str, called: str) -> str:
    """A name or pseudonym of a person. Raises StoreError."""
    if not name.strip() or len(name) > LONGEST_AUTHOR or not name.isprintable():
        raise StoreError(
            f"no {called}", expected=f"a name or pseudonym of at most {LONGEST_AUTHOR} characters"
        )
    return name
