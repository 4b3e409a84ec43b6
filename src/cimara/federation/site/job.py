"""One job as a site keeps it: the order, everybody's mask keys, the sums so far and what it has sent."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import Totals, plain_name, put, put_json, read_json
from cimara.federation.errors import Code, FederationError
from cimara.federation.exchange import Done, Record, Wanted, advance
from cimara.federation.masking import MaskKey, UsedRounds
from cimara.federation.messages.kinds import Order, Query
from cimara.federation.study import Prepared
from cimara.outcomes.contract import State, Summary

ORDER, JOINED, MEMBERS, VERSION = "order.msg", "joined.msg", "members.json", "data_version.json"
MASK_KEY, ENDED = "mask.key", "ended"


@dataclass(frozen=True, slots=True)
class Running:
    """An analysis at a site between two rounds: on the rows here, and on none, which says the shapes."""

    prepared: Prepared
    empty: Prepared
    totals: Totals
    merged: dict[int, Summary] = field(default_factory=dict)
    after: dict[int, tuple[Summary, State]] = field(default_factory=dict)
    _shapes: dict[int, Done | Wanted] = field(default_factory=dict)

    def shape(self, further: tuple[Summary, ...] = ()) -> Done | Wanted:
        """What the coming round, after a further one, gives for no rows; worked out once."""
        step = len(self.totals.read()) + len(further)
        if further or step not in self._shapes:
            self._shapes.clear()
            self._shapes[step] = self.next(self.empty, further)
        return self._shapes[step]

    def next(self, prepared: Prepared, further: tuple[Summary, ...] = ()) -> Done | Wanted:
        """Where the analysis is after the rounds so far, and further ones that are not kept yet."""
        return advance(prepared, Record([*self.totals.read(), *further], self.merged, self.after))


@dataclass(frozen=True, slots=True)
class SiteJob:
    """A job's folder at a site. What is in it says all; the other fields only save time."""

    folder: Path
    running: dict[str, Running] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    mask_keys: list[MaskKey] = field(default_factory=list)

    def kept(self, name: str) -> bytes | None:
        """A file of the job; None where there is none."""
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def keep(self, name: str, content: bytes) -> None:
        """Write a file of the job onto the disk."""
        put(self.folder / name, content)

    def mask_key(self) -> MaskKey:
        """This site's key for the masks of the job, made when it is first asked for."""
        if not self.mask_keys:
            path = self.folder / MASK_KEY
            if not path.is_file():
                self.folder.mkdir(parents=True, exist_ok=True)
                MaskKey.new().write(path)
            self.mask_keys.append(MaskKey.read(path))
        return self.mask_keys[0]

    @property
    def version(self) -> str:
        """Content hash of the rows that the job is about."""
        return str(read_json(self.folder / VERSION))

    def hold_version(self, version: str) -> None:
        """Fix the rows of the job; FederationError (OTHER_DATA_VERSION) where they were others before."""
        known = read_json(self.folder / VERSION)
        if known is None:
            put_json(self.folder / VERSION, version)
        elif known != version:
            raise FederationError(
                Code.OTHER_DATA_VERSION, "the site's data changed while the job ran",
                expected="the same rows in all rounds of a job", hint="Start a new job on the new data.",
            )  # fmt: skip

    @property
    def members(self) -> Mapping[str, str] | None:
        """Mask keys of all sites, once they were checked."""
        found: dict[str, str] | None = read_json(self.folder / MEMBERS)
        return found

    def join_members(self, keys: Mapping[str, str]) -> None:
        """Keep the mask keys of all sites. Raises FederationError (FOREIGN_KEY) where there were others."""
        known = self.members
        if known is not None and known != dict(keys):
            raise FederationError(Code.FOREIGN_KEY, "the sites' mask keys changed during the job")
        if known is None:
            put_json(self.folder / MEMBERS, dict(keys))

    def totals(self, analysis: str) -> Totals:
        """The sums of an analysis so far."""
        return Totals(self.folder / "totals" / plain_name(analysis, "an analysis"))

    @property
    def used(self) -> UsedRounds:
        """What was sent."""
        return UsedRounds(self.folder / "sent")

    def received(self, query: Query, frame: bytes) -> None:
        """Keep what the coordinator said, signed: a coordinator that lied about a sum is found out later."""
        put(self._received(query), frame, lasting=False)

    def has_left(self, query: Query) -> bool:
        """Whether an answer to that query left before: it was noted in the ledger, and the query kept."""
        return self._received(query).is_file()

    def _received(self, query: Query) -> Path:
        return self.folder / "received" / f"{query.analysis}-{query.step:04d}-{query.attempt:04d}.msg"

    def answered(self, analysis: str, step: int, attempts: int) -> bool:
        """Whether an answer of that step was made ready to leave in one of so many attempts."""
        return any(self.used.sent(analysis, step, one) is not None for one in range(attempts))

    def ended(self, analysis: str) -> bool:
        """Whether the analysis, or the job, is over."""
        return any((self.folder / ENDED / name).is_file() for name in ("job", f"of-{analysis}"))

    @property
    def has_key(self) -> bool:
        """Whether the private key of its masks lies here."""
        return (self.folder / MASK_KEY).is_file()

    def end(self, analysis: str, outcome: str) -> None:
        """Note that an analysis is over, or the job (""); after a job its mask key and its sums go."""
        put(self.folder / ENDED / (f"of-{analysis}" if analysis else "job"), f"{outcome}\n".encode())
        if analysis:
            self.running.pop(analysis, None)
            return
        self.running.clear()
        self.rows.clear()
        self.mask_keys.clear()
        (self.folder / MASK_KEY).unlink(missing_ok=True)
        shutil.rmtree(self.folder / "totals", ignore_errors=True)
