"""A sentence names brain metastases, CNS metastases or leptomeningeal disease, or only the organ."""

from __future__ import annotations

import pytest

from cimara.trials.eligibility.mentions import find_mentions
from cimara.trials.eligibility.model import Target
from tests.unit.trials.eligibility.made_statements import tokens


def targets(sentence: str, *, cns_trial: bool = False, lm_defined: bool = False) -> list[Target]:
    found = find_mentions(tokens(sentence), cns_trial=cns_trial, lm_defined=lm_defined)
    return [mention.target for mention in found]


def named(sentence: str) -> list[str]:
    spoken = tokens(sentence)
    return [
        " ".join(token.word for token in spoken[mention.first : mention.last])
        for mention in find_mentions(spoken)
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "brain metastases",
        "brain mets",
        "metastases to the brain",
        "metastatic disease in the brain",
        "metastatic brain lesions",
        "secondary brain tumour",
        "cerebral metastasis",
        "brain parenchymal metastases",
        "melanoma metastasized to the brain",
        "brain and liver metastases",
        "metastases in lung, liver or brain",
    ],
)
def test_words_for_brain_metastases(sentence: str) -> None:
    assert targets(sentence) == [Target.BRM]


@pytest.mark.parametrize(
    "sentence",
    ["CNS metastases", "central nervous system (CNS) metastases", "CNS involvement", "intracranial disease"],
)
def test_words_for_metastases_of_the_central_nervous_system(sentence: str) -> None:
    assert targets(sentence) == [Target.CNS]


@pytest.mark.parametrize(
    "sentence",
    [
        "leptomeningeal disease",
        "leptomeningeal carcinomatosis",
        "carcinomatous meningitis",
        "neoplastic meningitis",
        "meningeal metastasis",
        "meningeal involvement",
        "metastases to the meninges",
    ],
)
def test_words_for_leptomeningeal_disease(sentence: str) -> None:
    assert targets(sentence) == [Target.LMD]


def test_two_diseases_of_one_sentence_are_two_mentions() -> None:
    assert targets("brain metastases or leptomeningeal disease") == [Target.BRM, Target.LMD]


def test_two_names_of_one_disease_are_one_mention() -> None:
    assert targets("CNS or brain metastases") == [Target.BRM]


def test_an_abbreviation_in_brackets_belongs_to_its_disease() -> None:
    assert targets("leptomeningeal disease (LMD) of any kind") == [Target.LMD]


def test_a_mention_takes_the_adjective_before_the_place() -> None:
    assert named("known metastatic CNS disease") == ["metastatic cns disease"]


def test_lm_counts_once_it_is_defined() -> None:
    assert targets("patients with LM", lm_defined=True) == [Target.LMD]
    assert targets("patients with LM") == []


def test_lm_beside_the_brain_needs_no_definition() -> None:
    assert targets("brain or LM metastases") == [Target.BRM, Target.LMD]


def test_lm_before_a_number_is_a_line_of_therapy() -> None:
    assert Target.LMD not in targets("brain metastases after LM 2")


@pytest.mark.parametrize(
    "sentence",
    [
        "stroke or other CNS disorder",
        "dementia, stroke or other brain disease",
        "CNS involvement by lymphoma",
        "CNS disease of leukaemia",
        "primary brain tumour",
        "CNS toxicity of grade 3",
        "benign brain lesions",
        "bacterial meningitis",
        "elevated protein of the CSF",
    ],
)
def test_the_brain_as_an_organ_is_no_metastasis(sentence: str) -> None:
    assert targets(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "extracranial metastases",
        "non-CNS metastases",
        "extra-cranial disease",
        "measurable disease outside the brain",
        "metastases outside of the CNS",
    ],
)
def test_metastases_elsewhere_are_no_metastases_of_the_brain(sentence: str) -> None:
    assert targets(sentence) == []


def test_a_brain_tumour_counts_in_a_trial_for_brain_metastases_alone() -> None:
    assert targets("a brain tumour of 2 cm", cns_trial=True) == [Target.BRM]
    assert targets("a brain tumour of 2 cm") == []


def test_a_clear_brain_scan_names_the_place_of_the_metastases() -> None:
    assert targets("MRI of the head and brain shows no metastases") == [Target.BRM]


def test_leptomeningeal_words_with_non_before_them_are_an_exception() -> None:
    found = find_mentions(tokens("brain metastases (non leptomeningeal)"))
    assert [mention.excepted for mention in found] == [False, True]


def test_a_disease_word_without_metastasis_is_weak() -> None:
    assert [mention.weak for mention in find_mentions(tokens("brain lesions"))] == [True]
    assert [mention.weak for mention in find_mentions(tokens("brain metastases"))] == [False]


def test_a_typing_error_still_names_the_disease() -> None:
    assert targets("brain metastsaes") == [Target.BRM]
