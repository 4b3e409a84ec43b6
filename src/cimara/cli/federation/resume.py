"""go on with a job that paused, from its last complete round

Nothing that was asked before is asked again with other numbers, and the result is the one of an undisturbed
run. Use it when the site or the server that was lost is back.
--drop takes the answers from files that were carried back, and writes the next questions.
Exit code: 0 the job goes on or is done, 1 it waits or has failed, 2 there is no such job.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import Progress, exit_code, note, print_job, print_written, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation resume`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of the researcher's kit")
    parser.add_argument("job", metavar="JOB", help="the job, as `submit` printed it")
    parser.add_argument("--drop", type=Path, metavar="FOLDER", help="folder given to `submit --drop`")


def run(args: Namespace) -> int:
    """Send the order again, and print the job."""
    return told(lambda: _from_files(args) if args.drop else _resume(args))


def _from_files(args: Namespace) -> int:
    from cimara.federation.centre.told_status import status_of_folder
    from cimara.federation.site.by_hand import go_on

    done = go_on(args.kit, args.job, args.drop, progress=Progress())
    found = status_of_folder(done.folder)
    print_job(found)
    if found["state"] == "done":
        print_written(done.folder)
    return exit_code(found)


def _resume(args: Namespace) -> int:
    from cimara.federation.transport.nvflare.session import resume

    job = resume(args.kit, args.job)
    print(job)
    note(f"`cimara federation status {args.kit} {job}` tells how far it is")
    return EXIT_OK
