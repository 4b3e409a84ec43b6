"""The reference page of the reader's accuracy: scores, confusion matrix, every miss with its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cimara.terms.cns import BrmPolicy
from cimara.trials.labels import Scores, Share, load_labels, read_records, score

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data" / "trials"
LABELS = ROOT / "tests" / "labels"
RECORDS = SHARED / "studies_v2.jsonl.gz"
SETS = {
    "The label file of 156 trials (two independent readers, three adjudicated)": SHARED / "cns_gold.csv",
    "Sixty trials labelled blind to the reader's code, by an AI system": LABELS / "cns_trials.csv",
    "180 trials drawn at random from those that name CNS metastases, two AI labellers": LABELS
    / "cns_trials_twice.csv",
    "The 312 others that name CNS metastases, one AI labeller": LABELS / "cns_trials_once.csv",
}
LONGEST_QUOTE = 300

Rows = Mapping[str, Mapping[str, str]]


def page() -> str:
    """The page, from the shared records and the label files."""
    rows: Rows = {read.row["nct_id"]: read.row for read in read_records([RECORDS]) if read.row is not None}
    return "\n".join(_lines(rows)).rstrip() + "\n"


def _lines(rows: Rows) -> Iterator[str]:
    yield "# How often the reader is right"
    yield ""
    yield "Made by `tools/make_reference.py` from the records and label files; a test holds both equal."
    yield "How the sets came about, and what the figures were before the rules had seen them, is told in"
    yield "[How we read criteria](../explanation/how-we-read-criteria.md). Cells on which the readers"
    yield "differed are left out."
    for name, path in SETS.items():
        labels = load_labels(path)
        scores = score(rows, labels)
        yield from (
            "",
            f"## {name}",
            "",
            *_scores(scores),
            "",
            *_confusion(scores),
            "",
            *_misses(scores, rows, labels),
        )


def _scores(scores: Scores) -> Iterator[str]:
    yield "| measure | share | of | 95 % interval |"
    yield "|---|---|---|---|"
    yield _share("brain-metastasis policy right (five classes)", scores.brm_accuracy)
    yield f"| its macro-F1 | {scores.brm_macro_f1:.3f} | | |"
    yield _share("leptomeningeal policy right", scores.lmd_accuracy)
    yield f"| its macro-F1 | {scores.lmd_macro_f1:.3f} | | |"
    yield _share("unsafe: excluded, read as letting in", scores.unsafe_permissive)
    yield _share("too wide: stable only, read as active", scores.over_permissive)
    yield _share("lost: lets in, read as excluded or silent", scores.lost_opportunity)
    for name, share in scores.fields.items():
        yield _share(f"`{name}` right", share)


def _share(name: str, share: Share) -> str:
    low, high = share.interval
    return f"| {name} | {share.value:.3f} | {share.hits} of {share.total} | {low:.3f} to {high:.3f} |"


def _confusion(scores: Scores) -> Iterator[str]:
    """Label by row, reading by column."""
    names = [policy.value for policy in BrmPolicy]
    yield "Label by row, reading by column:"
    yield ""
    yield "| | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for label in names:
        counts = [str(scores.confusion.get((label, read), 0) or "") for read in names]
        yield f"| {label} | " + " | ".join(counts) + " |"


def _misses(scores: Scores, rows: Rows, labels: Rows) -> Iterator[str]:
    if not scores.missed:
        yield "No policy is read otherwise than labelled."
        return
    yield "| trial | labelled | read | deciding words |"
    yield "|---|---|---|---|"
    for nct_id in scores.missed:
        label, read = labels[nct_id], rows[nct_id]
        quote = " ".join(read["quote"].split()).replace("|", "/")
        shown = quote if len(quote) <= LONGEST_QUOTE else quote[: LONGEST_QUOTE - 1] + "…"
        pairs = [f"{one['brm_policy']}, LMD {one['lmd_policy']}" for one in (label, read)]
        yield f"| {nct_id} | {pairs[0]} | {pairs[1]} | {shown or 'none'} |"
