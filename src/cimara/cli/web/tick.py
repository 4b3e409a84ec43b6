"""the portal's regular work: run it every few minutes"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to choose."""


def run(args: Namespace) -> int:
    """Do what is due."""
    return int(import_module("cimara_web.commands").run_command("tick"))
