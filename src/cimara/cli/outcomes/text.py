"""print the protocol text of an endpoint

Takes an id of the catalogue or a definition file.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_OK
from cimara.cli.outcomes.definitions import find_endpoint

FORMS = ("text", "html", "latex", "row", "plain")


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes text`."""
    parser.add_argument("endpoint", metavar="ID", help="such as CNSPFS, or a TOML file")
    parser.add_argument(
        "--form", choices=FORMS, default="text", help="row: tab-parted table row; plain: for patients"
    )


def run(args: Namespace) -> int:
    """Print the text in the form asked for."""
    from cimara.outcomes.endpoints import protocol_text

    endpoint = find_endpoint(args.endpoint)
    if args.form == "plain":
        print(endpoint.plain)
    elif args.form == "row":
        print("\t".join(protocol_text.table_row(endpoint)))
    else:
        written = {
            "text": protocol_text.protocol_text,
            "html": protocol_text.protocol_html,
            "latex": protocol_text.protocol_latex,
        }
        print(written[args.form](endpoint))
    return EXIT_OK
