"""Names of columns that speak of identifiers, in several languages, and those that only look so."""

from __future__ import annotations

import pytest

from cimara.cohort.deid.column_names import category_of, folded, speaks_of


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("surname", "name"),
        ("ptName", "name"),
        ("patient_first_name", "name"),
        ("Patientennachname", "name"),
        ("cognome", "name"),
        ("apellido1", "name"),
        ("prénom", "name"),
        ("achternaam", "name"),
        ("efternavn", "name"),
        ("sobrenome", "name"),
        ("MRN", "record_number"),
        ("Fallnr.", "record_number"),
        ("nhc", "record_number"),
        ("NHS_number", "national_id"),
        ("codice fiscale", "national_id"),
        ("CPR-nr", "national_id"),
        ("dateOfBirth", "birth"),
        ("pt_dob", "birth"),
        ("Geburtsdatum", "birth"),
        ("fødselsdato", "birth"),
        ("data_di_nascita", "birth"),
        ("Straße", "address"),
        ("zip", "address"),
        ("ip", "electronic"),
        ("ip_address", "electronic"),
        ("tel.", "phone"),
        ("Versichertennummer", "insurance"),
        ("device_serial", "device"),
        ("photo", "photo"),
    ],
)
def test_an_identifier_is_known_by_its_name(column: str, category: str) -> None:
    found = category_of(column)
    assert found is not None
    assert found.name == category


@pytest.mark.parametrize(
    "column",
    [
        "recipient",
        "agent_name",
        "redcap_event_name",
        "dag_name",
        "zipper",
        "stage",
        "telomere",
        "node",
        "age_group",
        "brain_location",
        "insurance_type",
        "serial_mri",
        "birth_weight",
        "cell_count",
        "status",
        "pathology_report",
    ],
)
def test_a_harmless_name_is_left_alone(column: str) -> None:
    assert category_of(column) is None


def test_a_name_is_read_as_words_without_case_accents_and_signs() -> None:
    assert folded("DateOfBirth2") == ("date", "of", "birth")
    assert folded("Nº_téléphone (fixe)") == ("no", "telephone", "fixe")


@pytest.mark.parametrize(
    ("column", "meaning"), [("age", "age"), ("Alter", "age"), ("opdatum", "id"), ("stage", "age")]
)
def test_meaning_needs_a_whole_word(column: str, meaning: str) -> None:
    assert speaks_of(column, meaning) is (column in ("age", "Alter"))
