"""make the kits of a federation: one for the server, one for each site, one for each researcher

Reads a project file that names the server, the sites and the researchers. The folder `authority` in --to is
the federation's certificate authority: keep it secret and back it up; without it nobody can be added.
Needs the extra `federation` (NVFlare).
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import note, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation provision`."""
    parser.add_argument("project", type=Path, metavar="PROJECT", help="project file, TOML")
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="new folder for the kits")


def run(args: Namespace) -> int:
    """Make the kits, and say what goes where."""
    return told(lambda: _provision(args))


def _provision(args: Namespace) -> int:
    from cimara.federation.provision.kits import provision

    out = provision(args.project, args.to)
    for kind in ("sites", "researchers"):
        for kit in sorted((out / kind).iterdir()):
            print(f"{kind[:-1]} {kit.name}: {kit}")
    print(f"server: {out / 'server'}")
    note(f"keep {out / 'authority'} secret and back it up; never send it to anybody")
    return EXIT_OK
