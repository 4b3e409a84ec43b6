"""Whether a plan fits its data: every column, endpoint, cause and policy that it names."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.endpoints.errors import Problem, nearest
from cimara.outcomes.report.data_folder import DataFolder, EndpointTableFile
from cimara.outcomes.report.endpoint_rows import causes_in, is_by_lesion
from cimara.outcomes.report.errors import PlanError
from cimara.outcomes.report.plan import Analysis, EndpointUse, Plan
from cimara.outcomes.report.plan_words import Audience, Kind, UnitRow
from cimara.outcomes.report.population import condition_problem
from cimara.terms.toml_lines import KeyPath, line_of

LEAST_DIGITS = 8
Found = Iterator[tuple[KeyPath, str]]


def check_plan_against_data(plan: Plan, data: DataFolder) -> None:
    """Raise PlanError with every name of the plan that the data do not have."""
    lines = dict(plan.lines)
    problems = []
    for path, text in (
        *_population(plan, data),
        *_endpoints(plan, data),
        *_table_one(plan, data),
        *(
            one
            for place, analysis in enumerate(plan.analyses)
            for one in _analysis(plan, data, place, analysis)
        ),
    ):
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        problems.append(Problem(key, text, line_of(path, lines)))
    if problems:
        raise PlanError(sorted(problems, key=lambda one: one.line), plan.source)


def check_audience(plan: Plan) -> None:
    """Refuse a report for the public, whose disclosure rules are not part of this program yet."""
    if plan.audience is Audience.PUBLIC:
        told = Problem(
            "release.audience",
            "public needs the disclosure rules (smallest cell, masked sites, coarsened curves, rounded "
            'counts), which this version does not have; expected "internal"',
            line_of(("release", "audience"), dict(plan.lines)),
        )
        raise PlanError([told], plan.source)


def _population(plan: Plan, data: DataFolder) -> Found:
    told = condition_problem(plan.population.where, data.rows)
    if told:
        yield ("population", "where"), told
    columns = data.rows.columns
    for key in ("cluster", "site"):
        name = getattr(plan.population, key)
        if name and name not in columns:
            yield ("population", key), f"no column {name!r} in rows; {nearest(name, columns)}"
    if plan.population.unit is UnitRow.LESION and "lesion_id" not in columns:
        yield ("population", "unit"), "rows has no lesion_id; expected one row a lesion"
    for one in plan.covariates:
        if one.name not in (*columns, *data.varying):
            yield ("covariates", one.name), f"no such column; {nearest(one.name, (*columns, *data.varying))}"
        if one.known and one.known not in columns:
            yield ("covariates", one.name, "known"), f"no column {one.known!r}; {nearest(one.known, columns)}"


def _endpoints(plan: Plan, data: DataFolder) -> Found:
    for one in plan.endpoints:
        if not one.use:
            continue
        table = data.table(one.use)
        path: KeyPath = ("endpoints", one.name)
        if table is None:
            yield (*path, "use"), _no_table(one, data)
            continue
        for key, text in (*_policy(one, table), *_causes(plan, one, table)):
            yield (*path, key), text
        if not plan.by_sites and is_by_lesion(table) and plan.population.unit is UnitRow.PATIENT:
            yield (*path, "use"), 'its rows are lesions; say unit = "lesion" in [population]'


def _no_table(one: EndpointUse, data: DataFolder) -> str:
    if not data.tables:
        return "the data folder has no endpoint table; write one with `cimara outcomes derive ID --out FILE`"
    return f"the data folder has no table of endpoint {one.use!r}; {nearest(one.use, data.tables)}"


def _policy(one: EndpointUse, table: EndpointTableFile) -> Iterator[tuple[str, str]]:
    if one.policy == "default":
        if table.endpoint not in catalogue:
            yield (
                "policy",
                f"{table.endpoint} is not in the catalogue; name its fingerprint instead of default",
            )
        elif catalogue[table.endpoint].fingerprint != table.fingerprint:
            yield (
                "policy",
                (
                    f"{table.file} was derived by another definition ({table.fingerprint[:16]}) than the "
                    f"catalogue's ({catalogue[table.endpoint].fingerprint[:16]})"
                ),
            )
    elif one.policy and (len(one.policy) < LEAST_DIGITS or not table.fingerprint.startswith(one.policy)):
        yield (
            "policy",
            (
                f"{table.file} has the fingerprint {table.fingerprint[:16]}; expected default, or the first "
                f"{LEAST_DIGITS} digits or more of the fingerprint"
            ),
        )


def _causes(plan: Plan, one: EndpointUse, table: EndpointTableFile) -> Iterator[tuple[str, str]]:
    known = causes_in(plan, one, table)[1:]
    if one.competing is None:
        return
    for name in one.competing:
        if name not in known:
            yield (
                "competing",
                f"no competing cause {name!r}; "
                + (nearest(name, known) if known else f"{table.endpoint} has none"),
            )
    left = [name for name in known if name not in one.competing]
    if left:
        yield "competing", f"{', '.join(left)} also ends observation in {table.file}; name all that compete"


def _table_one(plan: Plan, data: DataFolder) -> Found:
    for key, names in (("by", [plan.table_one.by]), ("columns", plan.table_one.columns)):
        for name in names:
            if name and name not in data.rows.columns:
                told = f"no column {name!r} in rows; {nearest(name, data.rows.columns)}"
                yield ("table_one", key), told


def _analysis(plan: Plan, data: DataFolder, place: int, one: Analysis) -> Found:
    path: KeyPath = ("analysis", place)
    columns = data.rows.columns
    varying = set(one.time_varying)
    for key, name in one.columns:
        if name in columns or name in varying:
            continue
        hint = nearest(name, (*columns, *data.varying))
        if name in data.varying:
            hint = "it changes over time: name it under time_varying too, or use a landmark"
        yield (*path, key), f"no column {name!r} in rows; {hint}"
    for name in one.time_varying:
        if name not in data.varying:
            told = nearest(name, data.varying) if data.varying else "there is no changes.csv"
            yield (*path, "time_varying"), f"no column {name!r} in the table of changes; {told}"
    endpoint = plan.endpoint(one.endpoint) if one.endpoint else None
    table = data.table(endpoint.use) if endpoint and endpoint.use else None
    if endpoint is not None and table is not None and one.kind is not Kind.RATE:
        causes = causes_in(plan, endpoint, table)
        if one.cause and one.cause not in causes:
            yield (*path, "cause"), f"no cause {one.cause!r}; {nearest(one.cause, causes)}"
        if table.frame.height and table.frame["aval"].null_count() == table.frame.height:
            yield (*path, "kind"), f'{table.endpoint} is a rate and has no times; expected kind = "rate"'
