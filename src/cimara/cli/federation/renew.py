"""make a new certificate and kit for a site or a researcher; everybody else keeps theirs

Certificates end after a year; `cimara federation doctor` says when.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation renew`."""
    parser.add_argument("kits", type=Path, metavar="KITS", help="folder that `provision` wrote")
    parser.add_argument("name", metavar="NAME", help="id of the site, or e-mail address of the researcher")


def run(args: Namespace) -> int:
    """Make the kit, and say where it is."""
    return told(lambda: _renew(args))


def _renew(args: Namespace) -> int:
    from cimara.federation.provision.kits import renew

    print(f"{args.name}: {renew(args.kits, args.name)}")
    return EXIT_OK
