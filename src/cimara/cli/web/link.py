"""a link that signs somebody in once, for whoever runs the portal

For a person who has lost every other way in, and for a portal on your own machine. It prints the link alone,
which works once, within 15 minutes; a second factor that they have is still asked for. It needs the portal's
secret and its database, which its operator alone can read, makes no account, and leaves an audit event.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """For whom."""
    parser.add_argument(
        "--email", required=True, metavar="ADDRESS", help="the address that they sign in with"
    )


def run(args: Namespace) -> int:
    """Make the link."""
    commands = import_module("cimara_web.commands")
    commands.use_local_secret()
    return int(commands.run_command("link", email=args.email))
