"""One time point: the words reported and derived, which of them differ, and what the data say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cimara.response.audit.codes import DataState
from cimara.response.audit.joining import Joined
from cimara.response.bor import PLAIN
from cimara.response.criteria.clinical import ClinicalSeen
from cimara.response.criteria.components import Component, Parts
from cimara.response.criteria.rano_bm import rano_call
from cimara.response.criteria.recist import recist_call
from cimara.response.policy import Policy
from cimara.response.rows import TimepointRow
from cimara.terms.response import Response

PARTS = ("target", "nontarget", "overall")
"""The parts of a response that are compared."""
NOTHING = ("", "NOT DONE", "NOT APPLICABLE", "NA")
PLAIN_WORDS = frozenset({"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD", "NED"})
OVERALL_WORDS = {
    "irecist": frozenset({"iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD", "NE", "NED"}),
    "irano": PLAIN_WORDS | {"PD_UNCONFIRMED"},
}
"""Words of an overall response, where a criterion has its own."""
I_COMPONENTS = {**PLAIN, "iUPD": "PD"}
"""iRECIST's words for a component, as the engine writes it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Words by part. `reasons` holds, for each part that differs, the codes that together explain it."""

    joined: Joined
    reported: Mapping[str, str]
    derived: Mapping[str, str]
    differing: tuple[str, ...]
    criterion: str
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether every part, and the date, is as derived."""
        return not self.differing and self.joined.is_same_date

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Parts that differ, and have no reason yet."""
        return tuple(part for part in self.differing if part not in self.reasons)

    @property
    def comparable(self) -> Mapping[str, str]:
        """Reported words that are responses: what a replay must give."""
        return {part: word for part, word in self.reported.items() if word in self.codelist(part)}

    def codelist(self, part: str) -> frozenset[str]:
        """The words that a part may have."""
        return OVERALL_WORDS.get(self.criterion, PLAIN_WORDS) if part == "overall" else PLAIN_WORDS

    @property
    def codes(self) -> tuple[str, ...]:
        """Every reason of the time point, once."""
        date = () if self.joined.is_same_date else (DataState.DATE_MISMATCH.value,)
        return tuple(dict.fromkeys((*date, *(code for part in PARTS for code in self.reasons.get(part, ())))))

    def because(self, part: str, *codes: str) -> Compared:
        """The same with the reason of one part."""
        return replace(self, reasons={**self.reasons, part: codes})


def compare(joined: Joined, policy: Policy) -> Compared:
    """The words of one time point, with the reasons that need no replay."""
    reported, derived = _reported(joined, policy), _derived(joined)
    differing = tuple(part for part in PARTS if _differs(reported[part], derived[part]))
    compared = Compared(joined, reported, derived, differing, policy.criterion)
    for part in differing:
        state = _data_state(part, compared)
        if state is not None:
            compared = compared.because(part, state.value)
    return compared


def _reported(joined: Joined, policy: Policy) -> dict[str, str]:
    words = {part: "" if joined.call is None else getattr(joined.call, part) for part in PARTS}
    if policy.criterion == "irecist":
        return {
            part: word if part == "overall" else I_COMPONENTS.get(word, word) for part, word in words.items()
        }
    return words


def _derived(joined: Joined) -> dict[str, str]:
    if joined.timepoint is None:
        return dict.fromkeys(PARTS, "")
    row = joined.timepoint.row
    return {"target": row.target, "nontarget": row.nontarget, "overall": row.response}


def _differs(reported: str, derived: str) -> bool:
    """Not done is not evaluable; nothing reported of a part that is not there is no difference."""
    if reported in NOTHING:
        return derived not in NOTHING and not (reported == "NOT DONE" and derived == "NE")
    return reported != derived


def _data_state(part: str, compared: Compared) -> DataState | None:
    word, timepoint = compared.reported[part], compared.joined.timepoint
    if timepoint is None:
        return DataState.NOT_DERIVABLE
    if word in NOTHING:
        return DataState.NOT_REPORTED
    if word not in compared.codelist(part):
        return DataState.NOT_IN_CODELIST
    if compared.derived[part] in (Response.UNDETERMINED, Response.NA) or _is_empty(timepoint.row):
        return DataState.NOT_DERIVABLE
    if part == "overall" and word == timepoint.row.original:
        return DataState.CALLED_ON_THE_DAY
    return None


def _is_empty(row: TimepointRow) -> bool:
    """Whether there is no lesion at all to derive a response from."""
    return row.target == Response.NA and row.nontarget == Response.NA and row.new_lesion == "NO"


def is_consistent(compared: Compared, clinical: ClinicalSeen, policy: Policy) -> bool | None:
    """Whether the reported overall response follows from the reported components; None: can't be told.

    A new lesion counts as reported, or as derived where nothing is reported of one.
    """
    words, call, timepoint = compared.comparable, compared.joined.call, compared.joined.timepoint
    if (
        policy.criterion in ("irecist", "irano")
        or call is None
        or timepoint is None
        or "overall" not in words
    ):
        return None
    for part in ("target", "nontarget"):
        if part not in words and compared.reported[part] not in NOTHING:
            return None
    said = call.new_lesion.upper()
    certain = said in ("UNEQUIVOCAL", "Y", "YES", "PD")
    if not said:
        certain = timepoint.row.new_lesion == "UNEQUIVOCAL"
    parts = Parts(
        target=Component(words.get("target", "NA")),
        nontarget=Component(words.get("nontarget", "NA")),
        new=Component("yes" if certain else "no"),
        sum=None,
        n_assessed=0,
        nadir=None,
    )
    made = rano_call(parts, clinical, policy) if policy.is_rano else recist_call(parts)
    return made.response == words["overall"]
