"""What left a house and what was refused: lines that are only ever added, each holding the hash of the last.

Hashes are HMACs under a secret of the site, which lies beside the ledger, as does a seal: the number of lines
and the last hash. So a line that is changed, forged, moved, cut out or cut off is found. Patients stand in it
as HMACs under the secret, too; those never leave the house.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cimara.federation.errors import Code, FederationError

Entry = Mapping[str, Any]
FIRST = "0" * 64
"""The hash before the first line."""
COHORT, SENT, SUM = "cohort", "sent", "sum checked"
"""Decisions that the guard reads again: whom an analysis is about, what left (or "sent again"), and what all
sites came to."""
UNIT_DIGITS = 24


class LedgerError(FederationError):
    """A ledger that was altered."""

    def __init__(self, problem: str, *, where: str) -> None:
        super().__init__(
            Code.BAD_LEDGER, problem, where=where,
            hint="Keep the files as they are and tell the steward; a backup shows what it was.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cohort:
    """The patients of an analysis, as HMACs.

    `patients` are those of all sites, 0 where not known; `all_plain` says that every site passed the
    thresholds under which its own sums may be read.
    """

    job: str
    study: str
    analysis: str
    estimator: str
    data_version: str
    roster: tuple[str, ...]
    units: frozenset[str]
    patients: float = 0
    all_plain: bool = False


class Ledger:
    """The ledger in a file; its secret (0600) and its seal lie beside it.

    Parameters
    ----------
    path
        A file of JSON lines; made with the first entry.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._secret_path, self._seal_path = path.with_suffix(".secret"), path.with_suffix(".seal")

    def write(self, *, decision: str, **told: Any) -> Entry:
        """Add a line and put it on the disk before returning; gives it with its number, time and hash.

        Raises FederationError (BAD_LEDGER) where the ledger was altered at its end.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._secret()
            number, last = self._end()
            body = {
                "number": number + 1,
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "decision": decision,
                **told,
                "before": last,
            }
            made = {**body, "hash": self._hash(body)}
            with self.path.open("ab") as stream:
                stream.write(_line(made))
                stream.flush()
                os.fsync(stream.fileno())
            self._seal(number + 1, made["hash"])
        return made

    def entries(self) -> list[Entry]:
        """All lines in order, unchecked; a last line that a crash cut short is left out."""
        return [json.loads(one) for one in self._lines()]

    def verify(self) -> int:
        """The number of lines, after checking each. Raises FederationError (BAD_LEDGER) naming the line.

        One line more than the seal says is what a crash leaves; `write` goes on from it.
        """
        last, number, sealed = FIRST, 0, self._sealed()
        ends = [(0, FIRST)]
        for number, line in enumerate(self._lines(), start=1):
            last = self._checked(line, number, last)
            ends.append((number, last))
        if sealed is None and number > 1:
            raise LedgerError("its seal is missing", where=self.path.name)
        if sealed is not None and sealed[:2] not in ends[-2:]:
            raise LedgerError(f"it was sealed at another end than its line {number}", where=self.path.name)
        return number

    def unit_ids(self, units: Iterable[str]) -> frozenset[str]:
        """HMACs of ids of patients under the site's secret."""
        secret = self._secret()
        return frozenset(
            hmac.new(secret, one.encode(), hashlib.sha256).hexdigest()[:UNIT_DIGITS] for one in units
        )

    def write_cohort(self, units: frozenset[str], **told: Any) -> Entry:
        """Note whom an analysis is about (`unit_ids`); a set that was noted before is not written again."""
        digest = hashlib.sha256("".join(sorted(units)).encode()).hexdigest()
        known = any(one.get("cohort") == digest and "units" in one for one in self.entries())
        written = {} if known else {"units": sorted(units)}
        return self.write(decision=COHORT, **told, cohort=digest, **written)

    def released_cohorts(self, study: str | None = None) -> list[Cohort]:
        """Cohorts of which something was sent, in order; of one study, or of all."""
        return list(_released(self.entries(), study))

    def _checked(self, line: bytes, number: int, last: str) -> str:
        where = f"{self.path.name} line {number}"
        try:
            entry = json.loads(line)
            told = entry.pop("hash")
        except (ValueError, KeyError, AttributeError) as error:
            raise LedgerError("is no entry", where=where) from error
        if entry.get("number") != number or entry.get("before") != last:
            raise LedgerError("does not follow the line before it", where=where)
        if not hmac.compare_digest(str(told), self._hash(entry)):
            raise LedgerError("was changed", where=where)
        return str(told)

    def _lines(self) -> list[bytes]:
        if not self.path.is_file():
            return []
        return self.path.read_bytes().split(b"\n")[:-1]

    def _end(self) -> tuple[int, str]:
        """Number and hash of the last line; finishes what a crash left of a line or before a seal."""
        number, last, size = self._sealed() or (0, FIRST, 0)
        found = self.path.stat().st_size if self.path.is_file() else 0
        if found == size:
            return number, last
        lines = self._lines()
        whole = sum(len(one) + 1 for one in lines)
        if found != whole:
            os.truncate(self.path, whole)
        if len(lines) == number + 1:
            return number + 1, self._checked(lines[-1], number + 1, last)
        if len(lines) != number or (lines and _told(lines[-1], "hash") != last):
            raise LedgerError("its end is not the one that was sealed", where=self.path.name)
        return number, last

    def _seal(self, number: int, last: str) -> None:
        told = f"{number} {last} {self.path.stat().st_size}"
        mac = hmac.new(self._secret(), told.encode(), hashlib.sha256).hexdigest()
        fresh = self._seal_path.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as stream:
            stream.write(f"{told} {mac}\n")
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(self._seal_path)

    def _sealed(self) -> tuple[int, str, int] | None:
        """Number and hash of the last line, and the bytes of all lines, as they were sealed."""
        if not self._seal_path.is_file():
            return None
        told, _, mac = self._seal_path.read_text(encoding="ascii").strip().rpartition(" ")
        right = hmac.new(self._secret(), told.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(mac, right):
            raise LedgerError("its seal was not made with this site's secret", where=self._seal_path.name)
        number, last, size = told.split()
        return int(number), last, int(size)

    def _hash(self, body: Entry) -> str:
        return hmac.new(self._secret(), _line(body), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        """The site's secret, made when it is first needed. A ledger without its secret is refused."""
        if not self._secret_path.is_file():
            if self._lines():
                raise LedgerError("its secret is missing", where=self._secret_path.name)
            self._secret_path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._secret_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write(secrets.token_hex(32))
                stream.flush()
                os.fsync(stream.fileno())
        return bytes.fromhex(self._secret_path.read_text(encoding="ascii"))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.path.with_suffix(".lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _released(entries: Iterable[Entry], study: str | None) -> Iterator[Cohort]:
    told = list(entries)
    units = {one["cohort"]: frozenset(one["units"]) for one in told if "units" in one}
    sent = {(one["job"], one.get("analysis")) for one in told if str(one["decision"]).startswith(SENT)}
    sums = {(one["job"], one["analysis"]): one for one in told if one["decision"] == SUM}
    for one in told:
        key = (one.get("job"), one.get("analysis"))
        if one["decision"] != COHORT or key not in sent or (study is not None and one["study"] != study):
            continue
        total = sums.get((one["job"], one["analysis"]), {})
        yield Cohort(
            job=one["job"],
            study=one["study"],
            analysis=one["analysis"],
            estimator=one["estimator"],
            data_version=one["data_version"],
            roster=tuple(one["roster"]),
            units=units[one["cohort"]],
            patients=total.get("patients", 0),
            all_plain=total.get("all_plain", False),
        )


def _told(line: bytes, name: str) -> Any:
    try:
        return json.loads(line).get(name)
    except (ValueError, AttributeError):
        return None


def _line(entry: Entry) -> bytes:
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"
