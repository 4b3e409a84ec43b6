"""bring a registry folder up to date from ClinicalTrials.gov

The one command that uses the network. The first run fetches everything (or a condition's studies); later
ones fetch what changed. An interrupted run goes on where it stopped when it is started again.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from cimara.cli import EXIT_OK
from cimara.cli.trials.progress import shown
from cimara.cli.trials.registry import ENVIRONMENT
from cimara.terms.errors import CimaraError

BASE_URL_ENVIRONMENT = "CIMARA_REGISTRY_URL"


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials sync`."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help=f"registry folder, made if need be (default: ${ENVIRONMENT})",
    )
    parser.add_argument("--condition", metavar="WORDS", help="only studies of a condition, such as cancer")
    parser.add_argument("--full", action="store_true", help="fetch everything again, not only changes")
    parser.add_argument(
        "--allow-shrink", action="store_true", help="accept that more than 1 %% of the studies are gone"
    )
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help=f"address of the API (default: ${BASE_URL_ENVIRONMENT}, else the registry's)",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: Namespace) -> int:
    """Sync and report."""
    from cimara.trials.sync import SyncSettings, sync_registry
    from cimara.trials.sync_client import BASE_URL

    settings = SyncSettings(
        base_url=args.base_url or os.environ.get(BASE_URL_ENVIRONMENT) or BASE_URL,
        condition=args.condition,
        full=args.full,
        allow_shrink=args.allow_shrink,
    )
    with shown() as show:
        report = sync_registry(
            _folder(args.folder),
            settings=settings,
            progress=lambda kind, pages, total: show(f"fetching ({kind}), pages", pages, None),
            build_progress=lambda stage, done: show(stage, done, None),
        )
    if args.json:
        found = msgspec.to_builtins(report, enc_hook=str)
        print(msgspec.json.encode(found).decode())
        return EXIT_OK
    print(f"{report.path}")
    print(f"  registry's data of  {report.data_timestamp}")
    print(f"  fetched             {report.fetched:,} records in {report.pages:,} pages")
    print(f"  studies             {report.build.stored:,}")
    print(f"  newly gone          {len(report.removed):,}")
    return EXIT_OK


def _folder(named: Path | None) -> Path:
    folder = named or Path(os.environ.get(ENVIRONMENT, ""))
    if folder == Path() or folder.is_file():
        raise CimaraError(
            "no registry folder to sync",
            expected="a folder, as the argument or in " + ENVIRONMENT,
            hint="For example `cimara trials sync registry`.",
        )
    return folder
