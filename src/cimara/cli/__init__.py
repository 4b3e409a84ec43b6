"""The `cimara AREA VERB` command: finds the verb's file, parses, runs it, turns errors into exit codes."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module

from cimara import __version__
from cimara.terms.errors import CimaraError

AREAS: dict[str, tuple[str, tuple[str, ...]]] = {
    "trials": (
        "find trials that take people whose cancer has reached the brain",
        ("build", "sync", "search", "show", "read", "match", "atlas", "survey", "export", "doctor"),
    ),
    "response": (
        "call response by RANO-BM, RANO-LM, iRANO and RECIST, with a reason on every row",
        ("check", "derive", "explain", "compare", "audit", "synth", "manual"),
    ),
    "outcomes": (
        "define endpoints once, print them for the protocol, derive them from facts, estimate from them",
        (
            "list",
            "show",
            "text",
            "derive",
            "compare",
            "check",
            "design",
            "plan",
            "report",
            "km",
            "cif",
            "log-rank",
            "gray",
            "rmst",
            "cox",
            "fine-gray",
            "landmark",
            "heterogeneity",
            "pool-imputations",
            "propensity",
        ),
    ),
    "cohort": (
        "collect a study's charts: dictionary, checks, mapping, de-identification, submissions",
        (
            "dictionary",
            "template",
            "validate",
            "deid-scan",
            "matrix",
            "submit",
            "history",
            "diff",
            "restore",
            "withdraw",
            "purge",
            "qc",
            "compare",
            "indices",
            "synth",
            "export",
        ),
    ),
    "study": (
        "check, sign, build and run a study file, from submissions to the report",
        ("check", "sign", "verify", "build", "run", "bundle", "demo"),
    ),
    "federation": (
        "run a study over hospitals whose rows stay there: only checked sums leave",
        (
            "plan",
            "run",
            "demo",
            "provision",
            "add-site",
            "renew",
            "server",
            "site",
            "doctor",
            "submit",
            "status",
            "resume",
            "results",
            "hand-out",
            "respond",
            "release",
            "ledger",
        ),
    ),
    "web": (
        "run and look after the portal",
        (
            "demo",
            "serve",
            "run",
            "migrate",
            "init",
            "link",
            "tick",
            "check",
            "backup",
            "restore",
            "token",
            "verify-audit",
        ),
    ),
}
"""Area -> (what it does, its verbs); each verb is the module `cimara.cli.AREA.VERB`, `_` for `-`."""

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_BAD_INPUT = 2
EXIT_IDENTIFIERS = 3
EXIT_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 for ok, 1 for findings, 2 for bad input."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = build_parser(words)
    args = parser.parse_args(words)
    if not hasattr(args, "run"):
        (args.shown or parser).print_help()
        return EXIT_BAD_INPUT
    try:
        return int(args.run(args))
    except CimaraError as error:
        print(f"cimara: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_OK
    except KeyboardInterrupt:
        print("cimara: interrupted; run the same command again to go on", file=sys.stderr)
        return EXIT_INTERRUPTED


def build_parser(words: Sequence[str] = ()) -> ArgumentParser:
    """The parser for `words`: only the verb that they name is imported in full."""
    parser = ArgumentParser(prog="cimara", description="CIMARa: research on brain metastases and LMD.")
    parser.add_argument("--version", action="version", version=f"cimara {__version__}")
    parser.set_defaults(shown=None)
    areas = parser.add_subparsers(metavar="AREA")
    for area, (summary, verbs) in AREAS.items():
        area_parser = areas.add_parser(area, help=summary, description=f"cimara {area}: {summary}.")
        area_parser.set_defaults(shown=area_parser)
        commands = area_parser.add_subparsers(metavar="VERB")
        wanted = [verb for verb in verbs if list(words[:2]) == [area, verb]] or verbs
        for verb in wanted if words[:1] in ([], [area]) or not words else ():
            _add_verb(commands, area, verb)
    return parser


def _add_verb(commands: object, area: str, verb: str) -> None:
    module = import_module(f"cimara.cli.{area}.{verb.replace('-', '_')}")
    text = (module.__doc__ or "").strip()
    command = commands.add_parser(  # type: ignore[attr-defined]
        verb, help=text.splitlines()[0], description=text, formatter_class=RawDescriptionHelpFormatter
    )
    module.add_arguments(command)
    command.set_defaults(run=module.run)
