"""Why a reported response differs from the derived one: mistakes to replay, and states of the data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Mistake(StrEnum):
    """A way to get a response wrong that the audit can repeat. Of two that would do, the earlier is named."""

    PD_FROM_BASELINE = "PD_FROM_BASELINE"
    MISSING_AS_ZERO = "MISSING_AS_ZERO"
    ABSOLUTE_IN_SUM = "ABSOLUTE_IN_SUM"
    ABSOLUTE_PER_LESION = "ABSOLUTE_PER_LESION"
    NO_ABSOLUTE_5MM = "NO_ABSOLUTE_5MM"
    PR_FROM_NADIR = "PR_FROM_NADIR"
    NO_PR_PERSISTENCE = "NO_PR_PERSISTENCE"
    PR_PERSISTENCE = "PR_PERSISTENCE"
    REAPPEARANCE_IGNORED = "REAPPEARANCE_IGNORED"
    REAPPEARANCE_AS_PD = "REAPPEARANCE_AS_PD"
    STRICT_THRESHOLD = "STRICT_THRESHOLD"
    FLOAT_QUOTIENT = "FLOAT_QUOTIENT"
    FLOAT_PRODUCT = "FLOAT_PRODUCT"
    NODE_MUST_VANISH = "NODE_MUST_VANISH"
    NODE_LONG_AXIS = "NODE_LONG_AXIS"
    NONTARGET_IGNORED = "NONTARGET_IGNORED"
    NONTARGET_MISSING_IGNORED = "NONTARGET_MISSING_IGNORED"
    NEW_IGNORED = "NEW_IGNORED"
    STEROID_IGNORED = "STEROID_IGNORED"
    CLINICAL_IGNORED = "CLINICAL_IGNORED"

    @property
    def code(self) -> str:
        """The code in the report: the two ways of binary rounding are one reason."""
        return "FLOAT" if self in (Mistake.FLOAT_QUOTIENT, Mistake.FLOAT_PRODUCT) else self.value


class DataState(StrEnum):
    """A reason that is no mistake of derivation."""

    CALLED_ON_THE_DAY = "CALLED_ON_THE_DAY"
    COMPONENTS_INCONSISTENT = "COMPONENTS_INCONSISTENT"
    NOT_IN_CODELIST = "NOT_IN_CODELIST"
    NOT_REPORTED = "NOT_REPORTED"
    NOT_DERIVABLE = "NOT_DERIVABLE"
    DATE_MISMATCH = "DATE_MISMATCH"
    UNEXPLAINED = "UNEXPLAINED"


CR_ALL_MISSING = "CR_ALL_MISSING"
"""Sub-case of MISSING_AS_ZERO: no target was assessed, and the targets were reported gone."""

DEFINITIONS: Mapping[str, str] = {
    "PD_FROM_BASELINE": "growth was counted from baseline instead of the nadir",
    "MISSING_AS_ZERO": "a target that was not assessed was counted as 0 mm",
    CR_ALL_MISSING: "no target was assessed, each was counted as 0 mm, and a complete response was reported",
    "NO_ABSOLUTE_5MM": "the absolute minimum of progression was left out",
    "ABSOLUTE_IN_SUM": "the absolute minimum was asked of the sum, the policy asks it of one lesion",
    "ABSOLUTE_PER_LESION": "the absolute minimum was asked of one lesion, the policy asks it of the sum",
    "PR_FROM_NADIR": "shrinkage was counted from the nadir instead of baseline",
    "NO_PR_PERSISTENCE": "a partial response once reached did not persist until progression",
    "PR_PERSISTENCE": "a partial response was kept until progression, the policy judges each visit anew",
    "REAPPEARANCE_IGNORED": "a lesion back after a complete response was judged by its size alone",
    "REAPPEARANCE_AS_PD": "a lesion back after a complete response was progression, the policy goes by size",
    "STRICT_THRESHOLD": "`more than` was asked where the rule says `at least`",
    "FLOAT": "binary rounding moved a value across a threshold that it meets exactly",
    "NODE_MUST_VANISH": "a node had to be 0 mm to count as gone, the rule asks for a normal short axis",
    "NODE_LONG_AXIS": "a node entered by its longest diameter instead of its short axis",
    "NONTARGET_IGNORED": "non-target disease was left out of the overall response",
    "NONTARGET_MISSING_IGNORED": "non-target lesions not assessed were left out, the others judged alone",
    "NEW_IGNORED": "an unequivocal new lesion was left out of the overall response",
    "STEROID_IGNORED": "the steroid dose was left out of the overall response",
    "CLINICAL_IGNORED": "the clinical state was left out of the overall response",
    "CALLED_ON_THE_DAY": "it is the call of the day, which a later scan or decision changed",
    "COMPONENTS_INCONSISTENT": "the reported overall response does not follow from the reported components",
    "NOT_IN_CODELIST": "what was reported is no response",
    "NOT_REPORTED": "nothing was reported",
    "NOT_DERIVABLE": "nothing to derive from: no such visit, baseline or lesion, or rules not released",
    "DATE_MISMATCH": "the visit number is the same, the date is not one of the visit's",
    "UNEXPLAINED": "no replayed mistake, nor two or three together, gives what was reported",
}
"""What each code of the report means, in a sentence."""
