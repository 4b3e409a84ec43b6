"""show an endpoint: its definition, fingerprint, and what deriving it needs

Takes an id of the catalogue or a definition file.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_OK
from cimara.cli.outcomes.definitions import find_endpoint


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes show`."""
    parser.add_argument("endpoint", metavar="ID", help="such as CNSPFS, or a TOML file")


def run(args: Namespace) -> int:
    """Print the definition as TOML, then its requirements."""
    endpoint = find_endpoint(args.endpoint)
    print(endpoint.to_toml())
    print(f"# fingerprint {endpoint.fingerprint}")
    for line in endpoint.requires().lines():
        print(f"# {line}")
    return EXIT_OK
