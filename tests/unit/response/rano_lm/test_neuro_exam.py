"""Levels of the neurological examination: the worst area counts, old deficits keep their level."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.response.criteria.rano_lm.neuro_exam import (
    AreaLevel,
    DomainFinding,
    ExamError,
    NeuroExam,
    highest_levels,
    scored_level,
)
from cimara.terms.response import ExamInstrument


def exam(*findings: DomainFinding, instrument: ExamInstrument = ExamInstrument.LANO_2017) -> NeuroExam:
    return NeuroExam("DEMO-0001", "W8", dt.date(2024, 3, 6), instrument, findings)


def strength(*areas: AreaLevel) -> DomainFinding:
    return DomainFinding("strength", areas)


def test_the_worst_area_counts() -> None:
    assert scored_level(strength(AreaLevel("right arm", 1), AreaLevel("left leg", 2))) == 2


def test_a_domain_that_was_not_examined_has_no_level() -> None:
    assert scored_level(strength()) is None


def test_an_old_deficit_keeps_its_baseline_level() -> None:
    assert scored_level(strength(AreaLevel("right arm", 1, preexisting=2), AreaLevel("left arm", 0))) == 2


def test_an_old_deficit_that_is_worse_counts_as_it_is() -> None:
    assert scored_level(strength(AreaLevel("right arm", 3, preexisting=2))) == 3


def test_all_domains_of_2017_go_to_level_3_but_sensation() -> None:
    levels = dict(highest_levels(ExamInstrument.LANO_2017))
    assert levels.pop("sensation") == 2
    assert set(levels.values()) == {3}


def test_nano_lm_has_fourteen_domains_of_levels_0_to_2() -> None:
    levels = highest_levels(ExamInstrument.NANO_LM_2024)
    assert len(levels) == 14
    assert set(levels.values()) == {2}


@pytest.mark.parametrize("area", [AreaLevel("face", 3), AreaLevel("face", -1), AreaLevel("face", 1, 3)])
def test_a_level_that_the_domain_does_not_have_is_refused(area: AreaLevel) -> None:
    with pytest.raises(ExamError, match="sensation"):
        exam(DomainFinding("sensation", (area,)))


def test_a_domain_of_another_instrument_is_refused() -> None:
    with pytest.raises(ExamError, match="unknown domain"):
        exam(DomainFinding("gait"), instrument=ExamInstrument.NANO_LM_2024)


def test_a_domain_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ExamError, match="more than once"):
        exam(DomainFinding("gait"), DomainFinding("gait"))


def test_domains_that_were_not_examined_are_named() -> None:
    examined = exam(DomainFinding("gait", (AreaLevel("gait", 0),)), strength())
    assert "gait" not in examined.missing()
    assert examined.missing()[0] == "strength"
    assert len(examined.missing()) == 9
