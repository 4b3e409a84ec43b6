"""The data folder of a site, opened for a study of charts: whose it is, for which study, and its hash.

`cimara study build --at-site` writes it. A site that takes part in several studies has a folder of each,
named by the study's id, in the folder that `cimara_site.toml` names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import plain_name
from cimara.federation.errors import Code, FederationError
from cimara.federation.reports.chart_study import ChartStudy
from cimara.outcomes.report.data_folder import DataFolder, read_data_folder
from cimara.outcomes.report.errors import DataFolderError

PROVENANCE = "provenance.json"
PROVENANCE_FORM = "cimara-study-data/1"
BUILD = "`cimara study build STUDY --at-site --sites ID` at the site writes it."


@dataclass(frozen=True)
class SiteFolder:
    """The folder that a site built for a study; `data` is it, or has it under the study's id.

    Its members raise FederationError (BAD_TABLE) where there is no such folder; never with a value of a row.
    """

    data: Path
    study: ChartStudy

    @property
    def site(self) -> str:
        """The one site of whose submission it was built; "" for several or none."""
        sites = [one.get("site") for one in self._told.get("sites", ()) if isinstance(one, dict)]
        return str(sites[0]) if len(sites) == 1 else ""

    @property
    def data_model(self) -> str:
        """The version of the data model that it was built with."""
        return str(self._told.get("schema_version", ""))

    def check_model(self) -> None:
        """Raises FederationError (OTHER_DATA_MODEL) where it was built with another version of the model."""
        if self.data_model != self.study.data_model:
            raise FederationError(
                Code.OTHER_DATA_MODEL, "the data folder was built with another version of the data model",
                expected=f"version {self.study.data_model}", hint=BUILD,
            )  # fmt: skip

    def read(self, site: str) -> tuple[DataFolder, str]:
        """What a site's analyses read, and the SHA-256 over the names and hashes of its files.

        Raises FederationError (BAD_TABLE): the folder is of another study, of another version of it, or has
        rows of another site.
        """
        if (self._told.get("study"), self._told.get("study_hash")) != (self.study.id, self.study.hash):
            raise _bad(f"the data folder was built for another study, or another version of {self.study.id}",
                       f"one built for hash {self.study.hash}")  # fmt: skip
        try:
            found = read_data_folder(self._folder)
        except DataFolderError as error:
            raise _bad("the data folder is damaged", "the files as they were written") from error
        owner = self.study.plan.population.site
        owners = set(found.rows[owner].unique().to_list()) if owner in found.rows.columns else {None}
        if self.site != site or owners - {site}:
            raise _bad("the data folder was not built of this site's submission alone", f"{site} alone")
        told = "\n".join(f"{name} {digest}" for name, digest in sorted(found.files))
        return found, hashlib.sha256(told.encode()).hexdigest()

    def faults(self, analyses: Iterable[str]) -> dict[str, str]:
        """What stands against each analysis of the study, by id; "" for nothing. Raises as `read`."""
        self.check_model()
        rows, _ = self.read(self.site)
        return {name: self._fault(name, rows) for name in analyses}

    def _fault(self, analysis: str, rows: DataFolder) -> str:
        try:
            self.study.analyses[analysis].prepare(rows)
        except FederationError as error:
            return error.problem
        return ""

    @property
    def _folder(self) -> Path:
        own = (self.data / PROVENANCE).is_file()
        return self.data if own else self.data / plain_name(self.study.id, "a study")

    @cached_property
    def _told(self) -> Mapping[str, Any]:
        try:
            found = json.loads((self._folder / PROVENANCE).read_bytes())
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict) or found.get("form") != PROVENANCE_FORM:
            raise _bad("there is no data folder of the study where the site keeps its data", PROVENANCE)
        return found


def _bad(problem: str, expected: str) -> FederationError:
    return FederationError(Code.BAD_TABLE, problem, where="data folder", expected=expected, hint=BUILD)
