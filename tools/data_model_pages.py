"""Pages of the reference on the cohort's data model: one an entity, one of all rules, and their index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cimara.cohort.checks.catalogue import TABLE_RULES, row_rules
from cimara.cohort.checks.cells import CELL_RULES
from cimara.cohort.checks.optional import NEEDED, OPTIONAL
from cimara.cohort.checks.rule import Rule
from cimara.cohort.model import DataModel, Entity, Field, Kind, MissingReason, Need

MADE_BY = "Made by `tools/make_data_model.py` from the schema; a test holds them equal."
NEEDS = {
    Need.REQUIRED: "required",
    Need.CONDITIONAL: "by rule",
    Need.OPTIONAL: "optional",
    Need.DERIVED: "derived",
}
KINDS = {
    Kind.TEXT: "text",
    Kind.DAY: "day",
    Kind.INTEGER: "whole number",
    Kind.DECIMAL: "number",
    Kind.CODE: "code",
    Kind.CODES: "several codes",
}
ABOUT = """
Days count from the patient's anchor, which is day 0: the first diagnosis of brain metastases, or the
first therapy of the CNS where that is not known. Days before it are negative. What one lesion received in
one course is a row of `course_lesion`: dose and radiation necrosis are at that grain, not the patient's.
""".strip()
ABOUT_RULES = """
An error stops a submission; a warning asks to be looked at. All findings are told in one run. Where
several rules would tell one cause in one cell, one does: a cell that could not be read is not also blank,
a dose that D1 tells is not also out of range, and a primary diagnosed after the death is not also told to
be after the last contact. Numbers and codes are shown, of a text its length only.
""".strip()
BAR = "\\|"
"""A bar within a cell."""
REASONS = {
    MissingReason.UNKNOWN: "unknown",
    MissingReason.NOT_DONE: "not done",
    MissingReason.NOT_APPLICABLE: "not applicable",
    MissingReason.NOT_ASKED: "not collected at this site",
    MissingReason.NO_LONGER_AVAILABLE: "not available any more",
    MissingReason.IMPOSSIBLE: "cannot be derived from the site's source; set by a mapping only",
}
OTHER_PAGES = (
    "rules", "mapping", "expressions", "identifiers", "validation-report", "store", "indices", "exports",
)  # fmt: skip
"""Pages of the reference on cohorts that are not of one entity."""


def pages(model: DataModel) -> dict[str, str]:
    """Every page by its path under docs/reference/cohort."""
    entities = {f"entities/{one.table}.md": _page(entity_lines(one, model)) for one in model.entities}
    return {"index.md": _page(index_lines(model)), "rules.md": _page(rule_lines(model)), **entities}


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def index_lines(model: DataModel) -> Iterator[str]:
    """The data model in short, and the way to its pages."""
    yield from ("# The data model of the cohort", "", f"Version {model.version}. {MADE_BY}", "")
    yield from ABOUT.splitlines()
    yield from ("", "A missing value has a reason in `<field>__why`, or in the place of the value:", "")
    yield from _table(("reason", "means"), ((str(one), words) for one, words in REASONS.items()))
    yield from ("", "## Tables", "")
    rows = (
        (f"[{one.name}](entities/{one.table}.md)", one.grain, _code(one.key), one.description)
        for one in model.entities
    )
    yield from _table(("table", "a row is", "key", "holds"), rows)
    yield from ("", "```{toctree}", ":maxdepth: 1", "", *OTHER_PAGES)
    yield from (f"entities/{one.table}" for one in model.entities)
    yield "```"


def entity_lines(entity: Entity, model: DataModel) -> Iterator[str]:
    """One entity: its key, fields, code lists and rules."""
    form = "repeating form" if entity.repeating else "form"
    yield from (f"# {entity.name}", "", f"{entity.description} {MADE_BY}", "")
    yield f"- A row is: {entity.grain}"
    yield f"- Key: {_code(entity.key)}"
    yield f"- File and REDCap {form}: `{entity.table}`"
    yield from ("", "## Fields", "")
    heads = ("field", "what", "type", "unit", "range", "need", "REDCap")
    yield from _table(heads, (_field_row(one, model) for one in entity.fields))
    lists = {one.enum: one for one in entity.fields if one.enum}
    if lists:
        yield from ("", "## Codes")
    for name, field in lists.items():
        yield from ("", f"### {name}", "")
        rows = ((f"`{one.name}`", one.label, str(one.redcap), one.meaning) for one in field.codes)
        yield from _table(("code", "label", "REDCap", "ontology"), rows)
    rules = [one for one in (*row_rules(model), *TABLE_RULES) if entity.name in one.entities]
    if rules:
        yield from ("", "## Rules", "", "Beside the [rules of every table](../rules.md):", "")
        rows = ((one.id, str(one.severity), _code(one.fields), one.says) for one in rules)
        yield from _table(("rule", "severity", "field", "what must hold"), rows)


def _field_row(field: Field, model: DataModel) -> tuple[str, ...]:
    kind = KINDS[field.kind]
    if field.places:
        kind += f", {field.places} decimal{'s' * (field.places > 1)}"
    if field.references:
        kind += f", names a row of [{field.references}]({model.entity(field.references).table}.md)"
    elif field.enum:
        kind += f" of [{field.enum}](#{field.enum.lower()})"
    elif field.pattern:
        kind += f" `{field.pattern}`"
    limits = "" if field.lowest is None else f"{field.lowest:g} to {field.highest:g}"
    return (
        f"`{field.name}`",
        field.label,
        kind,
        field.unit,
        limits,
        NEEDS[field.need],
        f"`{field.redcap_name}`",
    )


def rule_lines(model: DataModel) -> Iterator[str]:
    """All rules, in the order in which they are looked at."""
    yield from ("# Rules of the data model", "", f"{MADE_BY}", "")
    yield from ABOUT_RULES.splitlines()
    sections = (
        ("Cells of every table", (*CELL_RULES, OPTIONAL, NEEDED)),
        ("Fields of one row", row_rules(model)),
        ("Keys, rows and tables", TABLE_RULES),
    )
    for title, rules in sections:
        yield from ("", f"## {title}", "")
        yield from _table(
            ("rule", "severity", "where", "what must hold", "hint"), (_rule_row(one) for one in rules)
        )


def _rule_row(rule: Rule) -> tuple[str, ...]:
    every = rule.entities == ("every",)
    where = "every table" if every else ", ".join(rule.entities)
    if rule.fields != ("every",):
        where += f": {_code(rule.fields)}"
    return (rule.id, str(rule.severity), where, rule.says, rule.hint)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', BAR) for cell in row)} |"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
