"""How the ids of four real label sets were drawn; run as a module, it compares files and draw."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.shared_data import SHARED

HERE = Path(__file__).parent
SPEC = SHARED.parent / "specs" / "trials.md"
Records = dict[str, dict[str, Any]]

TRIAL_SEED = 20261121
TRIALS = {
    "A1 CNS title": 6,
    "A2 symptomatic": 6,
    "A3 asymptomatic": 7,
    "A4 meningeal": 5,
    "A5 other": 6,
    "B1 CNS metastasis abbreviated": 4,
    "B2 central nervous system metastasis": 3,
    "B3 brain metastasis singular": 4,
    "B4 meningeal": 4,
    "B5 other CNS metastasis wording": 3,
    "B6 cord compression only": 1,
    "B7 blood cancer": 3,
    "B8 CNS word, not metastasis": 3,
    "B9 no CNS word": 5,
}
LATER_SEED, BATCH = 20261124, 60
MEASURE_SEED = 20261122
MEASURES = {"T1": 20, "T2": 13, "T3": 12} | {
    "G PFS": 7,
    "G OS": 7,
    "G ORR": 8,
    "G DOR/DCR/TTR/DFS/TTP": 9,
    "G SAFETY": 7,
    "G PK": 4,
    "G QOL": 5,
    "G other": 8,
}
MOST_PER_TRIAL = {"T1": 4, "T2": 2, "T3": 2}
MORE_MEASURES_SEED = 20261125
MORE_MEASURES = {"T1": 16, "T2": 30, "T3": 34} | {
    "G PFS": 16,
    "G OS": 12,
    "G ORR": 18,
    "G DOR/DCR/TTR/DFS/TTP": 24,
    "G SAFETY": 14,
    "G PK": 8,
    "G QOL": 10,
    "G other": 18,
}
MORE_PER_TRIAL = {"T1": 4, "T2": 3, "T3": 3}
SITE_SEED = 20261123

CNS_TITLE = r"brain|cns\b|central nervous|intracran|leptomening|cerebr"
CNS_WORD = r"brain|\bcns\b|central nervous|intracrani|cerebral|crani|mening|spinal cord|nervous system"
BLOOD_TITLE = r"lymphoma|leuk|myeloma|hematolog|haematolog|myelodys|myelofib|macroglob"
BLOOD_CNS = r"\bcns\b|central nervous|mening|brain|intracran"
OTHER_CNS_METASTASIS = (
    r"metastatic brain|brain mets|cerebral meta|intracranial (meta|disease|lesion)"
    r"|meta\w+ (to|in|of|involving) the (brain|central)|brain (lesion|tumou?r|involvement|disease)s?\b"
    r"|metasta[sz]i[sz]ed to the brain|metastatic (cns|central nervous)"
    r"|central nervous system (disease|involvement|lesion)"
)
MEASURE_WORD = re.compile(
    r"\bbrain\b|\bcns\b|central nervous|intracran|leptomening|\bmening|cerebr|neurocog|\bneurolog|\bipfs\b"
    r"|\biorr\b|rano|\bcsf\b|radionecrosis|radiation necrosis|\bsrs\b|\bwbrt\b",
    re.IGNORECASE,
)
GENERAL_KINDS = (
    ("PFS", r"progression[- ]free|\bpfs\b"),
    ("OS", r"overall survival|\bos\b"),
    ("ORR", r"response rate|objective response|\borr\b|overall response"),
    (
        "DOR/DCR/TTR/DFS/TTP",
        r"duration of (overall |objective )?response|disease control|clinical benefit|time to response"
        r"|time to progression|disease[- ]free|event[- ]free|recurrence[- ]free|relapse[- ]free",
    ),
    ("SAFETY", r"adverse|toxicit|safety|tolerab|\bdlt|\bmtd\b"),
    ("PK", r"pharmacokin|\bcmax\b|\bauc|concentration|half[- ]life|clearance"),
    ("QOL", r"quality of life|qol|patient[- ]reported|qlq|fact-|promis|eq-5d"),
    ("other", r""),
)


class Measure(NamedTuple):
    """One outcome measure and the stratum it was drawn from."""

    nct_id: str
    role: str
    ord: int
    stratum: str


def load() -> Records:
    with gzip.open(SHARED / "trials" / "studies_v2.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return {record["protocolSection"]["identificationModule"]["nctId"]: record for record in records}


def ids_named(text: str) -> set[str]:
    return set(re.findall(r"NCT\d{8}", text))


def heading(record: dict[str, Any], *, official: bool = False) -> str:
    protocol = record["protocolSection"]
    names = protocol["identificationModule"]
    titles = [names["briefTitle"], names.get("officialTitle", "")] if official else [names["briefTitle"]]
    return " ".join([*titles, *(protocol["conditionsModule"].get("conditions") or [])])


def trial_stratum(record: dict[str, Any]) -> str:
    stored = record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    criteria, title = stored.replace("\\", ""), heading(record)

    def says(pattern: str, text: str = criteria) -> bool:
        return re.search(pattern, text, re.IGNORECASE) is not None

    return _with_phrase(says, title) if "brain metastases" in stored.lower() else _without_phrase(says, title)


def _with_phrase(says: Callable[..., bool], title: str) -> str:
    if says(CNS_TITLE, title):
        return "A1 CNS title"
    if says(r"symptomatic"):
        return "A3 asymptomatic" if says(r"asymptomatic") else "A2 symptomatic"
    return "A4 meningeal" if says(r"leptomening|carcinomatous mening|meningeal") else "A5 other"


def _without_phrase(says: Callable[..., bool], title: str) -> str:
    if not says(CNS_WORD):
        return "B9 no CNS word"
    if says(BLOOD_TITLE, title) and says(BLOOD_CNS):
        return "B7 blood cancer"
    if says(OTHER_CNS_METASTASIS):
        return "B5 other CNS metastasis wording"
    if says(r"leptomening|carcinomatous mening|meningeal (meta|disease|carcin|involve)"):
        return "B4 meningeal"
    if says(r"brain metasta\w*"):
        return "B3 brain metastasis singular"
    if says(r"(cns|central nervous system( \(cns\))?)( or \w+)? metasta"):
        return "B1 CNS metastasis abbreviated" if says(r"\bcns\b") else "B2 central nervous system metastasis"
    return "B6 cord compression only" if says(r"cord compression") else "B8 CNS word, not metastasis"


def drawn_trials(records: Records) -> set[str]:
    with (SHARED / "trials" / "cns_gold.csv").open(encoding="utf-8", newline="") as rows:
        taken = {row["nct_id"] for row in csv.DictReader(rows)} | ids_named(SPEC.read_text(encoding="utf-8"))
    strata: dict[str, list[str]] = defaultdict(list)
    for nct_id in sorted(records.keys() - taken):
        strata[trial_stratum(records[nct_id])].append(nct_id)
    return {
        n for s, size in TRIALS.items() for n in random.Random(f"{TRIAL_SEED} {s}").sample(strata[s], size)
    }


def drawn_batches() -> dict[str, list[str]]:
    """The three batches that two labellers read, drawn from all trials of the two later files."""
    pool = sorted(labelled("cns_trials_twice.csv", "nct_id") | labelled("cns_trials_once.csv", "nct_id"))
    drawn = random.Random(LATER_SEED).sample(pool, 3 * BATCH)
    return {batch: drawn[BATCH * place : BATCH * (place + 1)] for place, batch in enumerate("ABC")}


def measures(records: Records) -> Iterator[Measure]:
    atlas_section = re.split(r"^## ", SPEC.read_text(encoding="utf-8"), flags=re.MULTILINE)[8]
    for nct_id in sorted(records.keys() - ids_named(atlas_section)):
        record = records[nct_id]
        outcomes = record["protocolSection"].get("outcomesModule")
        if "derivedSection" not in record or outcomes is None:
            continue
        title = heading(record, official=True)
        for role in ("primary", "secondary", "other"):
            for place, item in enumerate(outcomes.get(f"{role}Outcomes") or []):
                yield Measure(nct_id, role, place, measure_stratum(item, title))


def measure_stratum(item: dict[str, str], title: str) -> str:
    name = item.get("measure", "")
    if MEASURE_WORD.search(name):
        return "T1"
    if MEASURE_WORD.search(item.get("description") or ""):
        return "T2"
    if re.search(rf"{CNS_TITLE}|mening", title, re.IGNORECASE):
        return "T3"
    return "G " + next(kind for kind, words in GENERAL_KINDS if re.search(words, name, re.IGNORECASE))


def drawn_measures(records: Records) -> set[tuple[str, str, str]]:
    return _drawn(measures(records), MEASURES, MOST_PER_TRIAL, MEASURE_SEED)


def drawn_more_measures(records: Records) -> set[tuple[str, str, str]]:
    taken = drawn_measures(records)
    left = (one for one in measures(records) if (one.nct_id, one.role, str(one.ord)) not in taken)
    return _drawn(left, MORE_MEASURES, MORE_PER_TRIAL, MORE_MEASURES_SEED)


def _drawn(
    found: Iterator[Measure], sizes: dict[str, int], most_per_trial: dict[str, int], seed: int
) -> set[tuple[str, str, str]]:
    """The measures drawn from each stratum, one a trial unless `most_per_trial` says more."""
    strata: dict[str, list[Measure]] = defaultdict(list)
    for measure in found:
        strata[measure.stratum].append(measure)
    chosen: set[tuple[str, str, str]] = set()
    for stratum, size in sizes.items():
        shuffled, per_trial, left = list(strata[stratum]), Counter[str](), size
        random.Random(f"{seed} {stratum}").shuffle(shuffled)
        for measure in shuffled:
            if left and per_trial[measure.nct_id] < most_per_trial.get(stratum, 1):
                per_trial[measure.nct_id] += 1
                left -= 1
                chosen.add((measure.nct_id, measure.role, str(measure.ord)))
    return chosen


def drawn_site_trials(records: Records) -> set[str]:
    mixed, all_open = [], []
    for nct_id in sorted(records):
        protocol = records[nct_id]["protocolSection"]
        sites = protocol.get("contactsLocationsModule", {}).get("locations") or []
        states = {site.get("status") for site in sites} - {None}
        if protocol["statusModule"]["overallStatus"] == "RECRUITING" and states and len(sites) <= 60:
            (all_open if states == {"RECRUITING"} else mixed).append(nct_id)
    draw = random.Random(f"{SITE_SEED} mixed").sample(mixed, 13)
    return {*draw, *random.Random(f"{SITE_SEED} all open").sample(all_open, 7)}


def labelled(name: str, *columns: str) -> set[Any]:
    with (HERE / name).open(encoding="utf-8", newline="") as rows:
        found = [tuple(row[column] for column in columns) for row in csv.DictReader(rows)]
    return {values[0] if len(columns) == 1 else values for values in found}


def main() -> int:
    records = load()
    of_measure = ("nct_id", "role", "ord")
    measured = labelled("outcome_measures.csv", *of_measure)
    measured_later = labelled("outcome_measures_2.csv", *of_measure)
    batches = {(one, batch) for batch, ids in drawn_batches().items() for one in ids}
    same = {
        "cns_trials_twice.csv": labelled("cns_trials_twice.csv", "nct_id", "batch") == batches,
        "cns_trials.csv": labelled("cns_trials.csv", "nct_id") == drawn_trials(records),
        "outcome_measures.csv": measured == drawn_measures(records),
        "outcome_measures_2.csv": measured_later == drawn_more_measures(records),
        "open_sites.csv": labelled("open_sites.csv", "nct_id") == drawn_site_trials(records),
    }
    for name, equal in same.items():
        print(f"{name}: {'as drawn' if equal else 'DIFFERS from the draw'}")
    return 0 if all(same.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
