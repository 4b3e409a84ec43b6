"""check a definition file, and say all that is wrong with it at once"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes check`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="endpoint definition, TOML")


def run(args: Namespace) -> int:
    """Read the file; print its fingerprint, or every problem with its line."""
    from cimara.outcomes import Endpoint
    from cimara.outcomes.endpoints.errors import DefinitionError

    try:
        endpoint = Endpoint.from_toml(args.file)
    except DefinitionError as error:
        for problem in error.problems:
            print(f"{args.file}: {problem}", file=sys.stderr)
        return EXIT_BAD_INPUT
    print(f"{endpoint.id} {endpoint.version} {endpoint.fingerprint}")
    return EXIT_OK
