"""What a design measures: an endpoint definition, or a measurement that no definition can state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.requires import BODY_SCAN, BRAIN_MRI
from cimara.outcomes.endpoints.words import EndpointKind, UnitOfAnalysis

USUAL_ASSESSMENTS = (BRAIN_MRI, BODY_SCAN)
"""Scans of a schedule that names none."""

_OTHER_DESIGN = {
    EndpointKind.TIME_TO_EVENT: "Use a log-rank, restricted-mean or group-sequential design.",
    EndpointKind.COMPETING_RISKS: "Use the design for a competing death.",
    EndpointKind.BINARY: "Use the single-stage or the two-stage design.",
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is measured when it is no endpoint of the catalogue: a toxicity, a drug level, a marker.

    `definition` is the sentence of the protocol: what counts, in which tissue, by when.
    """

    id: str
    label: str
    definition: str


Measured = Endpoint | Measurement


def check_endpoint(
    endpoint: Measured,
    kinds: Iterable[EndpointKind],
    assessments: Iterable[str],
    *,
    unit: UnitOfAnalysis | None = UnitOfAnalysis.PATIENT,
) -> None:
    """Refuse an endpoint that the design cannot take, or whose scans the schedule lacks.

    Parameters
    ----------
    kinds
        Kinds of endpoint that the design is for.
    assessments
        What the schedule holds, such as "brain MRI" (`Endpoint.requires().assessments`).
    unit
        Patient or lesion; None takes either.

    Raises
    ------
    DesignError
    """
    if isinstance(endpoint, Measurement):
        return
    allowed = tuple(kinds)
    if endpoint.kind not in allowed:
        raise DesignError(
            f"the endpoint is of kind {endpoint.kind}",
            where=endpoint.id,
            expected=" or ".join(allowed),
            hint=_OTHER_DESIGN[endpoint.kind],
        )
    if unit is not None and endpoint.unit is not unit:
        raise DesignError(
            f"one row of the endpoint is a {endpoint.unit}",
            where=endpoint.id,
            expected=f"an endpoint of one row a {unit}",
            hint="Lesions of one patient are alike: the design for lesions in patients allows for it.",
        )
    check_assessments(endpoint, assessments)


def check_assessments(endpoint: Endpoint, assessments: Iterable[str]) -> None:
    """Raise DesignError where the schedule lacks an assessment that the endpoint needs (brain MRI, say)."""
    planned = tuple(assessments)
    lacking = [one for one in endpoint.requires().assessments if one not in planned]
    if lacking:
        raise DesignError(
            f"the schedule has no {' and no '.join(lacking)}",
            where=endpoint.id,
            expected=", ".join(endpoint.requires().assessments),
            hint="What is not looked for is not seen: plan the assessment, or choose another endpoint.",
        )
