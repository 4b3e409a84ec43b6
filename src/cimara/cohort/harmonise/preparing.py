"""Makes the sources of a mapping ready: site and patient of each row, rows that are dropped, the anchor."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cimara.cohort.dataset import plain_origin
from cimara.cohort.findings import Finding, Severity, finding_frame
from cimara.cohort.harmonise.codes import normal_cells
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.making import Maker
from cimara.cohort.harmonise.mapping import Mapping
from cimara.cohort.harmonise.plans import Anchor, AnchorColumn, DateToDay, Settings, SourceName, Split
from cimara.cohort.harmonise.sources import Files, Source, filled, origin_of
from cimara.cohort.harmonise.unlisted import unlisted_codes
from cimara.cohort.model import data_model
from cimara.cohort.raw_tables import RawTable


class Preparation:
    """The sources of one site, each made ready once; what was found on the way is in `findings`."""

    def __init__(self, tables: list[RawTable], mapping: Mapping) -> None:
        self.files = Files(tables, mapping)
        self.mapping = mapping
        self.findings: list[pl.DataFrame] = []
        self.anchors: pl.DataFrame | None = None
        self._ready: dict[SourceName, Source] = {}
        self._patient = data_model().entity("Patient")

    def source(self, name: SourceName) -> Source:
        """The source of that name with patients and, if the mapping has one, the anchor. Raises RowError."""
        if name not in self._ready:
            self._ready[name] = self._with_anchor(self._plain(name))
        return self._ready[name]

    def sites_alone(self) -> Source:
        """One row a site, for entities that no column is read for."""
        sites = pl.DataFrame({"@site": list(self.mapping.sites)}, schema={"@site": pl.String})
        cells = sites.with_columns(pl.lit(None, dtype=pl.String).alias("@patient_id"))
        return Source(self.mapping.file, cells, plain_origin(cells.height, self.mapping.file))

    def read_anchor(self, anchor: Anchor) -> None:
        """Read day 0 of each patient. Raises RowError."""
        source = self._plain(anchor.source or SourceName())
        maker = self._maker(source)
        maker.need(anchor.columns)
        plan = DateToDay()
        dates = [maker.dates((one,), None, plan) for one in anchor.columns]
        self.findings += maker.findings
        held = pl.DataFrame(
            [
                source.cells["@patient_id"],
                pl.select(pl.coalesce(dates)).to_series().alias("@anchor"),
                pl.select(
                    pl.coalesce(
                        [
                            pl.when(one.is_not_null()).then(pl.lit(event))
                            for one, event in zip(dates, anchor.events, strict=True)
                        ]
                    )
                )
                .to_series()
                .alias("@anchor_event"),
            ]
        ).filter(pl.col("@anchor").is_not_null())
        several = held.group_by("@patient_id").agg(pl.col("@anchor").n_unique()).filter(pl.col("@anchor") > 1)
        self._tell_patients(
            several["@patient_id"].sort(),
            "ANCHOR",
            f"{source.name} has more than one anchor date",
            "Name a source with one row a patient in @anchor, or drop rows with @source, rows.",
        )
        one = held.unique("@patient_id", keep="first", maintain_order=True)
        self.anchors = one.join(several.select("@patient_id"), on="@patient_id", how="anti")

    def unanchored(self) -> pl.DataFrame:
        """An error for each patient without day 0, if the mapping names one."""
        if self.anchors is None:
            return finding_frame()
        patients = [one.cells["@patient_id"] for one in self._ready.values()]
        known = pl.concat(patients).drop_nulls().unique() if patients else pl.Series([], dtype=pl.String)
        without = known.filter(~known.is_in(self.anchors["@patient_id"].implode())).sort()
        before = len(self.findings)
        self._tell_patients(
            without,
            "ANCHOR",
            "the patient has no anchor date, so no day can be computed",
            "Fill in the date that the row @anchor names.",
        )
        return finding_frame() if len(self.findings) == before else self.findings.pop()

    def anchor_of(self, named: AnchorColumn, of: Source) -> pl.Series:
        """Dates of a column of another source, for the patients of `of`. Raises RowError."""
        other = self.source(named.source or SourceName())
        maker = self._maker(other)
        maker.need([named.column])
        dates = pl.DataFrame(
            [other.cells["@patient_id"], maker.dates((named.column,), None, DateToDay()).alias("date")]
        )
        self.findings += maker.findings
        return self.joined(of, dates.drop_nulls(), other.name)["date"]

    def joined(self, source: Source, values: pl.DataFrame, name: str) -> pl.DataFrame:
        """Values of another source by patient, row for row; an error for each patient with several rows."""
        several = values.group_by("@patient_id").len().filter(pl.col("len") > 1)["@patient_id"]
        needed = several.filter(several.is_in(source.cells["@patient_id"].implode())).sort()
        self._tell_patients(
            needed,
            "JOIN",
            f"{name} has several rows of the patient, one is needed",
            "Choose one with @source, rows (`@nth == 1`), or read it in a block of its own.",
        )
        one = values.filter(~pl.col("@patient_id").is_in(several.implode()))
        return source.cells.select("@patient_id").join(
            one, on="@patient_id", how="left", maintain_order="left"
        )

    def _tell_patients(self, patients: pl.Series, rule: str, message: str, hint: str) -> None:
        found = [
            Finding(
                severity=Severity.ERROR, rule=rule, patient_id=one, message=f"{one}: {message}", hint=hint
            )
            for one in patients
        ]
        if found:
            self.findings.append(finding_frame(found))

    def _maker(self, source: Source) -> Maker:
        return Maker(source, self._patient, self.anchor_of)

    def _plain(self, name: SourceName) -> Source:
        """A source with site and patient, without the anchor."""
        raw, frame = self.files.chosen(name)
        settings = self.mapping.settings_for(raw.file, raw.sheet or name.part)
        shown = " ".join(one for one in (raw.file, raw.sheet or name.part) if one)
        source = Source(
            shown,
            frame,
            plain_origin(frame.height, raw.file),
            settings,
            bool(raw.sheet),
            self.files.columns_of(raw),
        )
        source = self._with_patients(self._with_site(source), settings)
        source = replace(source, origin=origin_of(raw, source.cells)).counted()
        return self._with_rows(self._of_patients(source), settings)

    def _with_site(self, source: Source) -> Source:
        rule = self.mapping.site
        if rule.site_id:
            return replace(source, cells=source.cells.with_columns(pl.lit(rule.site_id).alias("@site")))
        try:
            source.need([rule.column])
        except RowError as error:
            raise RowError(
                error.column, f"{error.problem}, which @site reads (row {rule.row})", hint=error.hint
            ) from error
        cell = normal_cells(pl.col(rule.column))
        site = cell.replace_strict(rule.codes, default=None, return_dtype=pl.String).alias("@site")
        free = source.cells.filter(pl.col(rule.column).is_not_null() & ~cell.is_in(list(rule.codes)))
        self.findings.append(
            unlisted_codes(free[rule.column], rule.codes, source, data_model().entity("Site"), None)
        )
        return replace(source, cells=source.cells.with_columns(site))

    def _with_patients(self, source: Source, settings: Settings) -> Source:
        template = settings.patient_id
        if template is None:
            return replace(
                source, cells=source.cells.with_columns(pl.lit(None, dtype=pl.String).alias("@patient_id"))
            )
        source.need(
            [
                one.column
                for one in template.parts
                if not isinstance(one, str) and not one.column.startswith("@")
            ]
        )
        text, _ = filled(template, source)
        return replace(source, cells=source.cells.with_columns(text.alias("@patient_id")))

    def _of_patients(self, source: Source) -> Source:
        """The rows of which the patient is known; an error for each of the others."""
        known = source.cells["@patient_id"].is_not_null()
        maker = self._maker(source)
        if source.settings.patient_id is None or known.all():
            return source
        maker.report(
            ~known,
            None,
            "NO_PATIENT",
            "the site or the record number is missing or does not fit; the row was not read",
            hint="Fill it in, or drop such rows with @source, rows.",
        )
        self.findings += maker.findings
        return source.keeping(known)

    def _with_rows(self, source: Source, settings: Settings) -> Source:
        if settings.rows is None:
            return source
        maker = self._maker(source)
        try:
            met = maker.computed(settings.rows, truth=True)[0].fill_null(False)
        except RowError as error:
            raise RowError(
                "expression", f"@source rows (row {settings.where['rows']}): {error.problem}", hint=error.hint
            ) from error
        self.findings += [*maker.findings, _dropped(source, int((~met).sum()))]
        return source.keeping(met).counted()

    def _with_anchor(self, source: Source) -> Source:
        if self.anchors is None:
            return source
        joined = source.cells.join(self.anchors, on="@patient_id", how="left", maintain_order="left")
        year = pl.col("@anchor").dt.year().cast(pl.Int64).alias("@anchor_year")
        return replace(source, cells=joined.with_columns(year))


def _dropped(source: Source, rows: int) -> pl.DataFrame:
    if not rows:
        return finding_frame()
    told = Finding(
        severity=Severity.INFO,
        rule="ROWS",
        file=source.origin["file"][0] or "",
        message=f"{source.name}: {rows} rows were left out by @source, rows",
    )
    return finding_frame([told])


def split(source: Source, groups: Split, columns: list[str]) -> Source:
    """The groups of columns of a source as rows. `columns` are those that are read, some with `{n}`.

    Raises RowError for a column with `{n}` that no group has.
    """
    patterns = [one for one in columns if "{n}" in one]
    held = set(source.cells.columns)
    for one in patterns:
        if not any(one.replace("{n}", value) in held for value in groups.values):
            raise RowError("source_field", f"{source.name} has no column {one} for any group")
    own = {one.replace("{n}", value) for one in patterns for value in groups.values} & held
    source.seen.update(own)
    whole = source.cells.drop(own.difference(columns)).with_row_index("@index")
    parts = [
        whole.with_columns(
            *[_of_group(source.cells, one, value) for one in patterns],
            pl.lit(value).alias("@n"),
            pl.lit(place).alias("@place"),
        )
        for place, value in enumerate(groups.values)
    ]
    cells = pl.concat(parts)
    deciding = list(groups.columns) or patterns
    if deciding:
        full = replace(source, cells=cells)
        cells = cells.filter(pl.any_horizontal([full.clean(one).is_not_null() for one in deciding]))
    cells = cells.sort("@index", "@place")
    return replace(source, cells=cells.drop("@place", "@index"), origin=source.origin[cells["@index"]])


def _of_group(cells: pl.DataFrame, pattern: str, value: str) -> pl.Series:
    """The column of one group; empty where the group does not have it."""
    name = pattern.replace("{n}", value)
    if name in cells.columns:
        return cells[name].alias(pattern)
    return pl.repeat(None, cells.height, dtype=pl.String, eager=True).alias(pattern)
