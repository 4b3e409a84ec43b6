"""Which tumours the words of a record name."""

from __future__ import annotations

import pytest

from cimara.terms.tumour import (
    TumourFamily,
    ancestors,
    classify,
    family_of_condition,
    is_within,
    kinds_of,
    lookup,
    tumours,
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Non-small cell lung cancer", {"nsclc"}),
        ("NSCLC (Non-small Cell Lung Cancer)", {"nsclc"}),
        ("Carcinoma, Non-Small-Cell Lung", {"nsclc"}),
        ("Metastatic Lung Non-Small Cell Carcinoma", {"nsclc"}),
        ("Adenocarcinoma of the lung", {"nsclc"}),
        ("Squamous Cell Carcinoma of the Lung", {"nsclc"}),
        ("Small-cell Lung Cancer", {"sclc"}),
        ("Extensive Stage Small Cell Lung Cancer (ES-SCLC)", {"sclc"}),
        ("Stage IVA Lung Cancer AJCC v8", {"lung"}),
        ("HER2+ Breast Cancer", {"her2_breast"}),
        ("HER-2/neu positive metastatic breast cancer", {"her2_breast"}),
        ("HER2-Negative Breast Carcinoma", {"breast"}),
        ("HR+/HER2- Breast Cancer", {"hr_breast"}),
        ("Triple-Negative Breast Neoplasms", {"triple_negative_breast"}),
        ("Cancer of the Breast", {"breast"}),
        ("Carcinoma, Renal Cell", {"renal"}),
        ("Colo-rectal Cancer", {"colorectal"}),
        ("Oesophageal squamous cell carcinoma", {"oesophageal"}),
        ("Gastroesophageal Junction Adenocarcinoma", {"gastro_oesophageal_junction"}),
        ("Endometrial Clear Cell Adenocarcinoma", {"endometrial"}),
        ("Melanoma (Skin Cancer)", {"melanoma", "skin"}),
        ("Non-melanoma Skin Cancer", {"skin"}),
        ("Uveal melanoma, metastatic", {"uveal_melanoma"}),
        ("Advanced Solid Tumours", {"any_solid"}),
        ("Metastatic Malignant Solid Neoplasm", {"any_solid"}),
        ("Advanced cancer", {"any_cancer"}),
        ("Liver metastases", {"any_cancer"}),
        ("Non-Hodgkin lymphoma", {"non_hodgkin"}),
        ("Hodgkin's disease", {"hodgkin"}),
        ("Leukaemia, Lymphocytic, Chronic, B-Cell", {"cll"}),
        ("Waldenström Macroglobulinaemia", {"waldenstrom"}),
        ("Primary CNS lymphoma", {"cns_lymphoma"}),
        ("Diffuse Intrinsic Pontine Glioma", {"diffuse_midline_glioma"}),
        ("Brain Metastases From Non-small Cell Lung Cancer", {"brain_metastases", "nsclc"}),
        ("Metastatic Malignant Neoplasm in the Brain", {"brain_metastases"}),
        ("Leptomeningeal carcinomatosis", {"leptomeningeal_disease"}),
        ("Cáncer de pulmón de células no pequeñas", {"nsclc"}),
        ("COVID-19 infection", set()),
        ("", set()),
    ],
)
def test_a_condition_names_its_tumours(condition: str, expected: set[str]) -> None:
    assert classify([condition]) == expected


def test_part_of_a_word_names_nothing() -> None:
    assert classify(["Breasted waistcoats cancerlike"]) == frozenset()


def test_a_title_adds_a_tumour_but_not_a_merely_wider_one() -> None:
    assert classify(["NSCLC"], title="A study in lung cancer and melanoma") == {"nsclc", "melanoma"}


def test_solid_tumours_stay_beside_a_named_tumour() -> None:
    assert classify(["NSCLC", "Solid tumors"]) == {"nsclc", "any_solid"}


def test_any_cancer_gives_way_to_a_named_tumour() -> None:
    assert classify(["Cancer", "Melanoma"]) == {"melanoma"}


def test_both_general_and_narrow_conditions_stay_so_that_no_one_is_left_out() -> None:
    assert classify(["Breast cancer", "Triple-negative breast cancer"]) == {
        "breast",
        "triple_negative_breast",
    }


def test_mesh_descriptors_are_read_by_id_and_by_name() -> None:
    assert classify([], mesh=["D002289"]) == {"nsclc"}
    assert classify([], mesh=["Carcinoma, Merkel Cell"]) == {"merkel_cell"}


def test_a_brain_neoplasm_heading_does_not_make_a_metastasis_trial_a_primary_tumour_trial() -> None:
    found = classify(["Brain Metastases"], mesh=["Brain Neoplasms"])
    assert found == {"brain_metastases"}


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("Glioblastoma", TumourFamily.PRIMARY_CNS),
        ("Primary CNS lymphoma", TumourFamily.PRIMARY_CNS),
        ("Multiple myeloma", TumourFamily.BLOOD),
        ("Breast cancer", TumourFamily.SOLID),
        ("Brain metastases", TumourFamily.ANY_SOLID),
        ("Solid tumors", TumourFamily.ANY_SOLID),
        ("Brain tumor", TumourFamily.ANY_CANCER),
        ("Lymphoma and solid tumors", TumourFamily.ANY_SOLID),
        ("Insomnia", None),
    ],
)
def test_the_family_tells_the_population(text: str, family: TumourFamily | None) -> None:
    assert family_of_condition(text) == family


def test_kinds_are_within_their_parents() -> None:
    assert is_within("her2_breast", "breast")
    assert is_within("her2_breast", "any_solid")
    assert not is_within("breast", "her2_breast")
    assert is_within("gastro_oesophageal_junction", "gastric")
    assert kinds_of("lung") == {"lung", "nsclc", "sclc"}


def test_every_parent_exists_and_every_tumour_is_a_cancer() -> None:
    for entry in tumours().values():
        assert set(entry.parents) <= set(tumours())
        assert "any_cancer" in ancestors(entry.id)


def test_every_name_and_synonym_leads_to_its_own_tumour() -> None:
    wrong = {
        (synonym, entry.id, tuple(sorted(classify([synonym]))))
        for entry in tumours().values()
        for synonym in (entry.name, *entry.synonyms, *entry.alone)
        if entry.id not in classify([synonym])
    }
    assert wrong == set()


def test_no_descriptor_belongs_to_two_tumours() -> None:
    for field in ("mesh", "ncit"):
        codes = [code for entry in tumours().values() for code in getattr(entry, field)]
        assert len(codes) == len(set(codes))


def test_lookup_takes_an_id_a_name_a_word_or_a_beginning() -> None:
    assert [entry.id for entry in lookup("her2-breast")] == ["her2_breast"]
    assert [entry.id for entry in lookup("cáncer de mama")] == ["breast"]
    assert [entry.id for entry in lookup("lung")] == ["lung"]
    assert "melanoma" in {entry.id for entry in lookup("melan")}
    assert lookup("qqq") == ()
    assert lookup("") == ()


def test_a_long_text_is_read_to_its_limit_only() -> None:
    assert classify(["x " * 50_000 + "melanoma"]) == frozenset()
