"""Makes a field from codes of the site; a code that the mapping does not list is told, and gives no value."""

from __future__ import annotations

import polars as pl

from cimara.cohort.harmonise.codes import normal_cells
from cimara.cohort.harmonise.making import Made, Maker
from cimara.cohort.harmonise.plans import Entry, Given, Recoding
from cimara.cohort.harmonise.unlisted import unlisted_codes
from cimara.cohort.model import Field


def recoded(maker: Maker, entry: Entry, of: Field, plan: Recoding) -> Made:
    """Codes of the site as codes of the model; one that is not listed is told, and has no value."""
    raw = maker.series(pl.coalesce([pl.col(one).cast(pl.String) for one in entry.columns]))
    listed = normal_cells(pl.col("value"))
    frame = raw.to_frame().with_row_index("row")
    if plan.parting:
        parts = pl.col("value").str.split(plan.parting).list.eval(pl.element().str.strip_chars())
        frame = frame.with_columns(parts).explode("value").filter(pl.col("value").fill_null("-") != "")
    values = {code: given.value or None for code, given in plan.codes.items()}
    reasons = {code: given.reason and str(given.reason) for code, given in plan.codes.items()}
    other = plan.other or Given()
    known = listed.is_in(list(plan.codes))
    missing = normal_cells(pl.col("value")).is_in(list(maker.source.settings.missing)) & ~known
    free = pl.col("value").is_not_null() & ~known & ~missing
    frame = frame.with_columns(
        to=pl.when(known)
        .then(listed.replace_strict(values, default=None, return_dtype=pl.String))
        .when(free)
        .then(pl.lit(other.value or None, dtype=pl.String)),
        why=pl.when(known)
        .then(listed.replace_strict(reasons, default=None, return_dtype=pl.String))
        .when(free)
        .then(pl.lit(other.reason and str(other.reason), dtype=pl.String)),
        free=free,
    )
    if plan.other is None:
        maker.findings.append(
            unlisted_codes(frame.filter("free")["value"], plan.codes, maker.source, maker.entity, of)
        )
    whole = frame.group_by("row", maintain_order=True).agg(
        pl.col("to").drop_nulls().str.join(";"), pl.col("why").drop_nulls().first(), pl.col("free").any()
    )
    return _recoded(maker, whole, raw, entry, plan)


def _recoded(maker: Maker, whole: pl.DataFrame, raw: pl.Series, entry: Entry, plan: Recoding) -> Made:
    """One value a row again; a cell with an unlisted part has none, so that nothing is half said."""
    rows = pl.DataFrame({"row": pl.Series(range(raw.len()), dtype=whole["row"].dtype)})
    whole = rows.join(whole, on="row", how="left", maintain_order="left")
    half = whole["free"].fill_null(False) if plan.other is None else pl.repeat(False, raw.len(), eager=True)
    value = whole.select(pl.when((pl.col("to") != "") & ~half).then("to")).to_series()
    blank = raw.is_null()
    if plan.blank is not None:
        to = pl.repeat(plan.blank.value or None, raw.len(), dtype=pl.String, eager=True)
        why = pl.repeat(plan.blank.reason and str(plan.blank.reason), raw.len(), dtype=pl.String, eager=True)
        value, told = to.zip_with(blank, value), why.zip_with(blank, whole["why"])
    else:
        told = whole["why"]
    made = maker.with_why(value, entry.columns)
    return Made(value, pl.select(pl.when(value.is_null()).then(pl.coalesce(told, made.why))).to_series())
