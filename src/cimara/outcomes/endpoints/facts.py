"""Facts: the one long table of all that a definition may name, checked and in one order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from cimara.outcomes.endpoints.contradictions import contradictions
from cimara.outcomes.endpoints.deaths import one_death
from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.necrosis import settled_growth
from cimara.outcomes.endpoints.words import FIELD_DEFAULTS, FIELDS, MISSING, FactWord, Flag
from cimara.response.model import Finding
from cimara.response.results import FINDINGS, ResultTables

if TYPE_CHECKING:
    from cimara.outcomes.endpoints.selection import FactIndex
    from cimara.outcomes.endpoints.tidy import Supplements

FACTS: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "lesion_id": pl.String(),
    "fact": pl.String(),
    "date": pl.Date(),
    "date_flag": pl.String(),
    "compartment": pl.String(),
    "criterion": pl.String(),
    "evaluator": pl.String(),
    "fields": pl.String(),
    "srcdom": pl.String(),
    "srcvar": pl.String(),
    "srcseq": pl.Int64(),
    "adjudications": pl.String(),
    "policy_hash": pl.String(),
    "site": pl.String(),
}
"""Columns of the facts table. `fields` is `name=value` parted by `;`, names in order."""

ORDER = (
    "patient_id",
    "date",
    "fact",
    "compartment",
    "criterion",
    "evaluator",
    "lesion_id",
    "fields",
    "srcdom",
    "srcvar",
    "srcseq",
    "adjudications",
    "policy_hash",
    "site",
    "date_flag",
)
"""The one order of facts, so that a tie between facts never depends on the order of the input."""

WORDS = frozenset((*FactWord, *Flag)) - {FactWord.START}
DERIVED_FLAGS: dict[FactWord, Flag] = {
    FactWord.RANDOMISATION: Flag.RANDOMISED,
    FactWord.RESPONSE_CONFIRMED: Flag.RESPONDER,
    FactWord.CNS_THERAPY: Flag.TREATED_LESION,
}
"""Flags that follow from another fact (`words.FLAG_RULES`)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of one patient, or of one lesion. `date` is None where it is not known."""

    patient_id: str
    fact: FactWord | Flag
    date: dt.date | None = None
    compartment: str = ""
    lesion_id: str = ""
    fields: str = ""
    criterion: str = ""
    evaluator: str = ""
    date_flag: str = ""
    srcdom: str = ""
    srcvar: str = ""
    srcseq: int | None = None
    adjudications: str = ""
    policy_hash: str = ""
    site: str = ""


def finding_frame(findings: Iterable[Finding]) -> pl.DataFrame:
    """Findings as the table that response assessment uses, too."""
    return pl.DataFrame(
        [tuple(getattr(one, name) for name in FINDINGS) for one in findings], schema=FINDINGS, orient="row"
    )


def fields_text(values: Mapping[str, str]) -> str:
    """The `fields` cell of these values; empty ones are left out."""
    return ";".join(f"{name}={value}" for name, value in sorted(values.items()) if value)


def fields_of(text: str) -> dict[str, str]:
    """The values of a `fields` cell."""
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


class Facts:
    """Facts in their one order, with what was found wrong with them.

    Raises
    ------
    DerivationError
        A word or field value that the vocabulary does not have, or a column that is missing.
    """

    def __init__(self, frame: pl.DataFrame, findings: Iterable[Finding] = ()) -> None:
        shaped = _shaped(frame)
        _check_words(shaped)
        deaths, death_findings = one_death(settled_growth(_with_defaults(shaped)))
        self.frame = _with_flags(deaths).sort(ORDER, nulls_last=True, maintain_order=True)
        self.findings = (*findings, *death_findings, *_undated(self.frame), *contradictions(self.frame))

    @classmethod
    def of(cls, facts: Iterable[Fact], findings: Iterable[Finding] = ()) -> Facts:
        """Facts from single rows."""
        names = [one.name for one in fields(Fact)]
        rows = [tuple(getattr(fact, name) for name in names) for fact in facts]
        schema = {name: FACTS[name] for name in names}
        return cls(pl.DataFrame(rows, schema=schema, orient="row"), findings)

    @classmethod
    def from_response(
        cls,
        result: ResultTables | Iterable[ResultTables],
        supplements: Mapping[str, pl.DataFrame] | None = None,
        *,
        sdtm: Mapping[str, pl.DataFrame] | None = None,
        sdtm_words: pl.DataFrame | None = None,
        cut_date: dt.date | None = None,
        impute_month: bool = False,
        as_of: dt.date | None = None,
        **tables: pl.DataFrame,
    ) -> Facts:
        """Facts from derived responses and the tidy tables of patients, deaths, therapies and so on.

        `tables` (or `supplements`) are `patients`, `deaths`, `therapies`, `adjudications`, `lesion_events`,
        `cognition` and `clinic_visits`, with the columns of `tidy_tables.TABLES`. `as_of` leaves out what was
        decided later, `cut_date` limits imputed dates, `impute_month` fills in the month of a death.
        `sdtm` and `sdtm_words` are as in `from_sdtm`.
        Raises DerivationError where a table lacks a column or is not known.
        """
        from cimara.outcomes.endpoints.response_facts import response_frame
        from cimara.outcomes.endpoints.tidy import supplement_facts

        results = [result] if isinstance(result, ResultTables) else list(result)
        found: Supplements = supplement_facts(
            {**(supplements or {}), **tables},
            sdtm=sdtm,
            sdtm_words=sdtm_words,
            cut_date=cut_date,
            impute_month=impute_month,
            as_of=as_of,
        )
        frames = [response_frame(one, found.adjudged_necrosis) for one in results]
        return cls(pl.concat([*frames, found.frame]), found.findings)

    @classmethod
    def from_tables(
        cls,
        *,
        sdtm: Mapping[str, pl.DataFrame] | None = None,
        cut_date: dt.date | None = None,
        impute_month: bool = False,
        as_of: dt.date | None = None,
        **tables: pl.DataFrame,
    ) -> Facts:
        """Facts from the tidy tables and SDTM alone, for studies without scans. Raises as `from_response`."""
        return cls.from_response(
            [], tables, sdtm=sdtm, cut_date=cut_date, impute_month=impute_month, as_of=as_of
        )

    @classmethod
    def from_sdtm(
        cls,
        domains: Mapping[str, pl.DataFrame],
        *,
        words: pl.DataFrame | None = None,
        cut_date: dt.date | None = None,
        impute_month: bool = False,
    ) -> Facts:
        """Facts from SDTM `DM`, `DS`, `CM`, `PR` and `AE`, any of them, by name.

        `words` are the study's own, with the columns of `tables/sdtm_words.csv`; they come before the
        library's. What cannot be read is a finding with domain, row and variable. Raises DerivationError for
        a domain or word not known, or a variable that is missing.
        """
        return cls.from_response(
            [], sdtm=domains, sdtm_words=words, cut_date=cut_date, impute_month=impute_month
        )

    @classmethod
    def pooled(cls, sites: Mapping[str, Facts]) -> Facts:
        """Facts of several sites in one table; patients of two sites stay apart only by their ids."""
        owners: dict[str, str] = {}
        for site, facts in sites.items():
            for patient in facts.frame["patient_id"].unique().to_list():
                if owners.setdefault(patient, site) != site:
                    raise DerivationError(
                        "two sites use the same patient id",
                        where=f"sites {owners[patient]} and {site}",
                        hint="Put the site before the id.",
                    )
        frames = [facts.frame.with_columns(site=pl.lit(site)) for site, facts in sites.items()]
        findings = [one for facts in sites.values() for one in facts.read_findings]
        return cls(pl.concat(frames), findings)

    def replacing(self, word: FactWord, rows: pl.DataFrame) -> Facts:
        """These facts with `rows` for those of a word from which no flag and no finding follows."""
        made = object.__new__(Facts)
        kept = self.frame.filter(pl.col("fact") != word)
        made.frame = pl.concat([kept, rows]).sort(ORDER, nulls_last=True, maintain_order=True)
        made.findings = self.findings
        return made

    def patients(self) -> list[str]:
        """Every patient of whom there is a fact."""
        return self.frame["patient_id"].unique().sort().to_list()

    def by_patient(self) -> Iterator[tuple[str, list[tuple[int, Fact]]]]:
        """Each patient's facts in order, each with its row in the frame."""
        names = [one.name for one in fields(Fact)]
        held: list[tuple[int, Fact]] = []
        for row, values in enumerate(self.frame.select(names).iter_rows()):
            fact = Fact(*values)
            if held and held[0][1].patient_id != fact.patient_id:
                yield held[0][1].patient_id, held
                held = []
            held.append((row, fact))
        if held:
            yield held[0][1].patient_id, held

    @cached_property
    def policy_hashes(self) -> dict[str, frozenset[str]]:
        """Hashes of the response policies that made facts, by `criterion/compartment`."""
        columns = ("criterion", "compartment", "policy_hash")
        made = self.frame.filter(pl.col("policy_hash") != "").select(columns).unique()
        found: dict[str, frozenset[str]] = {}
        for criterion, compartment, policy in made.iter_rows():
            key = f"{criterion}/{compartment}"
            found[key] = found.get(key, frozenset()) | {policy}
        return found

    @cached_property
    def findings_frame(self) -> pl.DataFrame:
        """The findings as a table."""
        return finding_frame(self.findings)

    @property
    def read_findings(self) -> tuple[Finding, ...]:
        """Findings of reading the tables, without those that follow from the facts themselves."""
        return tuple(one for one in self.findings if one.code not in _OWN)

    @cached_property
    def sites(self) -> pl.DataFrame:
        """The site of each patient who has one."""
        known = self.frame.filter(pl.col("site") != "")
        return known.group_by("patient_id").agg(pl.col("site").min())

    @cached_property
    def index(self) -> FactIndex:
        """The facts as integers, for the columnar engine."""
        from cimara.outcomes.endpoints.selection import FactIndex

        return FactIndex(self.frame)


_OWN = frozenset(
    {
        "TWO_DEATH_DATES",
        "DEATH_CAUSE_CONFLICT",
        "UNDATED_FACT",
        "ALIVE_AFTER_DEATH",
        "SCAN_AFTER_DEATH",
        "PD_BEFORE_START",
    }
)
"""Findings that the constructor makes itself."""


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with all columns, in order, blanks for what was not given."""
    for name in ("patient_id", "fact", "date"):
        if name not in frame.columns:
            raise DerivationError("facts without a column", where=name, expected=", ".join(FACTS))
    unknown = sorted(set(frame.columns) - set(FACTS))
    if unknown:
        raise DerivationError(f"unknown column; {nearest(unknown[0], FACTS)}", where=unknown[0])
    made = [
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in FACTS.items()
    ]
    texts = [name for name, kind in FACTS.items() if kind == pl.String()]
    flag = pl.when(pl.col("date").is_null()).then(pl.lit(MISSING)).otherwise(pl.col("date_flag"))
    blank = pl.col("date").is_null() & pl.col("fact").is_in(list(Flag))
    shaped = frame.select(made).with_columns(pl.col(texts).fill_null(""))
    return shaped.with_columns(date_flag=pl.when(blank).then(pl.lit("")).otherwise(flag))


def _check_words(frame: pl.DataFrame) -> None:
    for word in frame["fact"].unique().to_list():
        if word not in WORDS:
            raise DerivationError(f"unknown fact {word!r}; {nearest(word, WORDS)}", where="column fact")
    for word, text in frame.select("fact", "fields").unique().iter_rows():
        allowed = FIELDS.get(word, {})
        for name, value in fields_of(text).items():
            if name not in allowed:
                hint = nearest(name, allowed or ["no field at all"])
                raise DerivationError(f"{word} has no field {name!r}; {hint}", where="column fields")
            words = allowed[name]
            if words is not None and value not in words:
                raise DerivationError(
                    f"{word}.{name} has a value out of its list",
                    where="column fields",
                    expected=", ".join(words),
                )


def _with_defaults(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill in what an empty field means, so that a rule never meets a blank."""
    known = frame.select("fact", "fields").unique()
    texts = [
        fields_text({**FIELD_DEFAULTS.get(word, {}), **fields_of(text)}) for word, text in known.iter_rows()
    ]
    mapping = known.with_columns(normal=pl.Series(texts, dtype=pl.String))
    joined = frame.join(mapping, on=["fact", "fields"], how="left", maintain_order="left")
    return joined.with_columns(fields=pl.col("normal")).select(list(FACTS))


def _with_flags(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the flags that follow from other facts, once each."""
    given = frame.filter(~pl.col("fact").is_in(list(DERIVED_FLAGS.values())))
    frames = [given]
    for word, flag in DERIVED_FLAGS.items():
        found = given.filter((pl.col("fact") == word) & pl.col("date").is_not_null())
        if flag is Flag.TREATED_LESION:
            found = found.filter(pl.col("lesion_id") != "")
        keys = ["patient_id", "lesion_id", "compartment", "criterion", "evaluator", "site"]
        kept = found.select(keys).unique(maintain_order=True).with_columns(fact=pl.lit(str(flag)))
        if flag is not Flag.RESPONDER:
            kept = kept.with_columns(compartment=pl.lit("")).unique(maintain_order=True)
        made = kept.with_columns(date=pl.lit(None, dtype=pl.Date()))
        frames.append(_shaped(made))
    return pl.concat(frames)


def _undated(frame: pl.DataFrame) -> list[Finding]:
    rows = frame.filter(pl.col("date_flag") == MISSING).select("patient_id", "lesion_id", "fact").unique()
    return [
        Finding(
            "UNDATED_FACT",
            "warning",
            f"{word} without a usable date: it starts, stops and censors nothing",
            patient_id=patient,
            lesion_id=lesion,
            column="date",
        )
        for patient, lesion, word in rows.sort("patient_id", "lesion_id", "fact").iter_rows()
    ]
