"""Which words of SDTM domains mean which fact: `tables/sdtm_words.csv`, and what a study adds to it.

A row gives a fact, a field of it, or both. `brain` says whether a row without a place is of the brain:
`assumed` (its word says so) or to be `stated`. Grades of necrosis follow CTCAE 5.0: grade 1 has no symptoms.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import polars as pl

from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.words import FIELDS, FactWord

COLUMNS = ("domain", "variable", "text", "fact", "field", "value", "brain", "status")
BRAIN_WORDS = ("", "assumed", "stated")

DOMAINS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "DM": (("USUBJID",), ("RFSTDTC", "RFXSTDTC", "RFXENDTC", "RFPENDTC", "DTHDTC", "DTHFL")),
    "DS": (("USUBJID", "DSDECOD", "DSSTDTC"), ("DSCAT", "DSSCAT", "DSSEQ")),
    "CM": (
        ("USUBJID", "CMCAT", "CMSTDTC"),
        ("CMTRT", "CMDECOD", "CMROUTE", "CMENDTC", "CMOCCUR", "CMSTAT", "CMSEQ"),
    ),
    "PR": (
        ("USUBJID", "PRDECOD", "PRSTDTC"),
        ("PRTRT", "PRCAT", "PRLOC", "PRLNKID", "PRENDTC", "PROCCUR", "PRSTAT", "PRSEQ"),
    ),
    "AE": (("USUBJID", "AEDECOD", "AESTDTC"), ("AELOC", "AELNKID", "AETOXGR", "AESEQ")),
}
"""Variables of each domain: those it must have, and those that are read where it has them."""

DATES = {"DS": "DSSTDTC", "CM": "CMSTDTC", "PR": "PRSTDTC", "AE": "AESTDTC"}

FACTS_OF = {
    "DS": (FactWord.RANDOMISATION, FactWord.ENROLMENT, FactWord.DEATH, FactWord.WITHDRAWAL),
    "CM": (FactWord.SYSTEMIC_THERAPY, FactWord.CNS_THERAPY),
    "PR": (FactWord.CNS_THERAPY,),
    "AE": (FactWord.RN,),
}
"""Facts that a domain can give."""

LOOKS_LIKE: dict[str, tuple[str, str]] = {
    "DS": ("DSDECOD", "RANDOM|CONSENT|WITHDRAW|DEATH|DIED"),
    "CM": ("CMCAT", "CANCER|NEOPLAS|ONCOLOG"),
    "PR": ("PRDECOD", "RADIOTHERAP|RADIATION|RADIOSURG|KNIFE|CRANI|RESECTION|METASTASECT|INTERSTITIAL|WBRT"),
    "AE": ("AEDECOD", "NECROSIS.*(RADIA|BRAIN|CEREB)|(RADIA|BRAIN|CEREB).*NECROSIS"),
}
"""A variable of each domain, and what in it would probably be a fact, were its word in the table."""


@cache
def sdtm_words() -> pl.DataFrame:
    """The words that the library knows."""
    path = resources.files("cimara.outcomes.endpoints") / "tables" / "sdtm_words.csv"
    return pl.read_csv(path.read_bytes(), infer_schema=False).with_columns(pl.all().fill_null(""))


def with_words(own: pl.DataFrame | None) -> pl.DataFrame:
    """A study's own words before those of the library, so that the study's count.

    Raises DerivationError for a domain, variable, fact, field or value that there is not, with the row.
    """
    if own is None:
        return sdtm_words()
    lacking = [name for name in ("domain", "variable", "text") if name not in own.columns]
    if lacking:
        raise DerivationError("a column is missing", where="SDTM words", expected=", ".join(lacking))
    given = [
        pl.col(name).cast(pl.String).fill_null("") if name in own.columns else pl.lit("").alias(name)
        for name in COLUMNS
    ]
    words = own.select(given).with_columns(pl.col("text").str.strip_chars().str.to_uppercase())
    problems = [
        f"SDTM words row {number}: {problem}"
        for number, row in enumerate(words.iter_rows(named=True), 1)
        if (problem := _problem(row))
    ]
    if problems:
        raise DerivationError("; ".join(problems))
    return pl.concat([words, sdtm_words()])


def _problem(row: dict[str, str]) -> str:
    """What is wrong with one row; empty: nothing."""
    domain = row["domain"]
    if domain not in FACTS_OF:
        return f"column domain: {nearest(domain, FACTS_OF)}"
    variables = [name for part in DOMAINS[domain] for name in part]
    if row["variable"] not in variables:
        return f"column variable: {nearest(row['variable'], variables)}"
    if row["fact"] and row["fact"] not in FACTS_OF[domain]:
        return f"column fact: {nearest(row['fact'], FACTS_OF[domain])}"
    if row["brain"] not in BRAIN_WORDS:
        return "column brain: expected assumed, stated or nothing"
    facts = [FactWord(row["fact"])] if row["fact"] else list(FACTS_OF[domain])
    fields = {name: values for fact in facts for name, values in FIELDS.get(fact, {}).items()}
    if not row["field"]:
        return "" if row["fact"] else "neither a fact nor a field"
    if row["field"] not in fields:
        return f"column field: {nearest(row['field'], fields or ['nothing'])}"
    allowed = fields[row["field"]]
    if allowed is not None and row["value"] not in allowed:
        return f"column value: expected {', '.join(allowed)}"
    return ""
