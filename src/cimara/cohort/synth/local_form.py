"""How a hospital keeps its own tables: names, units, codes, dates; cells in that form, the mapping back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from cimara.cohort.dataset import why
from cimara.cohort.model import Entity, Field, Kind, MissingReason, Need, data_model

YES_NO = frozenset({"yes", "no", "unknown"})
LETTERS = {
    "BrainLesion": "L",
    "ImagingAssessment": "S",
    "LocalTherapyCourse": "C",
    "SystemicTherapyLine": "T",
    "AdverseRadiationEffect": "A",
}
"""Letter in the ids of each entity that other tables point to."""
OWN_NAMES = {
    "sex": "gender",
    "vital_status": "status",
    "longest_mm": "max_diameter",
    "perp_mm": "cross_diameter",
    "dose_gy": "presc_dose",
    "dose_mg_day": "dexa_dose",
    "anchor_year": "",
    "anchor_event": "",
}
"""Names that sites have for some fields; "" for what they do not keep: it follows from the date of day 0."""
ANCHOR = "first_brm_date"


@dataclass(frozen=True, slots=True)
class LocalUnit:
    """A unit of a site: its name in mappings, and the power of ten that turns the model's value into it."""

    name: str
    power: int


@dataclass(frozen=True, slots=True)
class LocalForm:
    """A site's habits. `codes` by field, `units` by the model's unit (UCUM), `reasons` by missing reason."""

    date_format: str
    date_order: str
    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    yes_no: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, LocalUnit] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def codes_of(self, one: Field) -> Mapping[str, str]:
        """The site's code for each word of a field; empty where it uses the words."""
        return self.codes.get(one.name) or (self.yes_no if set(one.code_names) == YES_NO else {})


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A row of a mapping file; columns as docs/reference/cohort/mapping.md has them."""

    target_entity: str
    target_field: str = ""
    status: str = "complete"
    rule: str = ""
    source_file: str = ""
    source_field: str = ""
    source_event: str = ""
    expression: str = ""
    unit_from: str = ""
    unit_to: str = ""
    repeat_key: str = ""
    comment: str = ""


def local_name(one: Field) -> str:
    """The name of a field in a site's table; "" where the site does not keep it."""
    if one.name in OWN_NAMES:
        return OWN_NAMES[one.name]
    if one.kind is Kind.DAY:
        return one.name.removesuffix("_day").removesuffix("day") + "_date" if one.name != "day" else "date"
    return one.name.removesuffix("_id") + "_nr" if _letter(one) else one.name


def cell_kind(one: Field) -> Kind:
    """What a site's cells of a field hold: the numbers of ids are whole numbers."""
    return Kind.INTEGER if _letter(one) else one.kind


def kept_fields(entity: Entity) -> list[Field]:
    """Fields that a site's mapping has a row for; the patient's number apart."""
    return [
        one
        for one in entity.fields
        if one.need is not Need.DERIVED and one.name != "patient_id" and local_name(one)
    ]


def held_fields(entity: Entity, frame: pl.DataFrame) -> list[Field]:
    """Kept fields but those that the site can never give."""
    return [one for one in kept_fields(entity) if not _impossible(one, frame)]


def local_cells(entity: Entity, frame: pl.DataFrame, anchors: pl.DataFrame, form: LocalForm) -> pl.DataFrame:
    """A typed table as the site keeps it: `patient_no` and a column a field, all text.

    `anchors` has the date of day 0 (columns patient_id, anchor_date).
    """
    dated = frame.join(anchors, on="patient_id", how="left", maintain_order="left")
    number = pl.col("patient_id").str.extract(r"(\d+)$").str.strip_chars_start("0").alias("patient_no")
    return dated.select(
        number, *[_cell(one, dated, form).alias(local_name(one)) for one in held_fields(entity, frame)]
    )


def _cell(one: Field, frame: pl.DataFrame, form: LocalForm) -> pl.Expr:
    value = _value(one, form)
    reason = why(frame, one.name).replace_strict(dict(form.reasons), default=None, return_dtype=pl.String)
    return pl.coalesce(value, reason)


def _value(one: Field, form: LocalForm) -> pl.Expr:
    column = pl.col(one.name)
    if one.kind is Kind.DAY:
        return (pl.col("anchor_date") + pl.duration(days=column)).dt.strftime(form.date_format)
    if _letter(one):
        return column.str.extract(r"-[A-Z](\d+)$").str.strip_chars_start("0")
    if one.kind is Kind.CODES:
        return column.list.join(";")
    if one.kind is Kind.DECIMAL:
        unit = form.units.get(one.unit)
        places = one.places - (unit.power if unit else 0)
        text = decimal_text((column * one.scale).round().cast(pl.Int64), places)
        return text.str.replace(".", form.decimal, literal=True)
    return column.cast(pl.String).replace(dict(form.codes_of(one)))


def decimal_text(whole: pl.Expr, places: int) -> pl.Expr:
    """Whole numbers of 10**-places as text without a trailing zero."""
    if places <= 0:
        return (whole * int(10**-places)).cast(pl.String)
    sign = pl.when(whole < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    digits = whole.abs().cast(pl.String).str.pad_start(places + 1, "0")
    text = pl.concat_str(sign, digits.str.head(-places), pl.lit("."), digits.str.tail(places))
    trimmed: pl.Expr = text.str.strip_chars_end("0").str.strip_chars_end(".")
    return trimmed


def _letter(one: Field) -> str:
    """The letter in the ids that a field holds; "" if it holds none."""
    if one.references:
        return LETTERS.get(one.references, "")
    owner = {f"{entity.key[0]}": name for name, entity in data_model().by_name.items() if name in LETTERS}
    return LETTERS.get(owner.get(one.name, ""), "")


def field_row(
    entity: Entity,
    one: Field,
    frame: pl.DataFrame,
    form: LocalForm,
    source: str,
    column: str,
    block: str = "",
) -> MappingRow:
    """The row of the mapping that brings a column of a site back into a field."""
    if _impossible(one, frame):
        comment = "planning archive lost" if one.name.startswith("v") else "not in the site's workbook"
        return MappingRow(entity.name, one.name, "impossible", repeat_key=block, comment=comment)
    common = {"source_file": source, "repeat_key": block}
    if one.kind is Kind.DAY:
        return MappingRow(entity.name, one.name, rule="date_to_day", source_field=column, **common)
    letter = _letter(one)
    if letter:
        template = f"{{@patient_id}}-{letter}{{{column}:2}}"
        return MappingRow(entity.name, one.name, rule="link", expression=template, **common)
    unit = form.units.get(one.unit) if one.kind is Kind.DECIMAL else None
    if unit is not None:
        units = {"unit_from": unit.name, "unit_to": UNIT_NAMES[one.unit]}
        return MappingRow(entity.name, one.name, rule="unit", source_field=column, **units, **common)
    codes = form.codes_of(one)
    if codes:
        recode = "; ".join(f"{local}={word}" for word, local in codes.items())
        return MappingRow(
            entity.name, one.name, rule="recode", source_field=column, expression=recode, **common
        )
    return MappingRow(entity.name, one.name, rule="direct", source_field=column, **common)


UNIT_NAMES = {"mm": "mm", "Gy": "Gy", "cm3": "cm3"}
"""The model's units as mappings write them."""


def _impossible(one: Field, frame: pl.DataFrame) -> bool:
    if one.why not in frame.columns or not frame.height:
        return False
    return bool((frame[one.why] == str(MissingReason.IMPOSSIBLE)).fill_null(False).all())


def settings_rows(site_id: str, form: LocalForm, anchor_source: str) -> list[MappingRow]:
    """Rows that say whose files these are, how they are written, and which date is day 0."""
    named = {",": "comma", ";": "semicolon"}
    rows = [
        MappingRow("@site", rule="constant", expression=site_id),
        MappingRow("@source", "date_order", expression=form.date_order),
        MappingRow("@source", "delimiter", expression=named[form.delimiter]),
        MappingRow("@source", "decimal", expression="comma" if form.decimal == "," else "point"),
        MappingRow(
            "@source",
            "missing",
            expression="; ".join(f"{text}=@{reason}" for reason, text in form.reasons.items()),
        ),
        MappingRow("@source", "patient_id", rule="link", expression="{@site}-P{patient_no:4}"),
        MappingRow(
            "@anchor",
            rule="date_to_day",
            source_file=anchor_source,
            source_field=ANCHOR,
            expression="first_brm_dx",
        ),
    ]
    of_anchor = [
        MappingRow("Patient", name, rule="direct", source_file=anchor_source, source_field=f"@{name}")
        for name in ("anchor_event", "anchor_year")
    ]
    return rows + of_anchor


def site_rows(frame: pl.DataFrame) -> list[MappingRow]:
    """Rows that give what is known of the site itself, as constants."""
    return [
        MappingRow("Site", name, rule="constant", expression=str(value))
        for name, value in frame.row(0, named=True).items()
        if not name.endswith("__why")
    ]
