"""Sorts the rows of a mapping into settings and blocks, and gathers every fault on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cimara.cohort.harmonise.errors import MappingError, MappingFault, RowError
from cimara.cohort.harmonise.planning import plan_of
from cimara.cohort.harmonise.plans import (
    Anchor,
    Block,
    Entry,
    Rule,
    SiteRule,
    Slot,
    SourceName,
    Status,
    Template,
)
from cimara.cohort.harmonise.row import Row, node_of, split_of
from cimara.cohort.harmonise.settings import Setting, anchor_of, setting_of, site_of
from cimara.cohort.model import Entity, Field, Need, closest, data_model
from cimara.cohort.raw_tables import RawTable

COLUMNS = (
    "target_entity",
    "target_field",
    "status",
    "rule",
    "source_file",
    "source_field",
    "source_event",
    "expression",
    "unit_from",
    "unit_to",
    "repeat_key",
    "comment",
)
SETTINGS = ("@site", "@source", "@anchor", "@every")
OWN_IDS = {"patient_id": "@patient_id", "site_id": "@site"}
"""Fields that are filled from the settings where no row names them."""


class Assembly:
    """Goes through the rows of a mapping and gathers faults instead of stopping at the first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[MappingFault] = []
        self.site: SiteRule | None = None
        self.anchor: Anchor | None = None
        self.settings: list[Setting] = []
        self.every: dict[str, Row] = {}
        self.rows: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self.stars: dict[str, Row] = {}
        self.comments: dict[tuple[str, str], str] = {}

    def read_all(self, raw: RawTable) -> tuple[Block, ...]:
        """Read every row; gives the blocks in the order of the model. Raises MappingError with all faults."""
        rows = list(self.read(raw))
        for row in rows:
            try:
                self.sort(row)
            except RowError as error:
                self.faults.append(error.of_row(row.number))
        if self.site is None and not any(one["target_entity"] == "@site" for one in rows):
            self.fault(0, "target_entity", "no row says which site it is", "a row @site")
        places = list(self.rows)
        places += [(name, "") for name in self.stars if name not in {entity for entity, _ in places}]
        order = list(data_model().by_name)
        places.sort(key=lambda one: order.index(one[0]))
        blocks = tuple(self.block(entity, key) for entity, key in places)
        self.check_ids(blocks)
        if self.faults:
            raise MappingError(self.file, self.faults)
        self.comments = {
            (row["target_entity"], row["target_field"]): row["comment"] for row in rows if row["comment"]
        }
        return blocks

    def fault(self, row: int, column: str, problem: str, expected: str = "", hint: str = "") -> None:
        self.faults.append(MappingFault(row, column, problem, expected, hint))

    def read(self, raw: RawTable) -> Iterator[Row]:
        missing = [one for one in COLUMNS if one not in raw.frame.columns]
        for one in missing:
            near = closest(one, [had for had in raw.frame.columns if had not in COLUMNS])
            self.fault(0, "header", f"no column {one}", hint=f"Is it {near}?" if near else "")
        for message in raw.findings["message"]:
            self.fault(0, "", message, hint="A cell with a comma in it needs quotation marks around it.")
        if missing:
            raise MappingError(self.file, self.faults)
        for number, cells in zip(raw.rows, raw.frame.select(COLUMNS).iter_rows(named=True), strict=True):
            row = Row(number, {name: cell or "" for name, cell in cells.items()})
            if any(row.cells.values()) and not row["target_entity"].startswith("#"):
                yield row

    def sort(self, row: Row) -> None:
        """Put a row where it belongs."""
        name = row["target_entity"]
        if name.startswith("@"):
            self.take_setting(name, row)
            return
        model = data_model()
        entity = model.by_name.get(name)
        if entity is None:
            near = model.by_table.get(name)
            meant = near.name if near else closest(name, [*model.by_name, *SETTINGS])
            raise RowError(
                "target_entity",
                f"the data model has no entity {name!r}" if name else "no entity is named",
                hint=f"Did you mean {meant}?" if meant else "",
            )
        if row["target_field"] == "*":
            self.take_star(entity, row)
            return
        if row["target_field"] != "@rows":
            self.check_field(entity, row)
        held = self.rows.setdefault((entity.name, row["repeat_key"]), {})
        before = held.setdefault(row["target_field"], [])
        if before and row["target_field"] != "@rows":
            raise RowError(
                "target_field",
                f"row {before[0].number} has {entity.name}.{row['target_field']} already",
                hint="Two blocks of one entity differ in repeat_key.",
            )
        before.append(row)

    def take_setting(self, name: str, row: Row) -> None:
        if name == "@site":
            self.once(self.site, row)
            self.site = site_of(row)
        elif name == "@anchor":
            self.once(self.anchor, row)
            self.anchor = anchor_of(row)
        elif name == "@source":
            self.settings.append(setting_of(row))
        elif name == "@every":
            self.take_every(row)
        else:
            near = closest(name, SETTINGS)
            raise RowError(
                "target_entity",
                f"there is no {name}",
                expected=f"one of {', '.join(SETTINGS)}",
                hint=f"Did you mean {near}?" if near else "",
            )

    def once(self, held: SiteRule | Anchor | None, row: Row) -> None:
        if held is not None:
            raise RowError("target_entity", f"row {held.row} has {row['target_entity']} already")

    def take_every(self, row: Row) -> None:
        name = row["target_field"]
        known = {field.name for entity in data_model().entities for field in entity.fields}
        if name not in known:
            raise RowError(
                "target_field", f"no entity has a field {name!r}", hint=_meant(closest(name, known))
            )
        if name in self.every:
            raise RowError("target_field", f"row {self.every[name].number} has @every {name} already")
        self.every[name] = row

    def take_star(self, entity: Entity, row: Row) -> None:
        if entity.name in self.stars:
            raise RowError(
                "target_field", f"row {self.stars[entity.name].number} has {entity.name} * already"
            )
        if _status(row) is Status.COMPLETE:
            raise RowError("status", "complete for all fields at once", expected="impossible or undetermined")
        _no_rule(row)
        self.stars[entity.name] = row

    def check_field(self, entity: Entity, row: Row) -> None:
        name = row["target_field"]
        field = entity.by_name.get(name)
        if field is None:
            raise RowError(
                "target_field",
                f"{entity.name} has no field {name!r}" if name else "no field is named",
                hint=_meant(closest(name, entity.by_name)),
            )
        if name == "patient_id":
            raise RowError(
                "target_field",
                "a patient's id is made once for each source, not for each entity",
                expected="@source, patient_id, rule link",
            )
        if field.need is Need.DERIVED:
            raise RowError("target_field", f"{name} is derived", hint="Leave the row out.")

    def block(self, name: str, key: str) -> Block:
        """The block of an entity and a key, with an entry for each of its fields."""
        entity = data_model().entity(name)
        held = self.rows.get((name, key), {})
        block = self.with_rows(Block(entity, key, ()), held.get("@rows", []))
        entries = [
            self.entry(entity, field, held.get(field.name, []))
            for field in entity.fields
            if field.need is not Need.DERIVED
        ]
        own = [row for field, rows in held.items() if field != "@rows" for row in rows]
        if not any(row["status"] == Status.COMPLETE for row in own):
            star = self.stars.get(name)
            status = _status(star) if star else Status.UNDETERMINED
            kept = [replace(one, status=status, plan=None) if one.plan else one for one in entries]
            return replace(block, entries=tuple(kept))
        block = replace(
            block, entries=tuple(entries), source=block.source or _first_source(own), makes_rows=True
        )
        self.check_source(block, own)
        self.check_groups(block, own)
        return block

    def check_source(self, block: Block, own: list[Row]) -> None:
        """A block that reads columns needs a source, as soon as any row of the mapping names one."""
        reads = any(row.columns or row["rule"] in ("expression", "case_when", "link") for row in own)
        named = any(
            row.source is not None and row.source.file
            for held in self.rows.values()
            for rows in held.values()
            for row in rows
        )
        if block.source is None and block.makes_rows and named and (reads or block.entity.name != "Site"):
            self.fault(
                own[0].number,
                "source_file",
                f"no row of {block.name} names a source",
                "a file, in one of its rows",
            )

    def check_groups(self, block: Block, own: list[Row]) -> None:
        grouped = [
            row for row in own if re.search(r"\{n\}|\{@n[:}]", row["source_field"] + " " + row["expression"])
        ]
        if grouped and block.split is None:
            self.fault(
                grouped[0].number,
                "source_field",
                f"{{n}} in {block.name}, which has no groups",
                f"a row {block.entity.name},@rows with the rule split_rows and the same repeat_key",
            )

    def with_rows(self, block: Block, rows: list[Row]) -> Block:
        for row in rows:
            try:
                block = _with_rows_row(block, row)
            except RowError as error:
                self.faults.append(error.of_row(row.number))
        return block

    def entry(self, entity: Entity, field: Field, rows: list[Row]) -> Entry:
        row = rows[0] if rows else None
        star = self.stars.get(entity.name)
        own_id = OWN_IDS.get(field.name)
        if row is None and own_id and (own_id != "@site" or entity.name == "Site"):
            return Entry(field.name, Status.COMPLETE, plan=Template((Slot(own_id),)))
        row = row or self.every.get(field.name) or star
        if row is None:
            return Entry(field.name, Status.UNDETERMINED)
        try:
            return _entry(field, row, with_rule=row is not star)
        except RowError as error:
            fault = error.of_row(row.number)
            if fault not in self.faults:
                self.faults.append(fault)
            return Entry(field.name, Status.UNDETERMINED, row.number)

    def check_ids(self, blocks: tuple[Block, ...]) -> None:
        needing = [one for one in blocks if one.makes_rows and one.entity.name != "Site"]
        named = any(one.name == "patient_id" for one in self.settings)
        if needing and not named and not self.faults:
            self.fault(
                0, "target_entity", "no row says how a patient's id is made", "@source, patient_id, rule link"
            )


def _first_source(rows: list[Row]) -> SourceName | None:
    return next((row.source for row in rows if row.source is not None), None)


def _entry(field: Field, row: Row, *, with_rule: bool) -> Entry:
    status = _status(row)
    if status is not Status.COMPLETE:
        _no_rule(row)
        return Entry(field.name, status, row.number, comment=row["comment"])
    if not with_rule:
        raise RowError("rule", "no rule")
    plan = plan_of(_rule(row), row, field)
    return Entry(field.name, status, row.number, row.source, row.columns, plan, row["comment"])


def _with_rows_row(block: Block, row: Row) -> Block:
    """A block with what its `@rows` row says."""
    if _status(row) is not Status.COMPLETE:
        raise RowError("status", f"{row['status']} for @rows", expected="complete")
    block = replace(block, source=block.source or row.source)
    if not row["rule"]:
        if block.condition is not None:
            raise RowError("target_field", "a second condition", expected="one, joined by `and`")
        return replace(block, condition=node_of(row.expression), condition_row=row.number)
    if _rule(row) is not Rule.SPLIT_ROWS:
        raise RowError("rule", f"{row['rule']} for @rows", expected="split_rows, or blank for a condition")
    if block.split is not None:
        raise RowError("rule", "the block is split already")
    return replace(block, split=split_of(row))


def _status(row: Row) -> Status:
    if row["status"] not in set(Status):
        near = closest(row["status"], Status)
        raise RowError(
            "status",
            f"{row['status']!r} is no status" if row["status"] else "no status is given",
            expected=", ".join(Status),
            hint=_meant(near),
        )
    return Status(row["status"])


def _rule(row: Row) -> Rule:
    if row["rule"] not in set(Rule):
        raise RowError(
            "rule",
            f"there is no rule {row['rule']!r}" if row["rule"] else "no rule is given",
            expected=f"one of {', '.join(Rule)}",
            hint=_meant(closest(row["rule"], Rule)),
        )
    return Rule(row["rule"])


def _no_rule(row: Row) -> None:
    if row["rule"]:
        raise RowError(
            "rule", f"{row['status']} has no rule", expected="a blank cell, or the status complete"
        )


def _meant(near: str) -> str:
    return f"Did you mean {near}?" if near else ""
