"""say in words what differs between two endpoint definitions

Takes ids of the catalogue or definition files. With --facts, also lists each patient whose result differs.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.outcomes.definitions import find_endpoint
from cimara.cli.outcomes.study_facts import add_facts_arguments, derive_from, names_facts


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes compare`."""
    parser.add_argument("first", metavar="A", help="id or TOML file")
    parser.add_argument("second", metavar="B", help="id or TOML file")
    add_facts_arguments(parser)


def run(args: Namespace) -> int:
    """Print the differences; 1 when there are any."""
    from cimara.outcomes.endpoints.compare import explained

    first, second = find_endpoint(args.first), find_endpoint(args.second)
    lines = first.compare(second)
    if names_facts(args):
        lines = [*lines, *explained(derive_from(first, args), derive_from(second, args))]
    print("\n".join(lines) if lines else "no difference")
    return EXIT_FINDINGS if lines else EXIT_OK
