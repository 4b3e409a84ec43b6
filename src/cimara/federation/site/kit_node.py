"""The node of a site's kit: its study, key, policy and rows, all from the house and none from a job."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from cimara.federation.errors import Code, FederationError
from cimara.federation.reports.chart_study import ChartStudy
from cimara.federation.reports.site_folder import SiteFolder
from cimara.federation.site.node import SiteNode
from cimara.federation.site.policy import Policy
from cimara.federation.study import FederatedStudy
from cimara.federation.transport.nvflare.house import House


def node_of(
    house: House, site: str, study: FederatedStudy[Any], now: Callable[[], datetime]
) -> SiteNode[Any]:
    """The node of a house for one of its studies. Raises FederationError (BAD_KIT) without a key."""
    return SiteNode(
        folder=house.kept,
        site=site,
        key=house.key("site"),
        study=study,
        policy=house.policy,
        data=lambda: rows_of(house, site, study),
        now=now,
        data_model=lambda: model_of(house, study),
    )


def rows_of(house: House, site: str, study: FederatedStudy[Any]) -> tuple[Any, str]:
    """The rows that the policy names, and the SHA-256 of their content.

    Raises FederationError: BAD_TABLE where they are no table, or no data folder of the study; BAD_KIT.
    """
    path = Policy.read(house.policy).data
    if isinstance(study, ChartStudy):
        return SiteFolder(path, study).read(site)
    return _table(path)


def model_of(house: House, study: FederatedStudy[Any]) -> str:
    """The version of the data model that the site's rows are in; of a table, which has none, the study's."""
    if isinstance(study, ChartStudy):
        return SiteFolder(Policy.read(house.policy).data, study).data_model
    return study.data_model


def _table(path: Path) -> tuple[pl.DataFrame, str]:
    try:
        content = path.read_bytes()
        read = pl.read_parquet if path.suffix == ".parquet" else pl.read_csv
        return read(content), hashlib.sha256(content).hexdigest()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FederationError(
            Code.BAD_TABLE, "the data that cimara_site.toml names cannot be read", where=path.name,
            expected="a file of CSV or Parquet", hint="The site corrects `data` or the file.",
        ) from error  # fmt: skip
