"""check an analysis plan, lock it before the data are seen, or write a demonstration

check names every fault at once, by line, with the nearest valid name; with --data also columns, endpoints
and causes. lock writes the plan's SHA-256 and the time beside it; a later change is an amendment, and needs
--reason. demo writes a made-up study with a plan and its data.
"""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK
from cimara.cli.outcomes.plan_problems import print_problems


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes plan`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say all that is wrong with a plan at once")
    check.add_argument("plan", type=Path, metavar="PLAN", help="analysis plan, TOML")
    check.add_argument("--data", type=Path, metavar="FOLDER", help="check columns, endpoints and causes, too")
    check.set_defaults(action=_check)
    lock = actions.add_parser("lock", help="write the plan's SHA-256 and the time beside it")
    lock.add_argument("plan", type=Path, metavar="PLAN", help="analysis plan, TOML")
    lock.add_argument("--reason", default="", metavar="TEXT", help="why a locked plan was changed")
    lock.set_defaults(action=_lock)
    demo = actions.add_parser("demo", help="write a made-up study with a plan and its data")
    demo.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write")
    demo.add_argument(
        "--patients", type=int, default=240, metavar="N", help="patients (default: %(default)s)"
    )
    demo.add_argument("--seed", type=int, default=7, metavar="S", help="seed (default: %(default)s)")
    demo.set_defaults(action=_demo)


def run(args: Namespace) -> int:
    """Do what the action says; 2 where the plan or the data cannot be used."""
    from cimara.outcomes.report.errors import DataFolderError, PlanError

    try:
        return int(args.action(args))
    except (PlanError, DataFolderError) as error:
        print_problems(error)
        return EXIT_BAD_INPUT


def _check(args: Namespace) -> int:
    from cimara.outcomes.report.data_checks import check_audience, check_plan_against_data
    from cimara.outcomes.report.data_folder import read_data_folder
    from cimara.outcomes.report.plan_reading import read_plan

    plan = read_plan(args.plan)
    check_audience(plan)
    if args.data is not None:
        check_plan_against_data(plan, read_data_folder(args.data))
    print(f"{plan.study.id}: {len(plan.analyses)} analyses, SHA-256 {plan.sha256}")
    return EXIT_OK


def _lock(args: Namespace) -> int:
    from cimara.outcomes.report.lock import lock_path, lock_plan
    from cimara.outcomes.report.plan_reading import read_plan

    plan = read_plan(args.plan)
    lock = lock_plan(args.plan, plan, at=dt.datetime.now(dt.UTC), reason=args.reason)
    last = lock.versions[-1]
    print(
        f"{lock_path(args.plan)}: version {len(lock.versions)}, locked {last.locked_at}, "
        f"SHA-256 {last.sha256}"
    )
    return EXIT_OK


def _demo(args: Namespace) -> int:
    from cimara.outcomes.report.demonstration import write_demonstration

    for path in write_demonstration(args.out, patients=args.patients, seed=args.seed):
        print(path)
    return EXIT_OK
