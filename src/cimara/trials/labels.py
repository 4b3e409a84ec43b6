"""Readings as label rows, and how well they agree with labels made by hand."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.errors import CimaraError
from cimara.trials.eligibility import read_eligibility
from cimara.trials.eligibility.model import CnsEligibility, Evidence
from cimara.trials.importers import read_study
from cimara.trials.importers.forms import records_in
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.importers.source import documents

COLUMNS = (
    "nct_id", "brm_policy", "lmd_policy", "stable_days", "max_pred_mg", "max_dex_mg", "brain_imaging",
    "quote", "start", "end", "lmd_quote", "lmd_start", "lmd_end", "confidence", "rule_id",
    "max_lesion_mm", "max_lesion_count",
)  # fmt: skip
"""Columns of a label file; the first ten are a stable interface."""

SCORED_POLICIES = tuple(policy.value for policy in BrmPolicy)[:5]
"""The five brain-metastasis classes that are scored."""

FIELDS = ("stable_days", "max_pred_mg", "max_dex_mg", "brain_imaging", "max_lesion_mm", "max_lesion_count")
DISAGREED = "?"
"""A cell on which the human readers differed; it is left out of every score."""

_LETS_IN = {"required", "active_allowed", "stable_only"}
_Z95 = 1.959963984540054


class LabelError(CimaraError):
    """A label file that can't be used."""


@dataclass(frozen=True, slots=True)
class Read:
    """One record read, or the reason why it couldn't be."""

    where: str
    row: Mapping[str, str] | None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share with its count and Wilson 95 % interval."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share; 1.0 where nothing was to be found."""
        return self.hits / self.total if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (J Am Stat Assoc 1927;22:209)."""
        if not self.total:
            return 0.0, 1.0
        share, n, z2 = self.value, self.total, _Z95**2
        centre = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Agreement of readings with labels (the measures of the reader's specification)."""

    brm_accuracy: Share
    brm_macro_f1: float
    lmd_accuracy: Share
    lmd_macro_f1: float
    unsafe_permissive: Share
    """Labelled excluded, read as letting some brain metastases in."""
    over_permissive: Share
    """Labelled stable_only, read active_allowed."""
    lost_opportunity: Share
    """Labelled as letting in, read excluded or not_mentioned."""
    fields: Mapping[str, Share]
    """Each of `FIELDS` that the labels have."""
    confusion: Mapping[tuple[str, str], int]
    """(label, reading) -> trials, over all brain-metastasis policies."""
    missed: tuple[str, ...]
    """Registry numbers whose brain-metastasis or leptomeningeal policy differs."""


def read_records(paths: Iterable[Path]) -> Iterator[Read]:
    """Every record of the sources, read; records that can't be read come with their problem.

    Raises
    ------
    cimara.trials.importers.source.SourceError
        When a source doesn't exist.
    """
    for path in paths:
        for document in documents(path):
            where = document.source if document.line is None else f"{document.source} line {document.line}"
            if document.truncated:
                yield Read(where, None, "the file breaks off here")
                continue
            yield from _read_document(where, document.content)


def _read_document(where: str, content: bytes) -> Iterator[Read]:
    try:
        for record in records_in(content):
            study, _ = read_study(record.form, record.content)
            eligibility = read_eligibility(study.criteria, title=study.titles, conditions=study.conditions)
            yield Read(where, label_row(study.nct_id, eligibility))
    except RejectedRecordError as error:
        yield Read(where, None, str(error))


def label_row(nct_id: str, eligibility: CnsEligibility) -> dict[str, str]:
    """One reading in the words of a label file; empty cells are things the trial doesn't say."""
    fields = eligibility.fields
    brm = _deciding(eligibility, "brm_policy") or _deciding(eligibility, "lmd_policy")
    lmd = _deciding(eligibility, "lmd_policy")
    values = (
        nct_id, eligibility.brm_policy, eligibility.lmd_policy, _number(fields.stable_days),
        _number(fields.max_pred_mg), _number(fields.max_dex_mg), fields.brain_imaging,
        *_span(brm), *_span(lmd), eligibility.confidence, brm.rule_id if brm else "",
        _number(fields.max_lesion_mm), _number(fields.max_lesion_count),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(str, values), strict=True))


def _deciding(eligibility: CnsEligibility, field: str) -> Evidence | None:
    return next(iter(eligibility.evidence_for(field)), None)


def _span(evidence: Evidence | None) -> tuple[str, str, str]:
    return (evidence.quote, str(evidence.start), str(evidence.end)) if evidence else ("", "", "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def write_labels(rows: Iterable[Mapping[str, str]], out: Path) -> int:
    """Write rows as CSV (UTF-8, one header line); returns how many."""
    count = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def load_labels(path: Path) -> dict[str, dict[str, str]]:
    """Labels by registry number.

    Raises
    ------
    LabelError
        When the file is absent or lacks a column.
    """
    if not path.is_file():
        raise LabelError("no such label file", where=str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        lacking = [
            name for name in ("nct_id", "brm_policy", "lmd_policy") if name not in (reader.fieldnames or ())
        ]
        if lacking:
            raise LabelError(
                f"no column {', '.join(lacking)}", where=str(path), expected=", ".join(COLUMNS[:7])
            )
        return {row["nct_id"]: row for row in reader}


def score(rows: Mapping[str, Mapping[str, str]], labels: Mapping[str, Mapping[str, str]]) -> Scores:
    """Compare readings with labels over the trials that both have; `?` cells are left out."""
    ids = [nct_id for nct_id in labels if nct_id in rows]
    brm = [(labels[one]["brm_policy"], rows[one]["brm_policy"]) for one in ids]
    lmd = [(labels[one]["lmd_policy"], rows[one]["lmd_policy"]) for one in ids]
    brm = [pair for pair in brm if pair[0] != DISAGREED]
    lmd = [pair for pair in lmd if pair[0] != DISAGREED]
    scored = [pair for pair in brm if pair[0] in SCORED_POLICIES]
    allowing = [read for label, read in brm if label in _LETS_IN]
    return Scores(
        brm_accuracy=_share(label == read for label, read in scored),
        brm_macro_f1=_macro_f1(scored, SCORED_POLICIES),
        lmd_accuracy=_share(label == read for label, read in lmd),
        lmd_macro_f1=_macro_f1(lmd, [policy.value for policy in LmdPolicy]),
        unsafe_permissive=_share(read in _LETS_IN for label, read in brm if label == "excluded"),
        over_permissive=_share(read == "active_allowed" for label, read in brm if label == "stable_only"),
        lost_opportunity=_share(read in ("excluded", "not_mentioned") for read in allowing),
        fields={name: share for name in FIELDS if (share := _field_share(name, ids, rows, labels)).total},
        confusion=Counter(brm),
        missed=tuple(one for one in ids if _differs(rows[one], labels[one])),
    )


def _share(outcomes: Iterable[bool]) -> Share:
    values = list(outcomes)
    return Share(hits=sum(values), total=len(values))


def _macro_f1(pairs: Sequence[tuple[str, str]], classes: Iterable[str]) -> float:
    """Mean F1 over the classes that the labels have."""
    scores = []
    for name in classes:
        hits = sum(label == read == name for label, read in pairs)
        labelled = sum(label == name for label, _ in pairs)
        read_as = sum(read == name for _, read in pairs)
        if labelled:
            scores.append(2 * hits / (labelled + read_as))
    return sum(scores) / len(scores) if scores else 1.0


def _field_share(
    name: str,
    ids: Iterable[str],
    rows: Mapping[str, Mapping[str, str]],
    labels: Mapping[str, Mapping[str, str]],
) -> Share:
    known = [one for one in ids if labels[one].get(name, DISAGREED) != DISAGREED]
    return _share(_same(rows[one][name], labels[one][name]) for one in known)


def _same(read: str, label: str) -> bool:
    return read == label or (read in ("", "none") and label in ("", "none"))


def _differs(row: Mapping[str, str], label: Mapping[str, str]) -> bool:
    return any(label[name] not in (DISAGREED, row[name]) for name in ("brm_policy", "lmd_policy"))
