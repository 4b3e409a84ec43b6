"""The report for people: one page without scripts, first what to mend, then every group of findings."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.catalogue import all_rules
from cimara.cohort.findings import Severity
from cimara.cohort.report.build import Report
from cimara.cohort.report.document import document
from cimara.cohort.report.groups import FIRST_ROWS, Group
from cimara.cohort.report.markup import Content, Markup, bullets, element, facts, table, together
from cimara.cohort.report.sections import changes_section, completeness_section, identifiers_section
from cimara.cohort.report.words import PLURALS, SEVERITY_WORDS, counted, row_place, short_message

FIRST_TASKS = 10
READING_RULES = {
    "TYPE": "a cell of a number or day holds a number",
    "ROW_LENGTH": "a row has as many cells as the header",
    "TRUNCATED": "the file is whole",
    "ENCODING": "the file is in UTF-8",
    "DATE": "a cell of a date holds a date in the order that the mapping declares",
    "DATE_ORDER": "all dates of a column are in the order that the mapping declares",
    "RECODE": "every code of the source is named in the mapping",
    "CHECKBOX": "a checkbox holds 0 or 1",
    "LINK": "every row can be given the id of its patient",
    "PARENT": "a row finds the row that it belongs to",
    "JOIN": "rows of two files find each other by the keys of the mapping",
    "ANCHOR": "every patient has the date of day 0",
    "NO_PATIENT": "every row names a patient",
    "EVENT": "every event with data is named in the mapping",
    "ROWS": "rows that the mapping leaves out",
    "UNDETERMINED": "the mapping says of every field that the study needs whether the source can give it",
    "IMPOSSIBLE": "what the source can never give",
}
_SECTIONS = {
    Severity.ERROR: "Errors: these stop the submission",
    Severity.WARNING: "Warnings: please look at these",
    Severity.INFO: "For the record",
}


def page(report: Report) -> str:
    """The whole page; equal reports give equal text."""
    sections = [one for one in _sections(report) if one[2]]
    title = f"Data check {report.site}".strip()
    contents = [element("a", heading, href=f"#{name}") for name, heading, _ in sections]
    return document(
        f"{title} \u2013 {report.study}".strip(" \u2013"),
        element("header", *_head(report, title)),
        element("nav", bullets(contents), aria_label="Contents"),
        element("main", *(_section(*one) for one in sections)),
    )


def _section(name: str, heading: str, content: list[Markup]) -> Markup:
    return element("section", element("h2", heading, id=name), *content, aria_labelledby=name)


def _sections(report: Report) -> Iterator[tuple[str, str, list[Markup]]]:
    yield "first", "What to do first", _tasks(report)
    yield "identifiers", "Identifiers", identifiers_section(report)
    yield "since", "Only what changed since last time", changes_section(report)
    rules = rule_words()
    for severity, heading in _SECTIONS.items():
        own = [(place, one) for place, one in enumerate(report.groups, start=1) if one.severity is severity]
        shown = [_group(one, place, rules) for place, one in own if not one.is_optional]
        yield f"all-{severity}", heading, shown + _blank_optional([one for _, one in own if one.is_optional])
    yield "complete", "Completeness", completeness_section(report)
    yield "matrix", "What the source can give", _matrix(report)
    yield "unused", "Not used", [bullets(report.unused)] if report.unused else []


def _head(report: Report, title: str) -> Iterator[Markup]:
    yield element("h1", title)
    yield element("p", _verdict(report), class_=f"result {'ok' if report.ok else 'not-ok'}")
    told = ", ".join(f"{name} {count:,}" for name, count in report.rows.items())
    pairs: list[tuple[str, Content]] = [("Study", report.study)] if report.study else []
    pairs += [
        ("Patients", f"{report.patients:,}"),
        ("Rows", told or "none"),
        ("Data model", f"version {report.schema_version}"),
    ]
    yield facts(pairs)
    yield element(
        "p",
        "Numbers and codes are shown; of a text only its length. Rows are counted from 1 below the header. "
        "Every finding stands in findings.csv.",
        class_="note",
    )


def _verdict(report: Report) -> str:
    told = ", ".join(counted(count, *PLURALS[name]) for name, count in report.counts.items() if count)
    if report.identifiers is not None and report.identifiers.refused:
        return f"Refused: the data hold identifiers. {told or 'No other finding'}."
    if report.errors:
        return f"Not ready to submit: {told}."
    return f"Ready to submit: {told or 'nothing was found'}."


def _tasks(report: Report) -> list[Markup]:
    """The first things to mend."""
    content: list[Markup] = []
    if report.identifiers is not None and report.identifiers.refused:
        link = element("a", "remove the identifiers", href="#identifiers")
        content.append(element("p", "Before all else, ", link, ": nothing may leave the site with them."))
    if not report.to_do:
        return content or [element("p", "Nothing to mend.")]
    rules = rule_words()
    places = {id(one): place for place, one in enumerate(report.groups, start=1)}
    lines = [
        element("li", *_task(one, places[id(one)], rules), value=str(order))
        for order, one in enumerate(report.to_do[:FIRST_TASKS], start=1)
    ]
    content.append(element("ol", *lines, class_="tasks"))
    if len(report.to_do) > FIRST_TASKS:
        content.append(element("p", f"{len(report.to_do) - FIRST_TASKS:,} more below.", class_="note"))
    if failing := report.failing_patients():
        rows = [(name, count, report.patients) for name, count in failing.items()]
        heads = ("Analysis", "Patients with an error in a field it needs", "Patients")
        content += [
            element("h3", "Which analyses wait for this"),
            table(heads, rows, caption="Patients with errors by analysis", numbers=(1, 2)),
        ]
    return content


def _task(group: Group, place: int, rules: dict[str, str]) -> Iterator[Content]:
    yield _label(group.severity)
    yield element("a", element("strong", group.where), href=f"#group-{place}")
    yield f": {counted(group.count, 'finding')}"
    if group.patients > 1:
        yield f" in {counted(group.patients, 'patient')}"
    yield f". {_ruled(rules, group)}"
    if not group.hint or group.hints > 1:
        yield element("span", f"For example: {short_message(str(group.rows['message'][0]))}.", class_="hint")
    if group.hint:
        yield element("span", _hints(group), class_="hint")
    if group.analyses:
        yield element("span", f"Needed by {', '.join(group.analyses)}.", class_="hint")


def _hints(group: Group) -> str:
    return group.hint if group.hints <= 1 else f"Most often: {group.hint}"


def _group(group: Group, place: int, rules: dict[str, str]) -> Markup:
    name = f"group-{place}"
    title = together((_label(group.severity), element("strong", group.where), f" {group.rule}"))
    shown = f"first {FIRST_ROWS} of {group.count:,}" if group.count > FIRST_ROWS else f"{group.count:,}"
    rows = [_finding_row(one) for one in group.rows.iter_rows(named=True)]
    heads = ("Where", "Patient", "What is wrong", "What would mend it")
    same = group.hints <= 1
    cells = [row[:3] if same else row for row in rows]
    made = table(heads[:3] if same else heads, cells, caption=f"{group.where} {group.rule}")
    content = [
        element("h3", title, id=name),
        element("p", _ruled(rules, group), f" {_hints(group)}" if group.hint else "", class_="rule"),
        element("details", element("summary", f"Rows ({shown})"), made),
    ]
    return element("article", *content, aria_labelledby=name)


def _blank_optional(groups: list[Group]) -> list[Markup]:
    """Blank optional fields, a line each."""
    if not groups:
        return []
    rows = [(one.where, short_message(str(one.rows["message"][0]))) for one in groups]
    return [
        element("h3", _label(Severity.WARNING), element("strong", "Optional fields left blank")),
        element("p", groups[0].hint, class_="rule"),
        table(("Field", "How many"), rows, caption="Optional fields left blank"),
    ]


def _finding_row(finding: dict[str, str | int | None]) -> tuple[str, str, str, str]:
    return (
        row_place(finding),
        str(finding["patient_id"] or "\u2013"),
        short_message(str(finding["message"])),
        str(finding["hint"]),
    )


def _matrix(report: Report) -> list[Markup]:
    """The site's row of the harmonisation matrix."""
    matrix = report.harmonisation
    if matrix is None or not matrix.height:
        return []
    numbers = [place for place, kind in enumerate(matrix.dtypes) if kind.is_numeric()]
    heads = [name.replace("_", " ").capitalize() for name in matrix.columns]
    rows = matrix.with_columns(pl.selectors.float().round(1)).rows()
    return [table(heads, rows, caption="Harmonisation of this site", numbers=numbers)]


def _label(severity: Severity) -> Markup:
    return element("span", SEVERITY_WORDS[severity], class_=f"tag {severity}")


def rule_words() -> dict[str, str]:
    """What each rule asks for, by its id."""
    return READING_RULES | {one.id: one.says for one in all_rules()}


def _ruled(rules: dict[str, str], group: Group) -> str:
    says = rules.get(group.rule, "")
    return f"Rule: {says}." if says else ""
