"""Tells which codes a recode met that its list does not have, without what could be of one patient."""

from __future__ import annotations

import re
from collections.abc import Collection

import polars as pl

from cimara.cohort.findings import Finding, Severity, finding_frame
from cimara.cohort.harmonise.codes import normal
from cimara.cohort.harmonise.sources import Source
from cimara.cohort.model import Entity, Field, closest

FEW = 5
"""Counts below this are not shown, since findings travel."""
LONGEST = 20
MOST = 12
_SHORT_NUMBER = re.compile(r"[+-]?\d{1,4}(\.\d{1,2})?")


def unlisted_codes(
    cells: pl.Series, listed: Collection[str], source: Source, entity: Entity, field: Field | None
) -> pl.DataFrame:
    """A finding that lists the codes met with their counts; none if `cells` is empty.

    A word that stands in fewer than five rows may be a name: it is shown only where it is close to a listed
    code, or one letter. Long numbers may be record numbers, and are not shown.
    """
    if not cells.len():
        return finding_frame()
    counted = cells.value_counts(sort=True, name="count")
    order = counted.sort("count", cells.name, descending=[True, False])
    shown: list[str] = []
    hidden = 0
    for code, count in order.iter_rows():
        if len(shown) < MOST and _may_be_shown(code, count, listed):
            shown.append(f"{code} ({'<5' if count < FEW else count} rows)")
        else:
            hidden += 1
    more = f"{hidden} others, not shown" if shown else f"{hidden} that are not shown, since they may be names"
    told = ", ".join([*shown, more] if hidden else shown)
    name = f"{entity.name}.{field.name}" if field else "the site"
    found = Finding(
        severity=Severity.ERROR,
        rule="RECODE",
        table=entity.name,
        field=field.name if field else "",
        file=source.origin["file"][0] or "",
        sheet=source.origin["sheet"][0] or "",
        message=f"{source.name}: codes that the mapping of {name} does not list: {told}",
        hint="Add them to the recode, or `@else=` if all others mean one thing.",
    )
    return finding_frame([found])


def _may_be_shown(code: str, count: int, listed: Collection[str]) -> bool:
    if len(code) == 1 or _SHORT_NUMBER.fullmatch(code):
        return True
    word = len(code) <= LONGEST and not re.search(r"\d{5,}", code)
    return word and (count >= FEW or bool(closest(normal(code), listed)))
