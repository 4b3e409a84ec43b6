"""What a match comes to for a list: a few bytes a study, from which any page of the list can be made."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from cimara import __version__
from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus
from cimara.trials.matching import MatchPage
from cimara.trials.snapshot import Snapshot
from cimara.trials.verdict import CriterionId, MatchResult, Verdict

BEYOND, WRONG_PHASE = "beyond_max_distance", "phase_not_wanted"
FLAGS = {BEYOND: 1, WRONG_PHASE: 2}
"""The library's flags that decide whether a study is listed, as bits."""
VERDICTS, STATUSES = tuple(Verdict), tuple(OverallStatus)
ROW = struct.Struct("<IBBBd")
HEAD_BYTES = 512
KEY_BYTES = hashlib.sha256().digest_size
_LAYOUT = f"1 {ROW.format} {VERDICTS} {STATUSES} {FLAGS}"


class Row(NamedTuple):
    """One study of the list; verdict and status by their places, a distance that isn't known as NaN."""

    number: int
    verdict_place: int
    status_place: int
    flags: int
    km: float

    @classmethod
    def of(cls, result: MatchResult) -> Row:
        """What the list needs of a match."""
        return cls(
            int(result.nct_id.removeprefix("NCT")),
            VERDICTS.index(result.verdict),
            STATUSES.index(status_of(result)),
            sum(FLAGS.get(flag, 0) for flag in set(result.flags)),
            math.nan if result.nearest_open_km is None else result.nearest_open_km,
        )

    @property
    def nct_id(self) -> NctId:
        """The registry number."""
        return NctId(f"NCT{self.number:08}")

    @property
    def verdict(self) -> Verdict:
        """The library's verdict."""
        return VERDICTS[self.verdict_place]

    @property
    def status(self) -> OverallStatus:
        """The study's overall status, as the match saw it."""
        return STATUSES[self.status_place]

    @property
    def nearest_open_km(self) -> float | None:
        """Kilometres to the nearest open site; None when not known."""
        return None if math.isnan(self.km) else self.km

    def has(self, flag: str) -> bool:
        """True when the match set that flag."""
        return bool(self.flags & FLAGS[flag])


kind_of = itemgetter(Row._fields.index("status_place"), Row._fields.index("flags"))
"""What decides whether a study is listed: its status and flags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The studies in rank order; how many are off the list, by reason; open ones too far, closed nearby."""

    rows: tuple[Row, ...]
    gated_out: Mapping[str, int] = field(default_factory=dict)
    closed_nearby: int = 0

    @classmethod
    def of(cls, page: MatchPage, *, closed_nearby: int = 0) -> Outcome:
        """What a match of the whole registry comes to."""
        rows = tuple(Row.of(one) for one in page.results)
        return cls(rows=rows, gated_out=page.gated_out, closed_nearby=closed_nearby)

    def to_bytes(self, key: bytes, *, n_studies: int) -> bytes:
        """The outcome under its key; as long for every person, so that its length tells nothing of one."""
        head = {"rows": len(self.rows), "off": dict(self.gated_out), "closed_nearby": self.closed_nearby}
        rows = b"".join(ROW.pack(*row) for row in self.rows)
        return key + json.dumps(head).encode().ljust(HEAD_BYTES) + rows.ljust(n_studies * ROW.size, b"\0")

    @classmethod
    def of_bytes(cls, plain: bytes, key: bytes) -> Outcome | None:
        """The outcome of `to_bytes`; None when it was kept under another key."""
        if plain[:KEY_BYTES] != key:
            return None
        body = plain[KEY_BYTES:]
        head = json.loads(body[:HEAD_BYTES])
        rows = body[HEAD_BYTES : HEAD_BYTES + head["rows"] * ROW.size]
        return cls(
            rows=tuple(map(Row._make, ROW.iter_unpack(rows))),
            gated_out=head["off"],
            closed_nearby=head["closed_nearby"],
        )


def key_of(snapshot: Snapshot, *asked: object) -> bytes:
    """Names a match: these records, read and matched by this version, for what was asked."""
    parts = (__version__, _LAYOUT, snapshot.meta.content_hash, *asked)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).digest()


def status_of(result: MatchResult) -> OverallStatus:
    """The study's overall status, as the match saw it."""
    criterion = result.criterion(CriterionId.STATUS)
    return OverallStatus(criterion.fact) if criterion and criterion.fact else OverallStatus.UNKNOWN
