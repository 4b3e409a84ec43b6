"""the portal on this machine, with the starter registry, an invented consortium and its studies

Makes a local secret and a SQLite database in the var folder (CIMARA_VAR, by default `var` here), then serves
on loopback until stopped with Ctrl-C. At the first run two things are made beside the portal: a consortium
of 133 invented members in half a minute, with one-time links to look at it in each role; and the results of
a study of 17 invented hospitals, in a minute. Their pages say how far they are. Only an empty database is
filled.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument(
        "--without-study", action="store_true", help="do not make the demonstration study beside the portal"
    )
    parser.add_argument("--without-consortium", action="store_true", help="do not invent members and studies")
    parser.add_argument("--bind", metavar="HOST:PORT", default="127.0.0.1:8000", help="default: %(default)s")


def run(args: Namespace) -> int:
    """Prepare and serve."""
    commands = import_module("cimara_web.commands")
    return int(
        commands.run_demo(
            bind=args.bind, without_study=args.without_study, without_consortium=args.without_consortium
        )
    )
