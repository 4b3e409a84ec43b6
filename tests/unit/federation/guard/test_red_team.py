"""What a coordinator or a researcher may try with real sites: refused there, with a line in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.errors import Code
from cimara.federation.messages.kinds import Answer, Members, Message, Refused, signed
from cimara.outcomes.contract import to_bytes
from cimara.outcomes.models.cox_common import CommonCox
from tests.federated.engine.small_job import House, cox_analysis, refused, study_of, table, tables_of

SITE = "UT02"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, study=study_of(cox_analysis("A2"), cox_analysis("A3")))
    made.ready()
    yield made
    lines = made.ledger(SITE)
    assert lines[-1]["decision"] == "refused"
    kept = (tmp_path / "sites" / SITE / "ledger.jsonl").read_text()
    assert "-member-" not in kept


def code(house: House, answer: Message) -> str:
    assert not isinstance(answer, Answer)
    return refused(answer, house, SITE)


def answered(house: House, analysis: str, rounds: int = 1) -> None:
    house.asking(analysis).forward(rounds)


def other_rows(house: House, rows: pl.DataFrame) -> Message:
    """The site comes back with other rows, and is asked again in a new job."""
    house.restarted(SITE, rows)
    order = house.order(job="20260303-090000-00000002")
    asked = replace(house.asking().query(), job=order.job)
    members = house.members(order)
    for one in (order, members):
        assert not isinstance(house.says(one, SITE), Refused)
    return house.says(asked, SITE)


def test_red_team_6_coefficients_outside_the_trust_region(house: House) -> None:
    rounds = house.asking().forward(2)
    state = rounds._here().state
    assert state is not None
    bent = replace(state, coefficients=np.array([9.0, 0.0]))  # type: ignore[call-arg]
    frame = np.frombuffer(to_bytes(bent), dtype=np.uint8)
    assert code(house, rounds.answered(SITE, state=frame)) == Code.OUTSIDE_TRUST_REGION


def test_red_team_7_coefficients_off_the_newton_path(house: House) -> None:
    rounds = house.asking().forward(2)
    state = rounds._here().state
    assert state is not None
    bent = replace(state, coefficients=state.coefficients + 0.01)  # type: ignore[attr-defined, call-arg]
    frame = np.frombuffer(to_bytes(bent), dtype=np.uint8)
    assert code(house, rounds.answered(SITE, state=frame)) == Code.NOT_THE_NEXT_STEP


def test_red_team_8_one_patient_fewer_by_a_filter_or_a_data_version(house: House) -> None:
    answered(house, "A2")
    assert code(house, other_rows(house, table(SITE, 40).head(39))) == Code.DIFFERENCING


def test_red_team_8_three_new_patients_in_a_new_data_version(house: House) -> None:
    answered(house, "A2")
    more = pl.concat([table(SITE, 40), table(SITE, 43).tail(3)])
    assert code(house, other_rows(house, more)) == Code.DIFFERENCING


def test_red_team_9_a_finer_grid_than_the_studys(tmp_path: Path) -> None:
    shared = cox_analysis(estimator="cox_shared")
    house = House(tmp_path, study=study_of(shared, until=1600), tables=tables_of(n=120))
    house.ready()
    rounds = house.asking().forward(1)
    finer = CommonCox(names=("dose", "volume"), grid=tuple(7.0 * week for week in range(1, 200))).start()
    frame = np.frombuffer(to_bytes(finer), dtype=np.uint8)
    assert code(house, rounds.answered(SITE, state=frame)) == Code.OTHER_GRID


def test_red_team_11_a_level_with_four_patients_where_sums_can_be_read(tmp_path: Path) -> None:
    def with_wbrt(site: str) -> pl.DataFrame:
        rows = table(site)
        few = 4 if site == SITE else 20
        wbrt = pl.Series("wbrt", ["yes"] * few + ["no"] * (rows.height - few))
        return rows.with_columns(wbrt)

    asked = cox_analysis(covariates=[{"name": "dose"}, {"name": "wbrt", "levels": ["no", "yes"]}])
    house = House(
        tmp_path, study=study_of(asked, masked=False),
        tables={site: with_wbrt(site) for site in ("NL01", "UT02", "CH03")},
    )  # fmt: skip
    house.ready()
    assert isinstance(house.asking().answered("NL01"), Answer)
    assert code(house, house.asking().answered(SITE)) == Code.SMALL_LEVEL


def test_red_team_12_two_sites_only(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert code(house, house.says(house.order(roster=("NL01", SITE)), SITE)) == Code.TOO_FEW_SITES


def test_red_team_13_an_old_round_again(house: House) -> None:
    rounds = house.asking()
    first = rounds.query()
    rounds.forward(3)
    assert code(house, house.says(replace(first, attempt=1), SITE)) == Code.OLD_ROUND


FOUR = ("NL01", "UT02", "CH03", "DE04")


def test_red_team_20_one_masked_site_dropped_and_the_rest_asked_again(tmp_path: Path) -> None:
    house = _four(tmp_path, "cox_shared")
    fewer = house.order(job="20260303-090000-00000002", roster=FOUR[:3])
    assert code(house, house.says(fewer, SITE)) == Code.OTHER_ROSTER


def test_red_team_20_without_times_before_it_is_known_that_each_site_could_be_shown(tmp_path: Path) -> None:
    """Such a model may go on with a site fewer, if all of them passed the limits of plain sums."""
    house = _four(tmp_path, "cox_strat")
    fewer = house.order(job="20260303-090000-00000002", roster=FOUR[:3])
    joined = {site: house.transport.nodes[site].answer(signed(fewer, house.key)) for site in FOUR[:3]}
    told = tuple((site, frame.hex()) for site, frame in joined.items())
    house.says(Members(job=fewer.job, sender="coordinator", joined=told), SITE)
    query = replace(house.asking().query(), job=fewer.job)
    assert code(house, house.says(query, SITE)) == Code.OTHER_ROSTER


def _four(folder: Path, estimator: str) -> House:
    """Four sites that have answered the first round of an analysis."""
    study = study_of(cox_analysis(estimator=estimator), sites=FOUR, until=1600)
    house = House(folder, study=study, tables=tables_of(FOUR))
    house.ready()
    answered(house, "A2")
    return house


@pytest.mark.parametrize("limits", [{"min_n": 3}, {"min_events": 1}, {"min_sites": 2}, {"round_base": 1}])
def test_red_team_22_thresholds_lowered_in_the_study_file(tmp_path: Path, limits: dict[str, Any]) -> None:
    house = House(tmp_path)
    lowered = replace(house.known, disclosure=Disclosure(**limits))
    house.restarted(SITE, study=lowered)
    assert code(house, house.says(house.order(), SITE)) == Code.LOOSENED_POLICY


def test_red_team_22_thresholds_lowered_at_the_site(tmp_path: Path) -> None:
    house = House(tmp_path)
    policy = tmp_path / "sites" / SITE / "cimara_site.toml"
    policy.write_text(policy.read_text() + "\npatients = 5\n")
    answer = house.says(house.order(), SITE)
    assert code(house, answer) == Code.LOOSENED_POLICY
    assert isinstance(answer, Refused)
    assert "expected 10 or more" in answer.words


def test_red_team_23_more_rounds_than_a_job_may_have(house: House) -> None:
    policy = house.folder / "sites" / SITE / "cimara_site.toml"
    policy.write_text(policy.read_text() + "\nrounds = 3\n")
    rounds = house.asking().forward(4)
    assert code(house, rounds.answered(SITE)) == Code.TOO_MANY_ROUNDS
