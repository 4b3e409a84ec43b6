"""Facts from the tidy tables (`tidy_tables.TABLES`), and the tables of patients and deaths from ADSL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from cimara.outcomes.endpoints.dates import read_dates
from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.facts import FACTS
from cimara.outcomes.endpoints.tidy_tables import (
    ADSL,
    CLINICAL_PD,
    LESION_WORDS,
    PATIENT_DATES,
    PATIENT_FLAGS,
    TABLES,
)
from cimara.outcomes.endpoints.words import FIELDS, FactWord, Flag
from cimara.response.model import Finding
from cimara.terms.partial_dates import DateKind, KnownDates

NECROSIS_KINDS = ("RADIATION_NECROSIS", "RN_WITHDRAWN")
SURE_BASES = ("pathology",)


@dataclass(frozen=True)
class Supplements:
    """Facts beside the responses, what reading them found, and lesions that adjudication called necrosis."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...] = ()
    adjudged_necrosis: pl.DataFrame = field(default_factory=lambda: _no_necrosis())


def _no_necrosis() -> pl.DataFrame:
    names = ("patient_id", "lesion_id", "visit_id", "event_id", "basis", "decided_on")
    schema = dict.fromkeys(names, pl.String()) | {"decided_on": pl.Date()}
    return pl.DataFrame(schema=schema)


class SupplementReader:
    """One reading of the tidy tables; collects facts and findings."""

    def __init__(
        self,
        tables: Mapping[str, pl.DataFrame],
        cut_date: dt.date | None,
        *,
        impute_month: bool,
        as_of: dt.date | None,
    ) -> None:
        self.tables = {name: _checked(name, table) for name, table in tables.items()}
        self.cut_date = cut_date
        self.impute_month = impute_month
        self.as_of = as_of
        self.frames: list[pl.DataFrame] = []
        self.findings: list[Finding] = [
            Finding("EXTRA_COLUMN", "warning", "a column that is not read", file=name, column=column)
            for name, table in tables.items()
            for column in table.columns
            if column not in (*TABLES[name][0], *TABLES[name][1])
        ]
        self.problems: list[str] = []
        self.last_alive: dict[str, dt.date] = {}
        self.treatment_start: dict[str, dt.date] = {}
        self.deaths: dict[str, dt.date] = {}

    def known(self, patient: str) -> KnownDates:
        """What limits an imputed date of this patient."""
        return KnownDates(
            last_alive=self.last_alive.get(patient),
            death=self.deaths.get(patient),
            cut=self.cut_date,
            treatment_start=self.treatment_start.get(patient),
        )

    def add(
        self,
        name: str,
        table: pl.DataFrame,
        column: str,
        word: FactWord,
        kind: DateKind,
        *,
        fields: tuple[str, ...] = (),
        fixed: Mapping[str, str] | None = None,
        compartment: str = "",
        keep_blank: bool = False,
    ) -> pl.DataFrame:
        """Add one fact for each row of the table that has (or should have) a date; gives what was added."""
        if not keep_blank:
            table = table.filter(pl.col(column).is_not_null() & (pl.col(column).cast(pl.String) != ""))
        read = read_dates(table, column, kind, self.known, file=name, impute_month=self.impute_month)
        self.findings.extend(read.findings)
        self.check_words(name, table, word, fields)
        made = table.with_columns(
            fact=pl.lit(str(word)),
            date=read.dates,
            date_flag=read.flags,
            fields=_fields_cell(fields, fixed or {}),
            compartment=_or_else(table, "compartment", compartment),
            srcdom=pl.lit(name.upper()[:8]),
            srcvar=pl.lit(column.upper()),
            srcseq=pl.col("_seq" if "_seq" in table.columns else "_row"),
        )
        self.frames.append(_as_facts(made))
        return made

    def check_words(self, name: str, table: pl.DataFrame, word: FactWord, fields: tuple[str, ...]) -> None:
        """Note every cell that holds a word which its closed list does not have."""
        for column in fields:
            allowed = FIELDS[word][column]
            if allowed is None:
                continue
            given = pl.col(column).fill_null("")
            wrong = table.filter((given != "") & ~given.is_in(list(allowed)))
            self.problems += [
                f"{name} row {row} column {column}: expected {', '.join(allowed)}, "
                f"found text ({len(text)} characters)"
                for row, text in wrong.select("_row", column).iter_rows()
            ]

    def patients(self) -> None:
        """Dates and flags of patients."""
        table = self.tables.get("patients")
        if table is None:
            return
        self.flags(table, Flag.LISTED)
        done: set[FactWord] = set()
        for column in ("last_alive", "treatment_start", *PATIENT_DATES):
            word, kind = PATIENT_DATES[column]
            if column not in table.columns or word in done:
                continue
            done.add(word)
            made = self.add("patients", table, column, word, kind)
            full = dict(made.filter(pl.col("date").is_not_null()).select("patient_id", "date").iter_rows())
            if word is FactWord.LAST_ALIVE:
                self.last_alive |= full
            elif word is FactWord.TREATMENT_START:
                self.treatment_start = full
        for column, words in PATIENT_FLAGS.items():
            if column in table.columns:
                for value, flag in words.items():
                    self.flags(table.filter(pl.col(column).str.to_lowercase() == value), flag)

    def flags(self, table: pl.DataFrame, flag: Flag, name: str = "PATIENTS") -> None:
        """Set a flag for the patients of the table."""
        made = table.with_columns(
            fact=pl.lit(str(flag)),
            date=pl.lit(None, dtype=pl.Date()),
            srcdom=pl.lit(name),
            srcseq="_row",
        )
        self.frames.append(_as_facts(made))

    def dead(self) -> None:
        """Deaths; a death is looked at before anything that its date limits."""
        table = self.tables.get("deaths")
        if table is not None:
            table = _lowered(table, "cause", "adjudicated")
            fields = _present(table, "cause", "adjudicated")
            made = self.add(
                "deaths", table, "date", FactWord.DEATH, DateKind.DEATH, fields=fields, keep_blank=True
            )
            full = made.filter(pl.col("date").is_not_null()).group_by("patient_id").agg(pl.col("date").min())
            self.deaths = dict(full.iter_rows())

    def therapies(self) -> None:
        """Systemic therapies, and CNS therapies: one fact for each lesion named, with their ends."""
        table = self.tables.get("therapies")
        if table is None:
            return
        systemic = table.filter(pl.col("kind") == "systemic")
        self.add(
            "therapies",
            systemic,
            "start",
            FactWord.SYSTEMIC_THERAPY,
            DateKind.THERAPY_START,
            fields=_present(systemic, "new_line"),
        )
        cns = table.filter(pl.col("kind") == "cns")
        if "lesion_ids" in cns.columns:
            cns = cns.with_columns(lesion_id=pl.col("lesion_ids").fill_null("").str.split(";")).explode(
                "lesion_id"
            )
            cns = cns.with_columns(pl.col("lesion_id").fill_null("").str.strip_chars())
        fields = _present(cns, "modality", "intent")
        began = FactWord.CNS_THERAPY
        self.add("therapies", cns, "start", began, DateKind.THERAPY_START, fields=fields)
        ended = pl.col("end").cast(pl.String).fill_null("") if "end" in cns.columns else pl.lit("")
        start = pl.col("start").cast(pl.String)
        cns = cns.with_columns(end=pl.when(ended == "").then(start).otherwise(ended))
        self.add("therapies", cns, "end", FactWord.CNS_THERAPY_END, DateKind.THERAPY_START, fields=fields)

    def lesion_events(self) -> None:
        """What happened to lesions, necrosis dated at its onset and at its decision."""
        table = self.tables.get("lesion_events")
        if table is None:
            return
        known = (*LESION_WORDS, CLINICAL_PD)
        for word in table["event"].unique().to_list():
            if word not in known:
                raise DerivationError(
                    f"unknown lesion event {word!r}; {nearest(str(word), known)}", where="lesion_events.event"
                )
        table = _decided_by(_lowered(table, "origin", "certainty", "symptomatic", "adjudged"), self.as_of)
        for word in LESION_WORDS:
            own = table.filter(pl.col("event") == word)
            fields = _present(own, *FIELDS.get(word, {}))
            if word is FactWord.RN:
                self._necrosis(own, fields)
            else:
                where = "CNS" if word in (FactWord.NEW_LESION, FactWord.LOCAL_PD) else ""
                self._seen(own, word, where, fields)
        clinical = table.filter(pl.col("event") == CLINICAL_PD)
        self._seen(clinical, FactWord.PD, "CNS", (), {"kind": "investigator"})

    def _seen(
        self,
        own: pl.DataFrame,
        word: FactWord,
        compartment: str,
        fields: tuple[str, ...],
        fixed: Mapping[str, str] | None = None,
    ) -> None:
        """Add lesion events that are dated like a scan."""
        self.add(
            "lesion_events",
            own,
            "date",
            word,
            DateKind.SCAN,
            fields=fields,
            fixed=fixed,
            compartment=compartment,
            keep_blank=True,
        )

    def _necrosis(self, own: pl.DataFrame, fields: tuple[str, ...]) -> None:
        onset, decision = {"dated": "onset"}, {"dated": "decision"}
        word, kind = FactWord.RN, DateKind.SCAN
        self.add("lesion_events", own, "date", word, kind, fields=fields, fixed=onset, keep_blank=True)
        if "decided_on" not in own.columns:
            own = own.with_columns(decided_on=pl.col("date").cast(pl.String))
        decided = pl.col("decided_on").cast(pl.String).fill_null("")
        own = own.with_columns(
            decided_on=pl.when(decided == "").then(pl.col("date").cast(pl.String)).otherwise(decided)
        )
        self.add(
            "lesion_events", own, "decided_on", word, kind, fields=fields, fixed=decision, keep_blank=True
        )

    def rest(self) -> None:
        """Cognitive tests and clinic visits."""
        table = self.tables.get("cognition")
        if table is not None:
            fields = _present(table, *FIELDS[FactWord.COGNITION])
            self.add(
                "cognition", table, "date", FactWord.COGNITION, DateKind.SCAN, fields=fields, keep_blank=True
            )
        visits = self.tables.get("clinic_visits")
        if visits is not None:
            self.add("clinic_visits", visits, "date", FactWord.CLINIC_VISIT, DateKind.LAST_ALIVE)

    def necrosis(self) -> pl.DataFrame:
        """Lesions and visits that stand adjudged as radiation necrosis at `as_of`."""
        table = self.tables.get("adjudications")
        if table is None:
            return _no_necrosis()
        table = _decided_by(table, self.as_of).filter(pl.col("kind").is_in(list(NECROSIS_KINDS)))
        for name in ("lesion_id", "visit_id", "basis"):
            if name not in table.columns:
                table = table.with_columns(pl.lit("").alias(name))
        read = read_dates(table, "decided_on", DateKind.LAST_ALIVE, self.known, file="adjudications")
        last = (
            table.with_columns(decided_on=read.dates)
            .sort("decided_on", "event_id", nulls_last=False)
            .group_by("patient_id", "lesion_id", maintain_order=True)
            .last()
        )
        return last.filter(pl.col("kind") == NECROSIS_KINDS[0]).select(list(_no_necrosis().columns))


def supplement_facts(
    tables: Mapping[str, pl.DataFrame],
    *,
    sdtm: Mapping[str, pl.DataFrame] | None = None,
    sdtm_words: pl.DataFrame | None = None,
    cut_date: dt.date | None = None,
    impute_month: bool = False,
    as_of: dt.date | None = None,
) -> Supplements:
    """Facts of the tidy tables, and of SDTM domains. Raises DerivationError for a table or domain not known,
    a column lacking, or a word that a column does not have: all such cells at once, never with what they say.
    """
    from cimara.outcomes.endpoints.sdtm import SdtmReader

    reader = SupplementReader(tables, cut_date, impute_month=impute_month, as_of=as_of)
    domains = SdtmReader(reader, sdtm or {}, sdtm_words)
    reader.patients()
    domains.people()
    reader.dead()
    domains.deaths()
    reader.therapies()
    domains.therapies()
    reader.lesion_events()
    domains.necrosis()
    reader.rest()
    if reader.problems:
        raise DerivationError("; ".join(dict.fromkeys(reader.problems)))
    blank = pl.DataFrame(schema=FACTS)
    findings = tuple(dict.fromkeys(reader.findings))
    return Supplements(pl.concat([blank, *reader.frames]), findings, reader.necrosis())


def adsl_tables(adsl: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The patients and deaths tables of an ADSL, by USUBJID; cause of death stays unknown.

    Raises DerivationError where USUBJID is lacking.
    """
    if "USUBJID" not in adsl.columns:
        raise DerivationError("no USUBJID", where="ADSL")
    present = {old: new for old, new in ADSL.items() if old in adsl.columns}
    patients = adsl.select(patient_id="USUBJID", **{new: pl.col(old) for old, new in present.items()})
    tables = {"patients": patients}
    if "DTHDT" in adsl.columns:
        dead = adsl.filter(pl.col("DTHDT").is_not_null() & (pl.col("DTHDT").cast(pl.String) != ""))
        tables["deaths"] = dead.select(patient_id="USUBJID", date="DTHDT")
    return tables


def _checked(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """The table with its row numbers, if it is one of ours with the columns that it needs."""
    if name not in TABLES:
        raise DerivationError(f"unknown table; {nearest(name, TABLES)}", where=name)
    needed, allowed = TABLES[name]
    lacking = [one for one in needed if one not in table.columns]
    if lacking:
        raise DerivationError("a column is missing", where=name, expected=", ".join(lacking))
    kept = [one for one in (*needed, *allowed) if one in table.columns]
    texts = [one for one in kept if table.schema[one] != pl.Date and table.schema[one] != pl.Datetime]
    numbered = table.select(kept).with_columns(pl.col(texts).cast(pl.String).str.strip_chars())
    return numbered.with_row_index("_row", offset=1)


def _fields_cell(columns: tuple[str, ...], fixed: Mapping[str, str]) -> pl.Expr:
    """The `fields` of a fact from columns of its table, and fixed values, in order of names."""
    cells: list[pl.Expr] = [pl.lit(f"{name}={value}") for name, value in fixed.items()]
    for name in columns:
        said = pl.concat_str(pl.lit(f"{name}="), pl.col(name).str.replace_all(";", " ", literal=True))
        cells.append(pl.when(pl.col(name).fill_null("") != "").then(said))
    if not cells:
        return pl.lit("")
    return pl.concat_str(cells, separator=";", ignore_nulls=True).str.split(";").list.sort().list.join(";")


def _or_else(table: pl.DataFrame, column: str, default: str) -> pl.Expr:
    """The column, with the default where it is blank or not there."""
    if column not in table.columns:
        return pl.lit(default)
    given = pl.col(column).fill_null("")
    return pl.when(given == "").then(pl.lit(default)).otherwise(given)


def _as_facts(made: pl.DataFrame) -> pl.DataFrame:
    return made.select(
        [
            pl.col(name).cast(kind) if name in made.columns else pl.lit(None, dtype=kind).alias(name)
            for name, kind in FACTS.items()
        ]
    )


def _present(table: pl.DataFrame, *names: str) -> tuple[str, ...]:
    return tuple(name for name in names if name in table.columns)


def _lowered(table: pl.DataFrame, *names: str) -> pl.DataFrame:
    return table.with_columns([pl.col(name).str.to_lowercase() for name in _present(table, *names)])


def _decided_by(table: pl.DataFrame, as_of: dt.date | None) -> pl.DataFrame:
    """Rows that were decided by then; rows that nobody decided stay."""
    if as_of is None or "decided_on" not in table.columns:
        return table
    decided = pl.col("decided_on").cast(pl.String).fill_null("")
    return table.filter((decided == "") | (decided <= as_of.isoformat()))
