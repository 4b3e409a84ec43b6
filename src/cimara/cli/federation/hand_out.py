"""hand out the results of a job, in your name

Notes in releases.jsonl beside the job's folder who hands out, who has checked, by which rules, and the hash
of each file; the job's state becomes released. --checked-by names the second person where a study asks for
two. --to writes the state where a portal shows it (CIMARA_FEDERATION_JOBS).
Exit code: 0 handed out, 2 the job is not done, or a name is missing.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation hand-out`."""
    parser.add_argument("folder", type=Path, metavar="JOBDIR", help="folder of the job, with status.json")
    parser.add_argument("--by", required=True, metavar="NAME", help="who hands out; it is kept")
    parser.add_argument("--checked-by", default="", metavar="NAME", help="a second person, who has checked")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="folder of job folders of a portal")


def run(args: Namespace) -> int:
    """Note it, and say which analyses."""
    return told(lambda: _hand_out(args))


def _hand_out(args: Namespace) -> int:
    from cimara.federation.centre.job_release import release_job
    from cimara.federation.centre.told_status import put_for_portal, status_of_folder

    line = release_job(args.folder, by=args.by, checked_by=args.checked_by)
    if args.to:
        put_for_portal(status_of_folder(args.folder), args.to)
    print(f"job {line['job']}: {', '.join(line['analyses'])} handed out by {line['by']}")
    return EXIT_OK
