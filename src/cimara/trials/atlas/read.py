"""Reads the endpoints that a trial's outcome measures name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cimara.terms.endpoint import Compartment, EndpointId
from cimara.trials.atlas.context import Population, TrialContext
from cimara.trials.atlas.describe import describe, describe_unrecognised, read_death
from cimara.trials.atlas.measure import Measure
from cimara.trials.atlas.mentions import Mention
from cimara.trials.atlas.model import EndpointUse, Stated
from cimara.trials.atlas.place import CNS, place
from cimara.trials.atlas.redefine import redefine
from cimara.trials.atlas.wording import Row, rows
from cimara.trials.study import Outcome, Study


def endpoint_uses(study: Study) -> tuple[EndpointUse, ...]:
    """Every endpoint that the outcome measures of a trial name, in the order of the measures.

    A measure in which no endpoint is recognised gives one use of `OTHER`.
    """
    if not study.outcomes:
        return ()
    context = TrialContext(study)
    return tuple(use for outcome in study.outcomes for use in read_outcome(outcome, context))


def read_outcome(outcome: Outcome, context: TrialContext) -> tuple[EndpointUse, ...]:
    """The endpoints that one outcome measure names, each once; `OTHER` only when there is nothing else.

    Of two uses of one endpoint the one with a compartment is kept, else the first.
    """
    measure = Measure(outcome, context)
    found: dict[EndpointId, EndpointUse] = {}
    for mention in measure.mentions:
        for use in uses_of(mention, measure):
            known = found.get(use.canonical)
            if known is None or known.compartment is Compartment.UNSTATED:
                found[use.canonical] = use
    if len(found) > 1:
        found.pop(EndpointId.OTHER, None)
    return tuple(found.values()) or (describe_unrecognised(measure),)


def uses_of(mention: Mention, measure: Measure) -> Iterator[EndpointUse]:
    """The endpoints of one mention: one for each compartment that it names."""
    populations = measure.context.populations
    if mention.kind.id == "drug_level":
        row = decide("drug_level", _fluid(measure), populations, Stated.UNSTATED)
        yield describe(row, mention, measure, Compartment.UNSTATED, Stated.UNSTATED, ambiguous=False)
        return
    mention = redefine(mention, measure)
    placed = place(mention, measure)
    death = read_death(mention, measure)
    for compartment in placed.compartments or (Compartment.UNSTATED,):
        watched = compartment
        if compartment in CNS and Population.PRIMARY_CNS in populations:
            watched = Compartment.UNSTATED  # the tumour is of the brain: this is the whole disease
        row = decide(mention.kind.id, watched, populations, death)
        yield describe(row, mention, measure, compartment, death, ambiguous=placed.ambiguous)


def decide(kind_id: str, compartment: str, populations: frozenset[Population], death: Stated) -> Row:
    """The first row of the table of endpoints that fits.

    Raises
    ------
    LookupError
        When the table has no row for the kind: a fault of the table.
    """
    for row in rows()[kind_id]:
        placed = not row.compartments or compartment in row.compartments
        peopled = row.population is None or row.population in populations
        if placed and peopled and row.death in (None, death):
            return row
    raise LookupError(f"no row of endpoints.toml fits the kind {kind_id}")


_CSF = re.compile(r"(?<![a-z])csf(?![a-z])|cerebro-? ?spinal fluid|cerebral spinal fluid|spinal fluid")


def _fluid(measure: Measure) -> str:
    in_csf = _CSF.search(measure.name.low) or _CSF.search(measure.head.low)
    return "csf" if in_csf else "other"
