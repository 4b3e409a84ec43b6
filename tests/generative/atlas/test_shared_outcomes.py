"""The atlas on 4,336 real outcome measures: counts, hand labels, and the misleading trials as they stand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cimara.terms.endpoint import CriteriaId, EndpointId
from cimara.trials.atlas import Atlas, EndpointUse, Selection, Stated, atlas, differences, heterogeneity
from cimara.trials.atlas.figure import matrix_svg
from cimara.trials.atlas.heterogeneity import Detail, Item
from cimara.trials.atlas.tables import write_html
from cimara.trials.atlas.time_frame import read_time_frame
from tests.unit.trials.matching.shared_snapshot import shared_snapshot

pytestmark = pytest.mark.shared_data

LABELS = Path(__file__).resolve().parents[2] / "labels"
LABEL_FILES = ("outcome_measures.csv", "outcome_measures_2.csv")
"""The first was looked at when the rules were mended; nobody has tuned anything on the second."""
MISLEADING = (
    "NCT06873854",
    "NCT06332300",
    "NCT05466149",
    "NCT05904886",
    "NCT07099898",
    "NCT06917079",
    "NCT03801200",
)
"""The seven trials that the specification names for their wordings."""


@cache
def whole() -> Atlas:
    return atlas(shared_snapshot())


def uses(nct_id: str, *endpoints: EndpointId) -> list[EndpointUse]:
    return [row.use for row in whole().trial(nct_id) if row.use.canonical in endpoints]


def labelled(name: str) -> Iterator[tuple[dict[str, str], set[str], set[str]]]:
    by_measure: dict[tuple[str, str, int], list[EndpointUse]] = {}
    for row in whole().rows:
        by_measure.setdefault((row.nct_id, row.use.role, row.use.ordinal), []).append(row.use)
    with (LABELS / name).open(encoding="utf-8", newline="") as file:
        for label in csv.DictReader(file):
            found = by_measure[label["nct_id"], label["role"], int(label["ord"])]
            yield (
                label,
                {str(use.canonical) for use in found},
                {str(one) for use in found for one in use.criteria},
            )


def test_trials_with_outcomes_and_measures_are_all_read() -> None:
    assert (whole().n_with_outcomes, whole().n_measures) == (471, 4336)
    measures = {(row.nct_id, row.use.role, row.use.ordinal) for row in whole().rows}
    assert len(measures) == 4336


def test_115_time_frames_have_no_digit_and_nearly_all_others_a_time() -> None:
    outcomes = (outcome for study in shared_snapshot().studies() for outcome in study.outcomes)
    frames = [read_time_frame(outcome.time_frame) for outcome in outcomes]
    assert sum(not frame.has_digit for frame in frames) == 115
    assert sum(frame.days is not None for frame in frames) >= 4162


def test_the_gaps_in_criteria_show_by_themselves() -> None:
    census = heterogeneity(whole()).census
    assert census[CriteriaId.RANO_BM] == 1
    assert census[CriteriaId.RANO_LM] == 0
    assert census[CriteriaId.RECIST11] > 10 * census[CriteriaId.RECIST_UNSTATED] > 0


@pytest.mark.parametrize("labels", LABEL_FILES)
def test_endpoints_agree_with_the_hand_labels(labels: str) -> None:
    scored = [(label, found) for label, found, _ in labelled(labels) if label["canonical"] != "?"]
    hits = sum(found == set(filter(None, label["canonical"].split(";"))) for label, found in scored)
    assert hits / len(scored) >= 0.95


@pytest.mark.parametrize("labels", LABEL_FILES)
def test_criteria_agree_with_the_hand_labels(labels: str) -> None:
    scored = [(label, found) for label, _, found in labelled(labels) if label["criteria"] != "?"]
    hits = sum(found == set(filter(None, label["criteria"].split(";"))) for label, found in scored)
    assert hits / len(scored) >= 0.97


def test_ipfs_is_immune_in_one_trial_and_intracranial_in_another() -> None:
    assert uses("NCT06873854", EndpointId.CNSPFS) == []
    assert [use.name for use in uses("NCT06332300", EndpointId.CNSPFS)] == ["iPFS"]


def test_one_measure_of_a_real_trial_is_three_endpoints() -> None:
    found = uses("NCT05466149", EndpointId.ICORR, EndpointId.CNSDOR, EndpointId.CNSPFS)
    assert {use.ordinal for use in found} == {5}
    assert {use.criteria for use in found} == {(CriteriaId.MRECIST_CNS5,)}


def test_the_liver_trial_uses_the_livers_mrecist() -> None:
    criteria = {one for row in whole().trial("NCT05904886") for one in row.use.criteria}
    assert criteria == {CriteriaId.RECIST11, CriteriaId.MRECIST_HCC}


def test_the_trial_with_rano_bm_is_found_once() -> None:
    assert whole().naming(CriteriaId.RANO_BM) == ("NCT07099898",)


def test_death_counts_in_one_endpoint_and_not_in_the_other_of_one_trial() -> None:
    (survival,) = uses("NCT03801200", EndpointId.CNSPFS)
    (progression,) = uses("NCT03801200", EndpointId.CNSTTP)
    assert (survival.death_counts, progression.death_counts) == (Stated.YES, Stated.NO)


def test_the_seven_misleading_trials_make_a_report() -> None:
    seven = atlas(shared_snapshot(), Selection(numbers=frozenset(MISLEADING)))
    report = heterogeneity(seven)
    assert {row.nct_id for row in seven.rows} == set(MISLEADING)
    assert all(number in write_html(report) for number in MISLEADING)
    assert "CNSPFS" in matrix_svg(report)


def test_the_report_shows_differences_in_death_and_criteria() -> None:
    found = differences(whole(), "NCT03801200", "NCT07099898")
    cns = {one.item: one for one in found.items if one.endpoint is EndpointId.CNSPFS}
    assert (cns[Item.CRITERIA].first, cns[Item.CRITERIA].second) == ("not stated", "RANO-BM")
    assert cns[Item.CRITERIA].differs
    pair = differences(whole(), "NCT03801200", "NCT05466149")
    death = next(one for one in pair.items if (one.endpoint, one.item) == (EndpointId.CNSPFS, Item.DEATH))
    assert (death.first, death.second) == ("yes", "not stated")
    assert cns[Detail.NAME].second == "Brain PFS"


def test_spans_quote_the_measure() -> None:
    measures = {
        (study.nct_id, str(outcome.role), outcome.ordinal): outcome.measure
        for study in shared_snapshot().studies()
        for outcome in study.outcomes
    }
    for row in whole().rows:
        stored = measures[row.nct_id, str(row.use.role), row.use.ordinal]
        assert stored[row.use.start : row.use.end] == row.use.name
