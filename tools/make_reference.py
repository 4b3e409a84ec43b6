"""Writes the generated pages of the reference: `python -m tools.make_reference [--check]`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from cimara.cli import AREAS, build_parser
from cimara_web.environment import VARIABLES
from tools import federation_codes, reader_accuracy

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
HELP_WIDTH = "100"


def commands_page() -> str:
    """Every command with its help, word for word."""
    return "\n".join(_command_lines()).rstrip() + "\n"


def _command_lines() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield "Made by `tools/make_reference.py` from the commands' own help; a test holds the two equal."
    yield "Exit codes: 0 ok, 1 findings (something was rejected, differs or is out of date), 2 bad input."
    for area, (summary, verbs) in AREAS.items():
        yield from ("", f"## cimara {area}", "", f"To {summary}.")
        for verb in verbs:
            yield from ("", f"### cimara {area} {verb}", "", "```text", help_text(area, verb), "```")


def help_text(area: str, verb: str) -> str:
    """What `cimara AREA VERB --help` prints, at a fixed width."""
    os.environ["COLUMNS"] = HELP_WIDTH
    parser = build_parser([area, verb])
    for words in (area, verb):
        actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        parser = actions[0].choices[words]
    return parser.format_help().rstrip()


def settings_page() -> str:
    """Every setting of the portal, in the order in which they are declared."""
    return "\n".join(_setting_lines()).rstrip() + "\n"


def _setting_lines() -> Iterator[str]:
    yield "# Settings of the portal"
    yield ""
    yield "The portal takes its settings from environment variables and from nothing else."
    yield "`cimara web check` says what is missing or can't be read, in one line each."
    yield "Made by `tools/make_reference.py` from `cimara_web/environment.py`; a test holds the two equal."
    for variable in VARIABLES:
        yield from (
            "",
            f"## {variable.name}",
            "",
            f"{variable.meaning[:1].upper()}{variable.meaning[1:]}.",
            "",
        )
        yield f"- Default: {_default_words(variable.default)}"
        yield f"- Example: `{variable.example}`"


def _default_words(default: str | None) -> str:
    if default is None:
        return "none; it must be set"
    return f"`{default}`" if default else "not set"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "federation-codes.md": federation_codes.page,
}
if reader_accuracy.RECORDS.exists():
    PAGES["reader-accuracy.md"] = reader_accuracy.page


def main() -> int:
    """Write every page, or with --check say which are stale."""
    stale = []
    for name, make in PAGES.items():
        path = REFERENCE / name
        text = make()
        if "--check" in sys.argv:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print("stale pages (run python -m tools.make_reference): " + ", ".join(stale), file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
