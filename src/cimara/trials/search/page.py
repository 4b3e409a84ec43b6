"""What a search answers: hits, how many there are, and what must be said beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus, Phase, StudyType
from cimara.trials.places import PlaceFound
from cimara.trials.search.nearby import NearestSite


class FoundIn(StrEnum):
    """Where the words of the query stand."""

    NUMBER = "number"
    HEAD = "head"
    TEXT = "text"


class NoticeCode(StrEnum):
    """What a page has to say about how the query was read."""

    NO_WORD = "no_word"
    TEXT_CUT = "text_cut"
    READ_AS_POLICY = "read_as_policy"
    CONDITION_AS_WORDS = "condition_as_words"
    UNKNOWN_PLACE = "unknown_place"
    AMBIGUOUS_PLACE = "ambiguous_place"
    NUMBER_NOT_HERE = "number_not_here"
    NUMBER_REMOVED = "number_removed"
    NUMBER_PAST_FILTERS = "number_past_filters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One remark; `suggestions` are what the person may have meant."""

    code: NoticeCode
    message: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of studies, exact or "more than"."""

    value: int
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.value:,}" if self.is_exact else f"more than {self.value:,}"

    @classmethod
    def capped(cls, counted: int, cap: int) -> Count:
        """A count that was stopped once it passed `cap`."""
        return cls(value=min(counted, cap), is_exact=counted <= cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Studies beside the result, that the record or the reader leaves open; shown one click away.

    `field` is the field of the query to change, and `value` what to put there: a policy, `wider` for studies
    of any tumour of a wider group, or `missing` for records without the date.
    """

    field: str
    value: str
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One study found. `row_id` leads to the whole study: `snapshot.studies((row_id,))`.

    `score` is bm25, lower is better; None where hits aren't ranked by words.
    """

    row_id: int
    nct_id: NctId
    brief_title: str
    overall_status: OverallStatus
    study_type: StudyType | None
    phases: tuple[Phase, ...]
    sponsor: str | None
    last_updated: str | None
    brm_policy: BrmPolicy
    lmd_policy: LmdPolicy
    starter: bool
    found_in: FoundIn = FoundIn.HEAD
    score: float | None = None
    nearest: NearestSite | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """A page of hits. `cursor` asks for the next one; None when there is none.

    `also_in_text` are studies that have the words only in summary, criteria or outcomes, listed when few
    have them in title, conditions, interventions or keywords.
    """

    hits: tuple[Hit, ...]
    total: Count
    cursor: str | None = None
    notices: tuple[Notice, ...] = ()
    also_in_text: tuple[Hit, ...] = ()
    also_in_text_total: Count = Count(value=0)
    undecided: tuple[Undecided, ...] = ()
    place: PlaceFound | None = None

    def notice(self, code: NoticeCode) -> Notice | None:
        """The notice of that code, or None."""
        return next((one for one in self.notices if one.code is code), None)
