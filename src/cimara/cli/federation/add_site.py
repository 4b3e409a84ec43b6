"""make the kit of one more site; everybody else keeps the kit and the certificate that they have

Needs the folder that `cimara federation provision` wrote, with its certificate authority.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation add-site`."""
    parser.add_argument("kits", type=Path, metavar="KITS", help="folder that `provision` wrote")
    parser.add_argument("site", metavar="ID", help="id of the site, as in study files: NL01")
    parser.add_argument("--organisation", required=True, metavar="NAME", help="letters, digits, - and _")


def run(args: Namespace) -> int:
    """Make the kit, and say where it is."""
    return told(lambda: _add(args))


def _add(args: Namespace) -> int:
    from cimara.federation.provision.kits import add_site

    print(f"site {args.site}: {add_site(args.kits, args.site, args.organisation)}")
    return EXIT_OK
