"""Visit tables: small text tables that say what was seen at each visit, read into a study.

    visit | L1 | L2@liver | G1@node | NT1 | new  | clin   | ster | kps | flair
    BL    | 20 | 12.5     | 18      | P   |      | STABLE | NONE | 90  |
    W8    | ABS| TS       | 9       | A   | N1?  | STABLE | NONE | 90  | no

Rows: `BL` is the baseline, on the day of the start (2024-01-10); `W8` is 56 days after it, `D55` 55 days,
`D-40` 40 days before. `W8b` is another visit of the same week.

Columns
    any other name      a target lesion of the brain; `@liver` puts it elsewhere, `@node` makes it a node,
                        measured by its short axis. A number is millimetres, `ABS` absent, `TS` too small to
                        measure, `M` merged into another, `NE` not evaluable, `ND` not done; empty: no record;
                        `20&25`: two records of one visit.
    NT...               a non-target lesion: `P` present, `A` absent, `PD` unequivocal progression, `NE`; then
                        `+`, `-` or `=` for its change since the visit before.
    new                 new lesions, blanks between: `N1!` unequivocal, `N1?` equivocal, `N1x` gone; then its
                        size and change where known (`N1!12+`); `/1` at the end is the number of planes.
    clin, ster          clinical state and steroid trend; `WORSE(comorbidity)` names its cause.
    days, kps, ecog     duration of a decline, performance scales.
    dex, physio         dexamethasone mg a day; `yes` for replacement only.
    bev, flair          `yes` for bevacizumab within 42 days; for progression on T2/FLAIR.
    scans               which part was scanned, where it was one only: `brain` or `body`.

Everything that the fixture `spec_test` checks is kept for the manual (`tests.spec.recording`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cimara.response.model import (
    Adjudication,
    Clinical,
    Lesion,
    Measurement,
    NewLesion,
    Patient,
    Visit,
)
from cimara.response.sizes import tenths
from cimara.terms.response import (
    AdjudicationKind,
    Answer,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionChange,
    LesionCompartment,
    LesionRole,
    LesionState,
    SizeStatus,
    SteroidTrend,
)

START = dt.date(2024, 1, 10)
PATIENT = "P1"
CLINICAL_COLUMNS = ("clin", "ster", "days", "kps", "ecog", "dex", "physio", "bev")
STATES = {
    "P": LesionState.PRESENT,
    "A": LesionState.ABSENT,
    "PD": LesionState.UNEQUIVOCAL_PD,
    "NE": LesionState.NE,
}
CHANGES = {"+": LesionChange.INCREASED, "-": LesionChange.DECREASED, "=": LesionChange.UNCHANGED}
STATUSES = {
    "ABS": SizeStatus.ABSENT,
    "TS": SizeStatus.TOO_SMALL,
    "M": SizeStatus.MERGED,
    "NE": SizeStatus.NOT_EVALUABLE,
    "ND": SizeStatus.NOT_DONE,
}
NEW = re.compile(
    r"(?P<id>[A-Za-z]+\d+)(?P<mark>[!?x])(?P<size>[\d.]+)?(?P<change>[-+=])?(?:/(?P<planes>\d))?\Z"
)


def day(label: str) -> dt.date:
    """The date of a visit by its label."""
    match = re.fullmatch(r"(BL|W(?P<weeks>\d+)|D(?P<days>-?\d+))[a-z]?", label)
    assert match, f"no visit label: {label}"
    days = 7 * int(match["weeks"]) if match["weeks"] else int(match["days"] or 0)
    return START + dt.timedelta(days=days)


def read_table(text: str) -> list[dict[str, str]]:
    """Rows of a visit table, cells stripped."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    assert all(len(row) == len(header) for row in rows), "a row is longer or shorter than the header"
    return [dict(zip(header, row, strict=True)) for row in rows]


def read_patient(
    text: str,
    *,
    immunotherapy: str = "no",
    immunotherapy_start: str | None = None,
    new_therapy: str | None = None,
    lesions: Mapping[str, Mapping[str, Any]] | None = None,
    measured: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
    adjudications: Sequence[Adjudication] = (),
    mark_baseline: bool = True,
) -> Patient:
    """The patient of a visit table. `lesions` and `measured` change single fields of what the table says."""
    rows = read_table(text)
    columns = [name for name in rows[0] if name not in ("visit", "new", "flair", "scans", *CLINICAL_COLUMNS)]
    return Patient(
        PATIENT,
        START,
        immunotherapy=Answer(immunotherapy),
        immunotherapy_start=None if immunotherapy_start is None else day(immunotherapy_start),
        new_therapy_date=None if new_therapy is None else day(new_therapy),
        lesions=tuple(_lesion(name, (lesions or {}).get(name.split("@")[0], {})) for name in columns),
        measurements=tuple(_measurements(rows, columns, measured or {})),
        new_lesions=tuple(_new_lesions(rows)),
        visits=tuple(_visit(place, row, mark_baseline) for place, row in enumerate(rows)),
        clinical=tuple(_clinical(row) for row in rows if any(row.get(name) for name in CLINICAL_COLUMNS)),
        adjudications=tuple(adjudications),
    )


def decision(kind: str, visit: str = "", lesion: str = "", on: str = "W52", **more: str) -> Adjudication:
    """A decision, made on the day of label `on`."""
    event_id = more.pop("event_id", f"E-{kind}-{visit}-{lesion}-{on}-{more.get('value', '')}")
    return Adjudication(event_id, PATIENT, AdjudicationKind(kind), day(on), visit, lesion, **more)


def _lesion(column: str, changes: Mapping[str, Any]) -> Lesion:
    name, _, organ = column.partition("@")
    inside = organ in ("", "brain")
    lesion = Lesion(
        PATIENT,
        name,
        LesionCompartment.BRAIN if inside else LesionCompartment.EXTRACRANIAL,
        LesionRole.NON_TARGET if name.startswith("NT") else LesionRole.TARGET,
        organ=organ or "brain",
        is_node=organ == "node",
    )
    return replace(lesion, **changes)


def _measurements(
    rows: list[dict[str, str]], columns: list[str], measured: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[Measurement]:
    found = []
    for row in rows:
        for column in columns:
            name, _, organ = column.partition("@")
            for text in filter(None, row[column].split("&")):
                bare = Measurement(PATIENT, name, row["visit"], day(row["visit"]))
                item = _judged(bare, text) if name.startswith("NT") else _sized(bare, text, organ)
                found.append(replace(item, **measured.get((name, row["visit"]), {})))
        found += [
            item
            for text in row.get("new", "").split()
            if (item := _new_measurement(text, row["visit"])) is not None
        ]
    return found


def _sized(item: Measurement, text: str, organ: str) -> Measurement:
    if text in STATUSES:
        return replace(item, status=STATUSES[text])
    axis = "short_axis" if organ == "node" else "ld"
    return replace(item, status=SizeStatus.MEASURED, **{axis: tenths(text)})


def _judged(item: Measurement, text: str) -> Measurement:
    word, change = (text[:-1], CHANGES[text[-1]]) if text[-1] in CHANGES else (text, None)
    return replace(item, state=STATES[word], change=change)


def _new_measurement(text: str, visit: str) -> Measurement | None:
    match = NEW.match(text)
    assert match, f"no new lesion: {text}"
    bare = Measurement(PATIENT, match["id"], visit, day(visit))
    if match["mark"] == "x":
        return replace(bare, status=SizeStatus.ABSENT)
    change = CHANGES.get(match["change"] or "")
    if match["size"]:
        return replace(bare, status=SizeStatus.MEASURED, ld=tenths(match["size"]), change=change)
    return replace(bare, state=LesionState.PRESENT, change=change) if change else None


def _new_lesions(rows: list[dict[str, str]]) -> list[NewLesion]:
    found = []
    for row in rows:
        for text in row.get("new", "").split():
            match = NEW.match(text)
            if match and match["mark"] != "x":
                certainty = Certainty.UNEQUIVOCAL if match["mark"] == "!" else Certainty.EQUIVOCAL
                planes = int(match["planes"]) if match["planes"] else None
                found.append(
                    NewLesion(
                        PATIENT,
                        match["id"],
                        row["visit"],
                        day(row["visit"]),
                        certainty,
                        LesionCompartment.BRAIN,
                        projections=planes,
                    )
                )
    return found


def _visit(place: int, row: dict[str, str], mark_baseline: bool) -> Visit:
    date = day(row["visit"])
    scanned = {"brain": {"brain_scan_date": date}, "body": {"body_scan_date": date}}.get(
        row.get("scans", ""), {}
    )
    return Visit(
        PATIENT,
        row["visit"],
        date,
        number=float(place),
        is_baseline=row["visit"] == "BL" if mark_baseline else None,
        nonenhancing_pd=Answer(row.get("flair") or "unknown"),
        **scanned,  # type: ignore[arg-type]
    )


def _clinical(row: dict[str, str]) -> Clinical:
    status, _, cause = row.get("clin", "").rstrip(")").partition("(")
    dose = row.get("dex")
    return Clinical(
        PATIENT,
        row["visit"],
        day(row["visit"]),
        status=ClinicalStatus(status or "UNKNOWN"),
        kps=int(row["kps"]) if row.get("kps") else None,
        ecog=int(row["ecog"]) if row.get("ecog") else None,
        attributable=Attribution(cause or "unknown"),
        persisted_days=int(row["days"]) if row.get("days") else None,
        dex_mg_per_day=float(dose) if dose else None,
        steroid_trend=SteroidTrend(row.get("ster") or "UNKNOWN"),
        physiological=Answer(row.get("physio") or "unknown"),
        antiangiogenic=Answer(row.get("bev") or "unknown"),
    )
