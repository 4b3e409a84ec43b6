"""ADRS: response tables as an ADaM data set, one row per subject and parameter, traceable to time points.

Parameter names, codes and flags of whole-body criteria are those of pharmaverse admiralonco 1.4; the set for
the CNS is a project decision (response.md §11). CBCP follows CBOR.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cimara.response.results import ResultTables
from cimara.response.transport.dataset import Dataset, Variable, VariableType
from cimara.terms.endpoint import CriteriaId
from cimara.terms.partial_dates import DateFlag
from cimara.terms.response import AssessedCompartment, LesionRole, Response

CODES: dict[str, int] = {
    Response.CR: 1,
    Response.PR: 2,
    Response.SD: 3,
    Response.NON_CR_NON_PD: 4,
    Response.PD: 5,
    Response.NE: 6,
    Response.MISSING: 7,
    "Y": 1,
    "N": 0,
}
"""AVAL of each word; other words (iRECIST, NED, PD_UNCONFIRMED) have none."""
WORST_LAST = (
    Response.NE,
    Response.CR,
    Response.PR,
    Response.SD,
    Response.NON_CR_NON_PD,
    Response.PD,
)
"""Order of ANL01FL: the worst of one date is the last here; a word that is not here gives way to all."""
RESPONSES = (Response.CR, Response.PR, Response.ICR, Response.IPR)
BENEFIT = (*RESPONSES, Response.SD, Response.ISD, Response.NON_CR_NON_PD, Response.NON_ICR_NON_IUPD)
PROGRESSIONS = (Response.PD, Response.ICPD)
TEXT_BYTES = 200
BEST_LEVEL = "bor"
"""The level of discordance that is of the best responses, not of one visit."""

OVERALL = {
    AssessedCompartment.ANY: "OVR",
    AssessedCompartment.CNS: "OVRCNS",
    AssessedCompartment.SYS: "OVRSYS",
    AssessedCompartment.LM: "OVRLM",
}
SUMMARIES: dict[str, tuple[str, ...]] = {
    AssessedCompartment.ANY: ("PD", "RSP", "CRSP", "CB", "CCB", "BOR", "CBOR", "BCP", "CBCP", "LSTA", "MDIS"),
    AssessedCompartment.CNS: ("PDCNS", "RSPCNS", "CRSPCNS", "BORCNS", "CBORCNS", "LSTACNS", "MDISCNS"),
    AssessedCompartment.SYS: ("PDSYS",),
    AssessedCompartment.LM: (),
}
"""Parameters of each compartment beside its overall response; the part before CNS or SYS says which it is."""
LABELS = {
    "OVR": "Overall Response",
    "PD": "Disease Progression",
    "RSP": "Response",
    "CRSP": "Confirmed Response",
    "CB": "Clinical Benefit",
    "CCB": "Confirmed Clinical Benefit",
    "BOR": "Best Overall Response",
    "CBOR": "Best Confirmed Overall Response",
    "BCP": "Best Overall Response of CR/PR",
    "CBCP": "Best Confirmed Overall Response of CR/PR",
    "DEATH": "Death",
    "LSTA": "Last Disease Assessment",
    "MDIS": "Measurable Disease at Baseline",
    "OVRCNS": "Overall Response in the CNS",
    "OVRSYS": "Overall Response outside the CNS",
    "OVRLM": "Overall Response of the Leptomeninges",
    "BORCNS": "Best Overall Response in the CNS",
    "CBORCNS": "Best Confirmed Response in the CNS",
    "RSPCNS": "Response in the CNS",
    "CRSPCNS": "Confirmed Response in the CNS",
    "PDCNS": "Progression in the CNS",
    "PDSYS": "Progression outside the CNS",
    "LSTACNS": "Last Assessment of the CNS",
    "MDISCNS": "Measurable CNS Disease at Baseline",
    "DISCORD": "CNS against Non-CNS Response",
}
TIMEPOINTS_SOURCE = "TIMEPNTS"
"""SRCDOM of the time points table of the same results; SRCSEQ is its row, counted from 1."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of ADRS before it is numbered. `source` is the record of ADRS that gave its date."""

    subject: str
    code: str
    evaluator: str
    criterion: str
    value: str
    date: dt.date | None = None
    flag: str = ""
    visit: str = ""
    rule_id: str = ""
    reasons: str = ""
    policy_hash: str = ""
    source_row: int | None = None
    source: Record | None = None
    worst_of_day: bool = False
    until_progression: bool = False


@dataclass(frozen=True)
class Subjects:
    """What ADRS needs beside the responses: starts, deaths, and a frame of ADSL columns to add.

    `starts` are randomisation dates (else treatment starts) by subject; a death may have no known date.
    `alive` are those known not to have died; of all others nothing is known.
    """

    starts: Mapping[str, dt.date]
    deaths: Mapping[str, dt.date | None] = field(default_factory=dict)
    alive: Collection[str] = ()


def to_adrs(results: ResultTables, subjects: Subjects, *, study_id: str) -> Dataset:
    """ADRS of the results, ordered by subject and parameter, ASEQ unique in subject.

    DEATH is Y for `subjects.deaths`, N for `subjects.alive`, and is not there for others: unknown stays
    unknown. Long reasons go on in REASONS1, REASONS2, ...
    """
    overall = list(_overall(results, subjects))
    records = [*overall, *_summaries(results, overall), *_discordance(results), *_deaths(subjects)]
    order = {code: place for place, code in enumerate(LABELS)}
    records.sort(
        key=lambda item: (
            item.subject,
            order[item.code],
            item.evaluator,
            item.criterion,
            item.date or dt.date.max,
            item.source_row or 0,
        )
    )
    return _dataset(records, study_id)


def _overall(results: ResultTables, subjects: Subjects) -> Iterator[Record]:
    """A record for each time point, flagged by its series."""
    flags = _date_flags(results)
    series: dict[tuple[str, str, str, str], list[Record]] = {}
    for number, row in enumerate(results.timepoints.iter_rows(named=True), start=1):
        record = Record(
            row["patient_id"],
            OVERALL[AssessedCompartment(row["compartment"])],
            row["evaluator"],
            row["criterion"],
            row["response"],
            date=row["date"],
            flag=flags.get((row["patient_id"], row["visit_id"]), ""),
            visit=row["visit_id"],
            rule_id=row["rule_id"] or "",
            reasons=row["reasons"] or "",
            policy_hash=row["policy_hash"] or "",
            source_row=number,
        )
        key = (record.subject, record.code, record.evaluator, record.criterion)
        series.setdefault(key, []).append(record)
    for key, records in series.items():
        yield from _flagged(records, subjects.starts.get(key[0]))


def _date_flags(results: ResultTables) -> dict[tuple[str, str], str]:
    """ADTF by subject and visit, from what reading found of imputed dates."""
    return {
        (row["patient_id"], row["visit_id"]): flag.value
        for row in results.findings.iter_rows(named=True)
        for flag in DateFlag
        if row["code"] == f"DATE_IMPUTED_{flag.name}"
    }


def _flagged(records: list[Record], start: dt.date | None) -> list[Record]:
    """ANL01FL: worst of each date from the start on. ANL02FL: those up to the first progression inclusive."""
    worst: dict[dt.date, int] = {}
    for place, record in enumerate(records):
        if record.date is None or (start is not None and record.date < start):
            continue
        best_known = worst.get(record.date)
        if best_known is None or _rank(record.value) > _rank(records[best_known].value):
            worst[record.date] = place
    chosen = set(worst.values())
    progressed = [day for day, place in worst.items() if records[place].value in PROGRESSIONS]
    last = min(progressed, default=dt.date.max)
    return [
        replace(
            record,
            worst_of_day=place in chosen,
            until_progression=place in chosen and record.date is not None and record.date <= last,
        )
        for place, record in enumerate(records)
    ]


def _rank(value: str) -> int:
    return WORST_LAST.index(Response(value)) if value in WORST_LAST else -1


def _summaries(results: ResultTables, overall: Iterable[Record]) -> Iterator[Record]:
    """The parameters that have one record a subject, evaluator and criterion."""
    series: dict[tuple[str, str, str, str], list[Record]] = {}
    for record in overall:
        key = (record.subject, record.code, record.evaluator, record.criterion)
        series.setdefault(key, []).append(record)
    measurable = {
        (row["patient_id"], row["compartment"], row["evaluator"], row["criterion"])
        for table, sign in ((results.timepoints, "n_targets"), (results.lesions, "role"))
        for row in table.iter_rows(named=True)
        if row[sign] and row[sign] not in (LesionRole.NON_TARGET, LesionRole.NEW)
    }
    for best in results.best.iter_rows(named=True):
        compartment = AssessedCompartment(best["compartment"])
        whose = (best["patient_id"], best["evaluator"], best["criterion"])
        seen = series.get((whose[0], OVERALL[compartment], *whose[1:]), [])
        has_targets = (whose[0], compartment.value, *whose[1:]) in measurable
        for code in SUMMARIES[compartment]:
            value, date, fits = _summary(
                code.removesuffix("CNS").removesuffix("SYS"), best, seen, has_targets
            )
            if not value:
                continue
            of_day = [record for record in seen if date is not None and record.date == date]
            source = next((record for record in of_day if record.value in fits), next(iter(of_day), None))
            yield Record(
                whose[0],
                code,
                *whose[1:],
                value=value,
                date=date,
                flag=source.flag if source else "",
                rule_id=source.rule_id if source else "",
                reasons=source.reasons if source else "",
                policy_hash=best["policy_hash"] or "",
                source=source,
            )


Summary = tuple[str, dt.date | None, tuple[str, ...]]


def _summary(kind: str, best: Mapping[str, Any], seen: list[Record], has_targets: bool) -> Summary:
    """Value and date of one parameter, and the words that its source record may hold."""
    bor, confirmed = best["bor"], best["confirmed_bor"]
    bor_date, confirmed_date = best["bor_date"], best["confirmed_bor_date"]
    first = _first_response(seen)
    if kind == "LSTA":
        assessed = [record for record in seen if record.worst_of_day]
        last = max(assessed, key=lambda record: record.date or dt.date.min, default=None)
        return (last.value, last.date, (last.value,)) if last else ("", None, ())
    table: dict[str, Summary] = {
        "PD": _yes_no(best["pd_date"] is not None, best["pd_date"], PROGRESSIONS),
        "RSP": _yes_no(bor in RESPONSES, first, RESPONSES),
        "CRSP": _yes_no(confirmed in RESPONSES, confirmed_date, RESPONSES),
        "CB": _yes_no(bor in BENEFIT, first if bor in RESPONSES else bor_date, BENEFIT),
        "CCB": _yes_no(confirmed in BENEFIT, confirmed_date, BENEFIT),
        "BOR": (bor or Response.MISSING, bor_date, (bor,)),
        "CBOR": (confirmed or Response.MISSING, confirmed_date, (confirmed,)),
        "BCP": _yes_no(bor in RESPONSES, bor_date, RESPONSES),
        "CBCP": _yes_no(confirmed in RESPONSES, confirmed_date, RESPONSES),
        "MDIS": _yes_no(has_targets, None, ()),
    }
    return table[kind]


def _yes_no(yes: bool, date: dt.date | None, fits: tuple[str, ...]) -> Summary:
    return ("Y", date, fits) if yes else ("N", None, ())


def _first_response(seen: list[Record]) -> dt.date | None:
    dates = [record.date for record in seen if record.until_progression and record.value in RESPONSES]
    return min((date for date in dates if date is not None), default=None)


def _discordance(results: ResultTables) -> Iterator[Record]:
    """CNS against the rest of the body, by best response."""
    if results.discordance is None:
        return
    for row in results.discordance.iter_rows(named=True):
        if row["level"] == BEST_LEVEL:
            yield Record(
                row["patient_id"], "DISCORD", row["evaluator"], "", row["label"], rule_id=row["rule_id"] or ""
            )


def _deaths(subjects: Subjects) -> Iterator[Record]:
    for subject in subjects.starts:
        if subject in subjects.deaths:
            yield Record(subject, "DEATH", "", "", "Y", date=subjects.deaths[subject])
        elif subject in subjects.alive:
            yield Record(subject, "DEATH", "", "", "N")


_VARIABLES = (
    Variable("STUDYID", "Study Identifier"),
    Variable("USUBJID", "Unique Subject Identifier", key=1),
    Variable("ASEQ", "Analysis Sequence Number", VariableType.INTEGER, key=2),
    Variable("PARAMCD", "Parameter Code"),
    Variable("PARAM", "Parameter"),
    Variable("PARCAT1", "Parameter Category 1"),
    Variable("PARCAT2", "Parameter Category 2: Evaluator"),
    Variable("PARCAT3", "Parameter Category 3: Criterion"),
    Variable("AVISIT", "Analysis Visit"),
    Variable("ADT", "Analysis Date", VariableType.DATE),
    Variable("ADTF", "Analysis Date Imputation Flag"),
    Variable("AVALC", "Analysis Value (C)"),
    Variable("AVAL", "Analysis Value", VariableType.INTEGER),
    Variable("ANL01FL", "Worst Response of the Date"),
    Variable("ANL02FL", "Worst Response up to First Progression"),
    Variable("RULEID", "Rule That Made the Response"),
    Variable("POLHASH", "Hash of the Response Policy"),
    Variable("SRCDOM", "Source Data"),
    Variable("SRCVAR", "Source Variable"),
    Variable("SRCSEQ", "Source Sequence Number", VariableType.INTEGER),
)


def _dataset(records: list[Record], study_id: str) -> Dataset:
    """Number the records within their subject, and point each to its source."""
    numbers: dict[str, int] = {}
    sequence: dict[int, int] = {}
    for record in records:
        numbers[record.subject] = numbers.get(record.subject, 0) + 1
        sequence[id(record)] = numbers[record.subject]
    rows = [_cells(record, study_id, sequence) for record in records]
    parts = [_parts(record.reasons) for record in records]
    longest = max((len(part) for part in parts), default=1)
    names = ["REASONS", *(f"REASONS{number}" for number in range(1, longest))]
    labels = ["Reasons", *(f"Reasons, Continued {number}" for number in range(1, longest))]
    for row, part in zip(rows, parts, strict=True):
        row |= dict(zip(names, [*part, *[""] * (longest - len(part))], strict=True))
    variables = (*_VARIABLES, *(Variable(name, label) for name, label in zip(names, labels, strict=True)))
    columns = {variable.name: [row[variable.name] for row in rows] for variable in variables}
    return Dataset.of("ADRS", "Disease Response Analysis Dataset", variables, columns)


def _cells(record: Record, study_id: str, sequence: Mapping[int, int]) -> dict[str, object]:
    single = record.code not in OVERALL.values()
    return {
        "STUDYID": study_id,
        "USUBJID": record.subject,
        "ASEQ": sequence[id(record)],
        "PARAMCD": record.code,
        "PARAM": LABELS[record.code],
        "PARCAT1": "Tumor Response",
        "PARCAT2": record.evaluator,
        "PARCAT3": CriteriaId(record.criterion).label if record.criterion else "",
        "AVISIT": record.visit,
        "ADT": record.date,
        "ADTF": record.flag,
        "AVALC": record.value,
        "AVAL": CODES.get(record.value),
        "ANL01FL": "Y" if single or record.worst_of_day else "",
        "ANL02FL": "Y" if record.until_progression else "",
        "RULEID": record.rule_id,
        "POLHASH": record.policy_hash,
        **_source(record, sequence),
    }


def _source(record: Record, sequence: Mapping[int, int]) -> dict[str, object]:
    """Where the date came from: a time point, a record of ADRS, or ADSL."""
    if record.source_row is not None:
        return {"SRCDOM": TIMEPOINTS_SOURCE, "SRCVAR": "response", "SRCSEQ": record.source_row}
    if record.source is not None:
        return {"SRCDOM": "ADRS", "SRCVAR": "ADT", "SRCSEQ": sequence[id(record.source)]}
    if record.code == "DEATH" and record.date is not None:
        return {"SRCDOM": "ADSL", "SRCVAR": "DTHDT", "SRCSEQ": None}
    return {"SRCDOM": "", "SRCVAR": "", "SRCSEQ": None}


def _parts(reasons: str) -> list[str]:
    """Reasons in texts of at most 200 bytes, parted between codes."""
    parts = [""]
    for code in reasons.split(";"):
        longer = f"{parts[-1]};{code}" if parts[-1] else code
        if len(longer.encode()) <= TEXT_BYTES:
            parts[-1] = longer
        else:
            parts.append(code)
    return parts
