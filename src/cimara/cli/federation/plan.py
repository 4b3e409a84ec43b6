"""print every round of a federated study, and what each number is that leaves a site, before anything is sent

Nothing is sent and no site is asked: the analyses run here, alone, on invented rows that fit the study file.
How many Newton steps an analysis takes depends on the data; each asks for the same numbers.
--check is for a site: it looks through the site's own table and lists what the study could not use, by
column, never with a value or an id; of a study of charts, through the folder that `cimara study build
--at-site` wrote, by analysis. The data stay where they are.
Exit code: 0 nothing is wrong, 1 the table has faults, 2 the study file can't be used.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.federation.studies import read_table, table_study
from cimara.cli.federation.telling import told

if TYPE_CHECKING:
    from cimara.federation.planning.plan import AnalysisPlan, Round
    from cimara.federation.reports.chart_study import ChartStudy
    from cimara.federation.study import FederatedStudy


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation plan`."""
    parser.add_argument("study", type=Path, metavar="STUDY", help="study file, TOML")
    parser.add_argument("--analyses", nargs="+", default=[], metavar="ID", help="these only (default: all)")
    parser.add_argument("--check", type=Path, metavar="DATA", help="look through a site's own data")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Plan, or check a table."""
    return told(lambda: _check(args) if args.check else _plan(args))


def _plan(args: Namespace) -> int:
    from cimara.federation.opening import open_study
    from cimara.federation.planning.plan import chosen, study_plan

    study = open_study(args.study)
    works = chosen(study, args.analyses)
    plans = study_plan(study, zip(works, _invented(study, works), strict=True))
    if args.json:
        print(json.dumps(_content(study, plans), indent=1, ensure_ascii=False))
        return EXIT_OK
    print(f"{study.id}: sites {', '.join(study.sites)}; grid {study.grid.kind}; hash {study.hash}")
    for one in plans:
        _print(one, masked=study.masked)
    return EXIT_OK


def _invented(study: FederatedStudy[Any], works: Sequence[Any]) -> Iterator[Any]:
    """Invented rows that fit each analysis."""
    from cimara.federation.planning.invented_folder import invented_folder
    from cimara.federation.planning.invented_rows import invented_table
    from cimara.federation.reports.chart_study import ChartStudy

    if isinstance(study, ChartStudy):
        folder = invented_folder(study.plan, study.nobody)
        return (folder for _ in works)
    until = study.grid.days[-1] if study.grid.days else float("inf")
    return (invented_table(one.asked, until=until) for one in works)


def _print(plan: AnalysisPlan, *, masked: bool) -> None:
    print(f"\n{plan.id} {plan.estimator}: {plan.words}")
    for group in plan.grouped():
        one = group[0]
        how = "in clear" if not masked else "masked: the message alone is noise"
        print(f"  {_steps(group)}: {one.numbers:,} numbers, {one.bytes:,} bytes, {how}")
        for block in one.blocks:
            if block.numbers:
                print(f"    {block.numbers:>6,}  {block.words}")
        if one.times:
            print("    times of events, in clear")
    if plan.newton:
        print("  Newton steps: as many as the data take, 4 to 7 as a rule, never more than 25 rounds a job")
    if plan.ends:
        print(f"  on invented rows it ends here: {plan.ends}")


def _steps(group: tuple[Round, ...]) -> str:
    steps = [one.step for one in group]
    if len(steps) == 1:
        return f"round {steps[0]}"
    follows = steps == list(range(steps[0], steps[-1] + 1))
    return f"rounds {steps[0]} to {steps[-1]}" if follows else f"rounds {', '.join(map(str, steps))}"


def _content(study: FederatedStudy[Any], plans: list[AnalysisPlan]) -> dict[str, Any]:
    return {
        "study": study.id,
        "hash": study.hash,
        "sites": list(study.sites),
        "grid": str(study.grid.kind),
        "masked": study.masked,
        "analyses": [
            {
                "id": one.id,
                "estimator": one.estimator,
                "leaves": one.words,
                "rounds": [_round(each) for each in one.rounds],
                "ends": one.ends,
            }
            for one in plans
        ],
    }


def _round(one: Round) -> dict[str, Any]:
    blocks = [{"name": each.name, "shape": list(each.shape), "is": each.words} for each in one.blocks]
    return {"step": one.step, "numbers": one.numbers, "bytes": one.bytes, "times": one.times, "of": blocks}


def _check(args: Namespace) -> int:
    from cimara.federation.opening import open_study
    from cimara.federation.reports.chart_study import ChartStudy

    study = open_study(args.study)
    return _check_folder(args, study) if isinstance(study, ChartStudy) else _check_table(args)


def _check_table(args: Namespace) -> int:
    from cimara.federation.planning.plan import chosen

    study, rows = table_study(args.study), read_table(args.check)
    found = {one.id: one.faults(rows) for one in chosen(study, args.analyses)}  # type: ignore[attr-defined]
    if args.json:
        listed = {
            name: [{"column": one.column, "trouble": str(one.trouble), "rows": one.rows} for one in faults]
            for name, faults in found.items()
        }
        print(json.dumps({"study": study.id, "hash": study.hash, "faults": listed}, indent=1))
    else:
        for name, faults in found.items():
            print(f"{name}: {'nothing is wrong' if not faults else ''}".rstrip())
            for one in faults:
                print(f"  {one}")
    return EXIT_FINDINGS if any(found.values()) else EXIT_OK


def _check_folder(args: Namespace, study: ChartStudy) -> int:
    """Whether each analysis of a study of charts can use the data folder of a site."""
    from cimara.federation.planning.plan import chosen
    from cimara.federation.reports.site_folder import SiteFolder

    names = [one.id for one in chosen(study, args.analyses)]
    found = SiteFolder(args.check, study).faults(names)
    if args.json:
        print(json.dumps({"study": study.id, "hash": study.hash, "faults": found}, indent=1))
    else:
        for name, told in found.items():
            print(f"{name}: {told or 'nothing is wrong'}")
    return EXIT_FINDINGS if any(found.values()) else EXIT_OK
