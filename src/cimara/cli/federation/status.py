"""tell how far a job of a federation is, and what it waits for

Of a job folder on this machine, or of a job at the server that a kit belongs to. --to writes the status of
the job into a folder that a portal shows (CIMARA_FEDERATION_JOBS); no number of a patient is in it.
Exit code: 0 the job runs or is done, 1 it is paused or failed, 2 there is no such job.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.federation.telling import note, print_job, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation status`."""
    parser.add_argument("where", type=Path, metavar="KIT|JOBDIR", help="a kit, or the folder of a job")
    parser.add_argument("job", nargs="?", metavar="JOB", help="with a kit: the job, as `submit` printed it")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="folder of job folders of a portal")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Look, and print."""
    return told(lambda: _look(args))


def _look(args: Namespace) -> int:
    from cimara.federation.centre.told_status import put_for_portal, status_of_folder

    is_kit = (args.where / "startup").is_dir()
    found = _asked(args) if is_kit else status_of_folder(args.where)
    if args.to:
        put_for_portal(found, args.to)
    if args.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        print_job(found)
    return EXIT_FINDINGS if found.get("state") in ("paused", "failed") else EXIT_OK


def _asked(args: Namespace) -> dict[str, Any]:
    from cimara.federation.errors import Code, FederationError
    from cimara.federation.transport.nvflare.session import OVER, status

    if not args.job:
        raise FederationError(
            Code.OLD_ROUND, "no job was named", where=args.where.name,
            hint="Give the number that `cimara federation submit` printed.",
        )  # fmt: skip
    found = status(args.where, args.job)
    if str(found.get("nvflare", "")).startswith(OVER):
        note(f"it is over: `cimara federation results {args.where} {args.job} --out FOLDER` fetches the end")
    return found
