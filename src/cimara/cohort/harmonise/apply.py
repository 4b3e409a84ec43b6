"""Turns a site's own tables into a data set by its mapping; each row keeps the place it came from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.expressions.nodes import Node, names
from cimara.cohort.findings import Finding, Severity, finding_frame, joined
from cimara.cohort.harmonise.errors import MappingError, MappingFault, RowError
from cimara.cohort.harmonise.field_rules import made
from cimara.cohort.harmonise.lookups import looked_up
from cimara.cohort.harmonise.making import Made, Maker
from cimara.cohort.harmonise.mapping import Mapping
from cimara.cohort.harmonise.plans import (
    Block,
    ByExpression,
    CaseWhen,
    Checkbox,
    Entry,
    LookUp,
    Slot,
    SourceName,
    Status,
    Template,
)
from cimara.cohort.harmonise.preparing import Preparation, split
from cimara.cohort.harmonise.sources import Source
from cimara.cohort.model import Entity, MissingReason, data_model
from cimara.cohort.raw_tables import RawTable
from cimara.cohort.reading import typed_frame


@dataclass(eq=False)
class Built:
    """A block that was applied: its rows in the source, and its fields as text."""

    block: Block
    source: Source
    fields: dict[str, Made] = field(default_factory=dict)


def apply_mapping(
    tables: Sequence[RawTable], mapping: Mapping, *, needed: Collection[tuple[str, str]] = ()
) -> Dataset:
    """The data set that a mapping makes of a site's tables.

    `origins` name the site's own file, sheet and row. `needed` are the (entity, field) pairs that the study
    needs: one that is undetermined is an error, one that is impossible is told.

    Raises
    ------
    MappingError
        The mapping does not fit the files: a file, sheet, event or column is not there, or an expression
        does not fit its columns. All such faults are told at once.
    """
    work = _Work(list(tables), mapping)
    built = work.blocks()
    if work.faults:
        raise MappingError(mapping.file, work.faults)
    frames, origins, findings = _assembled(built)
    preparation = work.preparation
    found = [one.findings for one in tables]
    found += [*preparation.findings, preparation.unanchored(), preparation.files.dropped_events()]
    found += [*work.findings, *findings, _statuses(mapping, needed)]
    return Dataset(frames, origins, joined(found), tuple(preparation.files.unused()))


class _Work:
    """Goes through the blocks and gathers faults instead of stopping at the first."""

    def __init__(self, tables: list[RawTable], mapping: Mapping) -> None:
        self.mapping = mapping
        self.preparation = Preparation(tables, mapping)
        self.faults: list[MappingFault] = []
        self.findings: list[pl.DataFrame] = []

    def blocks(self) -> list[Built]:
        """All blocks that make rows, with every field."""
        anchor = self.mapping.anchor
        if anchor is not None:
            try:
                self.preparation.read_anchor(anchor)
            except RowError as error:
                self.faults.append(error.of_row(anchor.row))
                return []
        built = [one for block in self.mapping.blocks if block.makes_rows for one in self.build(block)]
        for one in built:
            for entry in one.block.entries:
                if isinstance(entry.plan, LookUp):
                    self.look_up(one, entry, entry.plan, built)
        return built

    def build(self, block: Block) -> list[Built]:
        """A block without what it looks up; nothing if its source has a fault."""
        try:
            source = self.rows_of(block)
        except RowError as error:
            first = next((one.row for one in block.entries if one.row and one.status is Status.COMPLETE), 0)
            self.fault(error, block.condition_row if error.column == "@rows" else first)
            return []
        built = Built(block, source)
        own = Maker(source, block.entity, self.preparation.anchor_of)
        for entry in block.entries:
            if not isinstance(entry.plan, LookUp):
                built.fields[entry.field] = self.field(entry, block, own)
        self.findings += own.findings
        return [built]

    def fault(self, error: RowError, row: int) -> None:
        fault = error.of_row(row)
        if fault not in self.faults:
            self.faults.append(fault)

    def rows_of(self, block: Block) -> Source:
        """The rows of a source that a block is made of. Raises RowError."""
        if block.source is None and block.entity.name == "Site" and not _columns(block):
            return self.preparation.sites_alone()
        source = self.preparation.source(block.source or SourceName())
        if source.settings.patient_id is None and block.entity.name != "Site":
            raise RowError("source_file", f"{source.name} has no patient", expected="@source, patient_id")
        if block.split is not None:
            source = split(source, block.split, _columns(block)).counted()
        if block.condition is None:
            return source
        maker = Maker(source, block.entity, self.preparation.anchor_of)
        try:
            met = maker.computed(block.condition, truth=True)[0].fill_null(False)
        except RowError as error:
            raise RowError("@rows", error.problem, expected=error.expected, hint=error.hint) from error
        self.findings += maker.findings
        return source.keeping(met).counted()

    def field(self, entry: Entry, block: Block, own: Maker) -> Made:
        """A field of all rows of a block, from its source or another."""
        height = own.source.cells.height
        if entry.status is Status.IMPOSSIBLE:
            return _all_missing(height, str(MissingReason.IMPOSSIBLE))
        if entry.plan is None:
            return _all_missing(height, None)
        of = block.entity.field(entry.field)
        try:
            other = _other_source(entry, block)
            if other is None:
                return made(own, entry, of)
            source = self.preparation.source(other)
            maker = Maker(source, block.entity, self.preparation.anchor_of)
            found = made(maker, entry, of)
            self.findings += maker.findings
            values = pl.DataFrame(
                {"@patient_id": source.cells["@patient_id"], "value": found.value, "why": found.why}
            ).filter(pl.col("value").is_not_null() | pl.col("why").is_not_null())
            joined_values = self.preparation.joined(own.source, values, source.name)
            return Made(joined_values["value"], joined_values["why"])
        except RowError as error:
            self.fault(error, entry.row)
            return _all_missing(height, None)

    def look_up(self, one: Built, entry: Entry, plan: LookUp, built: list[Built]) -> None:
        parents = [other for other in built if other.block.entity.name == plan.parent.name]
        try:
            own = Maker(one.source, one.block.entity, self.preparation.anchor_of)
            key = plan.parent.key[-1]
            held = [(other.source, other.fields[key].value) for other in parents if key in other.fields]
            one.fields[entry.field] = looked_up(own, one.block.entity.field(entry.field), plan, held)
            self.findings += own.findings
        except RowError as error:
            self.fault(error, entry.row)


def _other_source(entry: Entry, block: Block) -> SourceName | None:
    """The source of an entry, if it is not that of its block."""
    named, own = entry.source, block.source or SourceName()
    if named is None:
        return None
    full = named if named.file else replace(own, event=named.event)
    return None if full == own else full


def _columns(block: Block) -> list[str]:
    """Columns that the plans of a block read from its own source, each once."""
    found: dict[str, None] = {}
    nodes: list[Node] = [block.condition] if block.condition is not None else []
    for entry in block.entries:
        if isinstance(entry.plan, Checkbox):
            found.update(dict.fromkeys(entry.plan.columns))
        else:
            found.update(dict.fromkeys(entry.columns))
        match entry.plan:
            case ByExpression(node):
                nodes.append(node)
            case CaseWhen(cases):
                nodes += [one.condition for one in cases if one.condition is not None]
                nodes += [one.result for one in cases if not isinstance(one.result, MissingReason)]
            case Template(parts):
                found.update(dict.fromkeys(one.column for one in parts if isinstance(one, Slot)))
            case LookUp(_, pairs):
                found.update(dict.fromkeys(own for _, own in pairs))
            case _:
                pass
    found.update(dict.fromkeys(name for node in nodes for name in names(node)))
    found.update(dict.fromkeys(block.split.columns if block.split else ()))
    return [one for one in found if not one.startswith("@")]


def _all_missing(height: int, reason: str | None) -> Made:
    return Made(
        pl.repeat(None, height, dtype=pl.String, eager=True),
        pl.repeat(reason, height, dtype=pl.String, eager=True),
    )


def _assembled(
    built: list[Built],
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], list[pl.DataFrame]]:
    """Typed tables and origins by entity, the rows of several blocks below each other; and findings."""
    frames, origins, findings = {}, {}, []
    for entity in data_model().entities:
        own = [one for one in built if one.block.entity.name == entity.name]
        if not own:
            continue
        text = pl.concat([_text(one, entity) for one in own], how="diagonal_relaxed")
        origin = pl.concat([one.source.origin for one in own])
        frames[entity.name], found = typed_frame(entity, text, origin)
        origins[entity.name] = origin
        findings.append(found)
    return frames, origins, findings


def _text(built: Built, entity: Entity) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    for one in entity.fields:
        made = built.fields.get(one.name)
        if made is None:
            continue
        columns[one.name] = made.value
        why = made.why.zip_with(
            made.value.is_null(), pl.repeat(None, made.why.len(), dtype=pl.String, eager=True)
        )
        if why.is_not_null().any():
            columns[one.why] = why
    return pl.DataFrame(columns)


def _statuses(mapping: Mapping, needed: Collection[tuple[str, str]]) -> pl.DataFrame:
    """What the site cannot give, or has not looked at, of what the study needs."""
    found = []
    for entity, name in needed:
        status = mapping.status(entity, name)
        if status is Status.UNDETERMINED:
            found.append(
                Finding(
                    severity=Severity.ERROR,
                    rule="UNDETERMINED",
                    table=entity,
                    field=name,
                    file=mapping.file,
                    message=f"{mapping.file}: the study needs {entity}.{name}, and nobody has looked whether "
                    "the site has it",
                    hint="Give its row the status complete with a rule, or impossible.",
                )
            )
        elif status is Status.IMPOSSIBLE:
            found.append(
                Finding(
                    severity=Severity.INFO,
                    rule="IMPOSSIBLE",
                    table=entity,
                    field=name,
                    file=mapping.file,
                    message=f"{mapping.file}: the site cannot give {entity}.{name}, which the study needs",
                )
            )
    return finding_frame(found)
