"""match one person's facts against all trials, with the sentence that decides

Facts come from a profile file (JSON), an mCODE bundle, or flags; flags win over a file, a file over a bundle.
What isn't given is unknown, and unknown never takes a trial away; `none` is a fact of its own.
Exit code 1 means that no trial may fit.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.trials.person import add_person_arguments, person_of
from cimara.cli.trials.registry import add_registry_argument, open_registry

SHEET_STUDIES = 5
"""More don't fit on the two pages that people take with them."""


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials match`."""
    add_person_arguments(parser)
    parser.add_argument("--own-country-first", action="store_true", help="distances within the country first")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="trials shown (default: 20)")
    parser.add_argument("--why", metavar="NCT", help="explain one trial, on the list or not")
    parser.add_argument("--compare", nargs="+", metavar="NCT", help="up to four trials side by side")
    parser.add_argument("--lang", default="en", metavar="LANG", help="en or es (default: en)")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the whole list as CSV")
    parser.add_argument("--fhir-out", type=Path, metavar="FILE", help="write the list as an FHIR bundle")
    parser.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="write the first five studies as a sheet (HTML)",
    )
    add_registry_argument(parser)


def run(args: Namespace) -> int:
    """Match, explain or compare, and print."""
    from cimara.trials.fhir import to_bundle
    from cimara.trials.matching import compare, explain, listing, match_all
    from cimara.trials.plain import standalone_sheet

    profile = person_of(args)
    with open_registry(args) as snapshot:
        if args.why:
            result, study = explain(profile, snapshot, args.why), snapshot.study(args.why)
            return _print(args, result, listing.explanation_lines(result, study, profile, args.lang))
        if args.compare:
            comparison = compare(profile, [snapshot.study(one) for one in args.compare])
            return _print(args, comparison, listing.comparison_lines(comparison, args.lang))
        page = match_all(profile, snapshot, own_country_first=args.own_country_first)
        if args.csv:
            args.csv.write_text(listing.page_csv(page, snapshot.study), encoding="utf-8")
        if args.fhir_out:
            bundle = to_bundle(page, profile, snapshot.study)
            args.fhir_out.write_text(json.dumps(bundle, ensure_ascii=False, indent=1), encoding="utf-8")
        if args.sheet:
            chosen = page.results[:SHEET_STUDIES]
            studies = [snapshot.study(result.nct_id) for result in chosen]
            sheet = standalone_sheet(chosen, studies, args.lang, page.data_date, page.as_of, profile=profile)
            args.sheet.write_text(sheet, encoding="utf-8")
        lines = listing.page_lines(page, profile, snapshot.study, lang=args.lang, limit=args.limit)
        _print(args, page, lines)
    return EXIT_OK if page.may_fit else EXIT_FINDINGS


def _print(args: Namespace, found: object, lines: Iterable[str]) -> int:
    if args.json:
        print(msgspec.json.encode(found, enc_hook=str).decode())
    else:
        for line in lines:
            print(line)
    return EXIT_OK
