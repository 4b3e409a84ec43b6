"""print the manual: every rule with its source, its status and the examples that show it

Names of rules print what is said of them; `--out` writes every page as Markdown; neither lists the rules.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.terms.errors import CimaraError


class UnknownRuleError(CimaraError):
    """A rule that the manual does not hold."""


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara response manual`."""
    parser.add_argument("rules", metavar="RULE", nargs="*", help="such as RBM-T1")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write every page there")


def run(args: Namespace) -> int:
    """Print the rules asked for, or write the pages, or list all rules."""
    from cimara.response.manual import all_rules, rule_pages, rules_named

    for name in args.rules:
        if not rules_named(name):
            raise UnknownRuleError(
                f"unknown rule {name!r}", expected="a rule id", hint="`cimara response manual` lists them."
            )
        print(rule_pages(name))
    if args.out is not None:
        _write(args.out)
    elif not args.rules:
        for rule in all_rules():
            says = rule.when if rule.table == "rules" else f"{rule.when}: {rule.outcome}"
            print(f"{rule.rule_id:<8} {rule.status}  {says}")
    return EXIT_OK


def _write(folder: Path) -> None:
    """Every page of the manual below a folder."""
    from cimara.response.manual import manual_pages

    for path, text in manual_pages().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
