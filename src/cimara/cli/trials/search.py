"""find trials by words, place, CNS policy, tumour, phase and status

TEXT may hold any words or a registry number. Recruiting trials are shown unless --status says otherwise. What
a record leaves open about brain metastases is counted below the list, never dropped silently.

    cimara trials search tucatinib --brm active_allowed required --near "Athens, GR" --km 300
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.trials.registry import add_registry_argument, open_registry
from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase, Sex, StudyType

if TYPE_CHECKING:
    from cimara.trials.search import Query

_SETS = {
    "brm": (BrmPolicy, "policies on brain metastases"),
    "lmd": (LmdPolicy, "policies on leptomeningeal disease"),
    "phase": (Phase, "phases; PHASE2 also finds PHASE1/PHASE2"),
    "status": (OverallStatus, "statuses; ANY for all (default: RECRUITING)"),
    "type": (StudyType, "kinds of study"),
}


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials search`."""
    parser.add_argument("text", nargs="*", metavar="TEXT", help="words, or a registry number")
    for name, (kind, text) in _SETS.items():
        words = ", ".join(kind)
        parser.add_argument(f"--{name}", nargs="+", metavar="WORD", help=f"{text}: {words}")
    parser.add_argument("--tumour", nargs="+", metavar="ID", help="ids of the vocabulary, such as nsclc")
    parser.add_argument("--condition", default="", metavar="TEXT", help="a tumour in your own words")
    parser.add_argument("--intervention", default="", metavar="TEXT", help="words among the interventions")
    parser.add_argument("--sponsor-class", nargs="+", metavar="WORD", help="such as INDUSTRY, NIH, OTHER")
    parser.add_argument("--country", nargs="+", metavar="NAME", help="countries with a site")
    parser.add_argument("--near", metavar="PLACE", help="city, US ZIP code, or `latitude, longitude`")
    parser.add_argument("--km", type=float, default=300.0, help="radius (default: %(default)s)")
    parser.add_argument(
        "--home", metavar="COUNTRY", help="your country: settles ambiguous places, listed first"
    )
    parser.add_argument("--age", type=int, metavar="YEARS", help="age of a person")
    parser.add_argument("--sex", choices=[word.lower() for word in Sex])
    parser.add_argument("--first-posted", metavar="DATE", help="from this date on")
    parser.add_argument("--updated-since", metavar="DATE", help="from this date on")
    parser.add_argument("--sort", choices=["best", "updated", "posted"], default="best")
    parser.add_argument(
        "--limit", type=int, default=20, metavar="N", help="hits shown (default: %(default)s)"
    )
    parser.add_argument("--cursor", metavar="TEXT", help="where the page before ended")
    parser.add_argument("--why-not", metavar="NCT", help="say why this trial isn't among the hits")
    parser.add_argument("--json", action="store_true", help="the page as JSON")
    add_registry_argument(parser)


def run(args: Namespace) -> int:
    """Search, and print the page; 1 when nothing is found."""
    from cimara.trials.search.lines import absence_lines, page_lines
    from cimara.trials.search.why_not import why_not

    query = _query(args)
    with open_registry(args) as snapshot:
        if args.why_not:
            why = why_not(snapshot, query, args.why_not)
            _show(why, absence_lines(why), as_json=args.json)
            return EXIT_OK
        page = snapshot.search(query)
        _show(page, page_lines(page, snapshot.meta), as_json=args.json)
    return EXIT_OK if page.hits or page.also_in_text else EXIT_FINDINGS


def _show(found: object, lines: Iterable[str], *, as_json: bool) -> None:
    print(msgspec.json.encode(found, enc_hook=str).decode() if as_json else "\n".join(lines))


def _query(args: Namespace) -> Query:
    from cimara.trials.search import Near, Page, Query

    near = None
    if args.near:
        near = Near(args.near, args.km, home_country=args.home, own_country_first=bool(args.home))
    return Query(
        text=" ".join(args.text),
        condition=args.condition,
        intervention=args.intervention,
        tumour=args.tumour or (),
        phase=args.phase or (),
        status=_statuses(args.status),
        study_type=args.type or (),
        sponsor_class=args.sponsor_class or (),
        country=args.country or (),
        near=near,
        brm=args.brm or (),
        lmd=args.lmd or (),
        age=args.age,
        sex=args.sex,
        first_posted=args.first_posted,
        updated_since=args.updated_since,
        sort=args.sort,
        page=Page(args.limit, args.cursor),
    )


def _statuses(words: list[str] | None) -> Collection[str]:
    if words is None:
        from cimara.trials.search.query import DEFAULT_STATUS

        return DEFAULT_STATUS
    return () if [word.upper() for word in words] == ["ANY"] else words
