"""examine a snapshot: is it sound, what it says, current, complete?

Exits with 1 when there is a finding. Starter records and old data are findings, too.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.trials.registry import add_registry_argument, default_registry


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials doctor`."""
    parser.add_argument("--json", action="store_true", help="report as JSON")
    add_registry_argument(parser)


def run(args: Namespace) -> int:
    """Examine and report."""
    from cimara.trials.doctor import examine

    found = examine(args.registry or default_registry(), today=datetime.now(UTC).date())
    if args.json:
        print(msgspec.json.encode(found, enc_hook=str).decode())
        return EXIT_FINDINGS if found.findings else EXIT_OK
    print(found.path)
    for name, value in found.facts:
        print(f"  {name:<34} {value}")
    for finding in found.findings:
        print(f"! {finding.code}: {finding.message}\n  {finding.hint}")
    if not found.findings:
        print("  nothing found amiss")
    return EXIT_FINDINGS if found.findings else EXIT_OK
