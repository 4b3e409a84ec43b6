"""Lines become items with their section, place in the list and cohort."""

from __future__ import annotations

import pytest

from cimara.trials.eligibility.headings import cohort_label, opening_cohort
from cimara.trials.eligibility.model import Section
from cimara.trials.eligibility.segment import Item, segment
from cimara.trials.eligibility.text import normalise
from cimara.trials.eligibility.walk import cns_words

INCLUSION, EXCLUSION, NONE = Section.INCLUSION, Section.EXCLUSION, Section.NONE


def items(criteria: str) -> list[Item]:
    text = normalise(criteria)
    hits = cns_words(text.lower)
    return segment(text.text, text.lower, hits)


def words(criteria: str, item: Item) -> str:
    return normalise(criteria).text[item.start : item.end]


def outline(criteria: str) -> list[object]:
    """The words of the items, each with the list of those below it where there are any."""

    def of(listed: list[Item]) -> list[object]:
        found: list[object] = []
        for item in listed:
            found.append(words(criteria, item))
            if item.children:
                found.append(of(item.children))
        return found

    return of(items(criteria))


def sections(criteria: str) -> list[Section]:
    return [item.section for item in items(criteria)]


@pytest.mark.parametrize(
    "heading",
    [
        "Exclusion Criteria:",
        "EXCLUSION CRITERIA",
        "Key exclusion criteria:",
        "2. Exclusion criteria",
        "Exclusions:",
        "Non-inclusion criteria:",
        "Exclusion criteria for all cohorts:",
        "Patients who have any of the following will be excluded:",
        "Patients with any of the following are ineligible:",
    ],
)
def test_a_heading_opens_the_exclusions(heading: str) -> None:
    criteria = f"Inclusion Criteria:\n* Adults\n{heading}\n* Pregnancy"
    assert sections(criteria) == [INCLUSION, EXCLUSION]


@pytest.mark.parametrize(
    "heading",
    [
        "Inclusion Criteria:",
        "INCLUSION CRITERIA",
        "Main inclusion criteria:",
        "Eligibility criteria:",
        "Inclusion:",
    ],
)
def test_a_heading_opens_the_inclusions(heading: str) -> None:
    assert sections(f"{heading}\n* Adults") == [INCLUSION]


@pytest.mark.parametrize(
    "line",
    [
        "Other exclusion criteria may apply",
        "Patients with brain metastases are not eligible:",
        "Patients who meet the inclusion and exclusion criteria:",
        "Adults able to consent:",
    ],
)
def test_a_line_that_only_sounds_like_a_heading_is_a_criterion(line: str) -> None:
    assert sections(f"Inclusion Criteria:\n* Adults\n{line}\n* Consent")[0] is INCLUSION
    assert line.split()[0] in " ".join(words_of(f"Inclusion Criteria:\n* Adults\n{line}"))


def words_of(criteria: str) -> list[str]:
    return [words(criteria, item) for item in items(criteria)]


def test_what_follows_a_heading_on_its_line_is_the_first_item() -> None:
    assert outline("Exclusion Criteria: Pregnancy") == ["Pregnancy"]


def test_a_text_without_headings_has_no_section() -> None:
    assert sections("* Brain metastases") == [NONE]


def test_what_stands_before_a_first_exclusion_heading_is_the_inclusion_list() -> None:
    assert sections("* Adults\n* Solid tumour\nExclusion Criteria:\n* Pregnancy") == [
        INCLUSION,
        INCLUSION,
        EXCLUSION,
    ]


def test_a_first_inclusion_heading_leaves_what_stands_before_it_without_section() -> None:
    assert sections("* Adults\nInclusion Criteria:\n* Consent") == [NONE, INCLUSION]


@pytest.mark.parametrize(
    "bullet", ["* ", "- ", "• ", "1. ", "1) ", "(1) ", "a. ", "(a) ", "iv. ", "o ", "#3 "]
)
def test_the_bullet_is_no_part_of_the_criterion(bullet: str) -> None:
    assert outline(f"Exclusion Criteria:\n{bullet}Brain metastases") == ["Brain metastases"]


def test_a_deeper_bullet_goes_under_the_one_above() -> None:
    criteria = "Exclusion Criteria:\n* Any of:\n  * Stroke\n  * Brain metastases\n* Pregnancy"
    assert outline(criteria) == ["Any of:", ["Stroke", "Brain metastases"], "Pregnancy"]


def test_another_kind_of_bullet_goes_under_a_lead_in_of_the_same_depth() -> None:
    criteria = "Exclusion Criteria:\n1. Any of:\na. Stroke\nb. Brain metastases\n2. Pregnancy"
    assert outline(criteria) == ["Any of:", ["Stroke", "Brain metastases"], "Pregnancy"]


def test_another_kind_of_bullet_without_a_lead_in_stands_beside() -> None:
    assert outline("Exclusion Criteria:\n1. Stroke\na. Brain metastases") == ["Stroke", "Brain metastases"]


def test_items_below_an_excluding_lead_in_are_exclusions() -> None:
    criteria = "Inclusion Criteria:\n* Patients must not have any of these:\n  * Brain metastases"
    assert items(criteria)[0].children[0].section is EXCLUSION


def test_items_below_a_lead_in_about_disease_keep_their_section() -> None:
    criteria = "Inclusion Criteria:\n* Metastases must not be any of these:\n  * Growing"
    assert items(criteria)[0].children[0].section is INCLUSION


def test_numbered_items_that_run_together_on_a_line_are_cut() -> None:
    criteria = (
        "Exclusion Criteria:\n1. Uncontrolled hypertension of any grade. 2. Brain metastases. 3. Stroke"
    )
    assert outline(criteria) == [
        "Uncontrolled hypertension of any grade.",
        "Brain metastases.",
        "Stroke",
    ]


def test_a_heading_inside_a_long_line_opens_its_section() -> None:
    criteria = "Inclusion Criteria: adults with a solid tumour Exclusion Criteria: known brain metastases"
    assert sections(criteria) == [INCLUSION, EXCLUSION]


def test_a_wrapped_line_belongs_to_the_item_before_it() -> None:
    criteria = (
        "Exclusion Criteria:\n* Known brain metastases that have not been treated with\nthe usual kinds"
    )
    assert len(items(criteria)) == 1


def test_a_line_that_ends_with_a_comma_goes_on() -> None:
    assert len(items("Exclusion Criteria:\n* Stroke,\nbrain metastases")) == 1


def test_a_line_behind_an_empty_line_is_an_item_of_its_own() -> None:
    assert len(items("Exclusion Criteria:\n* Stroke,\n\nbrain metastases")) == 2


@pytest.mark.parametrize("opener", ["Note:", "NOTE 1:", "NB:", "Exception:"])
def test_a_note_is_marked_as_one(opener: str) -> None:
    found = items(f"Exclusion Criteria:\n* Brain metastases\n* {opener} treated ones may enter")
    assert [item.note for item in found] == [False, True]


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("cohort 2: brain metastases", "cohort 2"),
        ("for part b only", "part b"),
        ("phase 1b and phase 2", "phase 1b"),
        ("dose escalation: any tumour", "dose escalation"),
        ("arms a and b", "arms a and b"),
        ("patients of any group", None),
        ("part of the tumour", None),
    ],
)
def test_a_cohort_is_known_by_its_label(line: str, label: str | None) -> None:
    assert cohort_label(line) == label


def test_a_cohort_opens_an_item_only_at_its_first_word() -> None:
    assert opening_cohort("cohort 1: adults", 0) == "cohort 1"
    assert opening_cohort("adults of cohort 1", 0) is None


def test_items_below_a_cohort_line_belong_to_the_cohort() -> None:
    found = items("Inclusion Criteria:\nCohort A:\n* Brain metastases\nCohort B:\n* Stroke")
    assert {item.cohort for item in found} == {"cohort a", "cohort b"}


def test_a_new_section_ends_the_cohort() -> None:
    found = items("Inclusion Criteria:\nCohort A:\n* Brain metastases\nExclusion Criteria:\n* Stroke")
    assert found[-1].cohort is None
