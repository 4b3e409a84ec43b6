"""The figure of shares holds the numbers of its report, in the words that it is given."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from cimara.terms.endpoint import EndpointId
from cimara.trials.atlas import Heterogeneity, atlas, heterogeneity
from cimara.trials.atlas.shares_figure import in_english, in_order, shares_svg
from tests.unit.trials.atlas.made_studies import outcome, study

TEXT = "{http://www.w3.org/2000/svg}text"


def report() -> Heterogeneity:
    return heterogeneity(
        atlas(
            [
                study(outcome("OS", "from randomisation"), outcome("CNS PFS by RANO-BM", ordinal=1)),
                study(outcome("CNS PFS"), outcome("Drug A in CSF", ordinal=1), nct_id="NCT00000002"),
            ]
        )
    )


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()).strip() for one in ElementTree.fromstring(svg).iter(TEXT)]


def test_each_asked_item_has_its_count() -> None:
    said = texts(shares_svg(report()))
    assert said.count("1 of 2") == 1  # criteria
    assert said.count("2 of 2") == 1  # compartment
    assert said.count("1 of 1") == 1  # start of overall survival


def test_endpoints_of_the_cns_come_first_and_those_of_which_nothing_is_asked_are_left_out() -> None:
    assert [one.endpoint for one in in_order(report())] == [EndpointId.CNSPFS, EndpointId.OS]


def test_it_speaks_the_words_it_is_given() -> None:
    found = report()
    words = replace(in_english(found), title="Lo que dicen", of="{n} de {total}")
    said = texts(shares_svg(found, words))
    assert "Lo que dicen" in said
    assert "1 de 2" in said


def test_equal_reports_give_equal_bytes() -> None:
    assert shares_svg(report()) == shares_svg(report())
