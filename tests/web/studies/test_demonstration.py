"""The demonstration study in the portal: what it says, what its files may do, and what is said without it."""

from __future__ import annotations

import json
from pathlib import Path

from cimara_web.studies.shown import FAILED, MAKING, read_study
from tests.web.conftest import Visitor

PAGE = "/studies/demonstration/"


def test_the_page_says_at_once_that_nobody_is_real(visitor: Visitor, shown: Path) -> None:
    assert b"Nobody in it is real" in visitor.get(PAGE).content


def test_every_analysis_and_every_hospital_is_on_the_page(visitor: Visitor, shown: Path) -> None:
    page = visitor.get(PAGE).content.decode()
    study = read_study(shown)
    assert len(study.sites) == 3
    for one in study.sites:
        assert one["site"] in page
    for analysis in study.analyses:
        assert f'id="analysis-{analysis.id}"' in page
        for drawn in analysis.figures:
            assert visitor.get(f"{PAGE}figures/{drawn.name}.svg").status_code == 200


def test_what_was_planted_stands_beside_what_was_found(visitor: Visitor, shown: Path) -> None:
    page = visitor.get(PAGE).content.decode()
    effects = read_study(shown).effects
    assert len(effects) == 8
    assert f"{effects[0].planted:.2f}" in page
    assert f"({effects[0].lower:.2f}–{effects[0].upper:.2f})" in page


def test_a_report_runs_nothing_and_asks_for_nothing(visitor: Visitor, shown: Path) -> None:
    answer = visitor.get(f"{PAGE}report/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert b"<script" not in answer.content


def test_the_report_of_a_hospital_is_there_if_its_export_could_be_read(visitor: Visitor, shown: Path) -> None:
    for one in read_study(shown).sites:
        expected = 404 if one["first_errors"] is None else 200
        assert visitor.get(f"{PAGE}sites/{one['site']}/").status_code == expected


def test_no_patient_and_no_lesion_is_in_anything_that_is_served(visitor: Visitor, shown: Path) -> None:
    served = [PAGE, f"{PAGE}report/", f"{PAGE}results.json"]
    told = "".join(visitor.get(one).content.decode() for one in served)
    for one in read_study(shown).sites:
        assert f"{one['site']}-P" not in told


def test_results_are_json(visitor: Visitor, shown: Path) -> None:
    answer = visitor.get(f"{PAGE}results.json")
    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content)["study"]["id"] == "demo-rn-bev"


def test_the_spanish_page_keeps_english_sentences_marked(visitante: Visitor, shown: Path) -> None:
    page = visitante.get(PAGE).content.decode()
    assert "Nadie" in page
    assert '<p lang="en">' in page


def test_while_it_is_made_the_page_says_so_and_looks_again(visitor: Visitor, var: Path) -> None:
    (var / MAKING).touch()
    answer = visitor.get(PAGE)
    assert answer["Refresh"]
    assert b"being made now" in answer.content


def test_a_study_that_could_not_be_made_is_told(visitor: Visitor, var: Path) -> None:
    (var / FAILED).touch()
    answer = visitor.get(PAGE)
    assert "Refresh" not in answer
    assert b"could not be made" in answer.content


def test_without_the_study_pages_say_so_and_files_are_not_found(visitor: Visitor, var: Path) -> None:
    assert b"does not show" in visitor.get(PAGE).content
    for name in ("report/", "results.json", "figures/A1-forest.svg", "sites/DA01/"):
        assert visitor.get(PAGE + name).status_code == 404


def test_a_figure_of_another_name_is_not_found(visitor: Visitor, shown: Path) -> None:
    assert visitor.get(f"{PAGE}figures/no-such-figure.svg").status_code == 404


def test_the_list_of_studies_leads_to_it(visitor: Visitor, shown: Path) -> None:
    assert PAGE.encode() in visitor.get("/studies/").content
