"""What the RANO-LM scorecard of 2019 asks for: its items, which of them have sizes, which count."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NODULES_ASKED = 3
"""How many of the largest measurable nodules the scorecard asks for (Le Rhun 2019, Table 5)."""
NODULE_LIMIT = 50
"""A nodule is measurable when both diameters exceed this many tenths of a mm (Le Rhun 2019, Table 5)."""


@dataclass(frozen=True, slots=True)
class ScorecardItem:
    """One line of the scorecard. Items that are not `counted` are kept apart from the LM response."""

    region: str
    item: str
    label: str
    sized: bool
    counted: bool


def table_rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table that the package ships, as text by column."""
    text = files("cimara.response").joinpath("tables", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def scorecard() -> tuple[ScorecardItem, ...]:
    """The items, in the order of the printed form (Le Rhun 2019, Table 5)."""
    return tuple(
        ScorecardItem(
            row["region"], row["item"], row["label"], row["sized"] == "yes", row["counted"] == "yes"
        )
        for row in table_rows("rano_lm_items.csv")
    )
