"""Writes what the sites of a synthetic consortium would send: exports, mappings, mended files, the truth."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.redcap.export import write_export
from cimara.cohort.synth.defects import Planted, with_defects
from cimara.cohort.synth.deliveries import Export, delivered, export_of, form_of
from cimara.cohort.synth.file_faults import plant_in_files
from cimara.cohort.synth.mapped_exports import (
    folder_mapping,
    workbook_mapping,
    write_dated_folder,
    write_mapping,
    write_wide_workbook,
)
from cimara.cohort.synth.options import SyntheticConsortium

FORMATS = ("mixed", "redcap", "csv", "wide-xlsx")
README = """\
SYNTHETIC DATA. No row in this folder is of a real person, and no hospital in it exists.
Made by `cimara cohort synth`, seed {seed}, scenario {scenario}.
{patients:,} invented patients at {sites} invented sites.

exports/    what each site sends, a folder a site{errors}
mappings/   a mapping for each site that does not use the CIMARa REDCap dictionary{mended}
truth.json  every parameter that made the data, the effects that an analysis should find among them

Do not pool these tables with real ones.
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one site sent.

    `export` is its folder, `mended` the same without errors (the same folder where none were planted),
    `mapping` the file that goes with both. `dataset` is what the mended export holds.
    """

    site_id: str
    kind: Export
    export: Path
    mended: Path
    mapping: Path | None
    dataset: Dataset
    planted: tuple[Planted, ...]


def write_exports(
    consortium: SyntheticConsortium,
    folder: Path,
    *,
    formats: str = "mixed",
    defects: bool = True,
    progress: Callable[[str], None] | None = None,
) -> list[Delivery]:
    """Write exports, mappings, truth.json, planted.csv and README.txt into a new or empty folder.

    Parameters
    ----------
    formats
        One of `FORMATS`: how the sites deliver. Mixed: REDCap (raw, labels, longitudinal), folders of CSV
        files with calendar dates, and wide workbooks in cm and cGy.
    defects
        Plant errors in the exports; mended/ then holds the exports without them.
    progress
        Is told each site.

    Raises
    ------
    CohortError
        The folder holds files, or the format is not known.
    """
    if formats not in FORMATS:
        raise CohortError(f"no format {formats!r}", expected=", ".join(FORMATS))
    if folder.exists() and any(folder.iterdir()):
        raise CohortError("the folder is not empty", where=folder.name, hint="Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    deliveries = []
    for place, site_id in enumerate(consortium.datasets):
        if progress is not None:
            progress(f"{site_id}, {place + 1} of {len(consortium.datasets)}")
        deliveries.append(_deliver(consortium, folder, place, site_id, formats, defects=defects))
    _write_truth(consortium, folder, deliveries, defects=defects)
    return deliveries


def _deliver(
    consortium: SyntheticConsortium, folder: Path, place: int, site_id: str, formats: str, *, defects: bool
) -> Delivery:
    kind = export_of(place, formats)
    clean = delivered(consortium.datasets[site_id], kind)
    export = folder / "exports" / f"{site_id}_synthetic"
    mapping = _mapping(folder, place, site_id, kind, clean)
    if not defects:
        _write(export, place, kind, clean, consortium.anchors)
        return Delivery(site_id, kind, export, export, mapping, clean, ())
    seed = consortium.options.seed
    dirty, planted = with_defects(clean, site_id, seed, place)
    mended = folder / "mended" / f"{site_id}_synthetic"
    _write(mended, place, kind, clean, consortium.anchors)
    _write(export, place, kind, dirty, consortium.anchors)
    planted += plant_in_files(export, site_id, seed, place, {one.patient_id for one in planted})
    return Delivery(site_id, kind, export, mended, mapping, clean, tuple(planted))


def _write(folder: Path, place: int, kind: Export, dataset: Dataset, anchors: pl.DataFrame) -> None:
    site_id = str(dataset.frame("Site")["site_id"][0])
    if kind is Export.CSV:
        write_dated_folder(dataset, anchors, form_of(place, kind), folder)
    elif kind is Export.WIDE_XLSX:
        write_wide_workbook(dataset, anchors, form_of(place, kind), folder / _workbook(site_id))
    else:
        write_export(
            dataset,
            folder / f"{site_id}_synthetic_redcap.csv",
            labels=kind is Export.REDCAP_LABELS,
            longitudinal=kind is Export.REDCAP_LONGITUDINAL,
            dag=str(dataset.frame("Site")["dag_name"][0]),
        )


def _mapping(folder: Path, place: int, site_id: str, kind: Export, clean: Dataset) -> Path | None:
    if kind not in (Export.CSV, Export.WIDE_XLSX):
        return None
    form = form_of(place, kind)
    path = folder / "mappings" / f"{site_id}_synthetic_mapping.csv"
    wide = kind is Export.WIDE_XLSX
    rows = (
        workbook_mapping(site_id, clean, form, _workbook(site_id))
        if wide
        else folder_mapping(site_id, clean, form)
    )
    write_mapping(rows, path)
    return path


def _workbook(site_id: str) -> str:
    return f"{site_id}_synthetic.xlsx"


def _write_truth(
    consortium: SyntheticConsortium, folder: Path, deliveries: list[Delivery], *, defects: bool
) -> None:
    kinds = {one.site_id: str(one.kind) for one in deliveries}
    truth = {**consortium.truth, "exports": kinds}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if defects:
        write_planted([note for one in deliveries for note in one.planted], folder / "planted.csv")
    options = consortium.options
    text = README.format(
        seed=options.seed,
        scenario=options.scenario,
        patients=options.patients,
        sites=options.sites,
        errors=", with errors planted; planted.csv lists each" if defects else "",
        mended="\nmended/     the exports after the sites have put their errors right" if defects else "",
    )
    (folder / "README.txt").write_text(text, encoding="utf-8")


def write_planted(planted: list[Planted], path: Path) -> None:
    """The list of planted errors."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [one.name for one in fields(Planted)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in planted)
