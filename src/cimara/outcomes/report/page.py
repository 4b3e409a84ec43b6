"""The report as one page: what was analysed in whom, each planned analysis, methods, every number, hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

from cimara.outcomes.report.description import Description
from cimara.outcomes.report.findings import Findings, Result, Sheet, Status
from cimara.outcomes.report.html import Content, Markup, element, figure, items, table, together
from cimara.outcomes.report.lock import Amendment, PlanLock
from cimara.outcomes.report.over_sites import OverSites
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.wording import analysis_title, counted_text, endpoint_label, options_text

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page asks for nothing and runs nothing."""
STATUS_WORDS = {Status.DONE: "done", Status.NOT_ESTIMABLE: "not estimable", Status.FAILED: "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """What a report was made of, by name and SHA-256."""

    plan: str
    data: tuple[tuple[str, str], ...]
    endpoints: tuple[tuple[str, str], ...]
    code: str
    version: str


def page(
    plan: Plan,
    lock: PlanLock,
    description: Description,
    results: Sequence[Result],
    hashes: Hashes,
    *,
    over_sites: OverSites | None = None,
) -> str:
    """The whole page; equal arguments give equal text. `over_sites` tells of rows that stayed at sites."""
    planned = [one for one in results if one.analysis.planned]
    others = [one for one in results if not one.analysis.planned]
    later = lock.added_later(plan)
    cohort = [table(one, name=f"table-{one.name}") for one in description.cohort.tables]
    sections = [("cohort", "From submissions to the data folder", cohort)] if cohort else []
    if over_sites is not None:
        sections.append(("over-sites", "How this was run over sites", list(_over_sites(over_sites))))
    sections += [
        (
            "flow",
            f"Flow of {plan.population.unit}s",
            [table(description.flow, name="table-flow", titled=False)],
        ),
        ("missing", "Missing data", [table(description.missing, name="table-missing", titled=False)]),
        (
            "follow-up",
            "Follow-up by site",
            [table(description.follow_up, name="table-follow-up", titled=False)],
        ),
        ("table-1", "Table 1", [table(description.table_one, name="table-one", titled=False)]),
        ("planned", "Planned analyses", [_article(plan, one, later) for one in planned]),
    ]
    if others:
        sections.append(
            ("others", "Analyses that were not planned", [_article(plan, one, later) for one in others])
        )
    sections += [
        ("methods", "Methods", list(_methods(plan, results, hashes))),
        ("numbers", "Every number", [table(_numbers(results), name="table-numbers")]),
        ("sources", "What this report was made of", list(_sources(plan, lock, hashes))),
    ]
    body = together(
        (
            element("header", *_head(plan, lock, results, description.cohort.signed)),
            element(
                "nav",
                element("h2", "Contents", id="contents"),
                _contents(plan, sections, results),
                aria_labelledby="contents",
            ),
            element(
                "main",
                *(
                    element("section", element("h2", title, id=name), *content, aria_labelledby=name)
                    for name, title, content in sections
                ),
            ),
        )
    )
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    head = together(
        (
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
            element("title", f"{plan.study.title} \u2013 report"),
            element("style", Markup(style)),
        )
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def _over_sites(told: OverSites) -> Iterator[Markup]:
    yield _facts(told.facts)
    yield items(told.notes)
    for one in told.sheets:
        yield table(one, name=f"table-{one.name}")
    yield element("p", "SHA-256 of the study file with its definitions, and of the data of each site.")
    yield items([together((f"{name} ", element("span", own, class_="hash"))) for name, own in told.hashes])


def _head(plan: Plan, lock: PlanLock, results: Sequence[Result], signed: str) -> Iterator[Markup]:
    yield element("h1", plan.study.title or plan.study.id)
    counts = {status: sum(one.status is status for one in results) for status in Status}
    told = ", ".join(f"{n} {STATUS_WORDS[status]}" for status, n in counts.items() if n)
    facts = [("Study", plan.study.id)]
    if plan.study.data_cut:
        facts.append(("Data cut", plan.study.data_cut.isoformat()))
    if signed:
        facts.append(("Study file", signed))
    fixed = [("Plan", _lock_text(plan, lock))] if lock.versions or not signed else []
    facts += [*fixed, ("Analyses", told), ("For", str(plan.audience))]
    yield _facts(facts)
    for change in lock.amendments(plan):
        yield element("p", _amendment(change))


def _facts(facts: Iterable[tuple[str, Content]]) -> Markup:
    return element(
        "dl",
        *(together((element("dt", name), element("dd", value))) for name, value in facts),
        class_="facts",
    )


def _lock_text(plan: Plan, lock: PlanLock) -> str:
    if not lock.versions:
        return "not locked: nothing shows that it was written before the data were seen"
    first, last = lock.versions[0], lock.versions[-1]
    told = f"locked {first.locked_at}"
    if last is not first:
        told += f", amended {last.locked_at}"
    return told if last.sha256 == plan.sha256 else f"{told}; changed since, and the change is not locked"


def _amendment(change: Amendment) -> str:
    parts = "; ".join(str(one) for one in change.changes) or "layout or comments only"
    when = f"Amendment locked {change.locked_at}" if change.locked_at else "Change after the last lock"
    reason = f" ({change.reason})" if change.reason else ""
    return f"{when}{reason}: {parts}."


def _contents(
    plan: Plan, sections: Sequence[tuple[str, str, list[Markup]]], results: Sequence[Result]
) -> Markup:
    lines = []
    for name, title, _ in sections:
        own = [one for one in results if name == ("planned" if one.analysis.planned else "others")]
        inner = [element("li", element("a", _title(plan, one), href=f"#{one.analysis.id}")) for one in own]
        below = element("ul", *inner) if inner else Markup("")
        lines.append(element("li", element("a", title, href=f"#{name}"), below))
    return element("ol", *lines)


def _title(plan: Plan, result: Result) -> str:
    return f"{result.analysis.id}: {analysis_title(plan, result.analysis)}"


def _article(plan: Plan, result: Result, later: frozenset[str]) -> Markup:
    entry, made = result.analysis, result.findings
    tags = [("primary", "")] if entry.primary else []
    tags += [(STATUS_WORDS[result.status], "" if result.status is Status.DONE else " mind")]
    if entry.id in later:
        tags.append(("added or changed by amendment", " mind"))
    if entry.endpoint:
        tags.append((endpoint_label(plan.endpoint(entry.endpoint)), ""))
    name = f"{entry.id}-title"
    content: list[Markup] = [
        element("h3", _title(plan, result), id=name),
        element("p", *(element("span", text, class_=f"tag{kind}") for text, kind in tags)),
    ]
    content += [element("p", one) for one in result.remarks]
    if result.status is not Status.DONE:
        code = f"{result.code}: " if result.code else ""
        content.append(
            element(
                "p", f"{STATUS_WORDS[result.status].capitalize()}. {code}{result.message}", class_="result"
            )
        )
    if made is not None:
        content += _made(plan, entry.id, made)
    return element("article", *content, id=entry.id, aria_labelledby=name)


def _made(plan: Plan, name: str, made: Findings) -> list[Markup]:
    content = [element("p", made.sentence, class_="result"), element("p", _counts(plan, made), class_="note")]
    before = [one for one in made.tables if one.shown and one.name == "balance"]
    tables = [one for one in made.tables if one.shown and one.name != "balance"]
    content += [table(one, name=f"{name}-{one.name}") for one in before]
    content += [figure(one, name=f"{name}-{one.kind}") for one in made.figures]
    content += [table(one, name=f"{name}-{one.name}") for one in tables]
    if made.assumptions:
        content += [element("h4", "Assumptions and their checks"), items(made.assumptions)]
    if made.warnings:
        lines = [f"{one.code}: {one.message}" for one in made.warnings]
        content += [element("h4", "Warnings"), items(lines, class_="warnings")]
    return content


def _counts(plan: Plan, made: Findings) -> str:
    told = [counted_text(made.n, made.events)]
    if made.clusters is not None:
        told.append(f"{made.clusters:,} clusters")
    if made.strata is not None and made.strata > 1:
        told.append(f"{made.strata:,} strata")
    told += [f"{n:,} rows left out, {plan.label(column)} empty" for column, n in made.dropped]
    told += [f"{n:,} {why}" for why, n in made.left_out]
    return "; ".join(told) + "."


def _methods(plan: Plan, results: Sequence[Result], hashes: Hashes) -> Iterator[Markup]:
    where = f" with {plan.population.where}" if plan.population.where else ""
    cut = f" Data were cut on {plan.study.data_cut.isoformat()}." if plan.study.data_cut else ""
    yield element(
        "p",
        f"The population is every {plan.population.unit} of the data folder{where}.{cut} Rows with an empty "
        "cell in a column that an analysis names were left out of that analysis and counted; nothing was "
        "imputed. A row is at risk after its entry and up to its exit. p-values are two-sided, and were not "
        "adjusted for several analyses beyond what the plan's order of testing says. Computed with CIMARa "
        f"{hashes.version}.",
    )
    for result in results:
        made = result.findings
        if made is None or not made.method:
            continue
        calls = together((element("code", "; ".join(made.r_call)),)) if made.r_call else Markup("")
        yield element(
            "p",
            element("strong", f"{result.analysis.id}. "),
            made.method,
            f" Options: {options_text(made.options)}. Same in R: ",
            calls,
        )


def _numbers(results: Sequence[Result]) -> Sheet:
    rows = tuple(
        (
            result.analysis.id,
            one.measure,
            one.of,
            one.estimate,
            one.lower,
            one.upper,
            one.p,
            one.n,
            one.events,
        )
        for result in results
        if result.findings is not None
        for one in result.findings.estimates
    )
    columns = ("Analysis", "Measure", "Of", "Estimate", "Lower", "Upper", "p", "n", "Events")
    return Sheet(
        name="numbers",
        title="Every estimate of this report",
        columns=columns,
        rows=rows,
        note="Three significant digits; results.json has all digits, and tables/ every step of every curve.",
    )


def _sources(plan: Plan, lock: PlanLock, hashes: Hashes) -> Iterator[Markup]:
    rows = [("Plan", plan.source, hashes.plan)]
    rows += [("Data", name, own) for name, own in hashes.data]
    rows += [("Endpoint definition and policy", name, own) for name, own in hashes.endpoints]
    rows += [("Code", f"CIMARa {hashes.version}", hashes.code)]
    lines = [together((f"{kind}: {name} ", element("span", own, class_="hash"))) for kind, name, own in rows]
    yield element(
        "p", "SHA-256 of everything that decides a number. The same plan, data and code give the same page."
    )
    yield items(lines)
