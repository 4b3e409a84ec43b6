"""Words, reasons and flags as whole numbers, and decision tables as arrays made from the same CSV files.

Reasons and flags of a row are bits; they become text at the end, each distinct pattern once.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from cimara.response.bor import KNOWN
from cimara.response.columnar.records import Array
from cimara.response.policy import Policy
from cimara.response.tables import POLICY, Table, TableRow, load_table

WORDS: dict[str, tuple[str, ...]] = {
    "target": ("CR", "PR", "SD", "PD", "NE", "NA"),
    "nontarget": ("CR", "NON-CR/NON-PD", "PD", "NE", "NA"),
    "new": ("no", "blocks", "review", "yes"),
    "clinical": ("OK", "WORSE", "UNKNOWN"),
    "steroid": ("NONE", "KEPT", "INCREASED", "UNKNOWN"),
    "antiangiogenic": ("no", "yes"),
    "response": (*sorted(KNOWN), "OTHER"),
    "min_sd": ("no", "yes"),
    "first": ("CR", "PR"),
    "next": ("CR", "PR", "SD", "PD", "NE"),
}
"""What each condition column may hold; its place here is its number."""
BEST = (*WORDS["response"], "NE")
"""A response as best response sees it: as in its table, but not evaluable is told from the rest."""
LAST_REASONS = ("CLINICAL_UNKNOWN", "STEROID_UNKNOWN", "CR_EXCLUDED_BY_STEROIDS", "CR_CAPPED_BY_NEW_LESION")
REASONS = (
    "CLINICAL_WORSE",
    "SUM_UP",
    "SUM_UP_ABSOLUTE",
    "NO_TARGETS",
    "TARGETS_GONE",
    "SUM_DOWN",
    "PR_PERSISTS",
    "SUM_STABLE",
    "NO_LESION_UP",
    "SUM_RISE_TOO_SMALL",
    "BASELINE_INCOMPLETE",
    "of targets",
    "PARTLY_ASSESSED_BUT_ENOUGH",
    "of non-targets",
    "NONENHANCING_UP",
    "NONTARGET_GONE",
    "NONTARGET_PERSISTS",
    "NOTHING_SCANNED",
    "of what is back or new",
    *LAST_REASONS,
    "STEROID_UP_NO_DECLINE",
    "PSEUDO_RESPONSE",
    "UNVERIFIED_TABLE",
)
"""Reasons in the order in which a row lists them; those in lower case stand for reasons that name lesions."""
OF_LESION = (
    "",
    "REAPPEARED",
    "LESION_UP",
    "TARGET_NOT_ASSESSED",
    "NONTARGET_UP",
    "NONTARGET_NOT_ASSESSED",
    "REAPPEARED",
    "NEW_LESION",
    "NEW_EQUIVOCAL",
)
"""Reasons that name a lesion; number 6 is of a non-target."""
SLOT = ("", *["of targets"] * 3, *["of non-targets"] * 2, *["of what is back or new"] * 3)
FLAGS = (
    "MERGED_LESION",
    "NOT_SCANNED",
    "PARTLY_SCANNED",
    "NEW_EQUIVOCAL",
    "BACKDATED",
    "NEW_IN_ONE_PLANE",
    "UNVERIFIED_RULE:R11-NEW",
    "NEW_LESION_UNDER_REVIEW",
    "CLINICAL_DURATION_UNKNOWN",
    "CLINICAL_TOO_BRIEF",
    "UNVERIFIED_RULE:RBM-C1",
    "CLINICAL_DURATION_UNKNOWN",
    "CLINICAL_TOO_BRIEF",
    "WORSE_OTHER_CAUSE",
    "CLINICAL_ASSUMED",
    "STEROID_ASSUMED",
    "UNVERIFIED_RULE:RBM-S1",
    "ANTIANGIOGENIC",
    "UNVERIFIED_RULE:DAT-1",
)
"""Flags in the order in which a row lists them; two stand twice: as reported, and by the scales."""
BY_SCALES = 3
"""How far behind a flag of the reported state stands the same one of the state by the scales."""


def reason(name: str) -> int:
    """The bit of a reason."""
    return 1 << REASONS.index(name)


def flag(name: str) -> int:
    """The bit of a flag."""
    return 1 << FLAGS.index(name)


def number(column: str, word: str) -> int:
    """The number of a word in a condition column."""
    return WORDS[column].index(word)


def where(mask: Array, bit: int) -> Array:
    """A bit where the mask holds."""
    return mask * np.int64(bit)


def lookup(name: str, policy: Policy) -> tuple[Array, tuple[TableRow, ...]]:
    """For every combination of a table's conditions the first row that matches, by the policy's own fields.

    One axis for each condition that is not a field of the policy, in the order of the table.
    """
    table = load_table(name)
    fields = tuple(
        str(getattr(policy, column[len(POLICY) :])) for column in table.columns if column.startswith(POLICY)
    )
    return _lookup(table.name, fields), table.rows


@cache
def _lookup(name: str, fields: tuple[str, ...]) -> Array:
    table = load_table(name)
    free = [column for column in table.columns if not column.startswith(POLICY)]
    places = {row.priority: place for place, row in enumerate(table.rows)}
    found = np.full([len(WORDS[column]) for column in free], -1, np.int16)
    for seen in product(*(table.domains[column] for column in free)):
        at = tuple(number(column, word) for column, word in zip(free, seen, strict=True))
        found[at] = places[table.match(_woven(table, seen, fields)).priority]
    return found


def _woven(table: Table, seen: tuple[str, ...], fields: tuple[str, ...]) -> tuple[str, ...]:
    own, given = iter(seen), iter(fields)
    return tuple(next(given) if column.startswith(POLICY) else next(own) for column in table.columns)
