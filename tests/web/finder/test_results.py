"""The list of studies: verdict beside the record's sentence, nothing lost, counts in view."""

from __future__ import annotations

import re

import pytest

from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus
from cimara.trials.plain import status_words
from cimara.trials.verdict import CriterionValue, MatchResult, Verdict
from cimara_web.finder.results import PAGE_SIZE, paged
from tests.web.conftest import Build, Visitor
from tests.web.finder.registry_of import ALLOWS, BOSTON, CHAPEL_HILL, EXCLUDES, SILENT, site, study
from tests.web.finder.test_path import text

STABLE = {
    "cancer": {"cancer": "nsclc"},
    "spread": {"spread": "brain"},
    "treatment": {"kinds": ["srs"]},
    "growth": {"growth": "stable"},
    "symptoms": {"symptoms": "none"},
}
DURHAM = {"place": "Durham, NC", "reach": "100"}


def card(page: str, number: int) -> str:
    """The list item of a study."""
    found = re.search(
        rf'<li class="card[^"]*" id="NCT{number:08}">.*?</li>\s*(?=<li class="card|</ol>)', page, re.S
    )
    assert found, f"NCT{number:08} is not listed"
    return found[0]


def test_the_verdict_stands_beside_the_records_own_marked_sentence(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS))
    visitor.play(**STABLE)
    found = card(visitor.get("/find/results/").content.decode(), 1)
    assert "This study takes people whose brain tumours were treated and have not grown." in found
    assert "From the trial&#39;s record" in found
    assert re.search(r'<blockquote lang="en">.*<mark>[^<]*stable brain metastases', found)


def test_an_exclusion_is_folded_away_with_its_count_and_sentence_in_the_page(
    visitor: Visitor, build: Build
) -> None:
    build(study(1, ALLOWS), study(2, EXCLUDES))
    visitor.play(**STABLE)
    page = visitor.get("/find/results/").content.decode()
    assert re.search(
        r"<details>\s*<summary>This study does not take people in this situation \(1\)</summary>", page
    )
    assert "<mark>Known brain metastases</mark>" in card(page, 2)


def test_a_study_that_does_not_say_stays_in_plain_view(visitor: Visitor, build: Build) -> None:
    build(study(1, SILENT))
    visitor.play(**STABLE)
    page = visitor.get("/find/results/").content.decode()
    assert "The study does not say. Ask the team" in page
    assert "<details" not in page
    assert "The record has no sentence about this." in card(page, 1)


def test_every_verdict_has_its_count_in_view_zero_too(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS), study(2, EXCLUDES), study(3, SILENT))
    visitor.play(**STABLE)
    page = visitor.get("/find/results/").content.decode()
    counts = [int(one) for one in re.findall(r'class="tally-count">(\d+)<', page)]
    assert len(counts) == len(Verdict)
    assert sum(counts) == 3


def test_studies_of_other_cancers_are_counted_and_not_listed(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS), study(2, ALLOWS, conditions=["Prostate cancer"]))
    visitor.play(**STABLE)
    response = visitor.get("/find/results/")
    assert "1 study of other kinds of cancer." in text(response)
    assert b"NCT00000002" not in response.content


def test_a_study_off_the_list_can_still_be_explained(visitor: Visitor, build: Build) -> None:
    build(study(2, ALLOWS, conditions=["Prostate cancer"]))
    visitor.play(**STABLE)
    assert "This study is about another kind of cancer" in text(visitor.get("/find/results/NCT00000002/"))


def test_open_is_decided_before_near(visitor: Visitor, build: Build) -> None:
    sites = [site(*BOSTON, status="RECRUITING"), site(*CHAPEL_HILL, status="WITHDRAWN")]
    build(study(1, ALLOWS, sites=sites))
    visitor.play(**STABLE, place={"place": "Durham, NC", "reach": "any"})
    page = visitor.get("/find/results/NCT00000001/").content.decode()
    assert "Boston Clinic" in page.split("not open")[0]
    assert page.index("Boston Clinic") < page.index("Chapel Hill Clinic")
    assert status_words(OverallStatus.WITHDRAWN, "en") in page[page.index("Chapel Hill Clinic") :]
    assert "mi, Boston" in card(visitor.get("/find/results/").content.decode(), 1)


def test_a_closed_site_nearby_is_said_when_the_open_one_is_too_far(visitor: Visitor, build: Build) -> None:
    sites = [site(*BOSTON, status="RECRUITING"), site(*CHAPEL_HILL, status="WITHDRAWN")]
    build(study(1, ALLOWS, sites=sites), study(2, ALLOWS, sites=[site(*CHAPEL_HILL)]))
    visitor.play(**STABLE, place=DURHAM)
    response = visitor.get("/find/results/")
    page = response.content.decode()
    card(page, 2)
    assert "NCT00000001" not in page
    assert "1 more open study is farther away than 60 mi." in text(response)
    assert "1 of them has a site within 60 mi that is closed." in text(response)
    card(visitor.get("/find/results/", show="all").content.decode(), 1)


def test_a_study_known_by_country_only_stays(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS, sites=[{"country": "United States"}]))
    visitor.play(**STABLE, place=DURHAM)
    assert "United States, town not given" in card(visitor.get("/find/results/").content.decode(), 1)


def test_opening_soon_is_never_called_open(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS, status="NOT_YET_RECRUITING"), study(2, ALLOWS, status="COMPLETED"))
    visitor.play(**STABLE)
    assert b"NCT0000000" not in visitor.get("/find/results/").content
    soon = visitor.get("/find/results/", show="soon").content.decode()
    assert status_words(OverallStatus.NOT_YET_RECRUITING, "en") in card(soon, 1)
    assert "NCT00000002" not in soon
    everything = visitor.get("/find/results/", show="all").content.decode()
    assert status_words(OverallStatus.COMPLETED, "en") in card(everything, 2)


def test_nearest_first_orders_within_a_verdict_only(visitor: Visitor, build: Build) -> None:
    build(
        study(1, ALLOWS, sites=[site(*BOSTON)]),
        study(2, ALLOWS, sites=[site(*CHAPEL_HILL)]),
        study(3, SILENT, sites=[site(*CHAPEL_HILL)]),
    )
    visitor.play(**STABLE, place={"place": "Durham, NC", "reach": "any"})
    page = visitor.get("/find/results/", sort="near").content.decode()
    places = [page.index(f'id="NCT0000000{number}"') for number in (2, 1, 3)]
    assert places == sorted(places)


def test_an_old_record_says_so(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS, updated="2020-05-01"))
    visitor.play(**STABLE)
    found = card(visitor.get("/find/results/").content.decode(), 1)
    assert "Last updated by the study team: 1 May 2020." in found
    assert "It may be out of date, so ask the team." in found


def test_an_age_limit_inside_the_band_is_left_open(visitor: Visitor, build: Build) -> None:
    build(
        study(1, ALLOWS, oldest="40 Years"),
        study(2, ALLOWS, oldest="70 Years"),
        study(3, ALLOWS, oldest="12 Years"),
    )
    visitor.play(**STABLE, about={"age": "18-64"})
    page = visitor.get("/find/results/").content.decode()
    assert "card-possible" in card(page, 1)
    assert "card-likely" in card(page, 2)
    assert "card-no" in card(page, 3)
    assert "We do not know the age yet" in text(visitor.get("/find/results/NCT00000001/"))


def test_a_study_for_the_other_sex_is_flagged_and_stays(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS, sex="FEMALE"))
    visitor.play(**STABLE, about={"sex": "male"})
    card(visitor.get("/find/results/").content.decode(), 1)


def test_one_study_shows_every_point_and_what_to_ask(visitor: Visitor, build: Build) -> None:
    build(study(1, f"{ALLOWS}* ECOG performance status 0 or 1\n"))
    visitor.play(**STABLE)
    response = visitor.get("/find/results/NCT00000001/")
    said = text(response)
    for words in (
        "Fits",
        "Point by point",
        "What to ask your doctor",
        "Who pays for the visits",
        "ECOG performance",
    ):
        assert words in said
    assert b'href="https://clinicaltrials.gov/study/NCT00000001"' in response.content


def test_without_answers_one_study_is_its_plain_page(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS))
    assert visitor.get("/find/results/NCT00000001/")["Location"] == "/trials/NCT00000001/"


def test_the_starter_note_stands_on_the_list_and_on_the_study(visitor: Visitor) -> None:
    visitor.play(**STABLE)
    response = visitor.get("/find/results/", show="all")
    assert "sample records. We put them in our own words" in text(response)
    assert "From our starter record, not the record's own text" in text(response)
    number = re.search(r'id="(NCT\d{8})"', response.content.decode())
    assert number
    assert "Starter record" in text(visitor.get(f"/find/results/{number[1]}/"))


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "-1"}, {"page": "99999999999"}, {"sort": "'"}, {"show": "\x00"}]
)
def test_odd_queries_give_a_page(visitor: Visitor, query: dict[str, str]) -> None:
    visitor.play(**STABLE)
    assert visitor.get("/find/results/", **query).status_code == 200


def result(number: int, verdict: Verdict) -> MatchResult:
    return MatchResult(nct_id=NctId(f"NCT{number:08}"), verdict=verdict, criteria=())


def test_pages_hold_twenty_and_count_whole_groups() -> None:
    listed = [result(n, Verdict.LIKELY) for n in range(25)] + [result(n, Verdict.NO) for n in range(25, 60)]
    pages = [paged(listed, number) for number in (1, 2, 3)]
    assert [sum(len(group.results) for group in page.groups) for page in pages] == [PAGE_SIZE] * 3
    assert {group.verdict: group.total for group in pages[0].groups}[Verdict.NO] == 35
    assert {group.verdict: group.page for group in pages[0].groups}[Verdict.NO] == 2
    assert (paged(listed, 0).number, paged(listed, 99).number, paged([], 5).number) == (1, 3, 1)


def test_no_study_is_on_two_pages_or_on_none() -> None:
    listed = [result(n, verdict) for n, verdict in enumerate(v for v in Verdict for _ in range(17))]
    seen = [
        one.nct_id
        for number in range(1, 6)
        for group in paged(listed, number).groups
        for one in group.results
    ]
    assert seen == [one.nct_id for one in listed]


def test_the_folded_groups_are_those_that_do_not_take_the_person_now() -> None:
    folded = {group.verdict for group in paged([], 1).groups if group.is_folded}
    assert folded == {Verdict.NOT_NOW, Verdict.NO}


def test_every_value_of_a_point_has_words_and_a_sign() -> None:
    from django.template import engines

    macros = engines.all()[0].env.get_template("_components/trial.html").module
    tags = [str(macros.value_tag(value)) for value in CriterionValue] + [
        str(macros.verdict_tag(v)) for v in Verdict
    ]
    assert all("<svg" in tag and re.search(r"<span>\s*\w", tag) for tag in tags)
    assert len(set(tags)) == len(tags)
