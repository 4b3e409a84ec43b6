"""A job from its order to its result: equal to the pooled rows, told as it goes, written once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.federation.centre.status import JobState, read_status
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Answer, Query, read_any, signed
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival
from tests.federated.engine.small_job import (
    COLUMNS,
    House,
    cox_analysis,
    pooled,
    states,
    study_of,
    tables_of,
)


class Bent:
    """A transport on whose way a frame may be lost or changed."""

    def __init__(self, house: House, change: Any) -> None:
        self._inner, self._change = house.transport, change

    @property
    def sites(self) -> tuple[str, ...]:
        return self._inner.sites

    def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
        return self._change(frame, dict(self._inner.send(frame, sites)))


def altered(house: House, site: str, change: Any) -> Bent:
    """Answers of one site to queries of round 2, signed again after a change."""

    def bend(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        query = read_any(frame, house.known.coordinators)
        if isinstance(query, Query) and query.step == 2:
            answer = read_any(answers[site], {site: house.known.sites[site]})
            answers[site] = signed(change(answer), house.study.private_keys[site])
        return answers

    return Bent(house, bend)


def test_federated_is_pooled(house):
    result = house.coordinator().run(["A2"])
    ours, theirs = result.value("A2"), pooled(house.tables)
    np.testing.assert_allclose(ours.coef, theirs.coef, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.se, theirs.se, rtol=0, atol=1e-12)
    assert (ours.n, ours.events) == (theirs.n, theirs.events)


def test_plain_sums_are_pooled_too(folder):
    house = House(folder, study=study_of(masked=False))
    ours, theirs = house.coordinator().run(["A2"]).value("A2"), pooled(house.tables)
    np.testing.assert_allclose(ours.coef, theirs.coef, rtol=0, atol=1e-12)


def test_the_state_of_a_job_is_told_as_it_goes(house):
    seen: list[tuple[str, int]] = []
    house.coordinator(progress=states(seen)).run(["A2"])
    told = [state for state, _ in seen]
    assert list(dict.fromkeys(told)) == ["waiting_sites", "round", "done"]
    assert [done for state, done in seen if state == "round"] == sorted(
        done for state, done in seen if state == "round"
    )


def test_status_says_of_each_site_when_it_was_last_heard(house):
    house.coordinator().run(["A2"])
    told = json.loads((house.folder / "job" / "status.json").read_text())
    assert told["state"] == "done"
    assert [one["id"] for one in told["sites"]] == sorted(house.known.sites)
    for one in told["sites"]:
        assert one["last_seen"].startswith("2026-03-02T09:00")
        assert one["bytes"] > 1000
        assert one["step"] == told["analyses"][0]["step"]


def test_an_analysis_that_a_site_refuses_leaves_the_others_alone(folder):
    few = cox_analysis("A1", covariates=[{"name": "dose"}, {"name": "not_there"}])
    house = House(folder, study=study_of(few, cox_analysis("A2")))
    result = house.coordinator().run(["A1", "A2"])
    assert result.state is JobState.DONE
    assert list(result.results) == ["A2"]
    assert result.failed["A1"].code == Code.BAD_TABLE
    assert read_status(house.folder / "job").analysis("A1").state is JobState.FAILED


def test_nothing_is_written_where_no_analysis_gave_a_result(folder):
    house = House(folder, tables=tables_of(n=5))
    result = house.coordinator().run(["A2"])
    assert (result.state, result.reason.code) == (JobState.FAILED, Code.TOO_FEW_PATIENTS)
    assert not (house.folder / "job" / "result").exists()


def test_separation_is_a_failure_with_its_words_and_no_traceback(folder):
    tables = {site: one.with_columns(died=0 * one["died"]) for site, one in tables_of().items()}
    house = House(folder, tables=tables)
    failure = house.coordinator().run(["A2"]).failed["A2"]
    assert failure.code in (Code.FEW_EVENTS_IN_ALL, Code.NOT_ESTIMABLE)
    assert "Traceback" not in failure.words


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda one: replace(one, words=one.words[:-2]), Code.WRONG_SHAPE),
        (lambda one: replace(one, names=("something", *one.names[1:])), Code.WRONG_SHAPE),
        (lambda one: replace(one, plain={"rows": np.ones((3, 4))}), Code.WRONG_SHAPE),
        (lambda one: replace(one, unions={"times": np.arange(3.0)}), Code.WRONG_SHAPE),
        (lambda one: replace(one, schema="facts"), Code.WRONG_SHAPE),
        (lambda one: replace(one, step=1), Code.OLD_ROUND),
        (lambda one: replace(one, analysis="A9"), Code.OLD_ROUND),
    ],
    ids=["fewer words", "other names", "raw rows", "times", "other kind", "old round", "other analysis"],
)
def test_an_answer_of_another_kind_is_not_summed(house, change, code):
    result = house.coordinator(altered(house, "UT02", change)).run(["A2"])
    assert (result.failed["A2"].code, "UT02" in result.failed["A2"].words) == (code, True)
    assert not (house.folder / "job" / "result").exists()


def test_an_answer_under_another_site_s_name_pauses_the_job(house):
    def bend(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        return answers | {"UT02": answers["NL01"]}

    result = house.coordinator(Bent(house, bend)).run(["A2"])
    assert (result.state, result.reason.code) == (JobState.PAUSED, Code.UNKNOWN_SENDER)


def test_a_frame_altered_on_its_way_pauses_the_job_and_resume_mends_it(house):
    def bend(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        query = read_any(frame, house.known.coordinators)
        if isinstance(query, Query) and query.step == 2:
            answers["UT02"] = answers["UT02"][:-1] + b"\x00"
        return answers

    paused = house.coordinator(Bent(house, bend)).run(["A2"])
    assert (paused.state, paused.reason.code) == (JobState.PAUSED, Code.BROKEN_MESSAGE)
    resumed = house.coordinator().resume()
    np.testing.assert_allclose(resumed.value("A2").coef, pooled(house.tables).coef, rtol=0, atol=1e-12)


def test_a_lost_site_pauses_the_job_and_the_status_says_which_and_where(house):
    def bend(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        query = read_any(frame, house.known.coordinators)
        if isinstance(query, Query) and query.step == 3:
            raise FederationError(Code.SITE_LOST, "the connection broke", where="UT02")
        return answers

    paused = house.coordinator(Bent(house, bend)).run(["A2"])
    assert paused.reason.words == "site UT02 lost in round 3 of analysis A2; nothing released"
    status = read_status(house.folder / "job")
    assert (status.state, status.analysis("A2").state) == (JobState.PAUSED, JobState.PAUSED)
    assert "connection broke" in status.site("UT02").waiting
    assert not (house.folder / "job" / "result").exists()


def test_a_resumed_round_is_a_new_attempt(house):
    attempts: list[tuple[int, int]] = []

    def lost_once(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        query = read_any(frame, house.known.coordinators)
        if isinstance(query, Query):
            attempts.append((query.step, query.attempt))
            if query.step == 3 and query.attempt == 0:
                raise FederationError(Code.NO_ANSWER, "gave no answer", where="CH03")
        return answers

    house.coordinator(Bent(house, lost_once)).run(["A2"])
    resumed = house.coordinator(Bent(house, lost_once)).resume()
    assert attempts[:5] == [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1)]
    np.testing.assert_allclose(resumed.value("A2").coef, pooled(house.tables).coef, rtol=0, atol=1e-12)


def test_what_a_steward_releases_meanwhile_counts_after_resume(house):
    attempts: list[tuple[int, int]] = []

    def waits(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        query = read_any(frame, house.known.coordinators)
        if isinstance(query, Query):
            attempts.append((query.step, query.attempt))
            if attempts.count((1, 0)) == 1 and query.step == 1:
                raise FederationError(Code.WAITS_FOR_STEWARD, "waits for its steward", where="UT02")
        return answers

    paused = house.coordinator(Bent(house, waits)).run(["A2"])
    assert paused.reason.words.endswith("waits for its steward")
    assert house.coordinator(Bent(house, waits)).resume().state is JobState.DONE
    assert attempts[:3] == [(0, 0), (1, 0), (1, 0)]


def test_a_site_that_sends_nothing_is_named(house):
    def bend(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        answers.pop("CH03")
        return answers

    result = house.coordinator(Bent(house, bend)).run(["A2"])
    assert (result.state, result.reason.code) == (JobState.PAUSED, Code.NO_ANSWER)
    assert "CH03" in result.reason.words


def test_a_job_that_is_over_gives_its_result_again_without_asking(house):
    first = house.coordinator().run(["A2"]).value("A2")

    def silence(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        raise AssertionError("a site was asked")

    class Silent(Bent):
        def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
            message = read_any(frame, house.known.coordinators)
            assert type(message).__name__ == "End"
            return self._inner.send(frame, sites)

    again = house.coordinator(Silent(house, silence)).resume()
    np.testing.assert_array_equal(again.value("A2").coef, first.coef)


def test_results_are_written_once(house):
    house.coordinator().run(["A2"])
    written = {path: path.stat().st_mtime_ns for path in (house.folder / "job" / "result").rglob("*")}
    house.coordinator().resume()
    assert {path: path.stat().st_mtime_ns for path in (house.folder / "job" / "result").rglob("*")} == written


def test_a_folder_holds_one_job(house):
    house.coordinator().run(["A2"])
    with pytest.raises(FederationError) as caught:
        house.coordinator().run(["A2"])
    assert caught.value.code is Code.OLD_ROUND


def test_an_analysis_that_the_study_has_not_is_not_ordered(house):
    with pytest.raises(FederationError) as caught:
        house.coordinator().run(["A9"])
    assert caught.value.code is Code.UNKNOWN_ANALYSIS


def test_two_sites_are_too_few(folder):
    sites = ("NL01", "UT02")
    house = House(folder, study=study_of(sites=sites), tables=tables_of(sites))
    with pytest.raises(FederationError) as caught:
        house.coordinator().run(["A2"])
    assert caught.value.code is Code.TOO_FEW_SITES


def test_an_order_that_another_registered_person_signed_is_carried_out(house):
    frame = signed(house.order(), house.key)
    assert house.coordinator().run([], order=frame).job == house.order().job


def test_an_order_signed_with_an_unknown_key_is_not(house):
    frame = signed(house.order(), house.study.private_keys["NL01"])
    with pytest.raises(FederationError) as caught:
        house.coordinator().run([], order=frame)
    assert caught.value.code is Code.UNKNOWN_SENDER


def test_days_of_events_leave_only_where_every_site_allows_it(folder):
    study = study_of(cox_analysis(estimator="cox_shared"), grid="exact")
    house = House(folder, study=study)
    ours = house.coordinator().run(["A2"]).value("A2")
    rows = Survival.from_frame(
        pl.concat(house.tables.values()), time="days", event="died", covariates=list(COLUMNS)
    )
    np.testing.assert_allclose(ours.coef, cox(rows).coef, rtol=0, atol=1e-10)
    other = House(folder / "other", study=study)
    policy = other.folder / "sites" / "UT02" / "cimara_site.toml"
    policy.write_text(policy.read_text().replace("allow_event_times = true", "allow_event_times = false"))
    assert other.coordinator().run(["A2"]).failed["A2"].code == Code.EVENT_TIMES


def test_one_masked_answer_tells_nothing_of_the_sum(house):
    seen: list[Answer] = []

    def keep(frame: bytes, answers: dict[str, bytes]) -> dict[str, bytes]:
        for site, one in answers.items():
            answer = read_any(one, {site: house.known.sites[site]})
            if isinstance(answer, Answer):
                seen.append(answer)
        return answers

    house.coordinator(Bent(house, keep)).run(["A2"])
    assert all(not one.plain and not one.unions for one in seen)
    high = np.concatenate([one.words for one in seen]).astype(np.float64) / 2.0**64
    assert 0.4 < high.mean() < 0.6
