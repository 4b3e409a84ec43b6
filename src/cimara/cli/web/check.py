"""check a portal before others use it

Settings that weaken it, a mail server that is missing, host names, the study store, the tables of the
database and of the cache. Ends with 1 when anything is found.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module

HOW = {"deploy": True, "fail_level": "WARNING", "databases": ["default"]}


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to choose."""


def run(args: Namespace) -> int:
    """Run the deploy check; a warning is a finding."""
    return int(import_module("cimara_web.commands").run_command("check", **HOW))
