"""Facts from SDTM DM, DS, CM, PR and AE: starts, deaths, withdrawal, therapies, radiation necrosis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.sdtm_words import DATES, DOMAINS, FACTS_OF, LOOKS_LIKE, with_words
from cimara.outcomes.endpoints.tidy import SupplementReader
from cimara.outcomes.endpoints.words import FIELDS, FactWord, Flag
from cimara.response.model import Finding
from cimara.response.reading.places import place_of
from cimara.terms.partial_dates import DateKind
from cimara.terms.response import CNS_COMPARTMENTS

KINDS = {
    FactWord.RANDOMISATION: DateKind.CLOCK_START,
    FactWord.ENROLMENT: DateKind.CLOCK_START,
    FactWord.WITHDRAWAL: DateKind.LAST_ALIVE,
    FactWord.DEATH: DateKind.DEATH,
    FactWord.SYSTEMIC_THERAPY: DateKind.THERAPY_START,
    FactWord.CNS_THERAPY: DateKind.THERAPY_START,
    FactWord.RN: DateKind.SCAN,
}
ENDED_TREATMENT_ONLY = "TREATMENT"
"""In DSSCAT of a withdrawal: the patient left the treatment, and is followed further."""

_HINTS = {
    "SUBJECT_BLANK": ("a row without a subject is not used", "Fill in USUBJID."),
    "SUBJECT_TWICE": ("a second row of one subject is not used", "DM has one row for each subject."),
    "SUBJECT_NOT_IN_DM": ("a subject that DM has not", "Add the subject to DM, or correct USUBJID."),
    "WORD_NOT_KNOWN": (
        "a word that may be a fact and is not in the table of words; the row is not used",
        "Give the word in a table of your own (words=, --sdtm-words) if it is one.",
    ),
    "PLACE_NOT_STATED": (
        "a procedure that may be of the brain, without a place that is known; it is not used",
        "Fill in the location in the words of CDISC.",
    ),
    "LESION_NOT_NAMED": (
        "necrosis that names no lesion: it counts for no endpoint of single lesions",
        "Fill in AELNKID with the id that TU gives the lesion (TULNKID).",
    ),
    "DEATH_FLAG_CONFLICT": (
        "a date of death without the flag; the date is used",
        "Set DTHFL to Y, or remove DTHDTC.",
    ),
}
_ERRORS = frozenset({"SUBJECT_BLANK", "SUBJECT_TWICE"})


class SdtmReader:
    """One reading of SDTM domains into the facts of a `SupplementReader`.

    Raises DerivationError for a domain not known, or that lacks a variable: all of them at once.
    """

    def __init__(
        self, into: SupplementReader, domains: Mapping[str, pl.DataFrame], words: pl.DataFrame | None
    ) -> None:
        self.into = into
        self.words = with_words(words)
        self.domains: dict[str, pl.DataFrame] = {}
        problems = []
        for name, frame in domains.items():
            domain = name.upper()
            problem = _misfit(domain, frame)
            if problem:
                problems.append(problem)
            else:
                self.domains[domain] = self._with_subjects(domain, _shaped(domain, frame))
        if problems:
            raise DerivationError("; ".join(problems), where="SDTM")
        self.events = {name: self._recognised(name) for name in FACTS_OF if name in self.domains}

    def note(self, code: str, domain: str, column: str, rows: pl.DataFrame) -> None:
        """One finding for each of the rows."""
        text, hint = _HINTS[code]
        severity = "error" if code in _ERRORS else "warning"
        self.into.findings += [
            Finding(code, severity, text, patient_id=patient, file=domain, row=row, column=column, hint=hint)
            for patient, row in rows.select("patient_id", "_row").iter_rows()
        ]

    def _with_subjects(self, domain: str, table: pl.DataFrame) -> pl.DataFrame:
        """The rows that have a subject; in DM the first of each."""
        blank = table["patient_id"] == ""
        self.note("SUBJECT_BLANK", domain, "USUBJID", table.filter(blank))
        table = table.filter(~blank)
        if domain == "DM":
            again = ~table["patient_id"].is_first_distinct()
            self.note("SUBJECT_TWICE", domain, "USUBJID", table.filter(again))
            return table.filter(~again)
        if "DM" in self.domains:
            stranger = ~pl.col("patient_id").is_in(self.domains["DM"]["patient_id"].implode())
            self.note("SUBJECT_NOT_IN_DM", domain, "USUBJID", table.filter(stranger))
        return table

    def _recognised(self, domain: str) -> pl.DataFrame:
        """The rows of a domain that took place, each with its fact and fields; the rest are left out."""
        table = _with_places(domain, _took_place(domain, self.domains[domain]))
        own = self.words.filter(pl.col("domain") == domain)
        fields = sorted({name for fact in FACTS_OF[domain] for name in FIELDS.get(fact, {})})
        named = table.with_columns(
            fact=_looked_up(own, "fact"),
            _brain=_looked_up(own, "brain"),
            **{name: _looked_up(own.filter(pl.col("field") == name), "value") for name in fields},
        )
        named = named.filter(pl.col("_cns").fill_null(True))
        variable, pattern = LOOKS_LIKE[domain]
        unknown = (named["fact"] == "") & named[variable].str.to_uppercase().str.contains(pattern)
        self.note("WORD_NOT_KNOWN", domain, variable, named.filter(unknown))
        found = _reworked(domain, named.filter(pl.col("fact") != ""))
        unsure = found["_cns"].is_null() & (found["_brain"] == "stated")
        self.note("PLACE_NOT_STATED", domain, f"{domain}LOC", found.filter(unsure))
        return found.filter(~unsure)

    def people(self) -> None:
        """DM: who is in the study, and their dates but death. DS: randomisation, consent, withdrawal.

        Where DM tells first doses, a subject without one was not treated; where it tells none of anybody,
        the reference start stands for it.
        """
        table = self.domains.get("DM")
        if table is not None:
            self.into.flags(table, Flag.LISTED, name="DM")
            alive = self._add("DM", table, "RFPENDTC", FactWord.LAST_ALIVE, DateKind.LAST_ALIVE)
            self.into.last_alive |= _dates(alive)
            first = "RFXSTDTC" if (table["RFXSTDTC"] != "").any() else "RFSTDTC"
            made = self._add("DM", table, first, FactWord.TREATMENT_START, DateKind.CLOCK_START)
            self.into.treatment_start |= _dates(made)
            self._add("DM", table, "RFXENDTC", FactWord.TREATMENT_END, DateKind.THERAPY_START)
        for word in (FactWord.RANDOMISATION, FactWord.ENROLMENT, FactWord.WITHDRAWAL):
            self._events("DS", word)

    def deaths(self) -> None:
        """Deaths of DM and DS. One date told twice, or once in full and once in part, is one death."""
        known = self.into.tables.get("deaths")
        told: dict[str, list[str]] = {}
        if known is not None:
            for patient, date in known.select("patient_id", pl.col("date").cast(pl.String)).iter_rows():
                told.setdefault(patient, []).append(date or "")
        rows = pl.concat([self._deaths_of_dm(), self._deaths_of_ds()])
        kept = []
        for row in sorted(rows.iter_rows(named=True), key=lambda one: (-len(one["date"]), one["domain"])):
            dates = told.setdefault(row["patient_id"], [])
            if not any(_agree(row["date"], other) for other in dates):
                dates.append(row["date"])
                kept.append(row)
        final = pl.DataFrame(kept, schema=rows.schema).sort("patient_id", "domain", "_row")
        for domain, column in (("DM", "DTHDTC"), ("DS", "DSSTDTC")):
            own = final.filter(pl.col("domain") == domain).rename({"date": column})
            made = self._add(domain, own, column, FactWord.DEATH, DateKind.DEATH, keep_blank=True)
            self.into.deaths |= _dates(made)

    def _deaths_of_dm(self) -> pl.DataFrame:
        table = self.domains.get("DM")
        if table is None:
            return pl.DataFrame(schema=_DEATHS)
        flagged = pl.col("DTHFL").str.to_uppercase() == "Y"
        dated = pl.col("DTHDTC") != ""
        if "DTHFL" in table.columns and (table["DTHFL"] != "").any():
            self.note("DEATH_FLAG_CONFLICT", "DM", "DTHFL", table.filter(dated & ~flagged))
        return _as_deaths(table.filter(dated | flagged), "DM", "DTHDTC")

    def _deaths_of_ds(self) -> pl.DataFrame:
        events = self.events.get("DS")
        if events is None:
            return pl.DataFrame(schema=_DEATHS)
        return _as_deaths(events.filter(pl.col("fact") == FactWord.DEATH), "DS", "DSSTDTC")

    def therapies(self) -> None:
        """Systemic and CNS therapies of CM and PR, with the ends of the latter."""
        for domain in ("CM", "PR"):
            for word in FACTS_OF[domain]:
                made = self._events(domain, word)
                if made is not None and word is FactWord.CNS_THERAPY:
                    self._ends(domain, made)

    def _ends(self, domain: str, began: pl.DataFrame) -> None:
        """The end of each therapy; the start of one without an end."""
        start, end, word = f"{domain}STDTC", f"{domain}ENDTC", FactWord.CNS_THERAPY_END
        told = began[end] != ""
        for column, rows in ((end, began.filter(told)), (start, began.filter(~told))):
            self._add(domain, rows, column, word, DateKind.THERAPY_START, fields=tuple(FIELDS[word]))

    def necrosis(self) -> None:
        """Radiation necrosis of AE, dated at its onset, which stands for the decision, too."""
        for dated in ("onset", "decision"):
            self._events("AE", FactWord.RN, fixed={"dated": dated})
        if "AE" in self.events:
            nameless = self.events["AE"].filter(pl.col("lesion_id") == "")
            self.note("LESION_NOT_NAMED", "AE", "AELNKID", nameless)

    def _events(
        self, domain: str, word: FactWord, fixed: Mapping[str, str] | None = None
    ) -> pl.DataFrame | None:
        """Add the facts of one word of one domain."""
        events = self.events.get(domain)
        if events is None:
            return None
        rows = events.filter(pl.col("fact") == word)
        fields = tuple(name for name in FIELDS.get(word, {}) if name not in (fixed or {}))
        made = tuple(name for name in fields if name in rows.columns)
        return self._add(
            domain, rows, DATES[domain], word, KINDS[word], fields=made, fixed=fixed, keep_blank=True
        )

    def _add(
        self,
        domain: str,
        rows: pl.DataFrame,
        column: str,
        word: FactWord,
        kind: DateKind,
        *,
        fields: tuple[str, ...] = (),
        fixed: Mapping[str, str] | None = None,
        keep_blank: bool = False,
    ) -> pl.DataFrame:
        return self.into.add(
            domain, rows, column, word, kind, fields=fields, fixed=fixed, keep_blank=keep_blank
        )


_DEATHS = {
    "patient_id": pl.String(),
    "date": pl.String(),
    "domain": pl.String(),
    "_row": pl.UInt32(),
    "_seq": pl.Int64(),
}


def _misfit(domain: str, frame: pl.DataFrame) -> str:
    """Why a frame can't be that domain; empty: it can."""
    if domain not in DOMAINS:
        return f"{domain}: {nearest(domain, DOMAINS)}"
    lacking = [name for name in DOMAINS[domain][0] if name not in frame.columns]
    if lacking:
        return f"{domain}: variables are missing: {', '.join(lacking)}"
    if "DOMAIN" in frame.columns and set(frame["DOMAIN"].drop_nulls().unique()) - {domain, ""}:
        return f"{domain}: DOMAIN names another domain"
    return ""


def _shaped(domain: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The variables that are read, as text, blank where they are missing, with the number of each row."""
    needed, read = DOMAINS[domain]
    columns = [
        pl.col(name).cast(pl.String).fill_null("").str.strip_chars()
        if name in frame.columns
        else pl.lit("").alias(name)
        for name in (*needed, *read)
    ]
    table = frame.select(columns).with_row_index("_row", offset=1).rename({"USUBJID": "patient_id"})
    seq, link = f"{domain}SEQ", f"{domain}LNKID"
    number = pl.col(seq).cast(pl.Float64, strict=False).cast(pl.Int64) if seq in frame.columns else None
    return table.with_columns(
        _seq=pl.col("_row").cast(pl.Int64) if number is None else number,
        lesion_id=pl.col(link) if link in table.columns else pl.lit(""),
    )


def _took_place(domain: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without what is recorded not to have happened, and without leaving the treatment only."""
    happened = pl.lit(True)
    for name, no in ((f"{domain}OCCUR", "N"), (f"{domain}STAT", "NOT DONE")):
        if name in table.columns:
            happened &= pl.col(name).str.to_uppercase() != no
    if domain == "DS":
        withdrew = pl.col("DSDECOD").str.to_uppercase().str.contains("WITHDRAW")
        treatment = pl.col("DSSCAT").str.to_uppercase().str.contains(ENDED_TREATMENT_ONLY, literal=True)
        happened &= ~(withdrew & treatment)
    return table.filter(happened)


def _with_places(domain: str, table: pl.DataFrame) -> pl.DataFrame:
    """With `_cns`: whether the row's location is of the CNS; null where it is blank or not known."""
    column = f"{domain}LOC"
    if column not in table.columns:
        return table.with_columns(_cns=pl.lit(None, dtype=pl.Boolean))
    places = {text: _is_cns(text) for text in table[column].unique()}
    cns = pl.col(column).replace_strict(places, default=None, return_dtype=pl.Boolean)
    return table.with_columns(_cns=cns)


def _is_cns(place: str) -> bool | None:
    found = place_of(place)
    if not place or not found.known:
        return None
    return found.compartment in CNS_COMPARTMENTS


def _reworked(domain: str, found: pl.DataFrame) -> pl.DataFrame:
    """What a word alone doesn't tell: an intrathecal drug is local therapy, a toxicity grade is the grade."""
    if domain == "CM":
        local = pl.col("modality") != ""
        fact = pl.when(local).then(pl.lit(str(FactWord.CNS_THERAPY))).otherwise(pl.col("fact"))
        return found.with_columns(fact=fact)
    return found.with_columns(grade="AETOXGR") if domain == "AE" else found


def _looked_up(words: pl.DataFrame, target: str) -> pl.Expr:
    """What the words say of each row for a target column; the variable listed first decides."""
    said = words.filter(pl.col(target) != "")
    found = []
    for variable in said["variable"].unique(maintain_order=True):
        rows = said.filter(pl.col("variable") == variable).unique("text", keep="first", maintain_order=True)
        mapping = dict(rows.select("text", target).iter_rows())
        text = pl.col(variable).str.to_uppercase()
        found.append(text.replace_strict(mapping, default=None, return_dtype=pl.String))
    return pl.coalesce(*found, pl.lit(""))


def _as_deaths(rows: pl.DataFrame, domain: str, column: str) -> pl.DataFrame:
    named = rows.with_columns(pl.col(column).str.split("T").list.first().alias("date"), domain=pl.lit(domain))
    return named.select([pl.col(name).cast(kind) for name, kind in _DEATHS.items()])


def _agree(date: str, other: str) -> bool:
    """True when one date is the other, or the other with parts missing."""
    short, long = sorted((date, other), key=len)
    return long.startswith(short)


def _dates(made: pl.DataFrame) -> dict[str, dt.date]:
    dated = made.filter(pl.col("date").is_not_null())
    return dict(dated.group_by("patient_id").agg(pl.col("date").min()).iter_rows())
