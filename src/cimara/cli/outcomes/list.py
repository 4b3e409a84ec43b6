"""list the endpoints of the catalogue

One line each: id, kind, unit, status (V verified, A abstract only, U unverified, P project proposal), name.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes list`."""
    parser.add_argument("--plain", action="store_true", help="the plain-language text beside each")


def run(args: Namespace) -> int:
    """Print the catalogue."""
    from cimara.outcomes import catalogue

    for endpoint in catalogue.values():
        words = endpoint.plain if args.plain else endpoint.label
        print(f"{endpoint.id:<8} {endpoint.kind:<15} {endpoint.unit:<8} {endpoint.status:<2} {words}")
    return EXIT_OK
