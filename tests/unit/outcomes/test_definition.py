"""Reading, checking, writing and changing definitions."""

from __future__ import annotations

import dataclasses

import pytest

from cimara.outcomes import Endpoint, Schedule, catalogue
from cimara.outcomes.endpoints.errors import DefinitionError, DerivationError
from cimara.outcomes.endpoints.fingerprint import policy_hashes
from cimara.terms.endpoint import CATALOGUE

TEXT = catalogue["CNSPFS"].to_toml()


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        Endpoint.from_text(text)
    return [str(one) for one in caught.value.problems]


def test_the_catalogue_has_the_ids_that_the_house_shares() -> None:
    assert list(catalogue) == [str(one) for one in CATALOGUE]
    assert [one.id for one in catalogue.values()] == list(catalogue)


@pytest.mark.parametrize("name", list(catalogue))
def test_definition_to_toml_and_back(name: str) -> None:
    endpoint = catalogue[name]
    again = Endpoint.from_text(endpoint.to_toml())
    assert again == endpoint
    assert again.to_toml() == endpoint.to_toml()
    assert again.fingerprint == endpoint.fingerprint


def test_a_changed_definition_to_toml_and_back() -> None:
    changed = catalogue["BIPFS"].replace(
        switch={"preset": "fda", "missed_visits": {"count": 3, "rule": "gap"}, "withdrawal": "ignore"},
        option={"impute_start": "yes"},
        evaluator="BICR",
        schedule=Schedule(days=(56, 112), window=5),
    )
    assert Endpoint.from_text(changed.to_toml()) == changed


@pytest.mark.parametrize("name", list(catalogue))
def test_every_entry_has_status_sources_and_words_for_patients(name: str) -> None:
    endpoint = catalogue[name]
    assert endpoint.cite
    assert endpoint.plain.endswith(".")


def test_all_problems_at_once_with_line_and_key() -> None:
    text = TEXT.replace('fact = "PD"', 'fact = "PDD"').replace('label = "', 'lable = "').replace("1.0.0", "1")
    lines = text.splitlines()
    found = problems(text)
    assert len(found) == 4
    line = lines.index('version = "1"') + 1
    assert any(one.startswith(f"line {line}, version: ") for one in found)
    assert any("lable: unknown key; did you mean label?" in one for one in found)
    assert any("event.1.fact: unknown word 'PDD'; did you mean PD?" in one for one in found)
    assert any(one.startswith("label: missing") for one in found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('first_available = ["RANDOMISATION", "TREATMENT_START"]', "first_available = []", "no START"),
        ('code = "DEATH"', 'code = "CNS_PD"', "used twice"),
        ('label = "CNS ', f'label = "{"CNS " * 6}', "fit into a SAS label"),
        ('criterion = "rano_bm"', 'criterion = "rano_lm_2019"', "gives no response of compartment CNS"),
        ('kind = "time_to_event"', 'kind = "competing_risks"', "without a \\[\\[competing\\]\\]"),
        ('kind = "time_to_event"', 'kind = "binary"', "no censoring"),
        ('unit = "patient"', 'unit = "lesion"', "no event is a fact of one lesion"),
        ('preset = "fda"', 'preset = "fad"', "did you mean fda"),
        ('preset = "fda"', 'withdrawal = "censor"', "names no preset"),
        ('preset = "fda"', 'preset = "fda"\nmissed_visits = {count = 0}', "at least 1"),
        ('cite = ["AND25", "LIN15"]', 'cite = ["LIN51"]', "did you mean LIN15"),
        ('text = "CNS progression"', 'text = "x"\nwhere = {kind = "clinicl"}', "did you mean clinical"),
        ('text = "CNS progression"', 'text = "x"\nwhere = {cause = "other"}', "has no field"),
        ('preset = "fda"', 'preset = "fda"\n[option]\nrn_date = "onset"', "does nothing in this definition"),
        ('preset = "fda"', 'preset = "fda"\n[option]\ncbr_days = 0', "value not allowed"),
        ('preset = "fda"', 'preset = "fda"\n[schedule]\nevery = 0', "no schedule"),
        ('id = "CNSPFS"', 'id = "cnspfs"', "A-Z 0-9"),
    ],
)
def test_what_is_refused(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(DefinitionError, match=said):
        Endpoint.from_text(TEXT.replace(old, new))


def test_progression_of_the_meninges_is_not_found_by_recist() -> None:
    text = TEXT.replace('compartment = "CNS"', 'compartment = "LM"').replace("rano_bm", "recist11")
    assert any("recist11" in one for one in problems(text))


def test_a_competing_event_that_is_also_an_event() -> None:
    text = catalogue["CNSTTP"].to_toml() + '\n[[competing]]\ncode = "PD2"\nfact = "PD"\n'
    text += 'text = "again"\ncompartment = "CNS"\n'
    assert any("also an event" in one for one in problems(text))


def test_replace_keeps_the_id_and_changes_the_fingerprint() -> None:
    endpoint = catalogue["CNSPFS"]
    changed = endpoint.replace(switch={"after_systemic_pd": "competing"})
    assert changed.id == endpoint.id
    assert changed.fingerprint != endpoint.fingerprint


def test_the_name_of_a_preset_does_not_change_the_fingerprint() -> None:
    ema = catalogue["CNSPFS"].replace(switch={"preset": "ema"})
    same = ema.replace(switch={"preset": "retrospective", "no_baseline": "censor_at_start"})
    assert same.fingerprint == ema.fingerprint


def test_an_overridden_policy_changes_the_fingerprint() -> None:
    text = TEXT.replace('"rano_bm"', '{preset = "rano_bm", override = {max_targets = 3}}')
    changed = Endpoint.from_text(text)
    assert policy_hashes(changed) != policy_hashes(catalogue["CNSPFS"])
    assert changed.fingerprint != catalogue["CNSPFS"].fingerprint
    assert Endpoint.from_text(changed.to_toml()) == changed


def test_replace_with_a_wrong_word() -> None:
    with pytest.raises(DefinitionError, match="did you mean censor"):
        catalogue["CNSPFS"].replace(switch={"withdrawal": "censr"})
    with pytest.raises(DefinitionError, match="value not allowed"):
        catalogue["RNINC"].replace(option={"rn_certainty": "sure"})


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(DerivationError, match="CNSPFS"):
        catalogue["CNSPSF"]


def test_definitions_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalogue["OS"].id = "X"  # type: ignore[misc]
