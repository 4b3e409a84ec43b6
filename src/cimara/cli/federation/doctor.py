"""look through a kit and the way to the server, and say what is wrong and who must act

Versions, certificates and their last days, files that were changed, the policy, keys, the clock, the
connection. Nothing is changed.
Exit code: 0 all is well, 1 something must or should be mended.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.federation.telling import told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation doctor`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of a kit")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Look, and print a line for each thing."""
    return told(lambda: _look(args))


def _look(args: Namespace) -> int:
    from cimara.federation.provision.doctor import doctor
    from cimara.federation.provision.finding import Level

    found = doctor(args.kit)
    if args.json:
        listed = [
            {
                "level": str(one.level),
                "what": one.what,
                "words": one.words,
                "who": str(one.who),
                "do": one.advice,
            }
            for one in found
        ]
        print(json.dumps(listed, indent=1, ensure_ascii=False))
    else:
        for one in found:
            print(one)
    return EXIT_OK if all(one.level is Level.GOOD for one in found) else EXIT_FINDINGS
