"""Reads the data of a study's sites from a store, for the verbs that need them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cimara.studies.check import CheckedStudy
    from cimara.studies.sources import SiteData


def add_data_arguments(parser: ArgumentParser, out: str) -> None:
    """Arguments that say which study, which data, and where to write."""
    parser.add_argument("study", type=Path, metavar="STUDY", help="study file, TOML")
    parser.add_argument("--store", required=True, metavar="URL", help="store of submissions")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help=out)
    parser.add_argument(
        "--sites",
        nargs="+",
        default=[],
        metavar="ID",
        help="only these sites (default: all that have submitted)",
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")


def current_data(checked: CheckedStudy, store: str, sites: list[str]) -> tuple[SiteData, ...]:
    """The current version of each site. Raises CimaraError."""
    from cimara.cohort.store.store import Store
    from cimara.studies.sources import from_store

    return from_store(Store(store), checked.study.id, sites)
