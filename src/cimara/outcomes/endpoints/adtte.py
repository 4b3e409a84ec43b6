"""Endpoint tables as ADaM time-to-event data sets: ADTTE for patients, ADTTEL for lesions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cimara.outcomes.endpoints.errors import DerivationError, nearest
from cimara.outcomes.endpoints.plan import EVENT, policy_of
from cimara.response.transport.dataset import Dataset, Variable, VariableType
from cimara.response.transport.dataset_json import dataset_json, write_dataset_json
from cimara.response.transport.xpt import Transliteration, write_xpt

if TYPE_CHECKING:
    from cimara.outcomes.endpoints.table import EndpointTable

HASH_SHOWN = 16
CNSR_STYLES = ("competing", "cause_specific")
ADMIRALONCO = "admiralonco"
SUBJECT_VARIABLES = ("ARM", "ARMCD", "TRT01P", "AGE", "SEX")

ADMIRALONCO_EVENTS: dict[str, str] = {"DEATH": "Death", "PD": "Disease Progression"}
ADMIRALONCO_CENSORING: dict[str, str] = {
    "LAST_ALIVE": "Alive During Study",
    "LAST_SCAN": "Last Tumor Assessment",
    "LAST_BRAIN": "Last Tumor Assessment",
    "LAST_BODY": "Last Tumor Assessment",
    "START": "Randomization",
}
"""What pharmaverse admiralonco writes for our codes (fact; version 1.4)."""

_TEXT, _WHOLE, _DATE = VariableType.TEXT, VariableType.INTEGER, VariableType.DATE

VARIABLES: tuple[tuple[Variable, str], ...] = (
    (Variable("STUDYID", "Study Identifier", _TEXT, key=1), "given by the caller"),
    (Variable("USUBJID", "Unique Subject Identifier", _TEXT, key=2), "patient_id"),
    (Variable("TRLNKID", "Tumor Identifier", _TEXT), "lesion_id; in ADTTEL only"),
    (Variable("ASEQ", "Analysis Sequence Number", _WHOLE, key=3), "1, 2, ... in subject by PARAMCD"),
    (Variable("PARAMCD", "Parameter Code", _TEXT), "id of the endpoint definition"),
    (Variable("PARAM", "Parameter", _TEXT), "label of the endpoint definition"),
    (Variable("AVAL", "Analysis Value", _WHOLE), "ADT - STARTDT + 1"),
    (Variable("AVALU", "Analysis Value Unit", _TEXT), "DAYS"),
    (Variable("STARTDT", "Time-to-Event Origin Date for Subject", _DATE), "start of the definition"),
    (Variable("STARTDTF", "Origin Date Imputation Flag", _TEXT), "highest part imputed"),
    (Variable("ADT", "Analysis Date", _DATE), "date of event or censoring"),
    (Variable("ADTF", "Analysis Date Imputation Flag", _TEXT), "highest part imputed"),
    (Variable("CNSR", "Censor", _WHOLE), "0 event, 1 censored, 2 and up competing in listed order"),
    (Variable("EVNTDESC", "Event or Censoring Description", _TEXT), "what happened"),
    (Variable("CNSDTDSC", "Censor Date Description", _TEXT), "where censored"),
    (Variable("EVCODE", "Event Code", _WHOLE), "0 censored, 1 event, 2 and up competing"),
    (Variable("CNSREAS", "Reason for Censoring", _TEXT), "why censored"),
    (Variable("SRCDOM", "Source Data", _TEXT), "data set of the record that gave ADT"),
    (Variable("SRCVAR", "Source Variable", _TEXT), "variable of the record that gave ADT"),
    (Variable("SRCSEQ", "Source Sequence Number", _WHOLE), "number of the record that gave ADT"),
    (Variable("ENDPVER", "Endpoint Definition Version", _TEXT), "version of the definition"),
    (Variable("ENDPHASH", "Endpoint Definition Fingerprint", _TEXT), "first 16 hexadecimal digits"),
    (Variable("POLHASH", "Response Policy Hash", _TEXT), "of the definition's own compartment"),
)
"""Each variable and the sentence of its derivation."""


@dataclass(frozen=True)
class Adtte:
    """The data sets of some endpoints; either is None where no endpoint is of its unit."""

    adtte: Dataset | None
    adttel: Dataset | None

    def datasets(self) -> list[Dataset]:
        """The data sets that there are."""
        return [one for one in (self.adtte, self.adttel) if one is not None]

    def write_xpt(self, path: Path, *, transliterate: bool = False) -> Path:
        """Write the one data set as SAS transport version 5. Raises DatasetError where text would be lost."""
        self.changes_of_xpt(path, transliterate=transliterate)
        return path

    def changes_of_xpt(self, path: Path, *, transliterate: bool = False) -> list[Transliteration]:
        """As `write_xpt`; gives the texts that were brought to ASCII."""
        return write_xpt(self._only(), path, transliterate=transliterate)

    def write_dataset_json(self, path: Path, *, created: dt.datetime) -> Path:
        """Write the one data set as Dataset-JSON 1.1, stamped with the time given."""
        write_dataset_json(self._only(), path, created=created)
        return path

    def dataset_json(self, *, created: dt.datetime) -> bytes:
        """The one data set as Dataset-JSON 1.1."""
        return dataset_json(self._only(), created=created)

    def define_csv(self) -> str:
        """Variable, label, type, derivation and source of each column, as CSV."""
        sentences = {variable.name: text for variable, text in VARIABLES}
        rows = [
            {
                "dataset": dataset.name,
                "variable": variable.name,
                "label": variable.label,
                "type": str(variable.type),
                "derivation": sentences.get(variable.name, "ADSL"),
                "source": "ADSL" if variable.name in SUBJECT_VARIABLES else "endpoint table",
            }
            for dataset in self.datasets()
            for variable in dataset.variables
        ]
        return pl.DataFrame(rows).write_csv()

    def _only(self) -> Dataset:
        found = self.datasets()
        if len(found) != 1:
            raise DerivationError(
                "a file holds one data set, and here are two" if found else "no endpoint at all",
                hint="Write .adtte and .adttel apart.",
            )
        return found[0]


def to_adtte(
    tables: Sequence[EndpointTable],
    *,
    study: str = "",
    adsl: pl.DataFrame | None = None,
    cnsr_style: str = "competing",
    compat: str = "",
) -> Adtte:
    """Endpoint tables as ADTTE and ADTTEL.

    `cnsr_style="cause_specific"` writes competing events as censored (1), and so does `compat="admiralonco"`,
    which also uses that package's wording. `adsl` gives ARM, ARMCD, TRT01P, AGE and SEX by USUBJID.

    Raises
    ------
    DerivationError
        A binary endpoint, one id from two definitions, or a style that is not known.
    """
    if cnsr_style not in CNSR_STYLES:
        raise DerivationError(f"unknown cnsr_style; {nearest(cnsr_style, CNSR_STYLES)}", where="cnsr_style")
    if compat not in ("", ADMIRALONCO):
        raise DerivationError(f"unknown compat; {nearest(compat, [ADMIRALONCO])}", where="compat")
    binary = [one.endpoint.id for one in tables if one.plan.binary]
    if binary:
        raise DerivationError("a rate is no time-to-event parameter", where=", ".join(binary))
    if len({one.endpoint.id for one in tables}) != len(tables):
        raise DerivationError("two definitions of one id", hint="Give one of them an id of its own.")
    style = "cause_specific" if compat else cnsr_style
    by_patient = [_rows(one, study, style, compat) for one in tables if not one.plan.by_lesion]
    by_lesion = [_rows(one, study, style, compat) for one in tables if one.plan.by_lesion]
    return Adtte(
        _dataset("ADTTE", "Time-to-Event Analysis", by_patient, adsl),
        _dataset("ADTTEL", "Time-to-Event Analysis by Lesion", by_lesion, adsl),
    )


def _rows(table: EndpointTable, study: str, style: str, compat: str) -> pl.DataFrame:
    own = table.endpoint.compartment
    judged = {compartment for compartment, _ in table.plan.all_criteria}
    policy = policy_of(table.endpoint, own).hash[:HASH_SHOWN] if own in judged else ""
    evcode = pl.col("evcode")
    competing = pl.lit(1) if style == "cause_specific" else evcode
    cnsr = pl.when(evcode == EVENT).then(0).when(evcode == 0).then(1).otherwise(competing)
    said = _wording if compat else _own_words
    return table.frame.select(
        STUDYID=pl.lit(study),
        USUBJID="patient_id",
        TRLNKID="lesion_id",
        PARAMCD=pl.lit(table.endpoint.id),
        PARAM=pl.lit(table.endpoint.label),
        AVAL="aval",
        AVALU=pl.lit("DAYS"),
        STARTDT="start",
        STARTDTF="start_flag",
        ADT="adt",
        ADTF="adt_flag",
        CNSR=cnsr.cast(pl.Int64()),
        EVNTDESC=said(event=True),
        CNSDTDSC=said(event=False),
        EVCODE=evcode,
        CNSREAS="reason",
        SRCDOM="srcdom",
        SRCVAR="srcvar",
        SRCSEQ="srcseq",
        ENDPVER=pl.lit(table.endpoint.version),
        ENDPHASH=pl.lit(table.endpoint.fingerprint[:HASH_SHOWN]),
        POLHASH=pl.lit(policy),
    )


def _own_words(*, event: bool) -> pl.Expr:
    ended = pl.col("evcode") > 0
    return pl.when(ended if event else ~ended).then(pl.col("text")).otherwise(pl.lit(None, dtype=pl.String()))


def _wording(*, event: bool) -> pl.Expr:
    """The wording of admiralonco: EVNTDESC says of the censored that they were alive."""
    ended = pl.col("evcode") > 0
    happened = pl.col("code").replace(ADMIRALONCO_EVENTS)
    where = pl.col("code").replace(ADMIRALONCO_CENSORING)
    if event:
        alive = pl.when(pl.col("code") == "LAST_ALIVE").then(pl.lit("Alive")).otherwise(where)
        return pl.when(ended).then(happened).otherwise(alive)
    return pl.when(ended).then(pl.lit(None, dtype=pl.String())).otherwise(where)


def _dataset(
    name: str, label: str, frames: Iterable[pl.DataFrame], adsl: pl.DataFrame | None
) -> Dataset | None:
    found = list(frames)
    if not found:
        return None
    order = ["USUBJID", "PARAMCD", "TRLNKID", "STARTDT"]
    rows = pl.concat(found).sort(order, nulls_last=True)
    rows = rows.with_columns(ASEQ=(pl.int_range(pl.len()).over("USUBJID") + 1).cast(pl.Int64()))
    variables = [variable for variable, _ in VARIABLES if variable.name != "TRLNKID" or name == "ADTTEL"]
    if adsl is not None:
        extra = _subject_variables(adsl)
        subjects = adsl.select("USUBJID", *(one.name for one in extra)).unique("USUBJID", keep="first")
        rows = rows.join(subjects, on="USUBJID", how="left", maintain_order="left")
        variables += extra
    texts = [one.name for one in variables if one.type is VariableType.TEXT]
    rows = rows.with_columns(pl.col(texts).cast(pl.String()).replace("", None))
    wholes = [one.name for one in variables if one.type is VariableType.INTEGER]
    frame = rows.with_columns(pl.col(wholes).cast(pl.Int64())).select([one.name for one in variables])
    return Dataset(name, label, tuple(variables), frame)


def _subject_variables(adsl: pl.DataFrame) -> list[Variable]:
    labels = {
        "ARM": "Description of Planned Arm",
        "ARMCD": "Planned Arm Code",
        "TRT01P": "Planned Treatment for Period 01",
        "AGE": "Age",
        "SEX": "Sex",
    }
    present = [name for name in SUBJECT_VARIABLES if name in adsl.columns]
    return [Variable(name, labels[name], _WHOLE if name == "AGE" else _TEXT) for name in present]
