"""Reads the facts that a command derives from: a facts table, or tidy tables, SDTM domains and responses."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    import polars as pl

    from cimara.outcomes import Endpoint, EndpointTable, Facts


SHOWN = 20
"""Findings that are told with their place."""
SDTM_DOMAINS = {
    "dm": "SDTM demographics: treatment, last contact, death",
    "ds": "SDTM disposition: randomisation, consent, death, withdrawal",
    "cm": "SDTM medication: systemic and intrathecal anti-cancer therapy",
    "pr": "SDTM procedures: radiosurgery, whole-brain radiotherapy, surgery",
    "ae": "SDTM adverse events: radiation necrosis",
}


def add_facts_arguments(parser: ArgumentParser) -> None:
    """Arguments that say where facts are, and how observation ends."""
    parser.add_argument(
        "--facts",
        type=Path,
        metavar="PATH",
        help="facts as CSV or Parquet, or a folder of tidy tables (patients.csv, deaths.csv, ...)",
    )
    parser.add_argument(
        "--response", type=Path, nargs="*", default=[], metavar="DIR", help="folders of derived responses"
    )
    for name, what in SDTM_DOMAINS.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=what)
    parser.add_argument(
        "--sdtm-words",
        type=Path,
        metavar="FILE",
        help="words of this study in SDTM: domain, variable, text, fact, field, value (CSV)",
    )
    parser.add_argument("--cut", type=dt.date.fromisoformat, metavar="DATE", help="data cut, YYYY-MM-DD")
    parser.add_argument(
        "--reliability",
        type=Path,
        metavar="FILE",
        help="constants for the rule rci: test, practice, error, source, status (CSV)",
    )
    parser.add_argument("--every", type=int, metavar="DAYS", help="days between planned assessments")
    parser.add_argument("--window", type=int, default=7, metavar="DAYS", help="tolerance of a visit (7)")


def derive_from(endpoint: Endpoint, args: Namespace) -> EndpointTable:
    """The endpoint of the facts that the arguments name. Raises CimaraError."""
    from cimara.outcomes import Schedule, derive_endpoint
    from cimara.outcomes.endpoints.cognition import read_reliabilities

    return derive_endpoint(
        endpoint,
        read_facts(args),
        cut_date=args.cut,
        schedule=Schedule(args.every, window=args.window) if args.every else None,
        reliability=None if args.reliability is None else read_reliabilities(args.reliability),
    )


def names_facts(args: Namespace) -> bool:
    """Whether the arguments name any facts."""
    return args.facts is not None or any(getattr(args, name) for name in SDTM_DOMAINS)


def read_facts(args: Namespace) -> Facts:
    """The facts that the arguments name. Raises CimaraError where a file is lacking, or none is named."""
    from cimara.outcomes import Facts
    from cimara.response.results import ResultTables

    path: Path | None = args.facts
    domains = {name: _read(file) for name in SDTM_DOMAINS if (file := getattr(args, name)) is not None}
    if path is None and not domains:
        raise CimaraError("no facts are named", expected="--facts PATH, or SDTM such as --dm FILE --ds FILE")
    if path is not None and path.is_file():
        if domains or args.response:
            raise CimaraError(
                "a facts table holds all facts", where=str(path), hint="Name a folder of tidy tables instead."
            )
        return Facts(_facts_table(path))
    results = [ResultTables.read_csv(folder) for folder in args.response]
    words = None if args.sdtm_words is None else _read(args.sdtm_words)
    return Facts.from_response(results, _tidy(path), sdtm=domains, sdtm_words=words, cut_date=args.cut)


def _tidy(path: Path | None) -> dict[str, pl.DataFrame]:
    """The tidy tables of a folder."""
    from cimara.outcomes.endpoints.tidy_tables import TABLES

    if path is None:
        return {}
    if not path.is_dir():
        raise CimaraError("no such file or folder", where=str(path))
    return {name: found for name in TABLES if (found := _find(path, name)) is not None}


def _find(folder: Path, name: str) -> pl.DataFrame | None:
    found = next((one for one in (folder / f"{name}.csv", folder / f"{name}.parquet") if one.is_file()), None)
    return None if found is None else _read(found)


def _read(path: Path) -> pl.DataFrame:
    """A table with every CSV cell as text, so that a partial date stays as it is written."""
    import polars as pl

    from cimara.response.transport.files import is_described, read_dataset

    if not path.is_file():
        raise CimaraError("no such file", where=str(path))
    if is_described(path):
        return read_dataset(path).frame
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    return pl.read_csv(path, infer_schema=False)


def _facts_table(path: Path) -> pl.DataFrame:
    """A table of facts, its dates read."""
    import polars as pl

    table = _read(path)
    if table.schema.get("date") == pl.String:
        table = table.with_columns(pl.col("date").str.to_date(strict=False))
    return table


def finding_lines(findings: pl.DataFrame) -> list[str]:
    """How often each finding was made, then the first of those that have a place in a file."""
    import polars as pl

    counted = findings["code"].value_counts().sort("code")
    lines = [f"{code} {number}" for code, number in counted.iter_rows()]
    placed = findings.filter((pl.col("file") != "") & pl.col("row").is_not_null())
    for one in placed.head(SHOWN).iter_rows(named=True):
        hint = f". {one['hint']}" if one["hint"] else ""
        lines.append(f"{one['file']} row {one['row']} column {one['column']}: {one['text']}{hint}")
    if placed.height > SHOWN:
        lines.append(f"... and {placed.height - SHOWN} more; --findings FILE writes all of them")
    return lines
