"""The audit of one study: every time point with its reasons, every patient, and what they sum up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import polars as pl

from cimara.response.audit.agreement import CrossTable
from cimara.response.audit.codes import DEFINITIONS
from cimara.response.audit.comparing import PARTS, Compared
from cimara.response.audit.readers import ReaderPair
from cimara.response.audit.subjects import Subject
from cimara.response.policy import Policy
from cimara.response.results import frame

TIMEPOINTS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "evaluator": pl.String(),
    "visit_id": pl.String(),
    "date": pl.Date(),
    "reported_date": pl.String(),
    "reported_target": pl.String(),
    "derived_target": pl.String(),
    "reported_nontarget": pl.String(),
    "derived_nontarget": pl.String(),
    "reported_new_lesion": pl.String(),
    "derived_new_lesion": pl.String(),
    "reported_overall": pl.String(),
    "derived_overall": pl.String(),
    "agree": pl.String(),
    "reasons": pl.String(),
    "target_reasons": pl.String(),
    "nontarget_reasons": pl.String(),
    "overall_reasons": pl.String(),
    "alternatives": pl.String(),
    "consistent": pl.String(),
    "rule_id": pl.String(),
    "rs_rows": pl.String(),
}
"""Columns of `audit.csv`. Codes in one cell are parted by `;`: those of `reasons` belong together, each of
`alternatives` would do in their place. `consistent` tells whether the reported overall response follows from
the reported components; `rs_rows` counts rows of RS from 1 below the header."""

SUBJECTS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "evaluator": pl.String(),
    "reported_bor": pl.String(),
    "derived_bor": pl.String(),
    "reported_confirmed_bor": pl.String(),
    "derived_confirmed_bor": pl.String(),
    "bor_changed": pl.String(),
    "reported_pd_date": pl.Date(),
    "derived_pd_date": pl.Date(),
    "pd_shift": pl.String(),
    "pd_days": pl.Int64(),
}
"""Columns of `subjects.csv`; `pd_days` runs from the derived date to the reported one."""


@dataclass(frozen=True)
class AuditReport:
    """What an audit found. `consistent` goes with `timepoints`; `unreported`: evaluators not in RS."""

    policy: Policy
    timepoints: Sequence[Compared]
    consistent: Sequence[bool | None]
    subjects: Sequence[Subject]
    readers: Sequence[ReaderPair]
    unreported: tuple[str, ...] = ()
    source: Mapping[str, str] | None = None

    @property
    def n_disagreements(self) -> int:
        """Time points that differ in a part or in their date."""
        return sum(not item.agrees for item in self.timepoints)

    @cached_property
    def reasons(self) -> Counter[str]:
        """How many time points have each reason."""
        return Counter(code for item in self.timepoints for code in item.codes)

    def cross_table(self, part: str, evaluator: str | None = None) -> CrossTable:
        """Reported against derived words of one part, where both are there."""
        return CrossTable.of(
            (item.reported[part], item.derived[part])
            for item in self.timepoints
            if item.joined.call is not None
            and item.joined.timepoint is not None
            and part in item.comparable
            and evaluator in (None, item.joined.call.evaluator)
        )

    @property
    def evaluators(self) -> list[str]:
        """Everyone who reported."""
        calls = (item.joined.call for item in self.timepoints)
        return sorted({call.evaluator for call in calls if call is not None})

    def to_frame(self) -> pl.DataFrame:
        """One row a time point."""
        pairs = zip(self.timepoints, self.consistent, strict=True)
        return frame([_timepoint(item, follows) for item, follows in pairs], TIMEPOINTS)

    def subjects_frame(self) -> pl.DataFrame:
        """One row a patient and evaluator."""
        return frame([_subject(item) for item in self.subjects], SUBJECTS)

    def summary(self) -> dict[str, object]:
        """Counts, reasons, agreement, progression, best response, readers; plain data."""
        return {
            "policy": {"label": self.policy.label, "hash": self.policy.hash},
            "source": dict(self.source or {}),
            "timepoints": len(self.timepoints),
            "agree": len(self.timepoints) - self.n_disagreements,
            "disagree": self.n_disagreements,
            "parts": {part: self._part(part) for part in PARTS},
            "reasons": dict(self.reasons.most_common()),
            "inconsistent": sum(follows is False for follows in self.consistent),
            "evaluators": {name: self._evaluator(name) for name in self.evaluators},
            "evaluators_not_in_rs": list(self.unreported),
            "readers": [pair.as_data() for pair in self.readers],
            "definitions": {code: DEFINITIONS[code] for code in sorted(self.reasons)},
        }

    def _part(self, part: str) -> dict[str, object]:
        differing = [item for item in self.timepoints if part in item.differing]
        counts = Counter(code for item in differing for code in item.reasons[part])
        table = self.cross_table(part)
        return {"differ": len(differing), "reasons": dict(counts.most_common()), **table.as_data()}

    def _evaluator(self, name: str) -> dict[str, object]:
        own = [item for item in self.subjects if item.evaluator == name]
        days = sorted(item.pd_days for item in own if item.pd_days)
        changes = Counter((item.reported.bor, item.derived.bor) for item in own if item.is_bor_changed)
        return {
            **{part: self.cross_table(part, name).as_data() for part in PARTS},
            "pd_date": dict(Counter(item.pd_shift for item in own)),
            "pd_days_where_shifted": days,
            "bor_changed": sum(changes.values()),
            "bor_changes": [
                {"reported": one, "derived": other, "n": n} for (one, other), n in changes.most_common()
            ],
        }

    def write(self, folder: Path) -> list[Path]:
        """Write audit.csv, subjects.csv, summary.json and summary.md; gives the files."""
        from cimara.response.audit.markdown import summary_page

        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name for name in ("audit.csv", "subjects.csv", "summary.json", "summary.md")]
        self.to_frame().write_csv(paths[0])
        self.subjects_frame().write_csv(paths[1])
        encoded = msgspec.json.format(msgspec.json.encode(self.summary()), indent=2)
        paths[2].write_bytes(encoded + b"\n")
        paths[3].write_text(summary_page(self.summary()), encoding="utf-8")
        return paths


def _timepoint(item: Compared, follows: bool | None) -> list[object]:
    timepoint, call = item.joined.timepoint, item.joined.call
    row = None if timepoint is None else timepoint.row
    known = call if call is not None else row
    assert known is not None
    return [
        known.patient_id,
        known.evaluator,
        row.visit_id if row is not None else call.visit_number if call is not None else "",
        None if row is None else row.date,
        "" if call is None else call.date_text,
        item.reported["target"],
        item.derived["target"],
        item.reported["nontarget"],
        item.derived["nontarget"],
        "" if call is None else call.new_lesion,
        "" if row is None else row.new_lesion,
        item.reported["overall"],
        item.derived["overall"],
        _yes(item.agrees),
        ";".join(item.codes),
        *(";".join(item.reasons.get(part, ())) for part in PARTS),
        ";".join(item.alternatives),
        "" if follows is None else _yes(follows),
        "" if row is None else row.rule_id,
        "" if call is None else ";".join(map(str, call.rows)),
    ]


def _subject(item: Subject) -> list[object]:
    return [
        item.patient_id,
        item.evaluator,
        item.reported.bor,
        item.derived.bor,
        item.reported.confirmed_bor,
        item.derived.confirmed_bor,
        _yes(item.is_bor_changed),
        item.reported.pd_date,
        item.derived.pd_date,
        item.pd_shift,
        item.pd_days,
    ]


def _yes(value: bool) -> str:
    return "yes" if value else "no"
