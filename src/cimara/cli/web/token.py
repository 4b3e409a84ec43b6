"""tokens for programs that ask the portal's API often

`create` prints the token once, alone on stdout; only a hash of it is stored. Programs send it as
`Authorization: Bearer TOKEN` and may then read 600 times a minute instead of 60 times an address.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module

SCOPES = ("read", "match")


def add_arguments(parser: ArgumentParser) -> None:
    """Which token, for what and for how long."""
    parser.add_argument("what", choices=("create", "list", "revoke"), help="what to do")
    parser.add_argument("name", nargs="?", default="", help="the token's name, for create and revoke")
    parser.add_argument(
        "--scope", dest="scopes", action="append", choices=SCOPES, help="what it is for (default: both)"
    )
    parser.add_argument(
        "--days", type=int, metavar="N", default=90, help="how long it lives, 1 to 365 (default: %(default)s)"
    )


def run(args: Namespace) -> int:
    """Create, list or revoke."""
    command = import_module("cimara_web.commands").run_command
    scopes = args.scopes or list(SCOPES)
    return int(command("token", what=args.what, name=args.name, scopes=scopes, days=args.days))
