"""How independent readers of the same scans differ, and how often someone had to decide between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from cimara.response.audit.agreement import CrossTable
from cimara.response.audit.subjects import Subject
from cimara.response.model import INVESTIGATOR
from cimara.response.rows import BestRow


@dataclass(frozen=True, slots=True)
class ReaderPair:
    """Two readers of the same patients.

    `bor` crosses their best responses. A patient needs a decision when best response or date of progression
    differ (`n_differing`); `accepted` counts whose reading was accepted there.
    """

    readers: tuple[str, str]
    source: str
    bor: CrossTable
    n_bor_differs: int
    n_pd_differs: int
    n_differing: int
    accepted: Mapping[str, int]

    @property
    def n(self) -> int:
        """Patients whom both read."""
        return self.bor.n

    @property
    def adjudication_rate(self) -> float | None:
        """Share of the patients whom both read that need a decision."""
        return self.n_differing / self.n if self.n else None

    def as_data(self) -> dict[str, object]:
        """For a summary."""
        return {
            "readers": list(self.readers),
            "source": self.source,
            "patients": self.n,
            "bor_differs": self.n_bor_differs,
            "pd_date_differs": self.n_pd_differs,
            "need_a_decision": self.n_differing,
            "adjudication_rate": self.adjudication_rate,
            "accepted_where_they_differ": dict(self.accepted),
            "bor": self.bor.as_data(),
        }


def reader_pairs(subjects: Iterable[Subject], accepted: Mapping[str, str]) -> list[ReaderPair]:
    """Every pair of readers, by what they reported and by what is derived from their measurements.

    `accepted` names the accepted reader of a patient. The investigator is no reader.
    """
    by_patient: dict[str, dict[str, Subject]] = defaultdict(dict)
    for subject in subjects:
        if subject.evaluator != INVESTIGATOR:
            by_patient[subject.patient_id][subject.evaluator] = subject
    names = sorted({name for found in by_patient.values() for name in found})
    return [
        _pair(pair, source, by_patient, accepted)
        for pair in combinations(names, 2)
        for source in ("reported", "derived")
    ]


def _pair(
    readers: tuple[str, str],
    source: str,
    by_patient: Mapping[str, Mapping[str, Subject]],
    accepted: Mapping[str, str],
) -> ReaderPair:
    both = {
        patient: (getattr(found[readers[0]], source), getattr(found[readers[1]], source))
        for patient, found in by_patient.items()
        if set(readers) <= set(found)
    }
    bor = {patient for patient, (one, other) in both.items() if one.bor != other.bor}
    progression = {patient for patient, (one, other) in both.items() if one.pd_date != other.pd_date}
    differing = bor | progression
    return ReaderPair(
        readers,
        source,
        CrossTable.of(_words(pair) for pair in both.values()),
        len(bor),
        len(progression),
        len(differing),
        Counter(accepted[patient] for patient in sorted(differing) if patient in accepted),
    )


def _words(pair: tuple[BestRow, BestRow]) -> tuple[str, str]:
    return pair[0].bor, pair[1].bor
