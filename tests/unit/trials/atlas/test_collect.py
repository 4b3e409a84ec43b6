"""The atlas collects the endpoints of a population of trials, with what the source says of itself."""

from __future__ import annotations

from msgspec.structs import replace

from cimara.terms.endpoint import CriteriaId, EndpointId
from cimara.terms.registry import OverallStatus, Phase, StudyType
from cimara.trials.atlas import Selection, atlas
from cimara.trials.study import Site, StarterNote
from tests.unit.trials.atlas.made_studies import outcome, study

FIRST = study(outcome("ORR per RECIST 1.1"), outcome("PFS per RECIST 1.1", ordinal=1), nct_id="NCT00000001")
SECOND = study(outcome("CNS PFS by RANO-BM"), nct_id="NCT00000002")
SILENT = study(nct_id="NCT00000003")


def test_rows_stand_in_order_of_registry_number() -> None:
    found = atlas([SECOND, SILENT, FIRST])
    assert [row.nct_id for row in found.rows] == ["NCT00000001", "NCT00000001", "NCT00000002"]


def test_trials_outcomes_and_measures_are_counted() -> None:
    found = atlas([FIRST, SECOND, SILENT])
    assert (found.n_studies, found.n_with_outcomes, found.n_measures) == (3, 2, 3)


def test_trials_are_counted_once_for_a_criterion() -> None:
    assert atlas([FIRST, SECOND]).naming(CriteriaId.RECIST11) == ("NCT00000001",)


def test_endpoints_stand_in_the_order_of_the_vocabulary() -> None:
    assert atlas([SECOND, FIRST]).endpoints() == (EndpointId.PFS, EndpointId.CNSPFS, EndpointId.ORR)


def test_a_population_is_selected_by_number() -> None:
    found = atlas([FIRST, SECOND], Selection(numbers=frozenset({"NCT00000002"})))
    assert found.endpoints() == (EndpointId.CNSPFS,)
    assert found.population == "1 named trials"


def test_the_note_of_a_starter_record_goes_with_its_rows() -> None:
    note = StarterNote(source="NCT00000001", data_date="2026-01-01", note="restated")
    found = atlas([replace(FIRST, starter=note), SECOND])
    assert [row.note for row in found.rows] == ["restated", "restated", None]
    assert "restated" in found.provenance.describe()


def test_a_selection_takes_a_tumour_with_its_kinds() -> None:
    lung = replace(FIRST, tumours=("nsclc",))
    assert Selection(tumours=frozenset({"lung"})).takes(lung)
    assert not Selection(tumours=frozenset({"breast"})).takes(lung)


def test_a_study_of_two_phases_is_taken_by_either() -> None:
    two = replace(FIRST, phases=(Phase.PHASE1, Phase.PHASE2))
    assert Selection(phases=frozenset({Phase.PHASE2})).takes(two)
    assert not Selection(phases=frozenset({Phase.PHASE3})).takes(two)


def test_a_selection_takes_status_type_and_country() -> None:
    here = replace(FIRST, study_type=StudyType.INTERVENTIONAL, sites=(Site(ordinal=0, iso2="GR"),))
    assert Selection(statuses=frozenset({OverallStatus.RECRUITING})).takes(here)
    assert not Selection(statuses=frozenset({OverallStatus.COMPLETED})).takes(here)
    assert Selection(study_types=frozenset({StudyType.INTERVENTIONAL})).takes(here)
    assert Selection(countries=frozenset({"GR"})).takes(here)
    assert not Selection(countries=frozenset({"DE"})).takes(here)


def test_a_selection_describes_itself() -> None:
    assert Selection().describe() == "all trials of the snapshot"
    both = Selection(tumours=frozenset({"lung"}), phases=frozenset({Phase.PHASE3}))
    assert both.describe() == "tumour lung; phase PHASE3"
