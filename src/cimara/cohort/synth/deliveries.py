"""How each site delivers: kind of export, its local form, and what of its charts that form can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

import polars as pl

from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.model import MissingReason, Need, why_column
from cimara.cohort.synth.local_form import LocalForm, LocalUnit
from cimara.cohort.synth.mapped_exports import SHEETS


class Export(StrEnum):
    """Kinds of export."""

    REDCAP = "redcap"
    REDCAP_LABELS = "redcap-labels"
    REDCAP_LONGITUDINAL = "redcap-longitudinal"
    CSV = "csv"
    WIDE_XLSX = "wide-xlsx"


MIXED: Mapping[int, Export] = {
    2: Export.WIDE_XLSX,
    4: Export.CSV,
    5: Export.REDCAP_LABELS,
    7: Export.CSV,
    8: Export.REDCAP_LONGITUDINAL,
    9: Export.WIDE_XLSX,
    11: Export.CSV,
    12: Export.REDCAP_LABELS,
    13: Export.WIDE_XLSX,
    15: Export.REDCAP_LONGITUDINAL,
}
"""Kind of export by the place of the site, from 0; all others are raw REDCap exports."""
ISO = LocalForm(
    date_format="%Y-%m-%d",
    date_order="YMD",
    codes={"sex": {"female": "F", "male": "M"}},
    reasons={"UNK": "nk", "ND": "nd", "NA": "na", "NASK": "nask", "NAVU": "navu"},
)
SLASHES = LocalForm(
    date_format="%d/%m/%Y",
    date_order="DMY",
    yes_no={"yes": "Y", "no": "N", "unknown": "U"},
    codes={"sex": {"female": "2", "male": "1"}, "vital_status": {"alive": "A", "dead": "D", "lost": "L"}},
    units={"Gy": LocalUnit("cGy", 2)},
    reasons={"UNK": "not known", "ND": "not done", "NA": "n/a", "NASK": "not asked", "NAVU": "lost"},
)
DOTS = LocalForm(
    date_format="%d.%m.%Y",
    date_order="DMY",
    delimiter=";",
    decimal=",",
    encoding="cp1252",
    yes_no={"yes": "1", "no": "0", "unknown": "9"},
    codes={"sex": {"female": "w", "male": "m"}},
    units={"mm": LocalUnit("cm", -1)},
    reasons={"UNK": "-999", "ND": "-998", "NA": "-997", "NASK": "-996", "NAVU": "-995"},
)
WORKBOOK = LocalForm(
    date_format="%Y-%m-%d",
    date_order="YMD",
    yes_no={"yes": "1", "no": "0", "unknown": "9"},
    codes={"sex": {"female": "2", "male": "1"}, "vital_status": {"alive": "1", "dead": "2", "lost": "3"}},
    units={"mm": LocalUnit("cm", -1), "Gy": LocalUnit("cGy", 2)},
    reasons={"UNK": "unk", "ND": "nd", "NA": "n.a.", "NASK": "nask", "NAVU": "navu"},
)
_FOLDER_FORMS = (ISO, SLASHES, DOTS)
_NOT_IN_WORKBOOK = {
    "BrainLesion": ("cystic", "haemorrhagic", "eloquent", "pathology"),
    "CourseLesion": ("isodose_pct", "margin_mm", "coverage_pct", "pci", "gi", "dmax_gy"),
    "ImagingAssessment": ("btip_bm", "spectroscopy", "perfusion", "blinded_review", "criteria"),
    "LesionMeasurement": ("rcbv_ratio",),
    "ProgressionEvent": ("scan_id",),
    "AdverseRadiationEffect": ("best_flair_change_pct",),
}
"""Optional fields that no column of the workbooks has."""


def export_of(place: int, formats: str) -> Export:
    """How the site at a place delivers; `formats` is mixed, redcap, csv or wide-xlsx."""
    return MIXED.get(place % 17, Export.REDCAP) if formats == "mixed" else Export(formats)


def form_of(place: int, export: Export) -> LocalForm:
    """The local form of a site with an export of its own."""
    if export is Export.WIDE_XLSX:
        return WORKBOOK
    csv_places = [one for one, kind in MIXED.items() if kind is Export.CSV]
    turn = csv_places.index(place) if place in csv_places else place
    return _FOLDER_FORMS[turn % len(_FOLDER_FORMS)]


def delivered(dataset: Dataset, export: Export) -> Dataset:
    """What of a site's charts its export can carry: all, but in a workbook the scan at planning alone, and
    without what the workbook has no column for (IMP)."""
    if export is not Export.WIDE_XLSX:
        return dataset
    tables = {name: frame for name, frame in dataset.tables.items() if name in SHEETS or name == "Site"}
    first = pl.col("scan_id").str.ends_with("-S01")
    for name in ("ImagingAssessment", "LesionMeasurement"):
        tables[name] = tables[name].filter(first)
    tables = {name: _without(dataset, name, frame) for name, frame in tables.items() if frame.height}
    origins = {name: plain_origin(frame.height, "synthetic") for name, frame in tables.items()}
    return replace(dataset, tables=tables, origins=origins)


def _without(dataset: Dataset, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The table with IMP for every value of the fields that are not in the workbook."""
    entity = dataset.model.entity(name)
    lost = [
        entity.field(one) for one in _NOT_IN_WORKBOOK.get(name, ()) if entity.field(one).need is Need.OPTIONAL
    ]
    return frame.with_columns(
        [pl.lit(None, dtype=frame.schema[one.name]).alias(one.name) for one in lost]
        + [pl.lit(str(MissingReason.IMPOSSIBLE)).alias(why_column(one.name)) for one in lost]
    )
