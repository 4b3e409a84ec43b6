"""read what left a house and what was refused, and verify that nobody changed it

The ledger lies in house/kept/ledger.jsonl of a kit. Each line holds the hash of the one before, and a seal
lies beside it, so that a line that is changed, cut out or cut off is found. It is verified every time.
--page writes it in words, for a data protection officer: as a web page, or as Markdown (.md).
Exit code: 0 the ledger holds, 2 it was changed, or there is none.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import note, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation ledger`."""
    parser.add_argument("ledger", type=Path, metavar="LEDGER|KIT", help="a ledger, or a kit that has one")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write what left this house, .html or .md")
    parser.add_argument("--study", metavar="ID", help="lines of this study only")
    parser.add_argument("--verify", action="store_true", help="verify only, and print no line")
    parser.add_argument("--json", action="store_true", help="print as JSON, without the set of patients")


def run(args: Namespace) -> int:
    """Verify, then list or write the page."""
    return told(lambda: _read(args))


def _read(args: Namespace) -> int:
    from cimara.federation.site.ledger import Ledger
    from cimara.federation.site.ledger_lines import shown
    from cimara.federation.site.ledger_page import page

    ledger = Ledger(_file(args.ledger))
    count = ledger.verify()
    lines = [one for one in shown(ledger.entries()) if args.study in (None, one.study)]
    if args.page:
        args.page.write_text(page(lines, count, as_html=args.page.suffix != ".md"), encoding="utf-8")
        note(f"written to {args.page}")
    elif args.json:
        print(json.dumps([dict(one.content) for one in lines], indent=1, ensure_ascii=False))
    elif not args.verify:
        for one in lines:
            print(one)
    note(f"{count} lines, and the ledger holds")
    return EXIT_OK


def _file(path: Path) -> Path:
    """The ledger in a kit, a folder or a file. Raises FederationError (BAD_KIT) where there is none."""
    from cimara.federation.errors import Code, FederationError

    for one in (path / "house" / "kept" / "ledger.jsonl", path / "ledger.jsonl", path):
        if one.is_file():
            return one
    raise FederationError(
        Code.BAD_KIT, "there is no ledger yet", where=path.name or str(path),
        expected="house/kept/ledger.jsonl of a kit",
        hint="It begins with the first order that the site gets.",
    )  # fmt: skip
