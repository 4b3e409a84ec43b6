"""check the portal's settings for production"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to choose."""


def run(args: Namespace) -> int:
    """Run the deploy check; a warning is a finding."""
    return int(import_module("cimara_web.commands").run_command("check", deploy=True, fail_level="WARNING"))
