"""The summary of an audit as a page to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cimara.response.audit.codes import DEFINITIONS
from cimara.response.audit.comparing import PARTS

NAMES = {"target": "Target response", "nontarget": "Non-target response", "overall": "Overall response"}
SHIFTS = ("same", "earlier", "later", "only reported", "only derived", "none")


def summary_page(summary: Mapping[str, Any]) -> str:
    """Markdown of `AuditReport.summary`."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Mapping[str, Any]) -> Iterator[str]:
    policy = summary["policy"]
    yield "# Audit of reported responses"
    yield ""
    yield f"Derived again by {policy['label']}, policy SHA-256 `{policy['hash']}`."
    yield ""
    n, agree, differ = (f"{summary[name]:,}" for name in ("timepoints", "agree", "disagree"))
    yield f"**{n} time points: {agree} agree, {differ} differ** in a response or in its date."
    yield ""
    yield from _reasons(summary)
    for part in PARTS:
        yield from _cross_table(f"## {NAMES[part]}", summary["parts"][part])
    yield from _evaluators(summary["evaluators"])
    yield from _readers(summary["readers"])
    yield from _source(summary)


def _reasons(summary: Mapping[str, Any]) -> Iterator[str]:
    rows = [(code, f"{n:,}", DEFINITIONS[code]) for code, n in summary["reasons"].items()]
    yield "## Why"
    yield ""
    if rows:
        yield from _table(("reason", "time points", "what it means"), rows)
        yield ""
        yield "Where several mistakes explain a time point, that which explains most of the study counts;"
        yield "`audit.csv` lists the others as alternatives. A pair counts once for each of its two."
    else:
        yield "Nothing differs."
    yield ""
    inconsistent = summary["inconsistent"]
    yield f"Reported overall responses that do not follow from the reported components: {inconsistent:,}."
    yield ""


def _cross_table(title: str, part: Mapping[str, Any]) -> Iterator[str]:
    yield title
    yield ""
    yield f"{part['n']:,} compared, {part['agree']:,} agree, kappa {_figure(part['kappa'])}. Rows: reported."
    yield ""
    words = part["words"]
    rows = [
        (word, *(str(n) if n else "" for n in counts))
        for word, counts in zip(words, part["counts"], strict=True)
    ]
    yield from _table(("reported \\ derived", *words), rows)
    yield ""


def _evaluators(evaluators: Mapping[str, Any]) -> Iterator[str]:
    yield "## By evaluator"
    yield ""
    rows = [
        (name, *(f"{_share(found[part])}, kappa {_figure(found[part]['kappa'])}" for part in PARTS))
        for name, found in evaluators.items()
    ]
    yield from _table(("evaluator", *(NAMES[part].lower() for part in PARTS)), rows)
    yield ""
    yield "Date of progression, reported against derived (patients), and changes of best response:"
    yield ""
    shifts = [
        (
            name,
            *(str(found["pd_date"].get(shift, 0)) for shift in SHIFTS),
            _days(found["pd_days_where_shifted"]),
            str(found["bor_changed"]),
        )
        for name, found in evaluators.items()
    ]
    header = ("evaluator", *SHIFTS[:-1], "no progression", "days where shifted", "best response changed")
    yield from _table(header, shifts)
    yield ""


def _readers(pairs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not pairs:
        return
    yield "## Between readers"
    yield ""
    yield "A patient needs a decision when best response or date of progression differ."
    yield ""
    rows = [
        (
            " and ".join(pair["readers"]),
            pair["source"],
            str(pair["patients"]),
            str(pair["bor_differs"]),
            str(pair["pd_date_differs"]),
            f"{pair['need_a_decision']} ({_percent(pair['adjudication_rate'])})",
            ", ".join(f"{name} {n}" for name, n in pair["accepted_where_they_differ"].items()) or "not told",
            _figure(pair["bor"]["kappa"]),
        )
        for pair in pairs
    ]
    header = ("readers", "by", "patients", "best response differs", "date of progression differs")
    yield from _table((*header, "need a decision", "accepted there", "kappa of best response"), rows)
    yield ""


def _source(summary: Mapping[str, Any]) -> Iterator[str]:
    if summary["evaluators_not_in_rs"]:
        names = ", ".join(summary["evaluators_not_in_rs"])
        yield f"Evaluators without reported responses, left out: {names}."
        yield ""
    if summary["source"]:
        yield "## Files"
        yield ""
        yield from _table(("file", "SHA-256"), list(summary["source"].items()))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|---" * len(header) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _figure(kappa: float | None) -> str:
    return "not defined" if kappa is None else f"{kappa:.3f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _share(table: Mapping[str, Any]) -> str:
    return f"{table['agree']:,} of {table['n']:,}"


def _days(days: Sequence[int]) -> str:
    return f"{days[0]:+} to {days[-1]:+}" if days else ""
