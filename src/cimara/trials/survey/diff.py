"""Tells which trials changed what they say of CNS disease between two snapshots, with both sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cimara.trials.atlas.selection import EVERY_STUDY, Provenance, Selection, provenance_of, select
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study

if TYPE_CHECKING:
    from cimara.trials.search.query import Query

POLICY_FIELDS = ("brm_policy", "lmd_policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """One policy of one trial, before and after, with the sentences that say so (none when it is silent).

    `text_changed` is False when the criteria text is the same: then our reader changed, not the trial.
    """

    nct_id: str
    title: str
    field: str
    before: str | None
    after: str | None
    sentences_before: tuple[str, ...]
    sentences_after: tuple[str, ...]
    text_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDiff:
    """Two snapshots compared; `appeared` and `gone` are registry numbers in only one of them."""

    changes: tuple[PolicyChange, ...]
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    in_both: int
    old: Provenance
    new: Provenance

    @property
    def reader_changed(self) -> bool:
        """Whether the two snapshots were read by different rules."""
        return self.old.rules_hash != self.new.rules_hash


def survey_diff(
    old: Snapshot | Sequence[Study],
    new: Snapshot | Sequence[Study],
    population: Selection | Query = EVERY_STUDY,
) -> SurveyDiff:
    """The trials whose policy on brain metastases or leptomeningeal disease changed from `old` to `new`.

    The population is that of either snapshot, so that a trial that left it still counts.
    """
    before = {study.nct_id: study for study in select(old)}
    after = {study.nct_id: study for study in select(new)}
    wanted = {study.nct_id for source in (old, new) for study in select(source, population)}
    both = sorted(wanted & before.keys() & after.keys())
    changes = (change for number in both for change in _changes(before[number], after[number]))
    return SurveyDiff(
        changes=tuple(changes),
        appeared=tuple(sorted(wanted - before.keys())),
        gone=tuple(sorted(wanted - after.keys())),
        in_both=len(both),
        old=provenance_of(old, before.values()),
        new=provenance_of(new, after.values()),
    )


def _changes(before: Study, after: Study) -> Iterable[PolicyChange]:
    for field in POLICY_FIELDS:
        was, now = _policy(before.eligibility, field), _policy(after.eligibility, field)
        if was != now:
            yield PolicyChange(
                nct_id=after.nct_id,
                title=after.brief_title,
                field=field,
                before=was,
                after=now,
                sentences_before=_sentences(before.eligibility, field),
                sentences_after=_sentences(after.eligibility, field),
                text_changed=before.criteria != after.criteria,
            )


def _policy(read: CnsEligibility | None, field: str) -> str | None:
    return None if read is None else str(getattr(read, field))


def _sentences(read: CnsEligibility | None, field: str) -> tuple[str, ...]:
    return () if read is None else tuple(dict.fromkeys(one.quote for one in read.evidence_for(field)))
