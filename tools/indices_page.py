"""Writes docs/reference/cohort/indices.md from the tables of the indices: `python -m tools.indices_page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cimara.cohort.indices.point_tables import (
    HALVES,
    SCALE,
    Item,
    Level,
    PointTable,
    Status,
    is_transcribed,
    point_table,
    rows_of,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cohort" / "indices.md"
NAMES = {
    Item.AGE: "age, years",
    Item.KPS: "KPS",
    Item.EXTRACRANIAL: "extracranial metastases",
    Item.BRAIN_METASTASES: "brain metastases",
    Item.HAEMOGLOBIN: "haemoglobin, g/dL",
    Item.SUBTYPE: "subtype",
    Item.EGFR_ALK: "EGFR or ALK",
    Item.BRAF: "BRAF V600",
}
INTRODUCTION = """# Prognostic indices and derived values

Made by `tools/indices_page.py` from the tables that the program itself uses (`cohort/indices/tables/`); a
test holds the two equal. Days count from the anchor, months have 30.4375 days.

An index never guesses. Where an item is missing and the index has no rule for it, there is no value; the
lowest and highest value that are possible stand in its place, and the item is named.

## What each item is

{items}

ECOG is not turned into KPS. With `--ecog bounds` it limits the KPS to two values (0: 90 or 100, 1: 70 or 80,
2: 50 or 60, 3: 30 or 40, 4: 10 or 20), and counts where both score alike. A KPS that the site itself
converted is used, with a note.

Breast subtype: hormone receptor is positive where ER or PR is, negative where both are. HER2 low is HER2
negative here, since the index knows no third group.

A patient with two primaries has no GPA unless the study names the one that seeded the brain
(`--seeded-by`).
"""
ITEMS = (
    ("age, brain metastases", "`Patient`", "at the anchor; without a brain metastasis there is no index"),
    (
        "KPS, extracranial metastases, haemoglobin",
        "their tables",
        "nearest to the anchor from day -45 to day 14 (option), the earlier of two",
    ),
    (
        "extracranial metastases",
        "`ExtracranialStatus`",
        "controlled and stable disease is there, too; `unknown` does not count",
    ),
    ("haemoglobin", "`LabResult` in g/dL", "to one decimal, half up: 11.15 is 11.2"),
    ("EGFR or ALK, BRAF", "`Biomarker`", "positive where any test was, in any tissue"),
    (
        "subtype",
        "`Biomarker`",
        "of one tissue: the primary, or the brain with `--prefer cns`; the result names it",
    ),
)
REST = """## RPA

{paper} ({status}). I: KPS 70 or more, age below 65, primary controlled, no extracranial metastases. III: KPS
below 70. II: all others. What is not known is missing only where the class depends on it.

{medians}

## Brain metastasis velocity (BMV)

{bmv}. New metastases a year (365.25 days) from the first radiosurgery to the first day on which one was
seen. A lesion is new when it arose by itself, was first seen after the day of the radiosurgery and was not
treated by it; where a scan was read to show more new lesions than were entered, that number counts. With
whole-brain radiotherapy in between there is no value.

{bmv_medians}

## Initial velocity (iBMV)

{ibmv}. Metastases by the first radiosurgery a year since the diagnosis of the primary. Metastases that are
synchronous with the primary, or within 61 days of it, have none.

{ibmv_medians}

## Dose

BED = n d (1 + d / (a/b)); EQD2 = BED / (1 + 2 / (a/b)), with a/b 10 and 2, rounded half up to 0.01 Gy by
whole numbers. `lq_extrapolated` is `yes` above 10 Gy a fraction. The dose is the lesion's, else its course's.
Surgery, laser and brachytherapy have none.

## Systemic therapy around radiosurgery

A fraction on day f is concurrent with a dose on day a where a - before <= f <= a + after. Beside it stands
the answer within 28 days either way. `approximate` says that dose or fraction days are not on record.

{windows}

## Receptors and genes

{markers}

## Agents

Class is by mechanism. CNS penetrance is `unknown` unless a source measured it.

{agents}
"""


def page() -> str:
    """The page, whole."""
    items = _table(("item", "from", "which"), list(ITEMS))
    return "\n".join([INTRODUCTION.format(items=items), *_gpa_sections(), _rest()])


def _gpa_sections() -> Iterator[str]:
    yield "## GPA\n"
    for row in rows_of("indices"):
        name = row["table"]
        if not is_transcribed(name):
            yield f"### {row['title']} (`{name}`)\n"
            yield f"Not in the library: the point table is in {row['paper']}.\n"
        elif point_table(name).levels:
            yield _section(point_table(name))


def _section(table: PointTable) -> str:
    levels = [(NAMES[level.item], _level(level), f"{level.halves / HALVES:g}") for level in table.levels]
    return "\n".join(
        [
            f"### {table.title} (`{table.name}`)\n",
            f"{table.paper}. Points {table.status}. For `{'`, `'.join(table.groups)}`.\n",
            _table(("item", "level", "points"), levels),
            "",
            _medians(table),
            "",
        ]
    )


def _level(level: Level) -> str:
    if level.code:
        return level.code.replace("_", " ")
    scale = SCALE.get(level.item, 1)
    low, high = (None if one is None else f"{one / scale:g}" for one in (level.lowest, level.highest))
    if low == high:
        return str(low)
    return f"{high} or less" if low is None else f"{low} or more" if high is None else f"{low} to {high}"


def _medians(table: PointTable) -> str:
    rows = [(band.name, f"{band.median_months:g}", band.status, band.source) for band in table.bands]
    return _table(("band", "median survival, months", "status", "source"), rows)


def _rest() -> str:
    rpa, bmv, ibmv = (point_table(name) for name in ("rpa-1997", "bmv-2017", "ibmv-2018"))
    return REST.format(
        paper=rpa.paper,
        status=Status(rpa.status),
        medians=_medians(rpa),
        bmv=bmv.paper,
        bmv_medians=_medians(bmv),
        ibmv=ibmv.paper,
        ibmv_medians=_medians(ibmv),
        windows=_of_file("windows"),
        markers=_of_file("markers"),
        agents=_of_file("agents"),
    )


def _of_file(name: str) -> str:
    rows = rows_of(name)
    return _table(tuple(one.replace("_", " ") for one in rows[0]), [tuple(row.values()) for row in rows])


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
