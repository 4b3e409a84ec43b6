"""A ledger in words: each line for a person, and what left in each analysis of a job, in short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cimara.federation.estimators import ESTIMATORS
from cimara.federation.site.ledger import COHORT, SENT, SUM, Entry
from cimara.federation.site.releases import RELEASED, WITHHELD
from cimara.federation.tables.columns import band

SENT_AGAIN, REFUSED = "sent again", "refused"
HIDDEN = frozenset({"units", "cohort", "before", "hash"})
"""Fields that are the ledger's own, or that name patients, be it as HMACs."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of a ledger for a person; `content` is what it says, without whom it is about."""

    number: int
    time: str
    study: str
    job: str
    analysis: str
    decision: str
    words: str
    content: Mapping[str, Any]

    def __str__(self) -> str:
        what = " ".join(filter(None, (self.study, self.job, self.analysis)))
        return f"{self.number:>5}  {self.time}  {what}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What left a house in one analysis of a job: `patients` is a band, `people` who released it by hand."""

    study: str
    job: str
    analysis: str
    patients: str
    first: str
    last: str
    answers: int
    bytes: int
    people: tuple[str, ...]


def shown(entries: Iterable[Entry]) -> list[LedgerLine]:
    """The lines of a ledger in words, in order."""
    patients = _Patients()
    return [_line(one, patients) for one in entries]


def left(lines: Iterable[LedgerLine]) -> list[Left]:
    """What left, by study, job and analysis, in the order in which it began."""
    by: dict[tuple[str, str, str], list[LedgerLine]] = {}
    for one in lines:
        by.setdefault((one.study, one.job, one.analysis), []).append(one)
    return [_left(key, group) for key, group in by.items() if any(one.decision == SENT for one in group)]


def refused(lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """What was asked and did not leave."""
    return [one for one in lines if one.decision in (REFUSED, WITHHELD)]


class _Patients:
    """The band of the patients of a cohort, which a ledger tells once and names by its digest afterwards."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, entry: Entry) -> str:
        digest = str(entry.get("cohort", ""))
        if "units" in entry:
            self._known[digest] = band(len(entry["units"]))
        return self._known.get(digest, "")


def _line(entry: Entry, patients: _Patients) -> LedgerLine:
    told = patients.of(entry)
    content = {name: value for name, value in entry.items() if name not in HIDDEN}
    if told:
        content["patients_here"] = told
    return LedgerLine(
        number=int(entry["number"]),
        time=str(entry["time"]),
        study=str(entry.get("study", "")),
        job=str(entry.get("job", "")),
        analysis=str(entry.get("analysis") or ""),
        decision=str(entry["decision"]),
        words=_words(entry, told),
        content=content,
    )


def _words(entry: Entry, patients: str) -> str:
    decision = str(entry["decision"])
    if decision == "joined":
        return f"took part in the job, with {', '.join(entry.get('roster', ()))}"
    if decision == "members checked":
        return "checked the mask keys of all sites"
    if decision == COHORT:
        kind = ESTIMATORS.get(str(entry.get("estimator", "")))
        leaves = f"; what leaves: {kind.words}" if kind else ""
        return f"counted whom the analysis is about: {patients} patients here{leaves}"
    if decision in (SENT, SENT_AGAIN):
        return f"{decision}: {_what(entry)}"
    if decision == SUM:
        return "checked the sum of all sites"
    if decision == REFUSED:
        return f"refused: {entry.get('code', '')} {entry.get('words', '')}".rstrip()
    if decision in (RELEASED, WITHHELD):
        return f"{decision} by {entry.get('person', 'somebody')}: {_what(entry)}"
    if decision == "ended":
        return f"{'the analysis' if entry.get('analysis') else 'the job'} ended: {entry.get('outcome', '')}"
    return decision


def _what(entry: Entry) -> str:
    return (
        f"round {entry.get('step')}, {entry.get('bytes', 0):,} bytes, "
        f"SHA-256 {str(entry.get('sha256', ''))[:16]}"
    )


def _left(key: tuple[str, str, str], lines: list[LedgerLine]) -> Left:
    sent = [one for one in lines if one.decision == SENT]
    people = [str(one.content.get("person", "")) for one in lines if one.decision == RELEASED]
    bands = [str(one.content["patients_here"]) for one in lines if "patients_here" in one.content]
    return Left(
        study=key[0],
        job=key[1],
        analysis=key[2],
        patients=bands[-1] if bands else "",
        first=sent[0].time,
        last=sent[-1].time,
        answers=len(sent),
        bytes=sum(int(one.content.get("bytes", 0)) for one in sent),
        people=tuple(dict.fromkeys(filter(None, people))),
    )
