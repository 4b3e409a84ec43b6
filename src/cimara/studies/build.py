"""Builds a study: from the submissions of its sites to the data folder that its analyses run on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import polars as pl

from cimara import __version__
from cimara.cohort.expressions.patient_rows import PLACE, PatientRows
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.model import data_model
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.model import SITE, Unit
from cimara.cohort.study.signing import SignatureState
from cimara.cohort.study.sites import Site
from cimara.cohort.study.terms import patients_refused, site_problems
from cimara.federation.reports.site_folder import PROVENANCE, PROVENANCE_FORM
from cimara.outcomes.report.data_folder import COHORT, CohortTables, DataFolder, EndpointTableFile
from cimara.outcomes.report.findings import Sheet
from cimara.studies import sheets
from cimara.studies.check import CheckedStudy
from cimara.studies.endpoint_tables import StudyEndpoint, derive_endpoints
from cimara.studies.events_per_parameter import thin_models
from cimara.studies.immortal_time import refuse_immortal_time
from cimara.studies.selection import Selection, select_cohort
from cimara.studies.sources import SiteData, pooled_sites
from cimara.studies.variables import Variables, rows_frame, work_out

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A study's data, ready for its analyses.

    `rows`, `changes` and `endpoints` are the tables of a data folder; `tables` tell how they came about,
    `signed` who signed the study file, `provenance` of what all was made.
    """

    checked: CheckedStudy
    rows: pl.DataFrame
    changes: pl.DataFrame | None
    endpoints: Mapping[str, StudyEndpoint]
    tables: tuple[Sheet, ...]
    signed: str
    provenance: Mapping[str, object]
    remarks: tuple[str, ...] = field(default=())

    @property
    def data(self) -> DataFolder:
        """The data as the analyses read it."""
        found = {
            one.definition.id: EndpointTableFile(
                one.definition.id, one.definition.fingerprint, _numbers(one.frame), f"{name}.parquet"
            )
            for name, one in self.endpoints.items()
        }
        return DataFolder(self.rows, found, self.changes, (), CohortTables(self.tables, self.signed))

    def write(self, folder: Path) -> Path:
        """Write the data folder, aside until it is whole. Raises StudyRefusedError over foreign files."""
        _check_target(folder)
        aside = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            self.rows.write_parquet(aside / "rows.parquet")
            if self.changes is not None:
                self.changes.write_parquet(aside / "changes.parquet")
            for name, one in self.endpoints.items():
                one.frame.write_parquet(aside / f"{name}.parquet")
            _write_json(aside / COHORT, msgspec.to_builtins(self.data.cohort))
            _write_json(aside / PROVENANCE, self.provenance)
            if folder.exists():
                shutil.rmtree(folder)
            os.replace(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return folder


def build_study(
    checked: CheckedStudy,
    sources: Sequence[SiteData],
    *,
    sites: Mapping[str, Site] | None = None,
    signed: Mapping[str, SignatureState] | None = None,
    at_site: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Select the cohort, work out variables, derive endpoints.

    Parameters
    ----------
    sites
        The sites as they are registered, for their terms of use.
    signed
        What is known of each site's signature; kept in the tables. Whether it is needed is for `run_study`.
    at_site
        One site builds its own folder, or nobody's for its columns: that too few sites are left is for who
        knows of them all.

    Raises
    ------
    StudyRefusedError
        The terms of a site do not allow the study, too few sites are left, a covariate was known only after
        the origin, or an endpoint starts elsewhere.
    """
    say = progress or (lambda text: None)
    known = dict(sites or {})
    _refuse_terms(checked, sources, known)
    say(f"pooling {len(sources)} sites")
    dataset, owners = pooled_sites(sources)
    rows = PatientRows.of(dataset, by_lesion=checked.study.cohort.unit is Unit.LESION)
    of_site = rows.frame.select("patient_id").join(owners, on="patient_id", how="left", maintain_order="left")
    rows = rows.having(SITE, of_site[SITE], ColumnType(Type.TEXT))
    terms = {
        one.site_id: patients_refused(checked.study, known.get(one.site_id), one.dataset) for one in sources
    }
    refused = pl.concat([one.refused for one in terms.values()])
    reasons = [f"{site}: {text}" for site, one in terms.items() for text in one.reasons]
    say("selecting the cohort")
    selection = select_cohort(checked.study, rows, refused, reasons)
    if not at_site:
        _refuse_few(checked, selection)
    say(f"working out {len(checked.study.variables)} variables")
    made = work_out(checked.study, selection.rows)
    refuse_immortal_time(checked, selection.rows, made)
    say(f"deriving {len(checked.definitions)} endpoints")
    endpoints = derive_endpoints(checked.definitions, selection.rows, checked.study.cohort.landmark)
    return _built(checked, sources, signed or {}, selection, made, endpoints)


def _built(
    checked: CheckedStudy,
    sources: Sequence[SiteData],
    signed: Mapping[str, SignatureState],
    selection: Selection,
    made: Variables,
    endpoints: Mapping[str, StudyEndpoint],
) -> Built:
    rows = rows_frame(selection.rows, made)
    remarks = (
        *selection.remarks,
        *made.remarks,
        *_early(checked, endpoints),
        *thin_models(checked, rows, endpoints),
    )
    tables = (
        sheets.consort(checked, selection, remarks),
        sheets.by_site(checked, selection),
        sheets.submissions(sources, signed),
        sheets.variables(made, rows.height),
        sheets.endpoints(endpoints),
    )
    changes = made.changes
    if changes is not None:
        keys = selection.rows.frame.select(selection.rows.keys).with_row_index(PLACE)
        changes = keys.join(changes, on=PLACE, how="inner", maintain_order="right").drop(PLACE)
    provenance = _provenance(checked, sources, signed)
    told = sheets.signed_by(checked, signed, [one.site_id for one in sources])
    return Built(checked, rows, changes, endpoints, tables, told, provenance, remarks)


def _early(checked: CheckedStudy, endpoints: Mapping[str, StudyEndpoint]) -> list[str]:
    """Rows that are left out after a landmark, since they have had their event."""
    if not checked.study.cohort.landmark:
        return []
    return [f"{name}: {one.early:,} had the event before the landmark and are left out." for name, one
            in endpoints.items() if one.early]  # fmt: skip


def _refuse_terms(checked: CheckedStudy, sources: Sequence[SiteData], sites: Mapping[str, Site]) -> None:
    if not sources:
        raise StudyRefusedError("no site has submitted data", where=checked.study.id)
    used = {one.site_id: sites[one.site_id] for one in sources if one.site_id in sites}
    problems = site_problems(checked.study, used)
    if problems:
        raise StudyRefusedError(
            "; ".join(problems),
            where=checked.path.name,
            expected="a use of data that the terms of every site allow",
            hint="See `duo` in [governance], and `data_use` in the file of sites.",
        )


def _refuse_few(checked: CheckedStudy, selection: Selection) -> None:
    few = sheets.sites_below(selection, checked.study.sites_min)
    if few:
        steps = "; ".join(f"{one.text}: {one.total(one.kept):,}" for one in selection.steps)
        raise StudyRefusedError(few, where=checked.path.name, hint=f"Left after each step: {steps}.")


def _provenance(
    checked: CheckedStudy, sources: Sequence[SiteData], signed: Mapping[str, SignatureState]
) -> dict[str, object]:
    return {
        "form": PROVENANCE_FORM,
        "study": checked.study.id,
        "study_hash": checked.hash,
        "schema_version": data_model().version,
        "program": __version__,
        "endpoints": {name: one.fingerprint for name, one in checked.definitions.items()},
        "sites": [
            {
                "site": one.site_id,
                "version": one.version,
                "release": one.release_id,
                "schema_version": one.schema_version,
                "content_hash": one.content_hash,
                "mapping_hash": one.mapping_hash,
                "tables": dict(one.tables),
                "study_file": str(signed[one.site_id]) if one.site_id in signed else None,
            }
            for one in sources
        ],
    }


def _check_target(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or not (folder / PROVENANCE).is_file()):
        if folder.is_dir() and not any(folder.iterdir()):
            return
        raise StudyRefusedError(
            "holds what no study wrote",
            where=str(folder),
            expected="a new folder, or that of an earlier build",
        )


def _numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """An endpoint table as a data folder gives it: numbers as numbers, blanks as nulls."""
    blank = pl.col(pl.String) == ""
    return frame.with_columns(
        pl.col("aval").cast(pl.Float64),
        pl.col("evcode").cast(pl.Int64),
        pl.when(~blank).then(pl.col(pl.String)).name.keep(),
    )


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
