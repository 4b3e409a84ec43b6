"""Reads study files of either kind and the tables of sites, for the verbs that need them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    import polars as pl

    from cimara.federation.tables.studies import TableStudy

TABLES = (".parquet", ".csv")


def table_study(path: Path) -> TableStudy:
    """The study over flat tables in a file.

    Raises
    ------
    StudyError
        All that is wrong with it.
    CimaraError
        It is a study of charts (`[cohort]`), which `cimara study run --federated` runs.
    """
    from cimara.federation.tables.studies import read_table_study

    if "cohort" in _content(path):
        raise CimaraError(
            "this is a study of charts, not of flat tables", where=path.name,
            hint="Run it with `cimara study run --federated`.",
        )  # fmt: skip
    return read_table_study(path)


def is_table_study(path: Path) -> bool:
    """Whether a study file is over flat tables: federated, and without a cohort of charts."""
    found = _content(path)
    return "federation" in found and "cohort" not in found


def _content(path: Path) -> Mapping[str, object]:
    """What a TOML file says; nothing of one that can't be read, whose reader says so."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}


def read_table(path: Path) -> pl.DataFrame:
    """A site's table. Raises FederationError (BAD_TABLE) for what is no Parquet file or CSV."""
    import polars as pl

    from cimara.federation.errors import Code, FederationError

    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema_length=None)
    except (OSError, pl.exceptions.PolarsError):
        raise FederationError(
            Code.BAD_TABLE, "the table can't be read", where=path.name,
            expected="a Parquet file, or a CSV with a header and commas, in UTF-8",
        ) from None  # fmt: skip


def site_tables(folder: Path) -> dict[str, pl.DataFrame]:
    """The tables of a folder by site: `NL01.parquet` or `NL01.csv` is that of NL01.

    Raises
    ------
    FederationError
        BAD_TABLE: the folder holds none, or two of one site.
    """
    from cimara.federation.errors import Code, FederationError

    found = sorted(one for one in folder.glob("*") if one.suffix in TABLES)
    names = [one.stem for one in found]
    if not found or len(set(names)) < len(names):
        raise FederationError(
            Code.BAD_TABLE, "two tables of one site" if found else "no tables of sites", where=folder.name,
            expected="one file a site, named as the site: NL01.csv or NL01.parquet",
        )  # fmt: skip
    return {one.stem: read_table(one) for one in found}
