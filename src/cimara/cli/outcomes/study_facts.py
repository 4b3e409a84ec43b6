"""Reads the facts that a command derives from: a facts table, or a folder of tidy tables and responses."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    import polars as pl

    from cimara.outcomes import Endpoint, EndpointTable, Facts


def add_facts_arguments(parser: ArgumentParser, *, needed: bool) -> None:
    """Arguments that say where facts are, and how observation ends."""
    parser.add_argument(
        "--facts",
        type=Path,
        required=needed,
        metavar="PATH",
        help="facts as CSV or Parquet, or a folder of tidy tables (patients.csv, deaths.csv, ...)",
    )
    parser.add_argument(
        "--response", type=Path, nargs="*", default=[], metavar="DIR", help="folders of derived responses"
    )
    parser.add_argument("--cut", type=dt.date.fromisoformat, metavar="DATE", help="data cut, YYYY-MM-DD")
    parser.add_argument("--every", type=int, metavar="DAYS", help="days between planned assessments")
    parser.add_argument("--window", type=int, default=7, metavar="DAYS", help="tolerance of a visit (7)")


def derive_from(endpoint: Endpoint, args: Namespace) -> EndpointTable:
    """The endpoint of the facts that the arguments name. Raises CimaraError."""
    from cimara.outcomes import Schedule, derive_endpoint

    schedule = Schedule(args.every, window=args.window) if args.every else None
    return derive_endpoint(endpoint, read_facts(args), cut_date=args.cut, schedule=schedule)


def read_facts(args: Namespace) -> Facts:
    """The facts that the arguments name. Raises CimaraError where a file is lacking."""
    from cimara.outcomes import Facts
    from cimara.outcomes.endpoints.tidy_tables import TABLES
    from cimara.response.results import ResultTables

    path: Path = args.facts
    if path.is_file():
        return Facts(_read(path))
    if not path.is_dir():
        raise CimaraError("no such file or folder", where=str(path))
    tables = {name: found for name in TABLES if (found := _find(path, name)) is not None}
    results = [ResultTables.read_csv(folder) for folder in args.response]
    return Facts.from_response(results, tables, cut_date=args.cut)


def _find(folder: Path, name: str) -> pl.DataFrame | None:
    found = next((one for one in (folder / f"{name}.csv", folder / f"{name}.parquet") if one.is_file()), None)
    return None if found is None else _read(found)


def _read(path: Path) -> pl.DataFrame:
    """A table with every CSV cell as text, so that a partial date stays as it is written."""
    import polars as pl

    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    table = pl.read_csv(path, infer_schema=False)
    if "fact" in table.columns:
        table = table.with_columns(pl.col("date").str.to_date(strict=False))
    return table
