"""One person's facts from the command line: flags over a profile file over an mCODE bundle."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cimara.terms.errors import CimaraError
from cimara.trials.matching import Profile
from cimara.trials.matching.profile import decoded

FLAGS: tuple[tuple[str, str, type[Any], str], ...] = (
    ("--tumour", "tumour", str, "id or words, such as nsclc or 'breast cancer'"),
    ("--age", "age", int, "whole years"),
    ("--sex", "sex", str, "female, male or other"),
    ("--ecog", "ecog", int, "0 to 4"),
    ("--kps", "kps", int, "10 to 100"),
    ("--country", "country", str, "two letters, such as US"),
    ("--place", "place", str, "a city, such as 'Durham, US'"),
    ("--max-km", "max_distance_km", float, "trials further away are flagged, not dropped"),
    ("--state", "cns.state", str, "none_known, treated_stable, untreated_asymptomatic, ..."),
    ("--lesions", "cns.lesion_count", int, "number of brain metastases"),
    ("--largest-mm", "cns.largest_mm", float, "largest brain metastasis"),
    ("--untreated-mm", "cns.largest_untreated_mm", float, "largest untreated one; 0 when none is"),
    ("--last-srs", "cns.last_srs", str, "date, or none"),
    ("--last-wbrt", "cns.last_wbrt", str, "date, or none"),
    ("--last-surgery", "cns.last_surgery", str, "date, or none"),
    ("--stable-since", "cns.stable_since", str, "date"),
    ("--last-scan", "cns.last_brain_scan", str, "date, or none"),
    ("--symptoms", "cns.symptoms", str, "none, stable, new_or_worse or urgent"),
    ("--seizures", "cns.seizures", str, "none, controlled or uncontrolled"),
    ("--lmd", "cns.lmd", str, "no, suspected, imaging or csf_positive"),
    ("--lmd-state", "cns.lmd_state", str, "stable, active or symptomatic"),
    ("--steroid", "steroids.drug", str, "none, dexamethasone, prednisone, ..."),
    ("--steroid-mg", "steroids.mg_per_day", float, "milligrams a day of that drug"),
)


def add_person_arguments(parser: ArgumentParser) -> None:
    """The profile file, the bundle and one flag for each fact that is often known."""
    parser.add_argument("profile", nargs="?", type=Path, metavar="PROFILE.json", help="a profile file")
    parser.add_argument("--fhir", type=Path, metavar="BUNDLE.json", help="an mCODE bundle")
    parser.add_argument("--as-of", metavar="DATE", help="day of matching (default: today)")
    for flag, field, kind, words in FLAGS:
        parser.add_argument(flag, dest=field, type=kind, metavar="X", help=words)
    parser.add_argument("--gene", nargs="+", default=[], metavar="GENE=RESULT", help="such as EGFR=L858R")
    parser.add_argument("--antiseizure", nargs="+", default=[], metavar="DRUG", help="drugs, or none")


def person_of(args: Namespace) -> Profile:
    """The profile that the arguments give; without a day, it is as of today.

    Raises
    ------
    ProfileError, BundleError
        When a fact, the profile file or the bundle is wrong; never with the value.
    """
    today = datetime.now(UTC).astimezone().date()
    given = _profile_file(args.profile) if args.profile else {}
    if args.as_of:
        given["as_of"] = args.as_of
    if args.fhir:
        given = _bundle_facts(args.fhir, Profile.from_json(given, as_of=today).as_of) | given
    for _, field, _, _ in FLAGS:
        _lay(given, field, getattr(args, field))
    if args.gene:
        pairs = [one.partition("=") for one in args.gene]
        given["biomarkers"] = [{"gene": gene, "result": result or None} for gene, _, result in pairs]
    if args.antiseizure:
        given["antiseizure_drugs"] = [] if args.antiseizure == ["none"] else args.antiseizure
    if isinstance(given.get("tumour"), str):
        given["tumour"] = tumour_id(given["tumour"])
    return Profile.from_json(given, as_of=today)


def _lay(given: dict[str, Any], field: str, value: Any) -> None:
    outer, _, inner = field.partition(".")
    if value is not None:
        given[outer] = {**(given.get(outer) or {}), inner: value} if inner else value


def tumour_id(words: str) -> str:
    """The one tumour of the vocabulary that the words name.

    Raises
    ------
    CimaraError
        With the tumours that come near, when there is none or more than one.
    """
    from cimara.terms.tumour import lookup

    found = lookup(words)
    if len(found) == 1:
        return found[0].id
    near = ", ".join(one.id for one in found[:8])
    problem = "names several tumours" if found else "names no tumour that we know"
    raise CimaraError(
        problem,
        where="tumour",
        expected=f"one of {near}" if near else "an id such as nsclc, breast or melanoma",
    )


def _profile_file(path: Path) -> dict[str, Any]:
    return dict(decoded(_bytes(path)))


def _bundle_facts(path: Path, as_of: date) -> dict[str, Any]:
    """The facts of a bundle; what was used and what was left aside is told on stderr."""
    from cimara.trials.fhir import read_bundle

    reading = read_bundle(_bytes(path), as_of)
    for one in reading.used:
        print(f"used {one.resource}: {one.field}", file=sys.stderr)
    for clash in reading.clashes:
        print(f"{clash.field}: {clash.used_from} used, {clash.left_from} not", file=sys.stderr)
    for unmapped in reading.unmapped:
        print(f"no meaning for {unmapped.resource}: {unmapped.system} {unmapped.code}", file=sys.stderr)
    dropped = sum(reading.dropped_identifiers.values())
    print(f"{len(reading.ignored)} parts not used; {dropped} identifiers dropped", file=sys.stderr)
    return json.loads(reading.profile.to_json())  # type: ignore[no-any-return]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CimaraError("can't read the file", where=str(path), hint=error.strerror) from None
