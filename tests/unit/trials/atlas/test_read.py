"""What one endpoint use holds: its place in the record, its words, its compartment."""

from __future__ import annotations

import pytest

from cimara.terms.endpoint import Compartment, EndpointId
from cimara.terms.registry import OutcomeRole
from cimara.trials.atlas import Flag, endpoint_uses
from tests.unit.trials.atlas.made_studies import LUNG, outcome, study, use, uses


def test_a_trial_without_outcomes_has_no_endpoints() -> None:
    assert endpoint_uses(study()) == ()


def test_uses_keep_role_and_ordinal_of_their_measure() -> None:
    trial = study(outcome("OS"), outcome("ORR", ordinal=3, role=OutcomeRole.SECONDARY))
    found = endpoint_uses(trial)
    assert [(one.canonical, one.role, one.ordinal) for one in found] == [
        (EndpointId.OS, OutcomeRole.PRIMARY, 0),
        (EndpointId.ORR, OutcomeRole.SECONDARY, 3),
    ]


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        (
            "Secondary: Intracranial progression-free survival (iPFS) by BICR",
            "Intracranial progression-free survival (iPFS)",
        ),
        ("CNS ORR by BICR", "CNS ORR"),
        ("Rate of OS at 1 year", "OS"),
    ],
)
def test_the_span_holds_the_name_as_stored(measure: str, name: str) -> None:
    found = use(measure)
    assert found.name == measure[found.start : found.end]
    assert found.name == name


def test_an_endpoint_of_the_description_alone_spans_the_whole_measure() -> None:
    found = use("Efficacy", "Objective response rate (ORR) by RECIST 1.1")
    assert (found.canonical, found.name) == (EndpointId.ORR, "Efficacy")
    assert Flag.FROM_DESCRIPTION in found.flags


def test_a_measure_in_general_words_takes_all_endpoints_of_its_description() -> None:
    found = uses("Efficacy", "ORR, PFS and OS")
    assert [one.canonical for one in found] == [EndpointId.ORR, EndpointId.PFS, EndpointId.OS]


def test_a_definitions_words_are_no_further_endpoints() -> None:
    assert use("PFS, defined as the time to progression or death").canonical is EndpointId.PFS


def test_a_duration_of_response_is_no_response_rate() -> None:
    assert use("Duration of objective response").canonical is EndpointId.DOR


def test_an_unknown_measure_is_other_and_keeps_its_words() -> None:
    found = use("Salivary cortisol", time_frame="2 weeks")
    assert (found.canonical, found.name) == (EndpointId.OTHER, "Salivary cortisol")
    assert found.time_frame_days == 14


def test_other_is_dropped_beside_a_recognised_endpoint() -> None:
    assert [one.canonical for one in uses("ORR and event-free survival")] == [EndpointId.ORR]


@pytest.mark.parametrize(
    ("measure", "compartment"),
    [
        ("CNS PFS", Compartment.CNS),
        ("Intracranial ORR", Compartment.CNS),
        ("Brain ORR", Compartment.BRAIN),
        ("Leptomeningeal response rate", Compartment.LM),
        ("Extracranial PFS", Compartment.SYSTEMIC),
        ("PFS", Compartment.UNSTATED),
        ("Radionecrosis", Compartment.BRAIN),
        ("Overall survival of brain metastasis patients", Compartment.UNSTATED),
    ],
)
def test_the_compartment_is_named_by_the_noun_phrase(measure: str, compartment: Compartment) -> None:
    assert use(measure).compartment is compartment


def test_a_list_shares_the_adjective_before_it() -> None:
    found = uses("Intracranial ORR, DOR and PFS")
    assert {one.compartment for one in found} == {Compartment.CNS}


def test_a_list_shares_the_place_after_it() -> None:
    found = uses("ORR and DOR in the brain")
    assert {one.compartment for one in found} == {Compartment.BRAIN}


def test_a_compartment_of_its_own_is_not_shared() -> None:
    found = uses("ORR, CNS PFS")
    assert [(one.canonical, one.compartment) for one in found] == [
        (EndpointId.ORR, Compartment.UNSTATED),
        (EndpointId.CNSPFS, Compartment.CNS),
    ]


def test_patients_without_cns_disease_at_the_start_are_flagged() -> None:
    found = use("Time to CNS progression", "in participants with no CNS metastases at baseline")
    assert Flag.NO_CNS_DISEASE_AT_START in found.flags


def test_a_partial_response_rate_is_a_response_rate_and_flagged() -> None:
    found = use("Partial response rate", conditions=LUNG)
    assert found.canonical is EndpointId.ORR
    assert Flag.ONE_RESPONSE_GRADE in found.flags
