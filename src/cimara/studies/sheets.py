"""The tables that tell how a data folder came about: flow, sites, submissions, variables, endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cimara.cohort.study.signing import SignatureState
from cimara.outcomes.endpoints.plan import EVENT
from cimara.outcomes.endpoints.words import EndpointKind
from cimara.outcomes.report.findings import Cell, Sheet
from cimara.outcomes.report.numbers import number
from cimara.studies.check import CheckedStudy
from cimara.studies.endpoint_tables import StudyEndpoint
from cimara.studies.selection import Selection, units_of
from cimara.studies.sources import SiteData
from cimara.studies.variables import Column, Variables

HASH_DIGITS = 16


def consort(checked: CheckedStudy, selection: Selection, remarks: Sequence[str]) -> Sheet:
    """Each step of the selection over all sites."""
    unit = units_of(checked.study, 2).capitalize()
    rows: list[tuple[Cell, ...]] = []
    for place, one in enumerate(selection.steps, start=1):
        out, unknown = one.total(one.left_out), one.total(one.unknown)
        rows.append((f"{place}. {one.text}", one.total(one.kept), out or None, unknown or None))
    return Sheet(
        name="consort",
        title="Who is in the study",
        columns=("Step", unit, "Left out", "Of which or whom not known"),
        rows=tuple(rows),
        note=" ".join(remarks),
    )


def by_site(checked: CheckedStudy, selection: Selection) -> Sheet:
    """The units that each step kept, a row a site."""
    sites = sorted(selection.steps[0].kept)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (site, *(step.kept.get(site, 0) for step in selection.steps)) for site in sites
    )
    columns = ("Site", *(f"Step {place}" for place, _ in enumerate(selection.steps, start=1)))
    title = f"{units_of(checked.study, 2).capitalize()} left after each step, by site"
    return Sheet(name="consort-by-site", title=title, columns=columns, rows=rows)


def submissions(sources: Sequence[SiteData], signed: Mapping[str, SignatureState]) -> Sheet:
    """What each site's data were, by version and content hash."""
    rows = tuple(
        (
            one.site_id,
            None if one.version is None else one.version,
            one.schema_version,
            one.content_hash[:HASH_DIGITS],
            one.mapping_hash[:HASH_DIGITS] or None,
            str(signed.get(one.site_id, SignatureState.MISSING)) if signed else "not asked",
        )
        for one in sources
    )
    return Sheet(
        name="submissions",
        title="Submissions",
        columns=("Site", "Version", "Data model", "Content hash", "Mapping", "Study file"),
        rows=rows,
        note="The first digits of each hash; provenance.json in the data folder has all of them.",
    )


def variables(made: Variables, height: int) -> Sheet:
    """What each variable is, and how often it is not known."""
    return Sheet(
        name="variables",
        title="Variables",
        columns=("Variable", "What it is", "Worked out from", "Missing", "Share"),
        rows=tuple(_variable(one, height) for one in made.columns),
        note="A variable that is centred or scaled holds (value - centre) / scale.",
    )


def _variable(one: Column, height: int) -> tuple[Cell, ...]:
    own = one.variable
    text = f"{own.form} {own.text}" if own.form != "expr" else own.text
    if own.centre or own.scale != 1:
        text += f", centre {own.centre:g}, scale {own.scale:g}"
    if own.known:
        text += f", known on {own.known}"
    if one.foreign:
        text += f" ({one.foreign:,} with a level that is not listed count as missing)"
    share = f"{number(100 * one.missing / height, 1)} %" if height else None
    return own.name, own.label or own.name.replace("_", " "), text, one.missing, share


def endpoints(found: Mapping[str, StudyEndpoint]) -> Sheet:
    """What each endpoint is, and how it ends."""
    rows: list[tuple[Cell, ...]] = []
    for name, one in found.items():
        several = one.definition.kind is EndpointKind.COMPETING_RISKS
        why = "; ".join(f"{n:,} {reason}" for reason, n in one.reasons)
        rows.append(
            (
                name,
                f"{one.definition.label} ({one.definition.id} {one.definition.version})",
                one.frame.height,
                one.count(EVENT),
                one.competing if several else None,
                one.count(0),
                why or None,
            )
        )
    return Sheet(
        name="endpoints",
        title="Endpoints",
        columns=("Endpoint", "Definition", "Rows", "Events", "Competing", "Censored", "Left out"),
        rows=tuple(rows),
    )


def signed_by(checked: CheckedStudy, signed: Mapping[str, SignatureState], used: Sequence[str]) -> str:
    """Who signed the study file, in a sentence; "" where nobody was asked."""
    if not signed:
        return ""
    count = sum(signed.get(site) is SignatureState.HOLDS for site in used)
    who = f"all {len(used)} sites" if count == len(used) else f"{count} of {len(used)} sites"
    return f"signed by {who}, hash {checked.hash[:HASH_DIGITS]}"


def sites_below(selection: Selection, least: int) -> str:
    """What is wrong with the number of sites that are left; "" where it is enough."""
    left = [site for site, count in selection.steps[-1].kept.items() if count]
    return "" if len(left) >= least else f"{len(left)} sites have anyone in the study; it asks for {least}"
