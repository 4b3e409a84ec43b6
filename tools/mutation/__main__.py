"""`python -m tools.mutation [--spec-only]`: changes the response rules one by one, in a copy, and counts.

Prints killed and survived by module, and writes the page of survivors with `--write`. Exit code 1 when a
survivor has no reason or the rule modules stay below 90 %.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.mutation.copying import ROOT, make_copy
from tools.mutation.mutant import Mutant, numbered, write_plan
from tools.mutation.report import Report, page
from tools.mutation.rule_code import CodeMutants
from tools.mutation.rule_data import constant_mutants, policy_mutants, table_mutants

HERE = Path(__file__).parent
SPEC = ["tests/spec/response"]
SUITE = ["tests/spec/response", "tests/unit/response"]
NOT_RUN = ("tests/spec/response/test_every_rule_is_shown.py", "tests/spec/response/audit")
"""One reads the tests and the tables and derives nothing; the other is about errors of other programs."""
PAGE = ROOT / "docs" / "reference" / "response-mutants.md"


def main(arguments: Sequence[str]) -> int:
    """Make the mutants, try them in a copy, tell the figures."""
    options = _parser().parse_args(arguments)
    scope = tomllib.loads((HERE / "scope.toml").read_text(encoding="utf-8"))
    reasons = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="mutation-", ignore_cleanup_errors=True) as folder:
        copy = make_copy(Path(folder))
        mutants, left_out = all_mutants(copy, scope, only=options.only, group=options.group)
        print(f"{len(mutants)} mutants in a copy", file=sys.stderr, flush=True)
        made = {item.part for item in mutants}
        if options.use:
            mutants, words = _kept(options.use, mutants)
        else:
            words = try_all(copy, mutants, SPEC if options.spec_only else SUITE, options.processes)
    report = Report(mutants, words, left_out, reasons)
    report.untried = sorted(made - {item.part for item in mutants})
    print(report.text())
    if options.write:
        PAGE.write_text(page(report, scope["left_out"], options.write), encoding="utf-8")
    if options.keep:
        kept = {item.name: word for item, word in zip(mutants, words, strict=True)}
        Path(options.keep).write_text(json.dumps(kept, indent=0), encoding="utf-8")
    return 0 if report.is_good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument(
        "--spec-only", action="store_true", help="the spec tests alone, without the unit tests"
    )
    parser.add_argument(
        "--only", default=[""], nargs="+", help="only modules and tables whose name contains one of these"
    )
    parser.add_argument("--group", default="", help="only one group of scope.toml (rules, others, policy)")
    parser.add_argument("--processes", type=int, default=2, help="mutants tried at once (2)")
    parser.add_argument(
        "--write", metavar="DATE", help="write docs/reference/response-mutants.md, with this date"
    )
    parser.add_argument("--keep", metavar="FILE", help="keep every mutant and its fate as JSON")
    parser.add_argument(
        "--use", metavar="FILE", nargs="+", help="take the fates from kept files, try nothing"
    )
    return parser


def _kept(files: Sequence[str], mutants: Sequence[Mutant]) -> tuple[list[Mutant], list[str]]:
    """Fates of runs that were kept, of the parts tried there; a part is tried whole or not at all."""
    fates: dict[str, str] = {}
    for name in files:
        fates |= json.loads(Path(name).read_text(encoding="utf-8"))
    parts = {item.part for item in mutants if item.name in fates}
    tried = [item for item in mutants if item.part in parts]
    unknown = [item.name for item in tried if item.name not in fates]
    if unknown:
        sys.exit(f"{len(unknown)} mutants were not tried in those runs, the first: {unknown[0]}")
    return tried, [fates[item.name] for item in tried]


Scope = dict[str, dict[str, list[str]]]


def all_mutants(
    copy: Path, scope: Scope, *, only: Sequence[str] = ("",), group: str = ""
) -> tuple[list[Mutant], dict[tuple[str, str], int]]:
    """Every mutant of the scope, and how many were left out by reason."""
    made: list[Mutant] = []
    left_out: dict[tuple[str, str], int] = {}
    package = copy / "src" / "cimara" / "response"
    wording = scope["functions_that_word_errors"]["names"]
    for own, name in _chosen(scope["modules"], only, group):
        path = package / (name.replace(".", "/") + ".py")
        source = CodeMutants(name, path.read_text(encoding="utf-8"), own, wording)
        module = f"cimara.response.{name}"
        for item in source:
            item.detail.update(file=path.as_posix(), module=module)
            made.append(item)
        for reason, count in source.left_out.items():
            left_out[name, reason] = count
        made += constant_mutants(importlib.import_module(module), name, own)
    domains = tomllib.loads((package / "tables" / "conditions.toml").read_text(encoding="utf-8"))
    for own, name in _chosen(scope["tables"], only, group):
        text = (package / "tables" / f"{name}.csv").read_text(encoding="utf-8")
        made += table_mutants(name, text, domains[name], own)
    if group in ("", "policy") and any(item in "policy" for item in only):
        presets = tomllib.loads((package / "policy_presets" / "presets.toml").read_text(encoding="utf-8"))
        made += policy_mutants(presets)
    return numbered(made), left_out


def _chosen(names: dict[str, list[str]], only: Sequence[str], group: str) -> Iterator[tuple[str, str]]:
    for own, parts in names.items():
        yield from ((own, part) for part in parts if _has_one(part, only) and group in ("", own))


def _has_one(part: str, only: Sequence[str]) -> bool:
    return any(item in part for item in only)


def try_all(copy: Path, mutants: Sequence[Mutant], tests: Sequence[str], processes: int) -> list[str]:
    """The fate of each mutant: killed, time, survived or untested."""
    plan, results = copy / "plan.jsonl", copy / "results.jsonl"
    write_plan(plan, mutants)
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    inside = HERE / "inside.py"
    left_out = [f"--ignore={path}" for path in NOT_RUN]
    command = [sys.executable, "-P", str(inside), str(plan), str(results), str(processes), *tests, *left_out]
    run = subprocess.run(command, cwd=copy, env=environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if run.returncode:
        sys.exit(f"the tests don't run in the copy:\n{run.stdout[-4000:]}")
    words = [""] * len(mutants)
    for line in results.read_text(encoding="utf-8").splitlines():
        place, word = json.loads(line)
        words[place] = word
    return words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
