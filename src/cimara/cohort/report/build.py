"""Checks a data set and gathers what a site needs to know of it in one report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from cimara.cohort.checks.run import check
from cimara.cohort.dataset import Dataset
from cimara.cohort.deid.hits import IdentifierReport
from cimara.cohort.findings import Severity, joined
from cimara.cohort.report.changes import changes, problems_since
from cimara.cohort.report.completeness import beside_others, completeness
from cimara.cohort.report.groups import Group, grouped, to_do
from cimara.cohort.report.travelling import fit_to_travel


@dataclass(frozen=True, eq=False)
class Report:
    """What is wrong with a site's data, what is complete, what changed. No text value, no name.

    Parameters
    ----------
    findings
        Every finding, with the columns of `findings.FINDINGS`.
    completeness
        Columns of `completeness.COMPLETENESS` and `completeness.BESIDE`.
    harmonisation
        The site's row of the harmonisation matrix (`table`, `field`, `status`, and more), where given.
    changed, since
        Rows by table (`changes.CHANGES`), and problems new and gone; None without a version before.
    analyses
        Fields each analysis of the study needs.
    """

    study: str
    site: str
    schema_version: str
    rows: Mapping[str, int]
    patients: int
    findings: pl.DataFrame
    completeness: pl.DataFrame
    unused: tuple[str, ...] = ()
    identifiers: IdentifierReport | None = None
    harmonisation: pl.DataFrame | None = None
    changed: pl.DataFrame | None = None
    since: pl.DataFrame | None = None
    analyses: Mapping[str, Collection[str]] | None = None

    @property
    def errors(self) -> int:
        """Findings that stop a submission."""
        return self._count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        """Findings that ask to be looked at."""
        return self._count(Severity.WARNING)

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity: `errors`, `warnings`, `information`."""
        return {
            "errors": self.errors,
            "warnings": self.warnings,
            "information": self._count(Severity.INFO),
        }

    @property
    def ok(self) -> bool:
        """Whether the data can be submitted: no error, and no identifier where they were scanned for."""
        return self.errors == 0 and not (self.identifiers is not None and self.identifiers.refused)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Findings by rule and field."""
        return grouped(self.findings, self.analyses)

    @cached_property
    def to_do(self) -> tuple[Group, ...]:
        """Groups in the order in which to mend them."""
        return to_do(self.groups)

    def failing_patients(self) -> dict[str, int]:
        """Patients, by analysis, with an error in a field that the analysis needs."""
        errors = self.findings.filter(
            (pl.col("severity") == str(Severity.ERROR)) & (pl.col("patient_id") != "")
        )
        found = {}
        for name, fields in (self.analyses or {}).items():
            full = pl.concat_str("table", pl.lit("."), "field")
            touched = errors.filter(pl.col("field").is_in(list(fields)) | full.is_in(list(fields)))
            found[name] = touched["patient_id"].n_unique()
        return found

    def _count(self, severity: Severity) -> int:
        return int((self.findings["severity"] == str(severity)).sum())


def validate(
    dataset: Dataset,
    *,
    study: str = "",
    site: str = "",
    needed: Collection[str] = (),
    others: Iterable[pl.DataFrame] = (),
    against: Dataset | None = None,
    identifiers: IdentifierReport | None = None,
    harmonisation: pl.DataFrame | None = None,
    analyses: Mapping[str, Collection[str]] | None = None,
) -> Report:
    """Run every check over a data set and report.

    Parameters
    ----------
    needed
        Fields that the study needs, as `Entity.field` or `field`.
    others
        Completeness tables of other sites, one a site; `lowest`, `median` and `highest` need three.
    against
        The version before, for what changed since.
    identifiers
        What `deid.scan` said of the same data.
    harmonisation
        The site's row of the harmonisation matrix.
    analyses
        Fields that each analysis needs; the list of what to mend first is sorted by them.
    """
    wanted = {*needed, *(name for fields in (analyses or {}).values() for name in fields)}
    findings = _findings(dataset, wanted)
    before = None if against is None else _findings(against, wanted)
    return Report(
        study=study,
        site=site or _site(dataset),
        schema_version=dataset.model.version,
        rows=dataset.n_rows,
        patients=dataset.frame("Patient").height,
        findings=findings,
        completeness=beside_others(completeness(dataset, wanted), others),
        unused=dataset.unused,
        identifiers=identifiers,
        harmonisation=harmonisation,
        changed=None if against is None else changes(dataset, against),
        since=None if before is None else problems_since(findings, before),
        analyses=analyses,
    )


def _findings(dataset: Dataset, needed: Collection[str]) -> pl.DataFrame:
    """What reading and checking found, fit to travel."""
    return fit_to_travel(joined([dataset.findings, check(dataset, needed=needed)]))


def _site(dataset: Dataset) -> str:
    """The one site of the data; "" where there are several or none of the right form."""
    held = pl.concat([dataset.frame("Patient")["patient_id"].str.head(4), dataset.frame("Site")["site_id"]])
    sites = held.drop_nulls().unique().to_list()
    known = pl.Series(sites, dtype=pl.String).str.contains("^[A-Z]{2}[0-9]{2}$")
    return str(sites[0]) if len(sites) == 1 and known.all() else ""
