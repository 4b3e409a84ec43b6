"""appoint the first person of the consortium office

Makes their account, their institution and their entry in the directory, and prints a link that signs them in
once, within 15 minutes; `cimara web link` makes another. Refuses when there is an office. There is no default
account and no password to change.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module

KINDS = ("university", "hospital", "institute", "non-profit")


def add_arguments(parser: ArgumentParser) -> None:
    """Who, and where they work."""
    parser.add_argument("--email", required=True, metavar="ADDRESS", help="where they get mail")
    parser.add_argument("--name", required=True, help="as the directory shows it")
    parser.add_argument("--institution", required=True, metavar="NAME", help="where they work")
    parser.add_argument("--country", required=True, metavar="XX", help="its country, ISO 3166-1: US")
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0], help="what it is (default: %(default)s)")


def run(args: Namespace) -> int:
    """Appoint."""
    command = import_module("cimara_web.commands").run_command
    names = ("email", "name", "institution", "country", "kind")
    return int(command("init", **{name: getattr(args, name) for name in names}))
